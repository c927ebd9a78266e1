"""How far a delegation to a township has come: each function walks one case to that point."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.processes_shipped.walk import MONDAY, Walk, midnight_after

#: The township and its officers.
TOWNSHIP, OFFICER, ASSISTANT = 60, 61, 62
YES = {"answer": True, "note": ""}
NO = {"answer": False, "note": "理由"}
ARTICLE = [{"law": "行政处罚法", "article": "第二十条"}]

PROPOSED = {
    "matter": "农村建房执法",
    "route": "delegation",
    "township": TOWNSHIP,
    "legal_basis": ARTICLE,
    "basis_words": "原文",
    "own_power": YES,
    "powers": ["inspection", "penalty"],
    "reasons": "就近",
}
AGREEMENT = {
    "powers": ["inspection", "penalty"],
    "agreement_basis": ARTICLE,
    "agreement_matters": "违法建房的检查和处罚",
    "authority": "警告、罚款五千元以下",
    "area": "本镇",
    "begins_on": "2026-04-01",
    "ends_on": "2027-03-31",
    "delegator_duties": "指导",
    "delegate_duties": "服从监督",
    "supervision_manner": "抽查",
    "liability": "部门承担",
    "seals": "部门文书",
    "termination_terms": "期满",
    "in_delegator_name": YES,
    "redelegation_banned": YES,
    "agreement_files": [1],
}
SIGNED_ON = "2026-03-02"


def proposed(now: datetime = MONDAY, **values: Any) -> Walk:
    return Walk("delegation.bpmn", {**PROPOSED, **values}, now)


def state(walk: Walk, **values: Any) -> Walk:
    able = {"consent": YES, "lawful_body": YES, "technical": YES}
    officers = {"delegated_officers": [OFFICER], "delegated_assistants": [ASSISTANT]}
    return walk.do("state_capacity", capacity_text="具备", **{**able, **officers, **values})


def drafting() -> Walk:
    return state(proposed())


def draft(walk: Walk, **values: Any) -> Walk:
    return walk.do("draft_agreement", **{**AGREEMENT, **values})


def reviewing(**values: Any) -> Walk:
    return draft(drafting(), **values)


def find(walk: Walk, legality: str = "lawful") -> Walk:
    return walk.do("review_legality", legality=legality, legality_reasons="理由")


def revising() -> Walk:
    return find(reviewing(), "modify")


def department_signing(**values: Any) -> Walk:
    return find(reviewing(**values))


def township_signing(**values: Any) -> Walk:
    return department_signing(**values).do("sign_department", department_verdict="sign")


def sign(walk: Walk) -> Walk:
    return walk.do("sign_township", township_verdict="sign", signed_on=SIGNED_ON, signed_files=[2])


def publishing(**values: Any) -> Walk:
    return sign(township_signing(**values))


def publish(walk: Walk) -> Walk:
    walk.do("publish_department", department_published_on=SIGNED_ON, department_published_proof=[3])
    return walk.do(
        "publish_township", township_published_on=SIGNED_ON, township_published_proof=[4]
    )


def filing(**values: Any) -> Walk:
    return publish(publishing(**values))


def file(walk: Walk) -> Walk:
    return walk.do("submit_filing", filing_materials=["report", "agreement", "opinion", "proof"])


def filed(**values: Any) -> Walk:
    return file(filing(**values))


def conclude(walk: Walk, conclusion: str) -> Walk:
    return walk.do("review_filing", filing_conclusion=conclusion, filing_reasons="理由")


def concluded(conclusion: str = "register") -> Walk:
    return conclude(filed(), conclusion)


def let(walk: Walk, verdict: str = "sign") -> Walk:
    return walk.do("sign_filing", filing_verdict=verdict)


def supervised(**values: Any) -> Walk:
    """Registered: the term runs, samples come."""
    return let(conclude(filed(**values), "register"))


def correcting() -> Walk:
    return let(concluded("correct"))


def advised() -> Walk:
    return let(concluded("revoke"))


def reconsidering() -> Walk:
    return advised().do("answer_advice", advice_answer="explain", advice_words="有依据")


def submitted_to_government() -> Walk:
    return reconsidering().do("reconsider", reconsideration="maintain")


def at(walk: Walk, day: str) -> Walk:
    """24:00 of a day."""
    return walk.until(midnight_after(datetime.fromisoformat(day).date()))


def sampling() -> Walk:
    """The first quarter of the term is over."""
    return at(supervised(), "2026-07-01")


def sample(walk: Walk, sampling: str = "good") -> Walk:
    return walk.do("sample", sample_cases="一件", sampling=sampling, sample_findings="情况")


def sample_rectifying() -> Walk:
    return sample(sampling(), "problems")


def renewing() -> Walk:
    """Sixty days before the end of the term; the samples until then were taken."""
    walk = sample(sampling())
    for day in ("2026-10-08", "2027-01-04"):
        sample(at(walk, day))
    return at(walk, "2027-01-30")


def terminating() -> Walk:
    return supervised().send("request_termination", end_kind="mutual", end_reasons="协商一致")


def rechecking() -> Walk:
    return supervised().send("report_law_change", changed_law=ARTICLE, law_change_words="条款废止")


def ending() -> Walk:
    return terminating().do("approve_termination", termination_verdict="end", ended_on="2026-03-02")


def publish_ending(walk: Walk) -> Walk:
    on = walk.now.date().isoformat()
    walk.do("publish_ending", ending_published_on=on, ending_published_proof=[5])
    return walk.do("publish_ending_township", ending_township_published_on=on)


def ending_filing() -> Walk:
    return publish_ending(ending())


def ending_confirming() -> Walk:
    return ending_filing().do("file_ending", cases_handed_over=YES, papers_returned=YES)


def end(walk: Walk) -> Walk:
    publish_ending(walk).do("file_ending", cases_handed_over=YES, papers_returned=YES)
    return walk.do("confirm_ending", ending_confirmed="confirm")
