"""How far a complaint has come: each function walks one case to that point."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.processes_shipped.walk import MONDAY, Walk

#: People of the demo kind: two verifiers of the legal office, a department.
FIRST, SECOND, DEPARTMENT = 11, 12, 40

COMING_IN = {
    "channel": "hotline",
    "channel_reference": "工单1",
    "received_on": "2026-03-02",
    "complaint_kind": "complaint",
    "identity": "named",
    "confidential": "yes",
    "complainant_name": "投诉人",
    "complainant_phone": "10000",
    "complainant_email": "someone@example.invalid",
    "subject_matter": "反映检查中重复收费",
    "complaint_facts": "经过",
    "subject_stated": "某局",
    "act_kind": "fee",
}
ARTICLE = [{"law": "行政处罚法", "article": "第四条"}]


def received(now: datetime = MONDAY, **values: Any) -> Walk:
    return Walk("complaint.bpmn", {**COMING_IN, **values}, now)


def accepted(now: datetime = MONDAY, **values: Any) -> Walk:
    walk = received(now, **values)
    return walk.do("screen", screening="accept", subject=DEPARTMENT, remedy_open="no")


def assigned() -> Walk:
    return accepted().do("assign", verifiers=[FIRST, SECOND], recusal_checks=["no_post"])


def inquiring() -> Walk:
    return assigned().do(
        "notify_department", matter_summary="收费", materials_required="案卷", office_contact="电话"
    )


def explained(walk: Walk) -> Walk:
    return walk.do("statement", statement_text="说明", statement_basis=ARTICLE)


def writing() -> Walk:
    return explained(inquiring()).do("investigate", inquiry_methods=["survey"], inquiry_record="记")


def report(walk: Walk, finding: str, **values: Any) -> Walk:
    graded = {"consequence": "minor", "repeated": "no", "crime_suspected": {"answer": False}}
    known = {} if finding == "unfounded" else graded
    return walk.do("verify", report_facts="事实", finding=finding, **{**known, **values})


def approving(finding: str = "improper", **values: Any) -> Walk:
    return report(writing(), finding, **values).do("cosign", cosign_verdict="agree")


def proposing(finding: str = "improper", **values: Any) -> Walk:
    return approving(finding, **values).do("approve_report", report_verdict="approve")


def propose(walk: Walk) -> Walk:
    return walk.do("draft_proposal", problem="问题", measures="措施", proposal_basis=ARTICLE)


def rectifying(finding: str = "improper", **values: Any) -> Walk:
    return propose(proposing(finding, **values)).do("sign_proposal", proposal_verdict="sign")


def feed_back(walk: Walk, status: str = "done") -> Walk:
    return walk.do("rectify", rectify_actions="情况", rectify_status=status, rectify_files=[1])


def rechecking() -> Walk:
    return feed_back(rectifying())


def recheck(walk: Walk, result: str, **values: Any) -> Walk:
    return walk.do("recheck", recheck_findings="复核", recheck_result=result, **values)


def submitting() -> Walk:
    return recheck(rechecking(), "none", remaining_problems="全部")


def request(walk: Walk) -> Walk:
    return walk.do("draft_request", request_facts="事实", request_measures=["order_correction"])


def submitted() -> Walk:
    return request(submitting()).do("approve_request", request_verdict="sign")


def receive(walk: Walk, on: str = "2026-03-02") -> Walk:
    return walk.do("gov_receive", gov_received_on=on, gov_number="1", gov_advice="拟同意")


def deciding() -> Walk:
    return receive(submitted())


def decide(walk: Walk, *measures: str) -> Walk:
    return walk.do(
        "gov_decide",
        gov_verdict="decide",
        gov_measures=list(measures or ("order_correction",)),
        decision_text="限期改正",
        execute_by="2026-06-30",
    )


def executing() -> Walk:
    return decide(deciding())


def executed(walk: Walk, result: str = "executed") -> Walk:
    walk.do("execute", execution_text="已改正", execution_files=[2])
    return walk.do("check_execution", execution_findings="属实", execution_result=result)


def concluding() -> Walk:
    return recheck(rechecking(), "done")


def tell(walk: Walk) -> Walk:
    walk.do("write_result", result_text="结果", result_way="phone")
    return walk.do("follow_up", satisfaction="satisfied")


def archive(walk: Walk) -> Walk:
    return walk.do("file_case", file_checks=["main"], file_number="1", retention="30")


def finish(walk: Walk) -> Walk:
    return archive(tell(walk))
