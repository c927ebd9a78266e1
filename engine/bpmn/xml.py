"""Reading XML that strangers wrote: hardened, bounded, with the line of every complaint.

Definitions arrive as bytes in whatever encoding the editor chose (GBK files exist here). No entity
is resolved, nothing is fetched, document types are refused, and size, depth and numbers of elements
and attributes are bounded before anything else reads the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from engine.errors import BadDefinition
from engine.values.process import Finding, Severity

MAX_BYTES = 2_000_000
MAX_DEPTH = 60
MAX_ELEMENTS = 30_000
MAX_ATTRIBUTES = 80_000

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DUBAN = "urn:duban:bpmn:1"
#: Versions of DMN that are read, newest first.
DMN = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
)
PREFIXES: Mapping[str, str] = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "duban": DUBAN}

#: All of them spell markup as ASCII does, so that a document type cannot hide from a look at bytes.
_ENCODINGS = frozenset(
    (
        *("utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1"),
        *("gb2312", "gbk", "gb18030", "big5"),
    )
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

Element = etree._Element


def parse(data: bytes, *, name: str) -> Element:
    """The root element of the document. Raises :class:`BadDefinition` with findings."""
    _refuse_before_parsing(data, name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise _not_xml(error, name) from error
    if root is None:
        raise bad("xml.not_xml", name, line=1, reason="")
    information = root.getroottree().docinfo
    if information.internalDTD is not None or information.externalDTD is not None:
        raise bad("xml.doctype", name, line=1)
    _refuse_oversize(root, name)
    return root


def _not_xml(error: Exception, name: str) -> BadDefinition:
    line = error.lineno if isinstance(error, etree.XMLSyntaxError) else 1
    reason = error.msg if isinstance(error, etree.XMLSyntaxError) else str(error)
    return bad("xml.not_xml", name, line=line or 1, reason=(reason or "")[:200])


def _refuse_before_parsing(data: bytes, name: str) -> None:
    if len(data) > MAX_BYTES:
        raise bad("xml.too_large", name, size=str(len(data)), maximum=str(MAX_BYTES))
    start = data
    for mark in _MARKS:
        start = start.removeprefix(mark)
    # Without zero bytes, UTF-16 reads like ASCII as far as markup goes.
    squeezed = start.replace(b"\0", b"")
    if not squeezed.lstrip().startswith(b"<"):
        raise bad("xml.not_xml", name, line=1, reason="")
    declared = _DECLARED.match(squeezed)
    if declared is not None and declared[1].decode().lower() not in _ENCODINGS:
        raise bad("xml.encoding", name, line=1, encoding=declared[1].decode())
    if b"<!DOCTYPE" in squeezed:
        line = squeezed[: squeezed.index(b"<!DOCTYPE")].count(b"\n") + 1
        raise bad("xml.doctype", name, line=line)


def _refuse_oversize(root: Element, name: str) -> None:
    elements = attributes = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        attributes += len(element.attrib) if elements <= MAX_ELEMENTS else 0
        for what, count, maximum in (
            ("depth", depth, MAX_DEPTH),
            ("elements", elements, MAX_ELEMENTS),
            ("attributes", attributes, MAX_ATTRIBUTES),
        ):
            if count > maximum:
                line = line_of(element)
                raise bad("xml.too_complex", name, line=line, what=what, maximum=str(maximum))


def as_utf8(data: bytes, *, name: str) -> bytes:
    """The same document in UTF-8, unchanged where it is that already.

    Raises :class:`BadDefinition` for what cannot be read.
    """
    declared = _DECLARED.match(data)
    if declared is None or declared[1].decode().lower() in ("utf-8", "utf8", "us-ascii", "ascii"):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return data.removeprefix(_MARKS[0])
    root = parse(data, name=name)
    text: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    return text


def bad(rule: str, file: str, /, *, line: int | None = None, **facts: str) -> BadDefinition:
    """A :class:`BadDefinition` with one finding."""
    return BadDefinition((finding(rule, file, line=line, **facts),))


def finding(
    rule: str,
    file: str,
    /,
    *,
    line: int | None = None,
    element: str | None = None,
    **facts: str,
) -> Finding:
    """An error against the rule; its sentence is worded from ``lint.<rule>`` and the facts."""
    return Finding(rule, Severity.ERROR, f"lint.{rule}", file, line, element, facts)


# --- Looking into a tree ------------------------------------------------------------------------


def bpmn(tag: str) -> str:
    """The full name of a BPMN element."""
    return f"{{{BPMN}}}{tag}"


def duban(tag: str) -> str:
    """The full name of an element of our extension."""
    return f"{{{DUBAN}}}{tag}"


def local(element: Element) -> str:
    """The name of the element without its namespace."""
    return etree.QName(element).localname


def namespace(element: Element) -> str:
    """The namespace of the element, empty if it has none."""
    return etree.QName(element).namespace or ""


def line_of(element: Element) -> int:
    """The line the element begins on; 0 if it was not read from a file."""
    line: Any = element.sourceline
    return line or 0


def nearest_id(element: Element) -> str | None:
    """The id of the element, or of the closest one around it that has an id."""
    at: Element | None = element
    while at is not None:
        if at.get("id"):
            return at.get("id")
        at = at.getparent()
    return None


def text(element: Element | None) -> str:
    """The text of the element without the white space around it; empty if there is none."""
    return (element.text or "").strip() if element is not None else ""


def extensions(element: Element, tag: str) -> Iterator[Element]:
    """The ``duban:<tag>`` elements among the extension elements of a BPMN element."""
    holder = element.find(bpmn("extensionElements"))
    if holder is not None:
        yield from holder.iterchildren(duban(tag))


def extension(element: Element, tag: str) -> Element | None:
    """The first ``duban:<tag>`` among the extension elements, if there is one."""
    return next(extensions(element, tag), None)
