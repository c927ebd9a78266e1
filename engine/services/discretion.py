"""What must not be written where those can read it from whom it is kept (R15).

A title, a report or the name of a file travels into inboxes, documents, registers and notices. So
a name typed into a field that the complained department reads is refused at once, to the person who
can still put it differently; those who must not know it learn nothing from this either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from engine.errors import DubanError, Invalid
from engine.rules import redaction
from engine.services import access, definitions, slots, views
from engine.store import attachments, cases, recusals
from engine.store.cases import CaseRow
from engine.values.process import Description, Disclosure, Field, FieldType, Form
from engine.values.running import CaseFile, Json
from engine.work import Work

#: Letters from which on a telephone, an address or a number says who somebody is.
TELLING = 6
#: The procedure that decides about a clock of another case.
CLOCK_REQUEST = "clock_request"


def refuse(
    work: Work,
    description: Description,
    form: Form,
    filled: Mapping[str, int],
    data: CaseFile,
    values: CaseFile,
) -> dict[str, DubanError]:
    """Errors by field id: texts that say what is hidden from somebody who reads the field."""
    secrets = _secrets(description, {**data, **values})
    family = access.viewer(work).family
    wrong: dict[str, DubanError] = {}
    for field in form.fields:
        told = _texts(work, field, values.get(field.id))
        for secret, words in secrets:
            open_to = [slot for slot in secret.hidden_from if slot not in field.hidden_from]
            # To somebody kept from it, a refusal would tell that they guessed right.
            blind = family & _bodies(filled, open_to)
            if open_to and not blind and any(words in text for text in told):
                wrong[field.id] = Invalid("would_disclose", field=secret.label)
    return wrong


def refuse_text(work: Work, case: CaseRow, text: str, field: str) -> None:
    """Refuse words on a case's pages that say what is hidden from somebody who reads them.

    Raises Invalid ``would_disclose`` at the field. To somebody kept from it nothing is refused:
    that would tell that they guessed right.
    """
    description = definitions.load(work, case.definition_id).description
    family = access.viewer(work).family
    for secret, words in _secrets(description, case.data):
        blind = family & _bodies(case.slots, secret.hidden_from)
        if words in text and not blind:
            raise Invalid(fields={field: Invalid("would_disclose", field=secret.label)})


def refuse_for_other(
    work: Work, case_id: int | None, form: Form, values: CaseFile
) -> dict[str, DubanError]:
    """Errors by field id: what a case that decides about another says of its secrets.

    A request for a recusal or about a clock is a case of its own, but what is decided in it stands
    on the pages of the one it is about.
    """
    about = _about(work, case_id) if case_id is not None else None
    if about is None:
        return {}
    wrong: dict[str, DubanError] = {}
    for field in form.fields:
        for text in _texts(work, field, values.get(field.id)):
            try:
                refuse_text(work, about, text, field.id)
            except Invalid as error:
                wrong |= error.fields
    return wrong


def _about(work: Work, case_id: int) -> CaseRow | None:
    recusal = recusals.decided_in(work.session, case_id)
    if recusal is not None:
        return cases.get(work.session, recusal.case_id)
    row = cases.get(work.session, case_id)
    target = row.data.get("target_case") if row is not None else None
    asked = row is not None and row.process_id == CLOCK_REQUEST and isinstance(target, int)
    return cases.get(work.session, target) if asked and isinstance(target, int) else None


def veiled(work: Work, case: CaseRow, text: str) -> str:
    """The text as the reader may have it: without what is hidden from them in the case."""
    return veil(work, case)(text)


def veil(work: Work, case: CaseRow) -> Callable[[str], str]:
    """The same for many texts of a case: what it hides from the reader is asked for once.

    What was harmless when it was written may not be any more: the name may be entered later.
    """
    hidden = access.hidden_fields(work, case)
    if not hidden:
        return str
    description = definitions.load(work, case.definition_id).description
    known = [words for secret, words in _secrets(description, case.data) if secret.id in hidden]

    def without(text: str) -> str:
        for words in known:
            text = text.replace(words, redaction.HIDDEN)
        return text

    return without


def _secrets(description: Description, data: CaseFile) -> list[tuple[Field, str]]:
    """The values that say who somebody is, each with its field."""
    party = description.process.party
    found: dict[str, tuple[Field, str]] = {}
    for form in description.forms.values():
        for field in form.fields:
            value = data.get(field.id)
            if not field.hidden_from or field.type is not FieldType.TEXT:
                continue
            if not isinstance(value, str):
                continue
            words = value.strip()
            long = field.disclosure is Disclosure.REDACT and len(words) >= TELLING
            if long or (field.id == party and len(words) > 1):
                found[field.id] = (field, words)
    return list(found.values())


def _texts(work: Work, field: Field, value: Json) -> list[str]:
    """What a value says in free words, names of files included."""
    if field.readonly or field.hidden_from or views.is_blank(value):
        return []
    if field.type is FieldType.FILE:
        return [file.filename for file in attachments.some(work.session, views.ids_in(value))]
    if isinstance(value, Mapping):
        return _strings(value.values())
    if isinstance(value, list):
        return _strings(value)
    return _strings([value])


def _strings(values: Iterable[Json]) -> list[str]:
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Mapping):
            found += _strings(value.values())
    return found


def _bodies(filled: Mapping[str, int], named: Iterable[str]) -> set[int]:
    return {filled[one] for slot in named for one in (slot, slot + slots.LEGAL) if one in filled}
