"""R12: scorers do not see each other's scores, nor does anybody else, until all of them are in."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import date
from typing import Any

import pytest

from engine.errors import Forbidden, NotFound
from engine.services import absences as away
from engine.services import attachments, audit, bulk, casefiles, cases, starts, tasks
from engine.store import absences
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, task

#: What tells the first score: the points, the reasons and the name of the sheet.
TELLING = ("73.5", "主要事实不清", "甲的评分表")
OTHERS = ("sup2", "sup3", "head")


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("scoring.bpmn")


def opened(county: County) -> int:
    """A file that two are to score: the first has it in hand, and the second."""
    raw = {"matter": ["罚款案卷"], "subject": [str(county.bodies["market"])]}
    with county.office.begin(county.actor("head")) as work:
        case_id = starts.start(work, "scoring", raw).case.id
    for who, element in (("sup1", "score_a"), ("sup2", "score_b")):
        found = task(county, case_id, element).id
        with county.office.begin(county.actor(who)) as work:
            tasks.claim(work, found)
    return case_id


def scored(county: County) -> tuple[int, int]:
    """The same with the first score in; the sheet that was uploaded with it."""
    case_id = opened(county)
    with county.office.begin(county.actor("sup1")) as work:
        received = attachments.receive(
            county.office, io.BytesIO(b"%PDF-1.7 sheet"), "甲的评分表.pdf"
        )
        sheet = attachments.attach(work, case_id, received, field="sheet_a").id
    complete(
        county,
        case_id,
        "score_a",
        "sup1",
        points_a="73.5",
        words_a="主要事实不清",
        sheet_a=sheet,
    )
    return case_id, sheet


def shown(county: County, case_id: int, who: str) -> str:
    """All that a person is shown of the case: its page, its tasks', its chain and its file."""
    with county.office.read(county.actor(who)) as work:
        pages: list[Any] = [cases.page(work, case_id)]
        pages += [tasks.page(work, task(county, case_id, e).id) for e in ("score_a", "score_b")]
        pages += audit.entries(work, case_id)
        pages += attachments.of_case(work, case_id)
        file = casefiles.page(work, case_id)
    told = [dataclasses.asdict(one) for one in [*pages, file]]
    return json.dumps(told, default=str, ensure_ascii=False)


def test_nobody_but_the_scorer_sees_a_score_before_the_other_is_in(county: County) -> None:
    case_id, sheet = scored(county)
    assert all(words in shown(county, case_id, "sup1") for words in TELLING)
    for who in OTHERS:
        seen = shown(county, case_id, who)
        assert "罚款案卷" in seen
        assert not [words for words in TELLING if words in seen], who
        with county.office.read(county.actor(who)) as work, pytest.raises(NotFound):
            attachments.open(work, sheet)


def test_a_sheet_uploaded_before_the_score_is_as_sealed_as_the_score(county: County) -> None:
    case_id = opened(county)
    with county.office.begin(county.actor("sup1")) as work:
        received = attachments.receive(county.office, io.BytesIO(b"%PDF-1.7"), "甲的评分表.pdf")
        attachments.attach(work, case_id, received, field="sheet_a")
    assert "甲的评分表" in shown(county, case_id, "sup1")
    assert "甲的评分表" not in shown(county, case_id, "sup2")
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(NotFound):
        attachments.attach(work, case_id, received, field="sheet_a")


def test_with_the_last_score_all_of_them_are_open_to_who_sees_the_case(county: County) -> None:
    case_id, sheet = scored(county)
    complete(county, case_id, "score_b", "sup2", points_b="91")
    for who in ("sup2", "head"):
        assert all(words in shown(county, case_id, who) for words in TELLING)
        with county.office.read(county.actor(who)) as work:
            assert attachments.open(work, sheet).size


def test_a_score_that_comes_in_makes_the_other_page_neither_stale_nor_telling(
    county: County,
) -> None:
    case_id = opened(county)
    other = task(county, case_id, "score_b").id

    def revision() -> int:
        with county.office.read(county.actor("sup2")) as work:
            return tasks.page(work, other).revision

    before = revision()
    complete(county, case_id, "score_a", "sup1", points_a="73.5")
    assert revision() == before


def test_who_gave_one_score_gives_the_other_neither_alone_nor_for_an_absent_colleague(
    county: County,
) -> None:
    case_id, _ = scored(county)
    first, second = county.people["sup1"], county.people["sup2"]
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Forbidden) as chosen:
        away.record(work, second, first, date(2026, 3, 9), date(2026, 3, 10), "出差")
    assert chosen.value.code == "scorer_scored"
    found = task(county, case_id, "score_b").id
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Forbidden) as given:
        tasks.reassign(work, found, first, "请你评分")
    assert given.value.code == "scorer_scored"
    made = bulk.reassign(county.office, county.actor("sup2"), [found], first, "请你评分")
    with county.office.read(county.actor("sup2")) as work:
        (result,) = bulk.report(work, made).results
    assert result.verdict.code == "scorer_scored"
    with county.office.begin(county.actor("head")) as work:
        absences.add(
            work.session,
            person_id=county.people["sup2"],
            deputy_id=county.people["sup1"],
            from_day=date(2026, 3, 2),
            to_day=date(2026, 3, 3),
            reason="",
            made_at=work.now,
            made_by=county.people["head"],
        )
    with pytest.raises(Forbidden, match="scorer_scored") as refused:
        complete(county, case_id, "score_b", "sup1", points_b="91")
    assert refused.value.facts["rule"] == "R12"


def test_who_stands_in_for_a_scorer_sees_the_other_score_no_earlier(county: County) -> None:
    case_id, _ = scored(county)
    with county.office.begin(county.actor("head")) as work:
        absences.add(
            work.session,
            person_id=county.people["sup2"],
            deputy_id=county.people["sup3"],
            from_day=date(2026, 3, 2),
            to_day=date(2026, 3, 3),
            reason="",
            made_at=work.now,
            made_by=county.people["head"],
        )
    assert "73.5" not in shown(county, case_id, "sup3")
    found = task(county, case_id, "score_b").id
    with county.office.read(county.actor("sup3")) as work:
        assert "points_b" in {one.field.id for one in tasks.page(work, found).fields}
    complete(county, case_id, "score_b", "sup3", points_b="91")
    assert "73.5" in shown(county, case_id, "sup3")
