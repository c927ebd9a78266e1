"""Documents are served by the ways of the law; the day of service starts the party's periods."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest

from engine.bpmn.functions import functions
from engine.errors import Conflict, Forbidden, Invalid
from engine.rules import service as rules
from engine.rules.service import Attempt
from engine.services import audit, documents, schedules, service_of_documents, verification
from engine.values.paper_pages import ToServe
from engine.values.service import Method, served_on
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform, uploaded
from tests.engine.services.test_template_versions import chief

CODE = "rectification_proposal"
DAY = date(2026, 3, 4)
WHOLE = Attempt(
    "direct", "served", DAY, "某路1号", "王五", "本人", "居委会", "某乡", "EMS1", "拒收",
    (1,), True,
)  # fmt: skip


@pytest.fixture
def issued(county: County) -> tuple[County, int, int]:
    """A decision addressed to the party, issued on Monday 2 March."""
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")
    case_id = opened(county)
    perform(county, case_id, "issue_document", type=CODE, to="party")
    with county.office.read(chief(county)) as work:
        (row,) = documents.of_case(work, case_id)
    return county, case_id, row.id


def shown(county: County, case_id: int) -> ToServe:
    with county.office.read(chief(county)) as work:
        (row,) = service_of_documents.page(work, case_id).rows
    return row


def _without(method: Method, name: str) -> Attempt:
    return Attempt(**{**asdict(WHOLE), "method": method, name: ""})


@pytest.mark.parametrize("method", list(Method))
def test_each_method_needs_what_the_law_asks_of_it(method: Method) -> None:
    rules.check(replace(WHOLE, method=method), date(2026, 3, 2), DAY)
    for name in rules.NEEDED[method]:
        with pytest.raises(Invalid) as refused:
            rules.check(_without(method, name), date(2026, 3, 2), DAY)
        assert set(refused.value.fields) == {name}
    with pytest.raises(Invalid) as refused:
        rules.check(replace(WHOLE, method=method, proofs=()), date(2026, 3, 2), DAY)
    assert set(refused.value.fields) == {"proofs"}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"method": "electronic", "consent": False}, "consent", "service_needs_consent"),
        ({"delivered_on": date(2026, 3, 5)}, "delivered_on", "service_in_future"),
        ({"delivered_on": date(2026, 3, 1)}, "delivered_on", "service_before_issue"),
        ({"delivered_on": None}, "delivered_on", "required"),
        ({"method": "pigeon"}, "method", "unknown_method"),
        ({"outcome": "failed", "reason": ""}, "reason", "required"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    change: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check(replace(WHOLE, **change), date(2026, 3, 2), DAY)  # type: ignore[arg-type]  # the table names fields
    assert refused.value.fields[field].code == code


def test_an_announcement_counts_after_thirty_days_and_nothing_else_does() -> None:
    for method in Method:
        waits = 30 if method is Method.PUBLIC else 0
        assert (served_on(method, DAY) - DAY).days == waits


def test_the_language_of_diagrams_knows_the_day(county: County) -> None:
    with county.office.read(chief(county)) as work:
        known = functions(work.now, schedules.for_case(work, work.today, None))
    assert known["service_day"]("public", "2026-03-04") == "2026-04-03"
    assert known["service_day"]("left", "2026-03-04") == "2026-03-04"


def test_a_service_is_recorded_with_proof_receipt_and_audit(
    issued: tuple[County, int, int],
) -> None:
    county, case_id, document_id = issued
    county.at("2026-03-05 10:00")
    proof = uploaded(county, "intake", case_id).id
    attempt = replace(WHOLE, proofs=(proof,))
    with county.office.begin(chief(county)) as work:
        failed = replace(attempt, outcome="failed", reason="无人", proofs=())
        assert service_of_documents.record(work, case_id, document_id, failed).receipt is None
    assert shown(county, case_id).state == "attempted"
    with county.office.begin(chief(county)) as work:
        done = service_of_documents.record(work, case_id, document_id, attempt)
    assert done.receipt is not None
    row = shown(county, case_id)
    assert (row.state, row.served_on) == ("served", DAY)
    assert not row.may
    assert row.services[-1].proofs[0].id == proof
    with county.office.read(chief(county)) as work:
        receipt = documents.read(work, done.receipt.id)
        told = [entry for entry in audit.entries(work, case_id) if entry.act == "document_served"]
    words = str(receipt.blocks)
    assert all(said in words for said in ("直接送达", "2026年3月4日", "王五", row.document.number))
    assert [entry.facts["outcome"] for entry in told] == ["failed", "served"]
    with county.office.begin(chief(county)) as work, pytest.raises(Conflict):
        service_of_documents.record(work, case_id, document_id, attempt)
    assert not verification.county(county.office, county.actor("admin")).differences


def test_who_is_not_of_the_issuing_body_records_nothing(issued: tuple[County, int, int]) -> None:
    county, case_id, document_id = issued
    county.at("2026-03-05 10:00")
    proof = uploaded(county, "intake", case_id).id
    with county.office.begin(county.actor("market")) as work, pytest.raises(Exception) as refused:
        service_of_documents.record(work, case_id, document_id, replace(WHOLE, proofs=(proof,)))
    assert isinstance(refused.value, Forbidden) or str(refused.value).startswith("no_such_file")


def test_a_file_of_another_case_proves_nothing(issued: tuple[County, int, int]) -> None:
    county, case_id, document_id = issued
    other = uploaded(county, "intake", opened(county)).id
    county.at("2026-03-05 10:00")
    with county.office.begin(chief(county)) as work, pytest.raises(Invalid) as refused:
        service_of_documents.record(work, case_id, document_id, replace(WHOLE, proofs=(other,)))
    assert set(refused.value.fields) == {"proofs"}


def test_the_operation_serves_the_newest_of_its_types(issued: tuple[County, int, int]) -> None:
    county, case_id, document_id = issued
    county.at("2026-03-05 10:00")
    told = perform(
        county,
        case_id,
        "record_service",
        document=CODE,
        method="public",
        delivered_on="2026-03-04",
        reason="下落不明",
        tracking="县政府门户网站",
    )
    assert isinstance(told, dict)
    assert (told["document"], told["served_on"]) == (document_id, "2026-04-03")
    row = shown(county, case_id)
    assert (row.state, row.served_on) == ("announced", date(2026, 4, 3))
    with pytest.raises(Invalid, match="service_needs_consent"):
        perform(
            county, case_id, "record_service", document=CODE, method="electronic",
            delivered_on="2026-03-04", consent="no",
        )  # fmt: skip
