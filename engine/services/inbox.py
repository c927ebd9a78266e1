"""The inbox of the reader: what is theirs to do, what they could take, what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.services import (
    access,
    definitions,
    deputies,
    dockets,
    duty,
    inbox_cursors,
    opinions,
    saved_views,
    views,
)
from engine.services.duty import Door
from engine.store import bodies, cases, copies, inbox, people
from engine.store.cases import BriefRow
from engine.store.definitions import DefinitionRow
from engine.store.inbox import Wanted
from engine.store.tasks import OPEN, TaskRow
from engine.values.inbox_pages import (
    FilterOption,
    Group,
    InboxPage,
    InboxQuery,
    InboxRow,
    Question,
    Tab,
)
from engine.values.pages import COUNT_LIMIT, PAGE_ROWS, CaseRef, DueView
from engine.values.people import Verdict
from engine.values.timing import Light
from engine.work import Work

_GROUP_OF = {Light.RED: Group.OVERDUE, Light.YELLOW: Group.SOON, Light.GREY: Group.PAUSED}


def page(work: Work, query: InboxQuery) -> InboxPage:
    """A page of a tab. Raises Invalid ``bad_cursor`` for a cursor that is none of ours."""
    me = work.actor.person_id
    if me is None:
        return InboxPage(query, eligible=False)
    wanted = _wanted(work, me, query)
    rows, after = _rows(work, query, wanted)
    free = Wanted(me, wanted.pools, for_ids=wanted.for_ids)
    hidden = 0
    if not rows and wanted.filtered and not query.after:
        hidden = _count_all(work, query.tab, free)
    return InboxPage(
        query=query,
        rows=rows,
        counts={
            Tab.TODO: inbox.count_todo(work.session, free, COUNT_LIMIT),
            Tab.POOL: inbox.count_pool(work.session, free, COUNT_LIMIT),
            Tab.COPIED: copies.unread(work.session, me, COUNT_LIMIT),
        },
        groups=_groups(work, query.tab, wanted),
        processes=tuple(FilterOption(row.process_id, row.name) for row in _processes(work)),
        bodies=_bodies(work),
        after=after,
        hidden=hidden,
        eligible=bool(work.actor.memberships),
        questions=_questions(work, query),
        views=saved_views.mine(work),
        standing_in_for=_standing_in(work),
    )


def _questions(work: Work, query: InboxQuery) -> tuple[Question, ...]:
    """Opinions the reader was asked for: above what they have to do."""
    if query.tab is not Tab.TODO or query.after:
        return ()
    found = opinions.mine(work, PAGE_ROWS)
    known = cases.brief(work.session, {row.case_id for row, _ in found})
    return tuple(Question(told, views.case_ref(work, known[row.case_id])) for row, told in found)


def _standing_in(work: Work) -> tuple[str, ...]:
    ids = deputies.principals(work)
    names = people.names_of_people(work.session, ids) if ids else {}
    return tuple(names[one] for one in ids if one in names)


def _wanted(work: Work, me: int, query: InboxQuery) -> Wanted:
    absent = deputies.principals(work)
    roles = [*work.actor.memberships, *(one for held in absent.values() for one in held)]
    return Wanted(
        person_id=me,
        pools=[(one.role, one.body_id) for one in roles],
        for_ids=tuple(absent),
        process=query.process,
        body_id=query.body_id,
        light=query.light,
        now=work.now,
    )


def _rows(work: Work, query: InboxQuery, wanted: Wanted) -> tuple[tuple[InboxRow, ...], str]:
    """The rows of the page and the cursor of the next; one row more is read to know of it."""
    size = max(1, min(query.rows, PAGE_ROWS * 4))
    if query.tab in (Tab.TODO, Tab.POOL):
        read = inbox.todo if query.tab is Tab.TODO else inbox.pool
        found = read(work.session, wanted, inbox_cursors.place(query.after), size + 1)
        more = found[:size][-1] if len(found) > size else None
        cursor = (
            f"{int(more.paused)}_{more.order_at.isoformat()}_{more.id}" if more is not None else ""
        )
        return _task_rows(work, found[:size], query.tab), cursor
    if query.tab is Tab.DONE:
        ended = inbox.done(work.session, wanted, inbox_cursors.done_place(query.after), size + 1)
        last = ended[:size][-1] if len(ended) > size else None
        cursor = (
            f"{last.completed_at.isoformat()}_{last.id}"
            if last is not None and last.completed_at is not None
            else ""
        )
        return _task_rows(work, ended[:size], query.tab), cursor
    if query.tab is Tab.COPIED:
        return _copied(work, query, wanted, size)
    listing = inbox.started if query.tab is Tab.STARTED else inbox.followed
    own = listing(work.session, wanted, inbox_cursors.number(query.after), size + 1)
    return (
        _case_rows(work, _still_seen(work, own[:size]), query.light),
        str(own[size - 1].id) if len(own) > size else "",
    )


def _copied(
    work: Work, query: InboxQuery, wanted: Wanted, size: int
) -> tuple[tuple[InboxRow, ...], str]:
    """Cases sent to the reader, newest first; what they have not opened is marked."""
    after = inbox_cursors.number(query.after)
    sent = copies.of_person(work.session, wanted.person_id, after, size + 1)
    shown = sent[:size]
    known = cases.brief(work.session, {copy.case_id for copy in shown})
    names = people.names_of_people(work.session, {copy.by_id for copy in shown})
    rows = {row.case.id: row for row in _case_rows(work, list(known.values()), None)}
    found = tuple(
        replace(
            rows[copy.case_id],
            group=None,
            assignee=names.get(copy.by_id, ""),
            unread=copy.read_at is None,
        )
        for copy in shown
        if _fits(known[copy.case_id], query)
    )
    return found, str(shown[-1].id) if len(sent) > size else ""


def _fits(case: BriefRow, query: InboxQuery) -> bool:
    return query.process in ("", case.process_id) and query.body_id in (None, case.body_id)


def _still_seen(work: Work, rows: Sequence[BriefRow]) -> list[BriefRow]:
    """Who lost the right to a case does not keep an eye on it."""
    return [row for row in rows if access.may_see(work, row)]


def _task_rows(work: Work, rows: Sequence[TaskRow], tab: Tab) -> tuple[InboxRow, ...]:
    known = cases.brief(work.session, {row.case_id for row in rows})
    named = {one for row in rows for one in (row.assignee_id, row.acting_for) if one is not None}
    names = people.names_of_people(work.session, named)
    me = work.actor.person_id
    still = views.stopped_since(work, rows)
    found = []
    for row in rows:
        case = known[row.case_id]
        due = views.due_of_task(work, row, still.get(row.id))
        found.append(
            InboxRow(
                case=views.case_ref(work, case),
                task_id=row.id,
                name=row.name,
                group=_group_of_task(row, due),
                due=due,
                body=row.shown_body or case.body_name,
                assignee=names.get(row.assignee_id or 0, ""),
                acting_for=names.get(_in_whose_stead(row, me) or 0, ""),
                unread=row.status == OPEN and row.assignee_id == me and row.seen_by != me,
                claim=_may_claim(work, row, case.definition_id, tab),
                opened_at=row.opened_at,
                completed_at=row.completed_at,
            )
        )
    return tuple(found)


def _in_whose_stead(row: TaskRow, me: int | None) -> int | None:
    """Whom the reader acts for with a task they have or stand in for."""
    if row.assignee_id is not None and row.assignee_id != me:
        return row.assignee_id
    return row.acting_for


def _may_claim(work: Work, row: TaskRow, definition_id: int, tab: Tab) -> Verdict:
    """Whether a row of the pool may be taken; the history is asked only where a rule needs it."""
    if tab is not Tab.POOL:
        return Verdict(False)
    if work.actor.person_id is None:
        return Verdict(False, "people_only")
    form = definitions.load(work, definition_id).description.forms[row.element]
    case = cases.get(work.session, row.case_id) if form.duties else None
    if case is None:
        return Verdict(True)
    return duty.verdict(
        work,
        dockets.opened(work, case),
        row,
        work.actor.person_id,
        Door.CLAIM,
        for_id=deputies.for_task(work, row),
    )


def _case_rows(work: Work, rows: Sequence[BriefRow], light: Light | None) -> tuple[InboxRow, ...]:
    pressing = inbox.earliest_due(work.session, [row.id for row in rows])
    still = views.stopped_since(work, pressing.values())
    found = []
    for row in rows:
        due = DueView()
        if row.id in pressing:
            task = pressing[row.id]
            due = views.due_of_task(work, task, still.get(task.id))
        if light is not None and due.light is not light:
            continue
        ref: CaseRef = views.case_ref(work, row)
        found.append(
            InboxRow(
                case=ref,
                name=row.stage,
                group=_group(due) if row.status == cases.RUNNING else None,
                due=due,
                body=row.body_name,
                opened_at=row.started_at,
                completed_at=row.finished_at,
            )
        )
    return tuple(found)


def _group_of_task(row: TaskRow, due: DueView) -> Group | None:
    if row.status != "open":
        return None
    return Group.PAUSED if row.paused else _group(due)


def _group(due: DueView) -> Group:
    return _GROUP_OF.get(due.light, Group.LATER)


def _groups(work: Work, tab: Tab, wanted: Wanted) -> dict[Group, int]:
    if tab not in (Tab.TODO, Tab.POOL):
        return {}
    count = inbox.groups_todo if tab is Tab.TODO else inbox.groups_pool
    return {
        Group(name): number
        for name, number in count(work.session, wanted, work.now, COUNT_LIMIT).items()
    }


def _count_all(work: Work, tab: Tab, free: Wanted) -> int:
    if tab is Tab.TODO:
        return inbox.count_todo(work.session, free, COUNT_LIMIT)
    if tab is Tab.POOL:
        return inbox.count_pool(work.session, free, COUNT_LIMIT)
    if tab is Tab.DONE:
        return len(inbox.done(work.session, free, None, COUNT_LIMIT))
    if tab is Tab.COPIED:
        return len(copies.of_person(work.session, free.person_id, None, COUNT_LIMIT))
    listing = inbox.started if tab is Tab.STARTED else inbox.followed
    return len(_still_seen(work, listing(work.session, free, None, COUNT_LIMIT)))


def _processes(work: Work) -> list[DefinitionRow]:
    return [row for row, definition in definitions.all_latest(work)
            if definition.description.starts]  # fmt: skip


def _bodies(work: Work) -> tuple[FilterOption, ...]:
    """Bodies that can be the subject of a procedure or handle one."""
    return tuple(
        FilterOption(str(body.id), body.name)
        for body in bodies.all_bodies(work.session)
        if body.kind in ("DEPT", "TOWNSHIP")
    )
