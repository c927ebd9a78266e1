"""A case with a full file, on which operations are performed as the engine asks for them."""

from __future__ import annotations

import io

from engine.actor import COMMAND_LINE
from engine.services import attachments, dockets, operations, starts
from engine.values.pages import AttachmentRow
from engine.values.running import Json, OperationRequest
from tests.engine.services.conftest import County

FACTS = {
    "subject_matter": "违规收取检测费",
    "complainant_name": "王小某",
    "complainant_phone": "13812345678",
    "problem": "未按清单收费，当事人电话13987654321。",
    "measures": "停止收取\n退还已收费用",
    "feedback_demand": "书面报告并附退费凭证",
    "proposal_basis.law": "行政处罚法",
    "proposal_basis.article": "第四条",
    "responsible": "李四",
    "amount": "1200.50",
    "finding": "illegal",
    "crime": "no",
    "means": "forum",
    "seen_on": "2026-03-01",
}


def opened(county: County, body: str = "market", **more: str) -> int:
    """A case about a body, entered by the intake clerk."""
    raw = {"subject": [str(county.bodies[body])]}
    raw |= {key: [value] for key, value in {**FACTS, **more}.items() if value}
    with county.office.begin(county.actor("intake")) as work:
        return starts.start(work, "paperwork", raw).case.id


def perform(county: County, case_id: int, name: str, /, **parameters: Json) -> Json:
    """What a service task of the case would do."""
    request = OperationRequest("t1", "tell", name, parameters)
    with (
        county.office.begin(COMMAND_LINE) as work,
        dockets.held(work, case_id) as docket,
    ):
        return operations.perform(work, docket, request)


def uploaded(
    county: County, who: str, case_id: int | None, field: str = "", name: str = "凭证.pdf"
) -> AttachmentRow:
    """A small file somebody attached."""
    received = attachments.receive(county.office, io.BytesIO(b"%PDF-1.7 evidence"), name)
    with county.office.begin(county.actor(who)) as work:
        return attachments.attach(work, case_id, received, field)
