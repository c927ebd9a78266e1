"""A demo county with cases in hand, on a fixed day, for the pictures in the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.actor import CLOCK
from engine.channels import Mail, Undeliverable
from engine.cli import county
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import (
    absences,
    anchors,
    bulk,
    comments,
    copies,
    deadlines,
    incidents,
    mail,
    opinions,
    passwords,
    tasks,
)
from engine.values.timing import COUNTY_ZONE
from tests.fakes import FakeClock
from tests.processes_shipped.departments import Department
from tests.processes_shipped.office import Staffed
from tests.processes_shipped.walk import shipped

PASSWORD = "a county of thirteen townships"  # noqa: S105  # of a county that lives for a minute
#: Lives under this name only: nobody has this address.
UNREACHABLE = "unreachable@example.invalid"

#: What is written into the forms of the complaint, by field.
TEXTS = {
    "channel": "hotline",
    "identity": "named",
    "complainant_name": "举报人甲",
    "subject_stated": "城区集贸市场管理人员",
    "complaint_facts": "执法人员检查时向摊位收取费用，没有公示收费项目和标准，也没有开具票据。",
    "demand": "请求核实收费依据，退还不应收取的费用。",
    "act_kind": "fee",
    "matter_summary": "来件反映检查时收取费用，未公示项目和标准，未开具票据。",
    "materials_required": "收费依据、公示记录、票据存根，检查通知和现场笔录。",
    "office_contact": "执法监督股，工作日值班电话",
    "inquiry_record": "到市场走访摊位，调取检查登记和票据存根，制作询问笔录。",
    "statement_text": "检查有计划和记录；收费项目经过批准，但公示牌维修期间没有公示。",
    "report_facts": "收费项目有依据；当日未公示项目和标准，部分摊位没有取得票据。",
    "report_evidence": "询问笔录、票据存根、现场照片，互相印证，予以采信。",
    "statement_considered": "收费依据的说明采纳；未公示的理由不采纳。",
    "finding_reasons": "收费没有公示、没有开具票据，执法行为不当。",
    "problem": "收费没有公示，部分没有开具票据。",
    "measures": "恢复公示，补开票据，无法说明依据的退还，并对执法人员进行培训。",
    "feedback_demand": "逐项说明整改情况，附公示照片、票据和退款凭证。",
    "rectify_actions": "公示牌已经恢复，票据已经补开，两户已经退还，培训已经完成。",
    "recheck_findings": "到场查看公示牌，抽查票据和退款凭证，与反馈一致。",
    "result_text": "收费依据经核实；未公示和未开票据的问题已经整改，应当退还的已经退还。",
    "result_way": "phone",
    "screening": "accept",
    "remedy_open": "no",
    "finding": "improper",
    "request_facts": "整改建议书送达后，被监督部门逾期没有整改，也没有书面反馈。",
    "request_steps": "已经提醒、催办一次，并发出督办通知单。",
    "gov_advice": "拟同意司法局的建议，请审示。",
    "decision_text": "责令十五日内恢复公示、补开票据，并书面报告。",
    "file_number": "2026-红执诉-1",
    "case_cause": "销售不合格食品",
    "party_name": "某商贸公司",
    "draft_title": "行政处罚决定书（代拟稿）",
    "matter": "集镇市容环境卫生行政处罚",
}
TITLES = {
    "whole": "反映检查收费没有公示",
    "late": "反映集贸市场收费不公示、不开票据",
    "report": "反映检查人员没有出示执法证件",
    "visit": "反映同一事项一个月内检查三次",
    "recheck": "反映扣押物品没有开具清单",
    "new": "反映投诉后没有人答复",
    "fee": "反映检测费用由经营者承担",
    "manner": "反映检查时态度生硬",
}


class _OneBadAddress:
    """A mail server that does not know one address and takes everything else."""

    def send(self, mail: Mail) -> None:
        if mail.address == UNREACHABLE:
            raise Undeliverable("550 mailbox unavailable", permanent=True)


class Clerks(Department):
    """Hands for one procedure of a county that is already set up."""

    def __init__(self, office: Office, clock: FakeClock, main: str) -> None:
        self.office, self.clock, self.definition = office, clock, shipped(main)

    def told(self, typed: dict[str, Any]) -> dict[str, Any]:
        """The texts above for what is not said otherwise."""
        return {**TEXTS, **typed}


class Complaints(Clerks):
    """Hands for complaints; questions answered as the plain filler does."""

    fill = Staffed.fill

    def come_in(self, title: str, **typed: Any) -> int:
        """A complaint about the market administration, taken up the same day."""
        today = self.clock.now().astimezone(COUNTY_ZONE).date().isoformat()
        known = {"subject_matter": TITLES[title], "received_on": today}
        case_id = self.start("intake1", **self.told({**known, **typed}))
        self.step(case_id, "screen", "intake1")
        return case_id

    def step(self, case_id: int, element: str, login: str, **typed: Any) -> None:
        """Complete a task in the words above."""
        self.do(case_id, element, login, **self.told(typed))

    def assign(self, case_id: int) -> None:
        """Two verifiers."""
        both = [self.person("supervisor1"), self.person("supervisor2")]
        self.step(case_id, "assign", "legal_office_head", verifiers=both)
        self.step(case_id, "notify_department", "supervisor1")

    def propose(self, case_id: int) -> None:
        """From the notice to the signed proposal."""
        self.step(case_id, "investigate", "supervisor2")
        self.step(case_id, "statement", "scj.enf_unit_head")
        self.step(case_id, "verify", "supervisor1")
        self.step(case_id, "cosign", "supervisor2")
        self.step(case_id, "approve_report", "legal_office_head")
        self.step(case_id, "draft_proposal", "supervisor1")
        self.step(case_id, "sign_proposal", "legal_office_head")

    def conclude(self, case_id: int) -> None:
        """From the feedback to the file."""
        self.step(case_id, "rectify", "scj.enf_unit_head")
        self.step(case_id, "recheck", "supervisor1", recheck_result="done")
        self.step(case_id, "write_result", "intake1")
        self.step(case_id, "follow_up", "intake1")
        self.step(case_id, "file_case", "legal_archivist")


@contextmanager
def opened(home: Path) -> Iterator[tuple[Office, FakeClock]]:
    """An installation made as ``run.py all`` makes one, its clock standing still."""
    passwords.COST = 4
    settings = Settings(
        home=home,
        database_url=f"sqlite:///{home}/duban.db",
        mode=Mode.DEMO,
        secret_file=home / "secret",
        demo_password=PASSWORD,
        smtp_url="smtp://mail.invalid",
        mail_from="duban@example.invalid",
    )
    clock = FakeClock(_at("2026-03-02 09:30"))
    office = incidents.attach(open_office(settings, clock))
    try:
        office.kept.get("mail_channel", _OneBadAddress)
        county.prepare(office)
        yield office, clock
    finally:
        office.close()


def play(office: Office, clock: FakeClock) -> dict[str, int]:
    """Cases at every stage on 23 April 2026; their ids by the names of ``TITLES``."""
    complaints = Complaints(office, clock, "complaint.bpmn")
    found: dict[str, int] = {}

    def day(text: str) -> None:
        complaints.at(_at(text))
        while mail.deliver(office):
            pass
        with office.begin(CLOCK) as work:
            anchors.daily(work, work.now)

    # One ends well, one is not rectified and climbs the ladder.
    found["whole"] = complaints.come_in("whole", complainant_email=UNREACHABLE)
    complaints.assign(found["whole"])
    found["late"] = complaints.come_in("late")
    complaints.assign(found["late"])
    day("2026-03-06 10:10")
    complaints.propose(found["whole"])
    day("2026-03-10 15:20")
    complaints.propose(found["late"])
    day("2026-03-19 11:00")
    complaints.conclude(found["whole"])
    _delegate(office, clock)
    found["recheck"] = complaints.come_in("recheck")
    complaints.assign(found["recheck"])
    complaints.propose(found["recheck"])
    for morning in ("2026-03-27", "2026-04-02", "2026-04-08"):
        day(f"{morning} 09:00")
    found["fee"] = complaints.come_in("fee")
    complaints.assign(found["fee"])
    day("2026-04-15 09:00")
    found["report"] = complaints.come_in("report")
    complaints.assign(found["report"])
    complaints.step(found["report"], "investigate", "supervisor2")
    complaints.step(found["report"], "statement", "scj.enf_unit_head")
    day("2026-04-17 16:00")
    complaints.step(found["recheck"], "rectify", "scj.enf_unit_head")
    day("2026-04-22 14:30")
    for name in ("visit", "manner"):
        found[name] = complaints.come_in(name)
        complaints.assign(found[name])
    complaints.step(found["manner"], "investigate", "supervisor2")
    _review(office, clock)
    day("2026-04-23 09:40")
    found["new"] = complaints.come_in("new")
    for name, element in (
        ("late", "draft_request"),
        ("report", "verify"),
        ("recheck", "recheck"),
        ("visit", "investigate"),
    ):
        _take(complaints, found[name], element, "supervisor1")
    found["handover"] = _hand_over(complaints, found)
    found["opinion"] = _together(complaints, found["report"])
    with office.read(complaints.actor("supervisor1")) as work:
        found["rectify"] = next(
            row.id
            for row in deadlines.of_case(work, found["late"])
            if row.limit is not None and row.limit.key == "CMP.RECTIFY"
        )
    return found


def _take(hands: Staffed, case_id: int, element: str, login: str) -> None:
    task = hands.task(case_id, element)
    if task.assignee_id is None:
        with hands.office.begin(hands.actor(login)) as work:
            tasks.claim(work, task.id)


def _hand_over(hands: Staffed, found: dict[str, int]) -> int:
    """Tasks handed over at once, some refused, and handed back; the id of the first act."""
    ids = [
        hands.task(found["visit"], "investigate").id,
        hands.task(found["recheck"], "recheck").id,
        hands.task(found["report"], "verify").id,
    ]
    head = hands.actor("legal_office_head")
    for to, reason in (("supervisor2", "岗位调整"), ("supervisor1", "恢复原分工")):
        made = bulk.reassign(hands.office, head, ids, hands.person(to), reason)
        found.setdefault("handover", made)
    return found["handover"]


def _together(hands: Staffed, case_id: int) -> int:
    """An opinion asked, a comment, a copy, and somebody away; the id of the opinion."""
    task = hands.task(case_id, "verify")
    person = hands.person
    with hands.office.begin(hands.actor("supervisor1")) as work:
        opinions.ask(work, task.id, [person("supervisor2")], "收费依据是否已经废止，请核对。")
        comments.write(work, case_id, "票据原件已收到，请一并核对。", [person("supervisor2")])
        copies.send(work, case_id, [person("legal_head")], "请知悉进展")
        found = opinions.of_task(work, task.id)[0].id
    day = hands.clock.now().astimezone(COUNTY_ZONE).date()
    with hands.office.begin(hands.actor("legal_office_head")) as work:
        absences.record(
            work, person("supervisor1"), person("supervisor4"), day, day + timedelta(days=6),
            "外出培训",
        )  # fmt: skip
    return found


def _delegate(office: Office, clock: FakeClock) -> None:
    """A delegation that both bodies published and the legal office registered."""
    hands = Clerks(office, clock, "delegation.bpmn")
    case_id = hands.begin("scj.enf_unit_head", **hands.told({"powers": ["inspection", "penalty"]}))
    hands.do(case_id, "state_capacity", "yisa.enf_unit_head")
    term = {"begins_on": "2026-04-01", "ends_on": "2027-03-31", "powers": ["inspection"]}
    hands.do(case_id, "draft_agreement", "scj.enf_unit_head", **hands.told(term))
    hands.do(case_id, "review_legality", "scj.legal_reviewer")
    hands.do(case_id, "sign_department", "scj.dept_head")
    hands.do(case_id, "sign_township", "yisa.dept_head")
    hands.do(case_id, "publish_department", "scj.publisher")
    hands.do(case_id, "publish_township", "yisa.publisher")
    hands.do(case_id, "submit_filing", "scj.enf_unit_head")
    hands.do(case_id, "review_filing", "filing_reviewer1")
    hands.do(case_id, "sign_filing", "legal_office_head")


def _review(office: Office, clock: FakeClock) -> None:
    """A decision whose review stands still while material is completed."""
    hands = Clerks(office, clock, "major_decision.bpmn")
    known = {
        "fine_amount": "3000.00",
        "penalty_kinds": ["fine"],
        "party_kind": "organisation",
        "major_reasons": ["significant_rights"],
    }
    case_id = hands.begin("scj.case_lead", **hands.told(known))
    hands.do(case_id, "submit", "scj.enf_unit_head")
    hands.do(
        case_id,
        "check_completeness",
        "scj.legal_head",
        completeness="incomplete",
        missing_materials="缺少调查终结报告。",
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)
