"""Bodies, people, roles and certificates, as administrators keep them; what follows at once."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook

from engine.actor import CLOCK, COMMAND_LINE
from engine.errors import Conflict, Forbidden, Invalid
from engine.services import bodies, certificates, released, staff, staff_import, tasks
from engine.services.staff_import import BadList
from engine.store import audit as audit_store
from engine.store import people as people_store
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def verifying(county: County) -> int:
    """A case whose verification sup1 has in hand."""
    case_id = started(county)
    complete(
        county, case_id, "assign", "head", verifiers=[county.people["sup1"], county.people["sup2"]]
    )
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, task(county, case_id, "verify").id)
    return case_id


def acts(county: County) -> list[str]:
    with county.office.read(COMMAND_LINE) as work:
        return [entry.act for entry in audit_store.entries(work.session, 0)]


def test_a_suspended_certificate_takes_its_holder_out_of_every_task_at_once(
    county: County,
) -> None:
    case_id = verifying(county)
    with county.office.begin(county.actor("admin")) as work:
        certificates.set_status(work, "C-sup1", "suspended", "离岗培训")
    assert task(county, case_id, "verify").assignee_id is None
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        tasks.claim(work, task(county, case_id, "verify").id)
    assert refused.value.code == "certificate_suspended"
    assert acts(county)[-2:] == ["certificate_changed", "register_written"]
    with county.office.begin(county.actor("admin")) as work:
        certificates.set_status(work, "C-sup1", "active", "培训合格")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, task(county, case_id, "verify").id)


def test_a_cancelled_certificate_never_counts_again(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work:
        certificates.set_status(work, "C-sup1", "cancelled", "调离")
    with county.office.begin(county.actor("admin")) as work, pytest.raises(Invalid) as refused:
        certificates.set_status(work, "C-sup1", "active", "调回")
    assert refused.value.fields["status"].code == "certificate_is_cancelled"


def test_a_closed_account_leaves_nothing_in_hand(county: County) -> None:
    case_id = verifying(county)
    with county.office.begin(county.actor("admin")) as work:
        staff.set_active(work, county.people["sup1"], False)
    assert task(county, case_id, "verify").assignee_id is None


def test_a_role_taken_away_takes_its_tasks_along(county: County) -> None:
    case_id = verifying(county)
    with county.office.begin(county.actor("admin")) as work:
        staff.revoke(work, county.people["sup1"], county.bodies["legal"], "supervisor")
    assert task(county, case_id, "verify").assignee_id is None


def test_an_auxiliary_gives_back_what_they_supervise(county: County) -> None:
    case_id = verifying(county)
    with county.office.begin(county.actor("admin")) as work:
        staff.change(work, county.people["sup1"], staff.Details("监督一", auxiliary=True))
    assert task(county, case_id, "verify").assignee_id is None


def test_the_last_administrator_stays(county: County) -> None:
    admin = county.people["admin"]
    with county.office.begin(COMMAND_LINE) as work:
        with pytest.raises(Forbidden, match="last_administrator"):
            staff.set_active(work, admin, False)
        with pytest.raises(Forbidden, match="last_administrator"):
            staff.set_administrator(work, admin, False)
        other = staff.add(work, "second", "第二管理员", administrator=True)
        staff.set_active(work, admin, False)
        with pytest.raises(Forbidden, match="last_administrator"):
            staff.set_administrator(work, other, False)


def test_who_holds_a_role_in_cases_does_not_run_the_installation(county: County) -> None:
    with (
        county.office.begin(county.actor("admin")) as work,
        pytest.raises(Forbidden, match="administrator_with_roles"),
    ):
        staff.set_administrator(work, county.people["sup1"], True)


def test_a_supervisor_is_given_no_enforcement_at_the_same_body(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work, pytest.raises(Forbidden) as refused:
        staff.grant(work, county.people["sup1"], county.bodies["legal"], "case_lead")
    assert refused.value.facts["rule"] == "R6"


def test_a_certificate_is_whole_and_belongs_to_one_person(county: County) -> None:
    sup2, legal = county.people["sup2"], county.bodies["legal"]
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    with county.office.begin(county.actor("admin")) as work:
        with pytest.raises(Invalid) as refused:
            certificates.put(work, sup2, certificates.Entered("", "x", None, "", "", last, first))
        assert set(refused.value.fields) == {"number", "kind", "body", "valid_to"}
        entered = certificates.Entered("C-sup1", "supervision", legal, "", "", first, last)
        with pytest.raises(Invalid) as refused:
            certificates.put(work, sup2, entered)
        assert refused.value.fields["number"].code == "certificate_of_another"
        certificates.put(
            work, sup2, certificates.Entered("N-1", "legal_profession", legal, "", "", first, last)
        )
    with county.office.read(COMMAND_LINE) as work:
        known = people_store.facts(work.session, [sup2])[sup2]
    assert {one.number for one in known.certificates} == {"C-sup2", "N-1"}


def test_bodies_are_added_changed_and_closed_from_below(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work:
        made = bodies.add(
            work, "salt", bodies.Entered("盐业局", "DEPT", county.bodies["county"], "盐")
        )
        unit = bodies.add(work, "salt_unit", bodies.Entered("盐政队", "ENF_UNIT", made))
    with county.office.begin(county.actor("admin")) as work:
        with pytest.raises(Invalid) as refused:
            bodies.add(work, "salt", bodies.Entered("盐业局", "DEPT"))
        assert refused.value.fields["code"].code == "code_taken"
        with pytest.raises(Invalid) as refused:
            bodies.add(work, "second_legal", bodies.Entered("又一司法局", "LEGAL_OFFICE"))
        assert refused.value.fields["kind"].code == "only_one_of_kind"
        with pytest.raises(Invalid) as refused:
            bodies.change(work, made, bodies.Entered("盐业局", "DEPT", unit))
        assert refused.value.fields["parent"].code == "body_above_itself"
        with pytest.raises(Conflict, match="body_in_use"):
            bodies.change(work, made, bodies.Entered("盐业局", "DEPT", active=False))
        bodies.change(work, unit, bodies.Entered("盐政队", "ENF_UNIT", made, active=False))
        bodies.change(work, made, bodies.Entered("盐业局", "DEPT", active=False))


HEAD = "登录名,姓名,电子邮箱,电话,职务,机构代码,岗位,辅助人员\r\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_list_is_taken_in_whole(county: County, encoding: str) -> None:
    text = (
        HEAD
        + "wang,王五,w@example.org,123,科员,legal,intake_clerk,\r\n"
        + "wang,王五,,,,market,publisher,\r\n"
        + "zhao,赵六,,,,market_unit,,是\r\n"
    )
    with county.office.begin(county.actor("admin")) as work, pytest.raises(BadList):
        staff_import.take(work, text.encode(encoding))
    mended = text.replace("market_unit,,是", ",,是")
    with county.office.begin(county.actor("admin")) as work:
        made = staff_import.take(work, mended.encode(encoding))
    assert (made.people, made.roles, made.lines) == (2, 2, 3)
    with county.office.read(COMMAND_LINE) as work:
        wang = people_store.person_by_login(work.session, "wang")
        zhao = people_store.person_by_login(work.session, "zhao")
    assert wang is not None
    assert zhao is not None
    assert (wang.name, wang.phone, wang.post) == ("王五", "123", "科员")
    assert zhao.auxiliary


def test_wrong_lines_are_told_by_number_and_nothing_is_taken_in(county: County) -> None:
    text = (
        HEAD
        + "good,好人,,,,legal,intake_clerk,\n"
        + ",无名,,,,,,\n"
        + "sup1,监督一,,,,legal,case_lead,\n"
        + "li,李四,,,,nowhere,intake_clerk,\n"
    )
    with pytest.raises(BadList) as refused, county.office.begin(county.actor("admin")) as work:
        staff_import.take(work, text.encode())
    assert [(one.line, one.error.code) for one in refused.value.wrong] == [
        (3, "required"),
        (4, "pools_conflict"),
        (5, "no_such_body"),
    ]
    with county.office.read(COMMAND_LINE) as work:
        assert people_store.person_by_login(work.session, "good") is None


def test_only_administrators_keep_people(county: County) -> None:
    with county.office.begin(county.actor("head")) as work:
        for attempt in (
            lambda: bodies.listing(work),
            lambda: certificates.set_status(work, "C-sup1", "suspended", "x"),
            lambda: staff_import.take(work, b""),
            lambda: staff.change(work, county.people["sup1"], staff.Details("x")),
        ):
            with pytest.raises(Forbidden, match="administrator_only"):
                attempt()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'login,name\nx1,"' + b"a" * 140_000, "list_unreadable"),
        (b"login,name\nx1," + b"a" * 81, "bad_list"),
        (b"login,name,mail\nx1,a," + b"m" * 201, "bad_list"),
    ],
    ids=["quotation left open", "name too long", "mail too long"],
)
def test_a_list_that_does_not_fit_is_refused_by_line(
    county: County, content: bytes, code: str
) -> None:
    with county.office.begin(county.actor("admin")) as work, pytest.raises(Invalid) as refused:
        staff_import.take(work, content)
    assert refused.value.code == code


def test_lines_may_end_as_old_programs_end_them(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work:
        made = staff_import.take(work, b"login,name\rx1,a\x00b\rx2,c\r")
    assert (made.people, made.lines) == (2, 2)


def test_a_correction_of_a_suspended_certificate_is_recorded_as_suspended(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work:
        certificates.set_status(work, "C-sup1", "suspended", "离岗培训")
        given = certificates.Entered(
            "C-sup1",
            "supervision",
            county.bodies["legal"],
            valid_from=date(2025, 1, 1),
            valid_to=date(2028, 1, 1),
        )
        certificates.put(work, county.people["sup1"], given)
    with county.office.read(COMMAND_LINE) as work:
        *_, last, entry = audit_store.entries(work.session, 0)
    assert last.facts["status"] == "suspended"
    assert entry.act == "register_written"


def test_a_workbook_is_taken_in_like_a_list_and_text_stays_text(county: County) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["登录名", "姓名", "电话", "机构代码", "岗位"])
    sheet.append(["new1", "=新人", "013800000000", "legal", "supervisor"])
    sheet.append(["new2", "新人二", 13900000000, "legal", "supervisor"])
    sheet["B2"].data_type = "s"
    kept = io.BytesIO()
    book.save(kept)
    with county.office.begin(county.actor("admin")) as work:
        made = staff_import.take(work, kept.getvalue())
        rows = [people_store.person_by_login(work.session, one) for one in ("new1", "new2")]
    assert (made.people, made.lines) == (2, 2)
    told = [(row.name, row.phone) for row in rows if row is not None]
    assert told == [("=新人", "013800000000"), ("新人二", "13900000000")]
    with county.office.begin(county.actor("admin")) as work, pytest.raises(Invalid) as refused:
        staff_import.take(work, kept.getvalue()[:200])
    assert refused.value.code == "list_unreadable"


def test_tasks_go_back_the_night_a_certificate_has_run_out(county: County) -> None:
    case_id = verifying(county)
    row = task(county, case_id, "verify")
    assert row.assignee_id == county.people["sup1"]
    with county.office.begin(COMMAND_LINE) as work:
        values = {"person_id": county.people["sup1"], "kind": "supervision", "field": ""}
        place = {"body_id": county.bodies["legal"], "area": "", "valid_from": date(2018, 1, 1)}
        people_store.put_certificate(
            work.session, "C-sup1", **values, **place, valid_to=date(2026, 3, 5)
        )
    for night, expected in (("2026-03-05 00:05", 0), ("2026-03-06 00:05", 1)):
        county.at(night)
        with county.office.begin(CLOCK) as work:
            assert released.expired(work) == expected
    assert task(county, case_id, "verify").assignee_id is None
