"""The case file (案卷) as one package: everything a reader may see, in order, with its proof.

What belongs into it is read in one snapshot and written to a file piece by piece. Its own hash goes
into the case's audit chain with who made it and for what.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from engine.actor import Actor
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.office import Office
from engine.services import (
    access,
    attachments,
    audit,
    casefile_items,
    casefile_package,
    dockets,
)
from engine.services.attachments import Download
from engine.services.dockets import Chain, Docket
from engine.store import archives, cases, people
from engine.store import casefiles as rows
from engine.store.casefiles import CaseFileRow
from engine.store.cases import CaseRow
from engine.values.acts import Act
from engine.values.paper_pages import CaseFilePage, MadeFile
from engine.values.people import ALLOWED, Verdict
from engine.values.running import Json
from engine.work import Work

PARTS = ("main", "secondary", "both")
#: A package somebody made is fetched within this time; it can be made again.
KEPT_FOR = timedelta(days=7)
MOST_BYTES = 1 << 40
LONGEST_PURPOSE = 500


# --- Reading ----------------------------------------------------------------------------------


def page(work: Work, case_id: int) -> CaseFilePage:
    """The case file as it would be made now. Raises NotFound ``no_such_case``."""
    row = access.visible_case(work, case_id)
    secondary = may(work, row, "secondary")
    items = casefile_items.of_case(work, row)
    made = rows.of_case(work.session, case_id)
    names = people.names_of_people(work.session, {one.made_by for one in made if one.made_by})
    return CaseFilePage(
        main=tuple(one for one in items if one.part == "main"),
        secondary=tuple(one for one in items if one.part == "secondary") if secondary else (),
        made=tuple(
            MadeFile(
                one.id, one.part, one.made_at, names.get(one.made_by or 0, ""), one.purpose,
                one.size, one.sha256, one.items, one.kept_until, one.whole,
                _may_fetch(work, row, one),
            )
            for one in made
        ),
        may_secondary=secondary,
        may=may(work, row, "main"),
    )  # fmt: skip


def may(work: Work, row: CaseRow, part: str) -> Verdict:
    """Whether the reader may have a part of the case file: a part in the case, and the secondary
    file only within the authority whose case it is.
    """
    if archives.of_case(work.session, row.id) is not None:
        return Verdict(False, "case_archived")
    if not access.takes_part(work, row):
        return Verdict(False, "no_part_in_case")
    if part != "main" and not casefile_items.sees_secondary(work, row):
        return Verdict(False, "secondary_is_internal")
    return ALLOWED


def printable(work: Work, case_id: int, part: str) -> str:
    """The whole file as one text to be read and printed. Raises as :func:`make`."""
    row = _allowed(work, case_id, part)
    items = casefile_package.items(work, row, part)
    return "".join(casefile_package.index(work, row, items, part))


# --- Making -----------------------------------------------------------------------------------


def make(office: Office, actor: Actor, case_id: int, part: str, purpose: str) -> int:
    """Make the package of a case for somebody; its id.

    Nothing is locked while it is written. Raises NotFound ``no_such_case``, Invalid by field,
    Forbidden ``secondary_is_internal`` or ``no_part_in_case``, Conflict ``case_archived``.
    """
    purpose = " ".join(purpose.split())[:LONGEST_PURPOSE]
    if not purpose:
        raise Invalid(fields={"purpose": Invalid("required")})
    if part not in PARTS:
        raise Invalid(fields={"part": Invalid("required")})
    with tempfile.TemporaryFile(dir=_folder(office)) as written:
        with office.read(actor) as work:
            row = _allowed(work, case_id, part)
            count = casefile_package.write(work, row, part, written)
        written.seek(0)
        with attachments.store(office).incoming(written, MOST_BYTES) as arrived:
            attachments.store(office).keep(arrived)
            sha256, size = arrived.sha256, arrived.size
    with office.begin(actor) as work:
        _allowed(work, case_id, part)
        with dockets.locked(work, case_id) as chain:
            until = work.now + KEPT_FOR
            return _record(work, chain, part, purpose, count, sha256, size, until).id


def keep(work: Work, docket: Docket, number: str) -> Json:
    """The operation that archives: the package of a case by its number, whole and for good.

    A number this system did not give, or a case that left for an archive, gives no package.
    """
    case_id = cases.by_number(work.session, number) or 0
    row = cases.get(work.session, case_id)
    if row is None or archives.of_case(work.session, case_id) is not None:
        # A file on paper from before: its catalogue and scans are what there is.
        return {"file": None, "sha256": "", "size": 0, "items": 0}
    with tempfile.TemporaryFile(dir=_folder(work.office)) as written:
        count = casefile_package.write(work, row, "both", written, everything=True)
        written.seek(0)
        kept = attachments.store(work.office)
        with kept.incoming(written, MOST_BYTES) as arrived:
            kept.keep(arrived)
            sha256, size = arrived.sha256, arrived.size
    made = _record(work, docket, "both", number, count, sha256, size, None)
    return {"file": made.id, "sha256": sha256, "size": size, "items": count}


def _record(
    work: Work,
    chain: Chain | Docket,
    part: str,
    purpose: str,
    count: int,
    sha256: str,
    size: int,
    until: datetime | None,
) -> CaseFileRow:
    made = rows.add(
        work.session,
        case_id=chain.id,
        part=part,
        made_at=work.now,
        made_by=work.actor.person_id,
        purpose=purpose,
        size=size,
        sha256=sha256,
        items=count,
        kept_until=until,
        whole=until is None,
    )
    audit.append(
        work, chain, Act.CASE_FILE_MADE, part=part, items=count, sha256=sha256, purpose=purpose
    )
    return made


def fetch(work: Work, case_id: int, file_id: int) -> Download:
    """A package that was made, to be sent; taking it is on the record.

    Raises NotFound ``no_such_file`` for one of another person, or whose time is over.
    """
    row = access.visible_case(work, case_id)
    found = rows.find(work.session, file_id)
    if found is None or found.case_id != case_id or not _may_fetch(work, row, found):
        raise NotFound("no_such_file")
    with dockets.locked(work, case_id) as chain:
        audit.append(work, chain, Act.CASE_FILE_FETCHED, part=found.part, sha256=found.sha256)
    name = f"{row.number}-案卷.zip"
    return attachments.download(work.office, name, "application/zip", found.size, found.sha256)


def _may_fetch(work: Work, row: CaseRow, found: CaseFileRow) -> bool:
    """Whoever made it, as long as it is kept; an archived one, who handles the archive's case."""
    if found.kept_until is not None:
        mine = found.made_by is not None and found.made_by == work.actor.person_id
        return mine and found.kept_until >= work.now
    if not access.takes_part(work, row) or not casefile_items.sees_secondary(work, row):
        return False
    # It holds everything: also what is hidden from some of the case it was made of.
    source = cases.get(work.session, cases.by_number(work.session, found.purpose) or 0)
    return (
        source is not None
        and access.may_see(work, source)
        and not access.hidden_fields(work, source)
        and casefile_items.sees_secondary(work, source)
    )


def _allowed(work: Work, case_id: int, part: str) -> CaseRow:
    row = access.visible_case(work, case_id)
    verdict = may(work, row, part)
    if verdict.code == "case_archived":
        raise Conflict("case_archived")
    if not verdict:
        raise Forbidden(verdict.code)
    return row


def _folder(office: Office) -> Path:
    folder = office.settings.files / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
