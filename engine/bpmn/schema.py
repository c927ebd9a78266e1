"""Validation against the standard's XML schemas and our own, with line numbers.

The BPMN and DMN schemas are those of the installed SpiffWorkflow; ``duban.xsd`` lies beside this
module. BPMN lets any element stand among extension elements and validates those it knows.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from engine.bpmn import xml
from engine.values.process import Finding

#: More complaints than this about one file help nobody.
MAX_COMPLAINTS = 100

_FILES = {
    xml.BPMN: "bpmn/parser/schema/BPMN20.xsd",
    xml.DMN[0]: "dmn/parser/schema/DMN13.xsd",
    xml.DMN[1]: "dmn/parser/schema/DMN12.xsd",
}
#: A schema object keeps the log of its last run, so only one thread may use it at a time.
_LOCK = Lock()
_DOUBLE = re.compile("atomic type 'xs:ID'")
_NAMESPACE = re.compile(r"\{[^{}]*\}")


def complaints(root: xml.Element, name: str) -> tuple[Finding, ...]:
    """What the schema of the document's kind says against it; nothing for other documents."""
    kind = xml.namespace(root)
    if kind not in _FILES:
        return ()
    twice = _double_ids(root)
    with _LOCK:
        schema = _schema(kind)
        messages = _streamed(root, schema)
        # The library computes a path for each complaint that has a line: quadratic in a hostile
        # file. So the fast way, which has no lines and does not see double ids, decides.
        if len(messages) + len(twice) <= MAX_COMPLAINTS:
            messages = [
                (line, message)
                for line, message in _with_lines(root, schema)
                if not (_DOUBLE.search(message) and line in {line for line, _id in twice})
            ]
    return (
        *(
            xml.finding("structure.duplicate_id", name, line=line, element=id, id=id)
            for line, id in twice[:MAX_COMPLAINTS]
        ),
        *(
            xml.finding(
                "xml.schema", name, line=line or None, reason=_NAMESPACE.sub("", message)[:300]
            )
            for line, message in messages[:MAX_COMPLAINTS]
        ),
    )


def _streamed(root: xml.Element, schema: etree.XMLSchema) -> list[tuple[int, str]]:
    parser = etree.XMLParser(schema=schema, resolve_entities=False, no_network=True)
    try:
        etree.fromstring(etree.tostring(root), parser)
    except etree.XMLSyntaxError:
        return [(0, entry.message) for entry in parser.error_log]
    return []


def _double_ids(root: xml.Element) -> list[tuple[int, str]]:
    """Ids given for a second time, with their lines. Our own fields have names, not ids."""
    seen: set[str] = set()
    twice = []
    for element in root.iter():
        id = element.get("id")
        if id and xml.namespace(element) != xml.DUBAN:
            if id in seen:
                twice.append((xml.line_of(element), id))
            seen.add(id)
    return twice


def _with_lines(root: xml.Element, schema: etree.XMLSchema) -> list[tuple[int, str]]:
    if schema.validate(root):
        return []
    log: Any = schema.error_log
    return [(entry.line, entry.message) for entry in log]


@cache
def _schema(kind: str) -> etree.XMLSchema:
    library = Path(str(resources.files("SpiffWorkflow")))
    parts = {kind: library / _FILES[kind]}
    if kind == xml.BPMN:
        parts[xml.DUBAN] = Path(__file__).with_name("duban.xsd")
    imports = "".join(
        f"<xsd:import namespace={quoteattr(namespace)} schemaLocation={quoteattr(path.as_uri())}/>"
        for namespace, path in parts.items()
    )
    driver = f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">{imports}</xsd:schema>'
    return etree.XMLSchema(etree.fromstring(driver))
