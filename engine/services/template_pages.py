"""The pages of the Word templates: the list, a type with its versions, a version filled in."""

from __future__ import annotations

from engine.errors import Broken, Invalid, NotFound
from engine.services import (
    access,
    catalogue,
    definitions,
    dockets,
    papers_of_engine,
    template_lint,
    templates,
    views,
    word,
    word_pages,
)
from engine.services.sheets import Addressee, Sheet
from engine.services.wording import Words
from engine.store import bodies, cases
from engine.store import documents as issued
from engine.store import templates as rows
from engine.store.cases import CaseRow
from engine.values.paper_pages import (
    TemplateList,
    TemplatePage,
    TemplatePreview,
    TemplateType,
    TemplateVersion,
)
from engine.work import Work


def listing(work: Work, text: str = "") -> TemplateList:
    """Every type of document; anybody who works here may read it."""
    kinds = catalogue.of(work.office).documents
    newest: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for row in rows.every(work.session):
        if row.withdrawn_at is not None:
            continue
        if row.effective_at is None or row.effective_at > work.now:
            waiting[row.type] = row.version
    for code in {row.type for row in rows.every(work.session)}:
        now = rows.in_force(work.session, code, work.now)
        newest[code] = now.version if now is not None else 0
    by_type: dict[str, list[str]] = {}
    for _, definition in definitions.all_latest(work):
        for code in template_lint.types_of(definition):
            by_type.setdefault(code, []).append(definition.description.process.name)
    counted = issued.counted(work.session)
    found = [
        TemplateType(
            kind.code,
            kind.title,
            kind.number,
            newest.get(kind.code, 0),
            waiting.get(kind.code),
            tuple(by_type.get(kind.code, ())),
            counted.get(kind.code, 0),
        )
        for kind in kinds.values()
    ]
    wanted = text.strip().casefold()
    shown = [
        row
        for row in found
        if wanted in f"{row.title} {row.code} {row.number} {' '.join(row.processes)}".casefold()
    ]
    return TemplateList(tuple(shown), len(found), templates.may_change(work))


def page(work: Work, code: str) -> TemplatePage:
    """A type with every version of its template. Raises NotFound ``no_such_template``."""
    kind = templates.type_of(work, code)
    return TemplatePage(
        code=code,
        title=kind.title,
        number=kind.number,
        versions=templates.versions(work, code),
        fields=template_lint.fields(work, code),
        parameters=template_lint.parameters(work, code),
        processes=tuple(template_lint.issuing(work, code)),
        may=templates.may_change(work),
    )


def preview(work: Work, code: str, version: int, number: str = "") -> TemplatePreview:
    """A version filled in with a sample, or with the case of a number, if the reader may see it.

    Raises NotFound ``no_such_template``; Invalid ``number``: ``no_such_case``,
    ``case_of_another_procedure``.
    """
    shown = page(work, code)
    kind = templates.type_of(work, code)
    template = templates.content_of(work, code, version)
    row = _case(work, code, number.strip()) if number.strip() else None
    missing, made = "", b""
    try:
        context = (
            _from_case(work, row, code)
            if row is not None
            else template_lint.sample(work, kind, template)
        )
        made = word.render(template, context)
    except Broken as error:
        missing = str(error.facts.get("value", error.code))
    return TemplatePreview(
        page=shown,
        version=_version(shown, version),
        findings=template_lint.findings(work, code, template),
        blocks=word_pages.blocks(made) if made else (),
        case=views.case_ref(work, row) if row is not None else None,
        missing=missing,
    )


def _case(work: Work, code: str, number: str) -> CaseRow:
    case_id = cases.by_number(work.session, number)
    try:
        row = access.visible_case(work, case_id or 0)
    except NotFound as error:
        raise Invalid(fields={"number": Invalid("no_such_case", case=number)}) from error
    definition = definitions.load(work, row.definition_id)
    if code not in template_lint.types_of(definition) and code not in papers_of_engine.PARAMETERS:
        raise Invalid(fields={"number": Invalid("case_of_another_procedure", case=number)})
    return row


def _version(shown: TemplatePage, version: int) -> TemplateVersion:
    for one in shown.versions:
        if one.version == version:
            return one
    raise NotFound("no_such_template", type=shown.code, version=version)


def _from_case(work: Work, row: CaseRow, code: str) -> dict[str, object]:
    """What a document of the type would print of the case, with what the reader must not see out.

    A number is not taken: the preview shows where it would stand.
    """
    kind = templates.type_of(work, code)
    docket = dockets.opened(work, row)
    hidden = access.hidden_fields(work, row)
    filled = docket.slots.get(kind.body) or next(iter(docket.slots.values()), 0)
    issuer = bodies.body(work.session, filled)
    if issuer is None:
        raise Broken("slot_not_filled", slot=kind.body)
    data = {name: value for name, value in docket.data.items() if name not in hidden}
    to = bodies.body(work.session, docket.slots.get(kind.to, 0))
    party = "" if docket.description.process.party in hidden else docket.party
    addressee = Addressee(to.name if to is not None else party if kind.to == "party" else "")
    number = "（预览）" if kind.number else ""
    sheet = Sheet(work, docket, kind, issuer, addressee, number, kind.title, {})
    context = sheet.context(Words(work, docket.description, data))
    given = template_lint.parameters(work, code)
    return {**context, "p": {name: f"（{name}）" for name in given}}
