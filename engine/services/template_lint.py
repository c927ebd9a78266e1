"""What a template names, against what its documents can have; and values to try it with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.bpmn import xml
from engine.bpmn.definition import Definition
from engine.bpmn.forms import said
from engine.bpmn.model import operation_of
from engine.rules import documents as paper
from engine.rules.documents import DocumentType
from engine.services import definitions, papers_of_engine, word
from engine.values.paper_pages import TemplateFinding
from engine.values.process import Field, FieldType
from engine.work import Work

#: What every template may name (docs/documents.md).
GIVEN = frozenset(
    {
        "number", "title", "issuer", "recipient", "date", "date_in_characters", "process",
        "officer", "case", "basis", "v", "p",
    }
)  # fmt: skip
OF_CASE = frozenset({"number", "title", "party", "started"})
#: Parameters an operation adds by itself.
ADDED = frozenset({"due", "copies"})

_SAMPLES = {
    FieldType.LONG_TEXT: "（{label}：示例文字）",
    FieldType.NUMBER: "3",
    FieldType.MONEY: "1,200.00元",
    FieldType.DATE: "2026年3月2日",
    FieldType.PEOPLE: "示例甲、示例乙",
    FieldType.PERSON: "示例甲",
    FieldType.BODY: "示例县市场监督管理局",
    FieldType.LEGAL_ARTICLE: "《示例法》第一条",
    FieldType.FILE: "示例材料.pdf",
}


def issuing(work: Work, code: str) -> dict[str, tuple[Definition, frozenset[str]]]:
    """The procedures that issue a type: by name, with the parameters each gives."""
    found: dict[str, tuple[Definition, frozenset[str]]] = {}
    for _, definition in definitions.all_latest(work):
        given = _parameters(definition, code)
        if given is not None:
            found[definition.description.process.name] = (definition, given)
    return found


def types_of(definition: Definition) -> set[str]:
    """The types a procedure issues."""
    return {
        said(one, "value")
        for process in definition.models.values()
        for node in process.nodes.values()
        if (mark := operation_of(node)) is not None and said(mark, "name") == "issue_document"
        for one in mark.iterchildren(xml.duban("parameter"))
        if said(one, "name") == "type"
    }


def _parameters(definition: Definition, code: str) -> frozenset[str] | None:
    """The parameters of every operation that issues the type; None when there is none."""
    names: set[str] | None = None
    for process in definition.models.values():
        for node in process.nodes.values():
            mark = operation_of(node)
            if mark is None or said(mark, "name") != "issue_document":
                continue
            given = {
                said(one, "name"): said(one, "value")
                for one in mark.iterchildren(xml.duban("parameter"))
            }
            if given.get("type") == code:
                names = (names or set()) | set(given)
    return frozenset(names) if names is not None else None


def findings(work: Work, code: str, template: bytes) -> tuple[TemplateFinding, ...]:
    """Names that no document of the type can have, and those only some can."""
    found = [TemplateFinding("unknown_name", name) for name in sorted(word.roots(template) - GIVEN)]
    found += [
        TemplateFinding("unknown_fact", f"case.{name}")
        for name in sorted(word.names(template, "case") - OF_CASE)
    ]
    known = issuing(work, code)
    own = papers_of_engine.PARAMETERS.get(code)
    if not known and own is None:
        # Issued by no procedure: nothing is known of its fields.
        return tuple(found)
    for name in sorted(word.names(template, "v")):
        lacking = [told for told, (one, _) in known.items() if name not in one.names]
        if own is not None or len(lacking) == len(known):
            found.append(TemplateFinding("unknown_field", f"v.{name}"))
        elif lacking:
            found.append(TemplateFinding("field_of_some", f"v.{name}", tuple(lacking)))
    given = ADDED.union(own or (), *(names for _, names in known.values()))
    found += [
        TemplateFinding("unknown_parameter", f"p.{name}")
        for name in sorted(word.names(template, "p") - given)
    ]
    return tuple(found)


def fields(work: Work, code: str) -> tuple[tuple[str, str], ...]:
    """What a template of the type may print of the case, with the labels of forms."""
    found: dict[str, str] = {}
    for definition, _ in issuing(work, code).values():
        labels = definition.description.fields
        for name in sorted(definition.names):
            found.setdefault(name, labels[name].label if name in labels else "")
    return tuple(sorted(found.items()))


def parameters(work: Work, code: str) -> tuple[str, ...]:
    """What the operations that issue the type give besides."""
    own = {"type", "to", "body", "title", "case", "due_of"}
    given = frozenset().union(*(names for _, names in issuing(work, code).values()))
    return tuple(sorted((given | papers_of_engine.PARAMETERS.get(code, frozenset())) - own))


def sample(
    work: Work, kind: DocumentType, template: bytes, today: date | None = None
) -> dict[str, object]:
    """Believable values for everything a template names."""
    known: dict[str, Field] = {}
    for definition, _ in issuing(work, kind.code).values():
        known = {**definition.description.fields, **known}
    return sample_values(kind, template, known, today or work.today)


def sample_values(
    kind: DocumentType, template: bytes, known: Mapping[str, Field], today: date
) -> dict[str, object]:
    """The same for fields that are known already."""
    return {
        "number": paper.number(kind, "示", today.year, 1) if kind.number else "",
        "title": kind.title,
        "issuer": "示例县人民政府示例机关",
        "recipient": "示例单位" if kind.to else "",
        "date": paper.day(today),
        "date_in_characters": paper.day_in_characters(today),
        "process": "示例流程",
        "officer": "示例甲",
        "case": {
            "number": f"示例〔{today.year}〕1号",
            "title": "示例案件",
            "party": "示例当事人",
            "started": paper.day(today),
        },
        "basis": [{"law": "示例法", "article": "第一条", "text": "示例条文。"}],
        "v": {name: _said(known.get(name), name) for name in word.names(template, "v")},
        "p": {name: f"示例（{name}）" for name in word.names(template, "p")},
    }


def _said(field: Field | None, name: str) -> str:
    if field is None:
        return f"示例（{name}）"
    if field.options:
        return field.options[0].label
    return _SAMPLES.get(field.type, "示例{label}").format(label=field.label)
