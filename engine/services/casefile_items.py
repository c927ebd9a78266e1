"""What lies in a case file (案卷), in which order, in the main or the secondary file."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime

from engine.rules.documents import Place
from engine.services import access, attachments, catalogue, definitions, documents, word_pages
from engine.services.papers_of_engine import CORRECTION, SERVICE_RECEIPT
from engine.store import attachments as attachment_rows
from engine.store import documents as issued
from engine.store import services
from engine.store.cases import CaseRow
from engine.values.paper_pages import FileItem
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

#: Letters and lines of a page by GB/T 9704: 28 in a line, 22 lines.
LINE, PAGE = 28, 22
DOCUMENT, ATTACHMENT = "document", "attachment"


@dataclass(frozen=True)
class _Found:
    rank: tuple[int, int, int]
    at: datetime
    item: FileItem


def of_case(work: Work, row: CaseRow) -> tuple[FileItem, ...]:
    """Everything of a case the reader may see: the main file, then the secondary one."""
    found = sorted([*_documents(work, row), *_attachments(work, row)], key=_order)
    numbered: list[FileItem] = []
    for part in ("main", "secondary"):
        page, number = 1, 0
        for one in found:
            if one.item.part != part:
                continue
            number += 1
            name = one.item.member.format(number=number)
            numbered.append(replace(one.item, number=number, first_page=page, member=name))
            page += one.item.pages
    return tuple(numbered)


def _order(one: _Found) -> tuple[bool, tuple[int, int, int], datetime, int]:
    return one.item.part == "secondary", one.rank, one.at, one.item.id


def _documents(work: Work, row: CaseRow) -> list[_Found]:
    kinds = catalogue.of(work.office).documents
    rows = {one.id: one for one in issued.of_case(work.session, row.id)}
    of_receipt = {
        one.receipt_id: one.document_id
        for one in services.of_case(work.session, row.id)
        if one.receipt_id is not None
    }
    store = attachments.store(work.office)
    found = []
    for shown in documents.of_case(work, row.id):
        stored = rows[shown.id]
        # A receipt or a correction lies behind the document it belongs to.
        leads_to = of_receipt.get(shown.id) or stored.corrects or shown.id
        leader = rows.get(leads_to, stored)
        kind = kinds.get(leader.type)
        place = kind.place if kind is not None else Place.OTHER
        if place is Place.OTHER and leader.recipient and kind is not None and kind.to == "party":
            place = Place.NOTICE
        follows = (1 if shown.type in (SERVICE_RECEIPT, CORRECTION) else 0) * shown.id
        part = "secondary" if place.secondary else "main"
        pages = _pages(store.read(shown.sha256))
        note = f"作废：{shown.void_reason}" if shown.voided_at else ""
        item = FileItem(
            0, part, DOCUMENT, shown.title, shown.number, shown.issued_by,
            shown.issued_at.astimezone(COUNTY_ZONE).date(), pages, 0, shown.sha256, shown.size,
            f"{part}/{{number:03d}}-document-{shown.id}.docx", shown.id, note,
        )  # fmt: skip
        found.append(_Found((place.rank, leader.id, follows), leader.issued_at, item))
    return found


def _pages(content: bytes) -> int:
    """How many pages it takes in print, counted by letters and lines."""
    lines = 0
    for block in word_pages.blocks(content):
        texts = (
            [line.text for line in [block]]
            if not hasattr(block, "rows")
            else ["".join(line.text for c in r for line in c.lines) for r in block.rows]
        )
        lines += sum(max(1, math.ceil(len(text) / LINE)) for text in texts)
    return max(1, math.ceil(lines / PAGE))


def _attachments(work: Work, row: CaseRow) -> list[_Found]:
    fields = definitions.load(work, row.definition_id).description.fields
    stored = {one.id: one for one in attachment_rows.of_case(work.session, row.id)}
    found = []
    for shown in attachments.of_case(work, row.id):
        field = fields.get(stored[shown.id].field)
        secret = field is not None and bool(field.hidden_from)
        place = Place.SOURCE if secret else Place.EVIDENCE
        part = "secondary" if secret else "main"
        ending = shown.filename.rpartition(".")[2][:8].lower()
        item = FileItem(
            0, part, ATTACHMENT, shown.filename, field.label if field is not None else "",
            shown.uploaded_by, shown.uploaded_at.astimezone(COUNTY_ZONE).date(), 1, 0,
            shown.sha256, shown.size, f"{part}/{{number:03d}}-file-{shown.id}.{ending}", shown.id,
            "电子文件",
        )  # fmt: skip
        found.append(_Found((place.rank, 0, 0), shown.uploaded_at, item))
    return found


def sees_secondary(work: Work, row: CaseRow) -> bool:
    """Whether the reader belongs to the authority whose secondary file it is."""
    reader = access.viewer(work)
    owner = definitions.load(work, row.definition_id).description.process.owner
    return reader.everything or row.slots.get(owner, 0) in reader.family
