"""Which contents of the file store some row speaks of, whatever the row is for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import Session

from engine.store import attachments, casefiles, documents, templates


def kept(session: Session, hashes: Collection[str], at: datetime) -> set[str]:
    """Those of the hashes that are still wanted at an instant."""
    return (
        attachments.kept(session, hashes)
        | documents.kept(session, hashes)
        | templates.kept(session, hashes)
        | casefiles.kept(session, hashes, at)
    )


def lasting() -> CompoundSelect[tuple[str]]:
    """The hashes of everything that must be found again; packages kept for a while are not."""
    packages = casefiles.case_files
    return union(
        select(attachments.attachments.c.sha256),
        select(documents.documents.c.sha256),
        select(templates.templates.c.sha256),
        select(packages.c.sha256).where(packages.c.kept_until.is_(None)),
    )
