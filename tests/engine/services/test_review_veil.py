"""What was written before a name was known is read without the name; lists ask few questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from engine.actor import COMMAND_LINE
from engine.errors import Invalid
from engine.services import (
    absences,
    access,
    cases,
    clock_requests,
    comments,
    copies,
    discretion,
    dockets,
    notifications,
    opinions,
    sights,
    stops,
    talk,
    tasks,
)
from engine.services.stops import Ground
from engine.store import comments as comment_store
from engine.store import copies as copy_store
from engine.store import documents as document_store
from engine.store import people as people_store
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, page, task

NAME = "王某某"


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")


@contextmanager
def counted(county: County) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    told: list[str] = []
    engine = county.office.sessions.engine

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        told.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield told
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def crowd(county: County, count: int) -> None:
    """More supervisors of the legal office."""
    with county.office.begin(county.actor("admin")) as work:
        for number in range(count):
            made = people_store.add_person(
                work.session, login=f"more{number}", name=f"增员{number}", created_at=work.now
            )
            people_store.add_membership(
                work.session, made, county.bodies["legal"], "supervisor", work.now
            )


def test_words_on_a_case_are_veiled_where_they_are_read(county: County) -> None:
    case_id = begun(county, complainant=NAME, subject=county.bodies["market"])
    text = f"{NAME}又来电话了"
    with county.office.begin(county.actor("intake")) as work:
        # As they stand when the name was entered after they were written.
        me = county.people["intake"]
        comment_store.add(
            work.session, case_id=case_id, person_id=me, at=work.now, text=text, mentions=[]
        )
        copy_store.add(
            work.session, case_id=case_id, person_id=county.people["bare"], by_id=me,
            at=work.now, note=text,
        )  # fmt: skip
    for who, seen in (("intake", text), ("bare", text.replace(NAME, "█"))):
        with county.office.read(county.actor(who)) as work:
            row = access.visible_case(work, case_id)
            told = [comments.of_case(work, row)[0].text, copies.of_case(work, row)[0].note]
        assert (NAME in "".join(told)) is (seen == text), told


def test_grounds_void_documents_and_the_chain_are_veiled_where_they_are_read(
    county: County,
) -> None:
    case_id = begun(county, complainant=NAME, subject=county.bodies["market"])
    told = f"等{NAME}补充材料"
    with county.office.begin(COMMAND_LINE) as work, dockets.held(work, case_id) as docket:
        # As they stand when the name was entered after they were written.
        ground = stops.pause(work, docket, Ground(told, told, "局长", 77))["ground"]
        stops.resume(work, docket, Ground(told, told), ground)
        stops.pause(work, docket, Ground(told, told, "局长", 77))
        document_store.add(
            work.session, case_id=case_id, element="draft", type="note", title="函",
            number="红函〔2026〕1号", body_id=county.bodies["legal"], recipient="",
            issued_at=work.now, filename="函.docx", size=1, sha256="0" * 64,
            template_sha256="0" * 64, disclosure="internal", hidden_from=[],
            voided_at=work.now, void_reason=told,
        )  # fmt: skip
    with county.office.begin(county.actor("intake")) as work:
        copy_store.add(
            work.session, case_id=case_id, person_id=county.people["bare"],
            by_id=county.people["intake"], at=work.now, note="",
        )  # fmt: skip
    for who, known in (("intake", True), ("bare", False)):
        with county.office.read(county.actor(who)) as work:
            shown = cases.page(work, case_id)
            clocks = clock_requests.offers(work, case_id)
        for part in (shown.pauses, shown.documents, shown.audit, shown.deadlines, clocks):
            text = repr(part)
            assert (NAME in text) is (known and "等" in text), (who, text)
        assert "补充材料" in repr(shown.pauses)
        assert "补充材料" in repr(shown.documents)
        assert "补充材料" in repr(shown.audit)


def test_an_opinion_is_veiled_for_the_colleague_who_may_not_know(county: County) -> None:
    case_id = begun(county, complainant=NAME, subject=county.bodies["market"])
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Invalid):
        opinions.ask(work, row.id, [county.people["bare"]], f"{NAME}所述属实吗")
    with county.office.begin(county.actor("sup1")) as work:
        opinions.ask(work, row.id, [county.people["bare"]], "来信人所述属实吗")
    with county.office.read(county.actor("bare")) as work:
        case = access.visible_case(work, case_id)
        assert NAME not in discretion.veil(work, case)(f"关于{NAME}")


def test_asking_who_can_be_mentioned_costs_the_same_for_many(county: County) -> None:
    case_id = begun(county)
    with county.office.read(county.actor("intake")) as work, counted(county) as few:
        before = len(talk.page(work, case_id).mentionable)
    crowd(county, 20)
    with county.office.read(county.actor("intake")) as work, counted(county) as many:
        assert len(talk.page(work, case_id).mentionable) == before + 20
    assert len(many) <= len(few) + 1


def test_asking_for_a_deputy_or_an_opinion_costs_the_same_for_many(county: County) -> None:
    rows = [task(county, begun(county), "draft") for _ in range(3)]
    for row in rows:
        with county.office.begin(county.actor("sup1")) as work:
            tasks.claim(work, row.id)

    def asked() -> tuple[int, int, int]:
        with county.office.read(county.actor("sup1")) as work, counted(county) as told:
            found = len(absences.page(work).deputies)
        with counted(county) as shown:
            page(county, rows[0], "sup1")
        return found, len(told), len(shown)

    few = asked()
    crowd(county, 20)
    many = asked()
    assert many[0] == few[0] + 20
    assert many[1] <= few[1] + 1
    assert many[2] <= few[2] + 1


def test_all_at_once_see_what_each_sees_alone(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("intake")) as work:
        copies.send(work, case_id, [county.people["bare"]])
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    with county.office.begin(county.actor("sup1")) as work:
        day = date(2026, 3, 2)
        absences.record(work, county.people["sup1"], county.people["intake"], day, day, "出差")
    everybody = list(county.people.values())
    with county.office.read(county.actor("head")) as work:
        case = access.visible_case(work, case_id)
        alone = [one for one in everybody if sights.may_see(work, case, one)]
        assert sights.seeing(work, case, everybody) == alone
    assert 0 < len(alone) < len(everybody)


def test_who_is_recorded_as_absent_by_another_is_told(county: County) -> None:
    with county.office.begin(county.actor("head")) as work:
        made = absences.record(
            work, county.people["sup1"], None, date(2026, 3, 3), date(2026, 3, 4), "病假"
        )
    with county.office.begin(county.actor("head")) as work:
        absences.end(work, made)
    with county.office.read(county.actor("sup1")) as work:
        titles = [row.titles["zh_CN"] for row in notifications.mine(work).rows]
    assert len(titles) == 2
    assert "2026-03-03" in "".join(titles)
