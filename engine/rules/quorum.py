"""R13: the record of a meeting is complete: who came, who was absent, what each of them thought."""

from __future__ import annotations

from engine.rules.basis import refused
from engine.rules.situations import Situation, people_in
from engine.values.people import ALLOWED, Verdict
from engine.values.process import Duty
from engine.values.quorum import Opinion, enough, needed, opinions


def minuted(situation: Situation, duty: Duty) -> Verdict:
    """R13: each member is in the minutes, present with an opinion or absent, and enough came.

    Whoever gave the opinion in person is not given another, and is not called absent.
    """
    members = people_in(situation.data.get(duty.members))
    lines = opinions(situation.data.get(duty.opinions))
    told = {line.person: line for line in lines}
    for member in members:
        if member not in told:
            return refused("opinion_missing", "R13", name=_name(situation, member))
        line = told[member]
        if line.present and not (line.position and line.words):
            return refused("opinion_missing", "R13", name=_name(situation, member))
        if situation.recusals.get(member) and line.present:
            return refused("recused_member_decides", "R13", name=_name(situation, member))
        if not _as_given(situation, duty, line):
            return refused("opinion_altered", "R13", name=_name(situation, member))
    for line in lines:
        if line.person not in members:
            return refused("not_a_member", "R13", name=_name(situation, line.person))
    attending = sum(line.present for line in lines)
    deciding = len([one for one in members if not situation.recusals.get(one)])
    if not enough(duty.quorum, deciding, attending):
        least = max(needed(duty.quorum, deciding), 1)
        return refused("no_quorum", "R13", needed=str(least), found=str(attending))
    return ALLOWED


def _as_given(situation: Situation, duty: Duty, line: Opinion) -> bool:
    given = situation.given.get(line.person)
    return given is None or (line.present and given == line.position) or not duty.heard_at


def _name(situation: Situation, person_id: int) -> str:
    known = situation.officers.get(person_id)
    return known.name if known is not None else f"#{person_id}"
