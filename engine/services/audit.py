"""The audit chains: append under the case's lock, read, and export for verification.

Each entry's digest carries the one before it and is keyed from outside the database, so nobody with
the database alone can change, drop or insert an entry unseen. Tails are held by the daily anchors
(:mod:`engine.services.anchors`).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from engine.actor import Actor
from engine.rules import hashchain
from engine.services import anchors, definitions
from engine.services.deputies import ACTING_FOR
from engine.store import audit as chains
from engine.store import cases, settings
from engine.store.audit import COUNTY, EntryRow
from engine.store.cases import CaseRow
from engine.values.acts import Act
from engine.values.audit_pages import AuditReport, AuditRow
from engine.values.running import Json
from engine.work import Work


class Chained(Protocol):
    """A case held under its lock, as far as its chain goes."""

    id: int
    audit_seq: int
    audit_head: bytes
    entries: list[EntryRow]


def append(work: Work, case: Chained | None, act: str, **facts: Json) -> None:
    """Append to the case's chain, or to the county's own when there is no case."""
    append_as(work, work.actor, case, act, facts)


def append_as(
    work: Work, actor: Actor, case: Chained | None, act: str, facts: Mapping[str, Json]
) -> None:
    """Append in another's name: what the clock did within a person's command, or a diagram."""
    if case is None:
        # Locks the county's chain until the commit; cases have chains of their own.
        stored = settings.locked(work.session, settings.COUNTY_CHAIN, [0, ""])
        seq, previous = stored[0], bytes.fromhex(stored[1])
    else:
        seq, previous = case.audit_seq, case.audit_head
    seq += 1
    for_whom = work.kept.get(ACTING_FOR)
    if for_whom is not None and actor is work.actor:
        facts = {**facts, "for": for_whom[1]}
    entry = EntryRow(
        case_id=COUNTY if case is None else case.id,
        seq=seq,
        at=work.now,
        actor_id=actor.person_id,
        actor=actor.name,
        channel=actor.channel.value,
        act=act,
        facts=dict(facts),
        digest=b"",
    )
    digest = digest_of(chain_key(work), previous, entry)
    entry = replace(entry, digest=digest)
    if case is None:
        chains.add(work.session, [entry])
        settings.put(work.session, settings.COUNTY_CHAIN, [seq, digest.hex()])
        return
    case.audit_seq, case.audit_head = seq, digest
    # Written with the case itself, all entries of a command at once.
    case.entries.append(entry)


def entries(work: Work, case_id: int) -> tuple[AuditRow, ...]:
    """The chain of a case in order. The caller has checked that the reader may see the case."""
    row = cases.get(work.session, case_id)
    return tuple(
        AuditRow(
            entry.seq,
            entry.at,
            entry.actor,
            entry.channel,
            entry.act,
            told(work, row, entry) if row is not None else entry.facts,
            entry.digest.hex(),
        )
        for entry in chains.entries(work.session, case_id)
    )


def told(work: Work, row: CaseRow, entry: EntryRow) -> dict[str, Json]:
    """The facts of an entry, with the names its ids have in the case's own definition."""
    description = definitions.load(work, row.definition_id).description
    facts = dict(entry.facts)
    element = description.elements.get(str(facts.get("element", "")))
    if element is not None:
        facts.setdefault("task", element.name)
    if entry.act == Act.CASE_STARTED:
        facts.setdefault("process", description.process.name)
    return facts


def verify(work: Work, case_id: int | None = None) -> AuditReport:
    """Verify one chain, or all of them and their anchors. Administrators and the console only."""
    return anchors.verify(work, case_id)


def values_digest(work: Work, values: Mapping[str, Json]) -> str:
    """What binds an entry to what was entered, without telling any of it."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.digest(work.office.secret("values"), text.encode(), "sha256").hex()[:32]


def chain_key(work: Work) -> bytes:
    """The key of every chain."""
    return work.office.secret("audit")


def digest_of(key: bytes, previous: bytes, entry: EntryRow) -> bytes:
    """The digest of an entry that follows ``previous``."""
    return hashchain.digest(
        key,
        previous,
        {
            "case": entry.case_id,
            "seq": entry.seq,
            "at": entry.at.isoformat(),
            "actor_id": entry.actor_id,
            "actor": entry.actor,
            "channel": entry.channel,
            "act": entry.act,
            "facts": entry.facts,
        },
    )
