"""A void document stays on record with its number; bytes no row speaks of are swept away."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import attachments, audit, definitions, documents, leftovers, voided
from engine.store import documents as rows
from engine.values.people import Membership
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task
from tests.engine.services.test_recusals import ask, decide
from tests.processes_shipped.walk import shipped


@pytest.fixture
def decided(county: County) -> int:
    """A case in which the legal office issued a numbered document."""
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")
    with county.office.begin(COMMAND_LINE) as work:
        definitions.keep(work, shipped("recusal.bpmn"), "test")
    case_id = started(county)
    named = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=named)
    assert task(county, case_id, "verify").status == "open"
    other = ask(county, case_id)
    decide(county, other, "grant")
    return other


def test_a_document_is_made_void_with_a_reason_and_its_number_never_comes_back(
    county: County, decided: int
) -> None:
    with county.office.read(county.actor("head")) as work:
        (row,) = documents.of_case(work, decided)
    assert row.may_void
    with county.office.begin(county.actor("head")) as work, pytest.raises(Invalid):
        documents.void(work, row.id, "  ")
    with county.office.begin(county.actor("head")) as work:
        documents.void(work, row.id, "文书制作有误")
    with county.office.begin(county.actor("head")) as work, pytest.raises(Conflict):
        documents.void(work, row.id, "再次作废")
    with county.office.read(county.actor("head")) as work:
        (after,) = documents.of_case(work, decided)
        told = [entry.act for entry in audit.entries(work, decided)]
    assert (after.number, after.void_reason, after.may_void) == (row.number, "文书制作有误", False)
    assert after.voided_at is not None
    assert told[-1] == "document_voided"
    with county.office.read(county.actor("head")) as work:
        (void,) = voided.page(work).rows
        assert voided.page(work, str(row.id)).rows == ()
    assert (void.number, void.reason, void.voided_by) == (row.number, "文书制作有误", "局长")
    with county.office.read(county.actor("market")) as work:
        assert voided.page(work).rows == ()
    with county.office.read(county.actor("head")) as work, pytest.raises(NotFound):
        voided.page(work, "x")
    # The next one has the next number.
    again = started(county)
    complete(
        county, again, "assign", "head", verifiers=[county.people["sup1"], county.people["sup3"]]
    )
    other = ask(county, again)
    decide(county, other, "refuse")
    with county.office.read(county.actor("head")) as work:
        (later,) = documents.of_case(work, other)
    assert later.number == row.number.replace("1号", "2号")


def test_only_who_leads_the_issuing_body_makes_a_document_void(
    county: County, decided: int
) -> None:
    with county.office.read(county.actor("intake")) as work:
        (row,) = documents.of_case(work, decided)
    assert not row.may_void
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden):
        documents.void(work, row.id, "理由")


def test_a_unit_below_does_not_make_void_what_its_department_issued(
    county: County, decided: int
) -> None:
    with county.office.read(county.actor("head")) as work:
        (row,) = documents.of_case(work, decided)
        document = rows.find(work.session, row.id)
    assert document is not None
    of_department = replace(document, body_id=county.bodies["market"])
    of_unit = replace(document, body_id=county.bodies["market_unit"])
    chief = Membership(county.bodies["market_unit"], "enf_unit_head")
    below = replace(county.actor("unit"), memberships=(chief,))
    with county.office.read(below) as work:
        assert not documents.may_void(work, of_department)
        assert documents.may_void(work, of_unit)
    with county.office.read(county.actor("market")) as work:
        assert documents.may_void(work, of_department)
        assert documents.may_void(work, of_unit)


def test_bytes_of_a_unit_of_work_that_was_rolled_back_are_swept(
    county: County, decided: int
) -> None:
    kept = attachments.store(county.office)
    with kept.incoming(io.BytesIO(b"left behind"), 100) as arrived:
        kept.keep(arrived)
    with county.office.read(county.actor("head")) as work:
        (row,) = documents.of_case(work, decided)
    for sha256 in (arrived.sha256, row.sha256):
        os.utime(kept.path(sha256), (0, 0))
    for hour in range(16):
        county.at(f"2026-03-04 {hour:02d}:00")
        leftovers.sweep(county.office)
    assert kept.path(row.sha256).is_file()
    assert not (kept.root / arrived.sha256[:2] / arrived.sha256[2:4] / arrived.sha256).exists()
