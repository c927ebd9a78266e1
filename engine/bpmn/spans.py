"""Where in the bytes of a document its elements stand, so that a change touches nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from engine.bpmn import xml

_DIVIDER = "\x1f"
#: A start or end tag; ``>`` may stand in the values of attributes.
_TAG = re.compile(rb"<[^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*>")


@dataclass
class Span:
    """An element in the bytes of its document."""

    namespace: str
    local: str
    attributes: dict[str, str]
    parent: Span | None
    start: int
    #: Behind the ``>`` of its start tag.
    head: int
    #: Behind the ``>`` of its end tag; of an empty element the same as ``head``.
    end: int = 0
    children: list[Span] = field(default_factory=list)

    def child(self, namespace: str, local: str) -> Span | None:
        """The first child of this name."""
        return next(iter(self.every(namespace, local)), None)

    def every(self, namespace: str, local: str) -> Iterator[Span]:
        """Every child of this name."""
        return (one for one in self.children if (one.namespace, one.local) == (namespace, local))

    def inside(self) -> Iterator[Span]:
        """The element and everything in it."""
        yield self
        for one in self.children:
            yield from one.inside()


class Document:
    """A document in UTF-8 that can be changed in places; it was found readable before."""

    def __init__(self, data: bytes, file: str) -> None:
        # Refuses document types, which alone could make expat dangerous.
        self.data = xml.as_utf8(data, name=file)
        xml.parse(self.data, name=file)
        self.prefixes: dict[str, str] = {}
        self._scan()

    def _scan(self) -> None:
        parser = expat.ParserCreate(namespace_separator=_DIVIDER)
        parser.buffer_text = True
        open_: list[Span] = []
        found: list[Span] = []

        def begin(name: str, attributes: dict[str, str]) -> None:
            namespace, _, local = name.rpartition(_DIVIDER)
            at = parser.CurrentByteIndex
            above = open_[-1] if open_ else None
            span = Span(namespace, local, attributes, above, at, self._behind_tag(at))
            if above is not None:
                above.children.append(span)
            open_.append(span)
            found.append(span)

        def finish(_name: str) -> None:
            span = open_.pop()
            empty = self.data[span.head - 2 : span.head] == b"/>"
            span.end = span.head if empty else self._behind_tag(parser.CurrentByteIndex)

        def declare(prefix: str | None, uri: str) -> None:
            # Only what the root declares holds everywhere.
            if not found:
                self.prefixes.setdefault(uri, prefix or "")

        parser.StartElementHandler = begin
        parser.EndElementHandler = finish
        parser.StartNamespaceDeclHandler = declare
        parser.Parse(self.data, True)
        self.root = found[0]
        self._by_id: dict[str, Span] = {}
        for span in found:
            # Fields have ids of their own, which are names in the case file.
            if span.attributes.get("id") and span.namespace != xml.DUBAN:
                self._by_id.setdefault(span.attributes["id"], span)

    def _behind_tag(self, at: int) -> int:
        found = _TAG.match(self.data, at)
        return found.end() if found is not None else len(self.data)

    # --- Looking ------------------------------------------------------------------------------

    def find(self, id: str) -> Span | None:
        """The element with an id."""
        return self._by_id.get(id)

    def text(self, span: Span) -> str:
        """The text directly in an element that has no other content."""
        end = self.data.rfind(b"</", span.head, span.end)
        return self.data[span.head : end].decode() if end >= 0 else ""

    def name(self, namespace: str, local: str) -> str:
        """The name of an element as this document spells it; its prefix must be declared."""
        prefix = self.prefixes.get(namespace, "")
        return f"{prefix}:{local}" if prefix else local

    def declare(self, namespace: str, prefix: str) -> str:
        """The prefix of a namespace; declared at the root if it has none there."""
        if namespace not in self.prefixes:
            self.put_attribute(self.root, f"xmlns:{prefix}", namespace)
        return self.prefixes.get(namespace, prefix)

    # --- Changing -----------------------------------------------------------------------------

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text in the place of some bytes; every span must be looked up anew."""
        self.data = self.data[:start] + text.encode() + self.data[end:]
        self.prefixes = {}
        self._scan()

    def put_attribute(self, span: Span, name: str, value: str) -> None:
        """Give an attribute without a prefix a value; an empty one takes it away."""
        head = self.data[span.start : span.head].decode()
        known = re.search(rf"\s+{re.escape(name)}\s*=\s*(\"[^\"]*\"|'[^']*')", head)
        told = f' {name}="{escape(value, _QUOTED)}"' if value else ""
        if known is not None:
            changed = head[: known.start()] + told + head[known.end() :]
        else:
            cut = len(head) - (2 if head.endswith("/>") else 1)
            changed = head[:cut].rstrip() + told + head[cut:]
        if changed != head:
            self.replace(span.start, span.head, changed)

    def put_text(self, span: Span, text: str) -> None:
        """Give an element that has no children a text."""
        head = self.data[span.start : span.head].decode()
        if head.endswith("/>"):
            tag = re.match(r"<([^\s/>]+)", head)
            name = tag[1] if tag is not None else ""
            self.replace(span.start, span.end, f"{head[:-2].rstrip()}>{escape(text)}</{name}>")
        else:
            end = self.data.rfind(b"</", span.head, span.end)
            self.replace(span.head, end, escape(text))

    def insert_first(self, span: Span, markup: str, behind: Span | None = None) -> None:
        """Put an element first into another, or behind one of its children."""
        head = self.data[span.start : span.head].decode()
        if head.endswith("/>"):
            tag = re.match(r"<([^\s/>]+)", head)
            name = tag[1] if tag is not None else ""
            self.replace(span.start, span.end, f"{head[:-2].rstrip()}>{markup}</{name}>")
        else:
            at = behind.end if behind is not None else span.head
            self.replace(at, at, markup)

    def remove(self, span: Span) -> None:
        """Take an element away, with the white space before it."""
        start = span.start
        while start > 0 and self.data[start - 1 : start].isspace():
            start -= 1
        self.replace(start, span.end, "")


#: Signs an attribute spells otherwise, so that nothing typed is lost or read as markup.
_QUOTED = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
