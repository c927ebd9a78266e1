"""Steps of the handling diagram: draft, review, sign together, approve, file."""

from __future__ import annotations

from engine.services import starts, tasks
from engine.store.tasks import TaskRow
from engine.values.task_pages import TaskPage
from tests.engine.services.conftest import County
from tests.engine.services.steps import task

__all__ = ["begun", "complete", "drafted", "page", "reviewed", "task"]


def begun(county: County, **more: object) -> int:
    """A new matter; its draft waits to be taken."""
    signers = [str(county.people[one]) for one in ("sup1", "sup2", "sup3")]
    raw: dict[str, list[str]] = {"matter": ["乱收费专项"], "signers": signers}
    raw |= {name: [str(value)] for name, value in more.items()}
    with county.office.begin(county.actor("intake")) as work:
        return starts.start(work, "handling", raw).case.id


def complete(county: County, row: TaskRow, who: str, **raw: str) -> None:
    with county.office.begin(county.actor(who)) as work:
        tasks.complete(work, row.id, {name: [value] for name, value in raw.items()})


def drafted(county: County, **more: object) -> int:
    """A matter whose review waits to be taken."""
    case_id = begun(county, **more)
    complete(county, task(county, case_id, "draft"), "sup1", text="第一稿")
    return case_id


def reviewed(county: County, **more: object) -> int:
    """A matter the three signers have before them."""
    case_id = drafted(county, **more)
    complete(county, task(county, case_id, "review"), "sup2", finding="可以")
    return case_id


def page(county: County, row: TaskRow, who: str) -> TaskPage:
    with county.office.read(county.actor(who)) as work:
        return tasks.page(work, row.id)
