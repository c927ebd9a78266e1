"""Word documents from templates that managers may edit in WPS: filled in, never run.

A template may only name values, choose (``if``) and repeat (``for``). Anything that could call,
compute, reach into an object or grow without bound is refused before it is rendered; the sandbox
behind that refusal is the second line, not the first.
"""

from __future__ import annotations

import functools
import io
import re
import threading
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import Template, TemplateError, Undefined, meta, nodes
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment

from engine.errors import Broken, Invalid

MOST_TEMPLATE_BYTES = 5 << 20
MOST_PARTS = 500
MOST_UNPACKED_BYTES = 20 << 20
MOST_RENDERED_CHARACTERS = 4_000_000
MOST_LOOPS_INSIDE_ONE_ANOTHER = 2
#: Compiled texts kept by a process: a few for each template.
MOST_COMPILED = 500

_COMPILED: dict[str, Template] = {}
_COMPILING = threading.Lock()

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr,
    nodes.If, nodes.For, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare,
    nodes.Operand,
)  # fmt: skip
_COUNTERS = frozenset({"index", "index0", "first", "last", "length"})
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_EXTERNAL = re.compile(rb'TargetMode\s*=\s*["\']External', re.IGNORECASE)
#: What XML cannot hold, and the marks by which the template library breaks lines itself.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


class _Missing(Undefined):
    """A name without a value: may be asked about (``if``), never printed."""

    def __str__(self) -> str:
        return str(self._fail_with_undefined_error())


class _Bounded(Template):
    """A template that stops when what it writes grows too large."""

    def render(self, *args: Any, **values: Any) -> str:
        written: list[str] = []
        size = 0
        for piece in self.generate(*args, **values):
            size += len(piece)
            if size > MOST_RENDERED_CHARACTERS:
                raise TemplateError("the document grows too large")
            written.append(piece)
        return "".join(written)


def _printable(value: Any) -> Any:
    if isinstance(value, str | int | Undefined):
        return value
    raise TemplateError("only a text or a number can be printed")


class _Environment(SandboxedEnvironment):
    """Refuses everything but values, choices and repetitions, wherever the text comes from."""

    template_class = _Bounded

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=_Missing, finalize=_printable)
        # Nothing to call and no filter to abuse: a template prints what it is given.
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def from_string(self, source: Any, *args: Any, **more: Any) -> Template:
        """The template of a text; compiled once, for the same templates are filled in all day."""
        if not isinstance(source, str) or args or more:
            return super().from_string(source, *args, **more)
        with _COMPILING:
            if source not in _COMPILED:
                if len(_COMPILED) >= MOST_COMPILED:
                    _COMPILED.clear()
                _COMPILED[source] = super().from_string(source)
            return _COMPILED[source]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Entries of mappings and the counters of a repetition; never an attribute of anything."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(name=attribute)
        if isinstance(obj, LoopContext) and attribute in _COUNTERS:
            return super().getattr(obj, attribute)
        return self.undefined(name=attribute)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _check(tree, 0)
        return tree


def _check(node: nodes.Node, loops: int) -> None:
    if not isinstance(node, _ALLOWED):
        _refuse(node, type(node).__name__)
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        _refuse(node, node.attr)
    if isinstance(node, nodes.Name) and (node.name.startswith("_") or node.name == "self"):
        _refuse(node, node.name)
    if isinstance(node, nodes.For):
        loops += 1
        if loops > MOST_LOOPS_INSIDE_ONE_ANOTHER or node.recursive:
            _refuse(node, "For")
    for child in node.iter_child_nodes():
        _check(child, loops)


def _refuse(node: nodes.Node, what: str) -> None:
    raise TemplateSyntaxError(f"not allowed in a document: {what}", node.lineno)


def clean(text: str) -> str:
    """Text as a document may hold it: no control characters; a line end begins a paragraph."""
    tidy = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\t", " "))
    return re.sub("\n+", "\a", tidy.strip())


def render(template: bytes, values: Mapping[str, Any]) -> bytes:
    """The document. ``values`` hold text, lists and mappings of text, all passed by :func:`clean`.

    Raises Invalid ``bad_template`` with what is wrong with the template, and Broken
    ``document_value_missing`` when it prints a value that is not there.
    """
    _check_package(template)
    document = DocxTemplate(io.BytesIO(template))
    try:
        document.render(dict(values), jinja_env=_Environment(), autoescape=True)
    except UndefinedError as error:
        raise Broken("document_value_missing", value=_missing_name(error)) from error
    except (TemplateError, ValueError, KeyError) as error:
        # ValueError and KeyError: the package is not one that Word could open either.
        raise Invalid("bad_template", reason=str(error)) from error
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def check(template: bytes) -> None:
    """Read a template without filling it in. Raises Invalid ``bad_template``."""
    _check_package(template)
    for text in _sources(template):
        try:
            _Environment().parse(text)
        except TemplateError as error:
            raise Invalid("bad_template", reason=str(error)) from error


def names(template: bytes, root: str) -> frozenset[str]:
    """What a template asks of one of its values: ``v.finding`` gives ``finding`` for root ``v``."""
    _check_package(template)
    found = set()
    for text in _sources(template):
        for node in _Environment().parse(text).find_all(nodes.Getattr):
            if isinstance(node.node, nodes.Name) and node.node.name == root:
                found.add(node.attr)
    return frozenset(found)


def roots(template: bytes) -> frozenset[str]:
    """The values a template names at all, those its own repetitions give left out."""
    _check_package(template)
    found: set[str] = set()
    for text in _sources(template):
        found |= meta.find_undeclared_variables(_Environment().parse(text))
    return frozenset(found - {"loop"})


def _sources(template: bytes) -> Iterator[str]:
    """Every part the library would render, as template text."""
    document = DocxTemplate(io.BytesIO(template))
    document.render_init()
    yield document.patch_xml(document.get_xml())
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(uri):
            yield document.patch_xml(document.get_part_xml(part))


def paragraphs(document: bytes) -> list[str]:
    """The text of a document, paragraph by paragraph; a table row is one paragraph."""
    found = []
    for block in Document(io.BytesIO(document)).iter_inner_content():
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Table):
            found += ["　".join(dict.fromkeys(c.text for c in row.cells)) for row in block.rows]
    return [text.strip() for text in found if text.strip()]


def _missing_name(error: UndefinedError) -> str:
    quoted = re.findall(r"'([^']+)'", str(error))
    return quoted[-1] if quoted else str(error)


@functools.lru_cache(maxsize=200)
def _check_package(template: bytes) -> None:
    """Refuse what is no Word file, is too large unpacked, or reaches out of itself."""
    if len(template) > MOST_TEMPLATE_BYTES:
        raise Invalid("bad_template", reason="too large")
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED_BYTES:
                raise Invalid("bad_template", reason="too large unpacked")
            if "word/document.xml" not in package.namelist():
                raise Invalid("bad_template", reason="not a Word document")
            for part in parts:
                _check_part(part.filename, package.open(part).read(MOST_UNPACKED_BYTES + 1))
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise Invalid("bad_template", reason="not a Word document") from error


def _check_part(name: str, content: bytes) -> None:
    if len(content) > MOST_UNPACKED_BYTES:
        raise Invalid("bad_template", reason="too large unpacked")
    if name.lower().endswith("vbaproject.bin"):
        raise Invalid("bad_template", reason="macros")
    if name.lower().endswith((".xml", ".rels")):
        if _DOCTYPE.search(content):
            raise Invalid("bad_template", reason="a document type declaration")
        if name.lower().endswith(".rels") and _EXTERNAL.search(content):
            raise Invalid("bad_template", reason="a link to something outside")
