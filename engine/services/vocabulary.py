"""What a diagram may refer to in this county, for whoever draws one."""

from __future__ import annotations

from engine.bpmn import decisions as tables
from engine.bpmn import xml
from engine.bpmn.functions import SIGNATURES, Signature
from engine.bpmn.lint.timers import LEVELS
from engine.rules.basis import BASIS
from engine.rules.certificates import KINDS
from engine.services import callees, catalogue, definitions, designs, schedules, slots
from engine.values.design_pages import LimitTerm, Term, Vocabulary
from engine.values.process import OPERATIONS, Disclosure, FieldType
from engine.values.quorum import Rule as CountersignRule
from engine.values.timing import Limit
from engine.work import Work


def vocabulary(work: Work) -> Vocabulary:
    """Everything pickers offer. Raises Forbidden for those who see no drafts."""
    designs.look(work)
    files = catalogue.of(work.office)
    published = definitions.all_latest(work)
    limits = _limits(work)
    laws, stages = _said(work)
    return Vocabulary(
        roles=tuple(Term(role.code, role.zh, role.en) for role in files.roles.values()),
        slots=tuple(Term(slot, "") for slot in (*slots.ONLY_ONE, "handling", "subject")),
        limits=limits,
        documents=tuple(Term(one.code, one.title) for one in files.documents.values()),
        operations=tuple(
            Term(
                name,
                "",
                more={
                    "required": shape.required,
                    "one_of": shape.one_of,
                    "optional": shape.optional,
                    "open": shape.open,
                },
            )
            for name, shape in OPERATIONS.items()
        ),
        registers=tuple(
            Term(
                one.code,
                one.title,
                more={"columns": tuple(Term(column.id, column.label) for column in one.columns)},
            )
            for one in files.registers.values()
        ),
        messages=tuple(
            Term(one.code, one.titles.get("zh_CN", one.code), one.titles.get("en", ""))
            for one in files.messages.values()
        ),
        field_types=tuple(FieldType),
        disclosures=tuple(Disclosure),
        decisions=_decisions(work),
        processes=tuple(
            Term(row.process_id, definition.description.process.name)
            for row, definition in published
        ),
        laws=laws,
        stages=stages,
        duties=tuple(BASIS),
        certificates=tuple(KINDS),
        levels=tuple(sorted(LEVELS)),
        countersign=tuple(CountersignRule),
        functions=tuple((name, _arguments(shape)) for name, shape in SIGNATURES.items()),
    )


def _arguments(shape: Signature) -> str:
    """Arguments as a picker shows them: those that may be left out in brackets."""
    names = ["x" if number == 0 else f"x{number + 1}" for number in range(shape.least)]
    optional = "".join(f"[, {name}=]" for name in shape.keywords)
    more = "[, …]" if shape.most > shape.least + len(shape.keywords) else ""
    return f"({', '.join(names)}{optional}{more})"


def _limits(work: Work) -> tuple[LimitTerm, ...]:
    """Every key once, by the general row in force today."""
    found: dict[str, Limit] = {}
    for row in schedules.county(work).table.rows:
        known = found.get(row.key)
        begun = row.in_force_from is None or row.in_force_from <= work.today
        over = row.in_force_to is not None and row.in_force_to < work.today
        if known is None or (begun and not over and (row.sector is None or known.sector)):
            found[row.key] = row
    return tuple(_limit(row) for row in sorted(found.values(), key=lambda row: row.key))


def _limit(row: Limit) -> LimitTerm:
    first = row.sources[0] if row.sources else None
    return LimitTerm(
        key=row.key,
        name=row.name,
        en=row.name_en,
        amount=row.span.amount,
        unit=row.span.unit.value,
        statutory=row.statutory,
        law=first.law if first else row.basis,
        article=first.article if first else "",
        evidence=row.evidence.value,
    )


def _decisions(work: Work) -> tuple[Term, ...]:
    found = []
    for ref, (file, data) in sorted(callees.decisions(work).items()):
        root = xml.parse(data, name=file)
        table = tables.read(root, file)[ref]
        more = {
            "file": file,
            "inputs": table.inputs,
            "outputs": tuple(output.name for output in table.outputs),
        }
        found.append(Term(ref, _decision_name(root, ref), more=more))
    return tuple(found)


def _decision_name(root: xml.Element, ref: str) -> str:
    named = (one.get("name", "") for one in root.iter() if one.get("id") == ref)
    return next(named, "") or ref


def _said(work: Work) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Laws and public stages that published procedures speak of."""
    laws: set[str] = {
        source.law for row in schedules.county(work).table.rows for source in row.sources
    }
    stages: dict[str, None] = {}
    for _, definition in definitions.all_latest(work):
        description = definition.description
        laws.update(basis.law for basis in description.process.basis)
        for form in description.forms.values():
            laws.update(basis.law for basis in form.basis)
            if form.stage:
                stages[form.stage] = None
    return tuple(sorted(laws)), tuple(stages)
