"""How far a draft decision has come: each function walks one case to that point."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.processes_shipped.walk import MONDAY, Walk

#: People of the demo kind, by what they are in the case.
LEAD, ASSISTANT, PRESIDER, REVIEWER = 21, 22, 23, 24
PANEL = [31, 32, 33]

DRAFT = {
    "case_cause": "无照经营",
    "decision_kind": "penalty",
    "party_kind": "organisation",
    "party_name": "某商行",
    "party_code": "92530000000000000X",
    "party_address": "某村",
    "lead": LEAD,
    "assistants": [ASSISTANT],
    "facts": "事实",
    "evidence": "证据",
    "legal_basis": [{"law": "行政处罚法", "article": "第九条"}],
    "discretion": "从轻",
    "penalty_kinds": ["fine"],
    "fine_amount": "3000.00",
    "major_reasons": ["significant_rights"],
    "draft_title": "处罚决定",
    "draft_text": "第一稿",
    "draft_files": [],
}
NINE = (
    "check_body",
    "check_officers",
    "check_procedure",
    "check_facts",
    "check_law",
    "check_powers",
    "check_documents",
    "check_rights",
    "check_no_crime",
)
YES = {"answer": True, "note": ""}


def drafted(now: datetime = MONDAY, **values: Any) -> Walk:
    return Walk("major_decision.bpmn", {**DRAFT, **values}, now)


# --- Hearing


def informing() -> Walk:
    """A fine high enough for a hearing: the party is to be told of its right."""
    return drafted(fine_amount="80000.00")


def waiting() -> Walk:
    return informing().do(
        "serve_hearing_rights", rights_served_on="2026-03-02", rights_service_method="direct"
    )


def wishing(wish: str = "request") -> Walk:
    return waiting().do("hear_party", hearing_wish=wish, hearing_requested_on="2026-03-03")


def arranged() -> Walk:
    return wishing().do(
        "arrange_hearing", presider=PRESIDER, hearing_on="2026-03-20", hearing_place="会议室"
    )


def heard() -> Walk:
    return arranged().do("hold_hearing", hearing_attended="attended", hearing_opinion="维持")


# --- Review


def submit(walk: Walk) -> Walk:
    return walk.do("submit", materials=["report", "draft", "basis", "evidence"])


def submitted(**values: Any) -> Walk:
    return submit(drafted(**values))


def assigned(**values: Any) -> Walk:
    return assign(submitted(**values))


def assign(walk: Walk) -> Walk:
    walk.do("check_completeness", completeness="complete")
    return walk.do("assign_reviewer", reviewer=REVIEWER, reviewer_qualification="experienced")


def review(walk: Walk, opinion: str = "agree") -> Walk:
    found: Mapping[str, Any] = dict.fromkeys(NINE, YES)
    return walk.do("review", opinion=opinion, opinion_reasons="理由", **found)


def reviewed(opinion: str = "agree", **values: Any) -> Walk:
    walk = review(assigned(**values), opinion)
    return walk.do("sign_opinion", signing="sign")


def correcting() -> Walk:
    return submitted().do(
        "check_completeness", completeness="incomplete", missing_materials="证据目录"
    )


def again(walk: Walk, opinion: str = "agree") -> Walk:
    """From the submission to the signed opinion once more."""
    return review(assign(submit(walk)), opinion).do("sign_opinion", signing="sign")


def extending() -> Walk:
    return assigned().send("request_extension", extension_reason="疑难")


def objecting() -> Walk:
    return reviewed("modify").do("rework", response="object", response_words="不同意")


def ruling() -> Walk:
    return objecting().do("consult", consultation="unresolved", consultation_record="记录")


# --- Discussion and decision


def convening() -> Walk:
    return reviewed(major_reasons=["complex"])


def discussing() -> Walk:
    return convening().do("convene", panel=PANEL, attending=PANEL, discussion_on="2026-03-05")


def discuss(walk: Walk) -> Walk:
    """Every member of the panel says what they think."""
    for _ in PANEL:
        task = min((t for t in walk.outcome.tasks if t.element == "discuss"), key=lambda t: t.id)
        walk.complete(task.id, member_opinion="agree", member_reasons="同意")
    return walk


def concluding() -> Walk:
    return discuss(discussing())


def finalising() -> Walk:
    return reviewed()


def deciding() -> Walk:
    return finalising().do("finalise")


def serving() -> Walk:
    return deciding().do("decide", decision="issue")


def served() -> Walk:
    return serving().do("serve", served_on="2026-03-04", service_method="direct", receiver="收")
