"""What becomes of a draft: handed to a second person, sent back, approved, published, discarded.

The person who judges a draft drew nothing of it and did not submit it (R9). What was approved is
what is published: from its submission on nobody can change it.
"""

from __future__ import annotations

from datetime import date

from engine.bpmn import definition as bpmn
from engine.bpmn.definition import Definition
from engine.errors import BadDefinition, Conflict, Invalid
from engine.services import audit, callees, definitions, designs, duty, proofs
from engine.store import definitions as definition_store
from engine.store import design_history as history_store
from engine.store import designs as store
from engine.store.definitions import DefinitionRow
from engine.store.designs import DesignRow
from engine.values.acts import Act
from engine.values.design_pages import DesignAct, Saved
from engine.values.process import Severity
from engine.work import Work

LONGEST_NOTE = 2_000
VERDICTS = ("approved", "returned")


def submit(
    work: Work, process_id: str, revision: int, note: str, effective_on: date | None = None
) -> None:
    """Hand the draft to a second person, with what it changes and the day it is to hold from.

    Raises BadDefinition with every finding while one is an error, and with what the proof shows a
    case can come to; Invalid with an error per field
    (``note``, ``effective_on``) or ``nothing_to_publish``; Conflict as :func:`designs.save` and
    ``design_outdated`` when another version was published since it began.
    """
    designs.manage(work)
    row = designs.opened(work, process_id)
    wrong: dict[str, Invalid] = _wrong_text("note", note)
    day = effective_on or work.today
    if day < work.today:
        wrong["effective_on"] = Invalid("effective_in_the_past")
    elif (coming := _coming(work, process_id)) is not None and day < coming:
        wrong["effective_on"] = Invalid("effective_before_coming", day=coming)
    if wrong:
        raise Invalid(fields=wrong)
    definition = _definition(work, row)
    row = designs.move(
        work,
        row,
        revision,
        (store.DRAFT,),
        state=store.SUBMITTED,
        note=note.strip(),
        effective_on=effective_on,
        submitted_by=work.actor.name,
        submitted_at=work.now,
        reviewed_by="",
        reviewed_at=None,
        words="",
    )
    designs.tell(work, row, DesignAct.SUBMITTED, row.note)
    audit.append(
        work,
        None,
        Act.DESIGN_SUBMITTED,
        process=process_id,
        revision=row.revision,
        checksum=definition.checksum,
        note=row.note,
        effective=day.isoformat(),
    )


def withdraw(work: Work, process_id: str, revision: int) -> None:
    """Take a draft back from its reviewer, or from publication, to go on drawing."""
    designs.manage(work)
    row = designs.opened(work, process_id)
    row = designs.move(work, row, revision, (store.SUBMITTED, store.APPROVED), state=store.DRAFT)
    designs.tell(work, row, DesignAct.WITHDRAWN)
    audit.append(work, None, Act.DESIGN_WITHDRAWN, process=process_id, revision=row.revision)


def review(work: Work, process_id: str, revision: int, verdict: str, words: str) -> None:
    """A second person approves the draft or sends it back with reasons.

    Raises Forbidden ``own_diagram`` (R9) with its basis; Invalid per field; BadDefinition when what
    it calls or refers to changed so that it has errors now.
    """
    row = designs.opened(work, process_id)
    duty.refuse(designs.may_review(work, row))
    wrong = {} if verdict in VERDICTS else {"verdict": Invalid("required")}
    if verdict == "returned" or len(words) > LONGEST_NOTE:
        wrong |= _wrong_text("words", words)
    if wrong:
        raise Invalid(fields=wrong)
    approved = verdict == "approved"
    # Somebody approves what can be published, and nothing else.
    seen = _definition(work, row).checksum if approved else ""
    row = designs.move(
        work,
        row,
        revision,
        (store.SUBMITTED,),
        state=store.APPROVED if approved else store.DRAFT,
        reviewed_by=work.actor.name,
        reviewed_at=work.now,
        words=words.strip(),
    )
    designs.tell(work, row, DesignAct.APPROVED if approved else DesignAct.RETURNED, row.words)
    audit.append(
        work,
        None,
        Act.DESIGN_REVIEWED,
        process=process_id,
        revision=row.revision,
        checksum=seen,
        verdict=verdict,
        words=row.words,
    )


def publish(work: Work, process_id: str, revision: int) -> DefinitionRow:
    """Make the approved draft the next version; cases start with it from its day on.

    A day that has passed by now is today. Raises as :func:`submit`.
    """
    designs.manage(work)
    row = designs.opened(work, process_id)
    if row.state != store.APPROVED:
        raise Conflict("design_not_approved", state=row.state)
    day = row.effective_on if row.effective_on and row.effective_on > work.today else None
    coming = _coming(work, process_id)
    if coming is not None and (day or work.today) < coming:
        raise Conflict("effective_before_coming", day=coming)
    definition = _definition(work, row)
    published = definitions.keep(
        work, definition, row.note, effective_on=day, reviewed_by=row.reviewed_by
    )
    row = designs.move(
        work,
        row,
        revision,
        (store.APPROVED,),
        state=store.PUBLISHED,
        definition_id=published.id,
    )
    designs.tell(work, row, DesignAct.PUBLISHED, str(published.version))
    return published


def discard(work: Work, process_id: str, revision: int, reason: str) -> None:
    """Give a draft up. What was saved of it stays in the history."""
    designs.manage(work)
    row = designs.opened(work, process_id)
    wrong = _wrong_text("reason", reason)
    if wrong:
        raise Invalid(fields=wrong)
    row = designs.move(work, row, revision, store.OPEN, state=store.DISCARDED)
    designs.tell(work, row, DesignAct.DISCARDED, reason.strip())
    audit.append(
        work,
        None,
        Act.DESIGN_DISCARDED,
        process=process_id,
        revision=row.revision,
        reason=reason.strip(),
    )


def rebase(work: Work, process_id: str, revision: int) -> None:
    """Let the draft change the newest version instead of the one it began from.

    Nothing drawn is merged: differences are shown against the newest version from now on.
    """
    designs.manage(work)
    row = designs.opened(work, process_id)
    newest = definition_store.versions(work.session, process_id)[:1]
    base = newest[0].id if newest else None
    row = designs.move(work, row, revision, (store.DRAFT,), base_id=base, revision=revision + 1)
    designs.tell(work, row, DesignAct.REBASED)
    audit.append(work, None, Act.DESIGN_EDITED, process=process_id, revision=row.revision)


def restore(work: Work, process_id: str, revision: int, kept: int) -> Saved:
    """Let the draft be again what it was when revision ``kept`` was saved."""
    row = designs.opened(work, process_id)
    files = history_store.kept(work.session, row.id, kept)
    if files is None:
        raise Invalid("no_such_revision", revision=kept)
    xml = files.pop(row.main)
    return designs.save(work, process_id, xml, files, revision, DesignAct.RESTORED)


def end(work: Work, process_id: str, version: int | None, day: date, note: str) -> None:
    """From a day on no case starts with a version, or with any: running cases stay as they are.

    The version before it, if that was not ended, holds again. Raises Invalid per field,
    ``no_such_version``.
    """
    designs.manage(work)
    wrong: dict[str, Invalid] = _wrong_text("note", note)
    if day < work.today:
        wrong["day"] = Invalid("effective_in_the_past")
    if wrong:
        raise Invalid(fields=wrong)
    rows = [
        row
        for row in definition_store.versions(work.session, process_id)
        if version is None or row.version == version
    ]
    if not rows:
        raise Invalid("no_such_version", version=version or 0)
    definition_store.end(work.session, [row.id for row in rows], day)
    audit.append(
        work,
        None,
        Act.DEFINITION_ENDED,
        process=process_id,
        versions=", ".join(str(row.version) for row in reversed(rows)),
        day=day.isoformat(),
        note=note.strip(),
    )


# --- Parts --------------------------------------------------------------------------------------


def _definition(work: Work, row: DesignRow) -> Definition:
    """The draft as it would be published. Raises what keeps it from that."""
    newest = definition_store.versions(work.session, row.process_id)[:1]
    if newest and newest[0].id != row.base_id:
        raise Conflict("design_outdated", version=newest[0].version)
    files = store.sources(work.session, row.id)
    called = callees.of(work, files, row.main)
    findings = designs.check(work, files, called)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise BadDefinition(findings)
    definition = bpmn.read({**called, **files}, row.main)
    known = definition_store.by_checksum(work.session, row.process_id, definition.checksum)
    if known is not None:
        raise Conflict("nothing_to_publish", version=known.version)
    faults = proofs.faults(definition)
    if faults:
        raise BadDefinition(faults)
    return definition


def _coming(work: Work, process_id: str) -> date | None:
    """The day of the last version that is still to come into force."""
    days = (
        row.effective_on
        for row in definition_store.versions(work.session, process_id)
        if row.effective_on is not None and row.effective_on > work.today
        if row.ends_on is None or row.ends_on > row.effective_on
    )
    return max(days, default=None)


def _wrong_text(name: str, text: str) -> dict[str, Invalid]:
    if not text.strip():
        return {name: Invalid("required")}
    if len(text) > LONGEST_NOTE:
        return {name: Invalid("too_long", maximum=LONGEST_NOTE)}
    return {}
