"""What is published is public: hidden fields stay hidden, numbers of people are gone, it ends."""

from __future__ import annotations

from datetime import date

import pytest

from engine.actor import Actor, Channel
from engine.errors import Broken, Forbidden, Invalid, NotFound
from engine.services import publications, staff
from engine.services.publications import PublicQuery, PublicRow
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform

VISITOR = Actor("visitor", Channel.PORTAL)


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")


def shown(county: County, **query: object) -> list[PublicRow]:
    with county.office.read(VISITOR) as work:
        return list(publications.public(work, PublicQuery(**query)).rows)  # type: ignore[arg-type]


def proposal(county: County, body: str = "market", **more: object) -> int:
    """A case whose rectification proposal was published; the publication's id."""
    case_id = opened(county, body)
    perform(county, case_id, "issue_document", type="rectification_proposal")
    done = perform(county, case_id, "publish", document="rectification_proposal", **more)
    return int(done["publication"])


def test_a_document_is_published_in_its_public_wording(county: County) -> None:
    publication = proposal(county)
    assert [(row.category, row.number, row.body) for row in shown(county)] == [
        ("supervision", "红执改建〔2026〕1号", "红河县司法局")
    ]
    with county.office.read(VISITOR) as work:
        text = publications.public_text(work, publication)
    told = "\n".join(text.paragraphs)
    assert "属实（违法）" in told
    assert "13987654321" not in told
    assert "书面报告并附退费凭证" not in told
    assert "王小某" not in told


def test_both_parties_can_publish_the_same_document(county: County) -> None:
    case_id = opened(county)
    perform(county, case_id, "issue_document", type="rectification_proposal")
    for body in ("legal_office", "subject"):
        perform(county, case_id, "publish", document="rectification_proposal", body=body)
    assert [row.body for row in shown(county)] == ["市场监督管理局", "红河县司法局"]


def test_a_notice_tells_its_facts_as_their_fields_allow(county: County) -> None:
    case_id = opened(county)
    done = perform(
        county,
        case_id,
        "publish",
        title="办理结果公示：王小某反映事项",
        finding="illegal",
        amount="1200.50",
        responsible="李四",
        feedback_demand="书面报告",
        complainant_name="王小某",
    )
    with county.office.read(VISITOR) as work:
        text = publications.public_text(work, done["publication"])
    assert text.row.title == "办理结果公示：（不予公开）反映事项"
    assert dict(text.facts) == {
        "结论": "属实（违法）",
        "金额": "1,200.50元",
        "责任人": "李某",
        "反馈要求": "（不予公开）",
        "反映人": "（不予公开）",
    }


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"document": "pause_notice"}, "document_not_public"),
        ({"document": "supervision_decision"}, "nothing_to_publish"),
        ({}, "nothing_to_publish"),
        ({"title": "公示", "body": "township"}, "slot_not_filled"),
    ],
)
def test_what_is_not_public_or_not_there_is_not_published(
    county: County, parameters: dict[str, str], code: str
) -> None:
    case_id = opened(county)
    perform(county, case_id, "issue_document", type="pause_notice", to="party", reason="鉴定")
    with pytest.raises(Broken, match=code):
        perform(county, case_id, "publish", **parameters)
    assert shown(county) == []


def test_the_public_finds_by_category_body_date_and_words(county: County) -> None:
    proposal(county)
    county.at("2026-03-05 09:00")
    perform(county, opened(county, "traffic"), "publish", title="年度抽查公示", body="subject")
    assert [row.title for row in shown(county, category="notice")] == ["年度抽查公示"]
    assert [row.body for row in shown(county, body_id=county.bodies["traffic"])] == ["交通运输局"]
    assert [row.title for row in shown(county, since=date(2026, 3, 3))] == ["年度抽查公示"]
    assert [row.number for row in shown(county, to=date(2026, 3, 4))] == ["红执改建〔2026〕1号"]
    assert [row.title for row in shown(county, text="抽查")] == ["年度抽查公示"]
    assert len(shown(county, text="公")) == 2
    assert shown(county, text="王小某") == []
    with county.office.read(VISITOR) as work:
        page = publications.public(work, PublicQuery(rows=1))
        rest = publications.public(work, PublicQuery(rows=1, after=page.after))
    assert [row.title for row in (*page.rows, *rest.rows)] == ["年度抽查公示", "行政执法整改建议书"]
    assert (page.after != "", rest.after) == (True, "")
    assert {body.name for body in page.bodies} == {"交通运输局", "红河县司法局"}
    assert "notice" in page.categories


def test_it_is_shown_until_the_end_of_its_last_day(county: County) -> None:
    publication = proposal(county, until="2026-03-31T15:59:59.999999+00:00")
    county.at("2026-03-31 23:59")
    assert len(shown(county)) == 1
    county.at("2026-04-01 00:00")
    assert shown(county) == []
    with county.office.read(VISITOR) as work, pytest.raises(NotFound):
        publications.public_text(work, publication)


def test_only_a_publisher_of_the_body_takes_it_down_and_says_why(county: County) -> None:
    publication = proposal(county)
    with county.office.begin(county.actor("admin")) as work:
        staff.grant(work, county.people["intake"], county.bodies["legal"], "publisher")
        staff.grant(work, county.people["market"], county.bodies["market"], "publisher")
    with (
        county.office.begin(county.actor("market")) as work,
        pytest.raises(Forbidden, match="role_needed"),
    ):
        publications.withdraw(work, publication, "错误")
    with county.office.begin(county.actor("intake")) as work:
        with pytest.raises(Invalid):
            publications.withdraw(work, publication, "  ")
        publications.withdraw(work, publication, "决定已变更")
        with pytest.raises(NotFound):
            publications.withdraw(work, publication, "再次")
    assert shown(county) == []
    with county.office.read(VISITOR) as work:
        left = publications.public_text(work, publication)
    assert (left.row.title, left.paragraphs, left.facts) == ("", (), ())
    assert left.withdrawn_because == "决定已变更"
