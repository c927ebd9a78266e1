"""A case takes down what it published; why stays to be read there (A23, 行政处罚法 art. 48)."""

from __future__ import annotations

from engine.errors import Broken
from engine.rules import redaction
from engine.services import audit, wording
from engine.services.dockets import Docket
from engine.store import documents as document_rows
from engine.store import publications as rows
from engine.store.publications import Publication
from engine.values.acts import Act
from engine.values.running import Json
from engine.work import Work


def unpublish(work: Work, docket: Docket, document: str, title: str, reason: str) -> Json:
    """Take every publication of the case down that is of a type of document or has a title.

    Raises Broken ``nothing_published`` when the case never published such a thing.
    """
    found = [
        one for one in rows.of_case(work.session, docket.id) if _meant(work, one, document, title)
    ]
    if not found:
        raise Broken("nothing_published", type=document or title)
    because = redaction.text(wording.withheld(docket, reason.strip()))[:500]
    taken = 0
    for one in found:
        by = work.actor.person_id or 0
        if one.withdrawn_at is None and rows.withdraw(work.session, one.id, work.now, by, because):
            taken += 1
            audit.append(work, docket, Act.PUBLICATION_WITHDRAWN, title=one.title, reason=because)
    return {"withdrawn": taken, "withdrawn_on": work.today.isoformat()}


def _meant(work: Work, one: Publication, document: str, title: str) -> bool:
    if not document:
        return one.title == title
    if one.document_id is None:
        return False
    issued = document_rows.find(work.session, one.document_id)
    return issued is not None and issued.type == document
