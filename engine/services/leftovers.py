"""Uploads that became part of nothing are forgotten, and their bytes with them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from engine.actor import CLOCK
from engine.office import Office
from engine.services import attachments
from engine.store import attachments as rows
from engine.store import contents, drafts
from engine.store.files import FileStore
from engine.work import Work

#: Uploads for a case that is never started are forgotten after this long.
UNBOUND_FOR = timedelta(days=7)
LEFT_FOR = timedelta(days=1)

#: Hashes asked about in one question.
_AT_ONCE = 500


def sweep(office: Office) -> int:
    """Forget uploads that became part of nothing; how many files were removed from the disk."""
    with office.begin(CLOCK) as work:
        remove = forget(work)
    return remove()


def forget(work: Work) -> Callable[[], int]:
    """Forget the rows of such uploads; what removes their files, for after the commit.

    What a draft still names stays, however long its author takes.
    """
    kept = attachments.store(work.office)
    old = rows.unbound(work.session, work.now - UNBOUND_FOR)
    named = _named_in_drafts(work, {row.uploaded_by for row in old if row.uploaded_by})
    gone = [row for row in old if str(row.id) not in named]
    rows.forget_unbound(work.session, [row.id for row in gone])
    hashes = {row.sha256 for row in gone}
    before = work.now - LEFT_FOR
    loose = sorted(hashes - contents.kept(work.session, hashes, work.now))
    loose += _left_behind(work, kept, before)
    return lambda: sum(kept.discard(sha256, before) for sha256 in loose) + kept.sweep(before)


def _left_behind(work: Work, kept: FileStore, before: datetime) -> list[str]:
    """Content that no row speaks of: its unit of work was rolled back after the bytes were kept.

    A sixteenth of the store is looked at in each hour.
    """
    shard = f"{int(work.now.timestamp() // 3600) % 16:x}"
    there = sorted(kept.unmoved(shard, before))
    found: list[str] = []
    for first in range(0, len(there), _AT_ONCE):
        some = there[first : first + _AT_ONCE]
        known = contents.kept(work.session, some, work.now)
        found += [sha256 for sha256 in some if sha256 not in known]
    return found


def _named_in_drafts(work: Work, authors: Collection[int]) -> set[str]:
    typed = (draft.raw for draft in drafts.of_people(work.session, authors))
    return {text for raw in typed for texts in raw.values() for text in texts}
