"""Steps of the inspection diagram, taken through the services as the web takes them."""

from __future__ import annotations

from engine.services import actions, cases, starts, tasks
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.values.task_pages import Completed
from tests.engine.services.conftest import County


def started(county: County, matter: str = "违规收费", **more: str) -> int:
    """A new inspection of the market bureau, entered by the intake clerk."""
    raw = {"matter": [matter], "subject": [str(county.bodies["market"])], "complainant": ["王某"]}
    raw |= {key: [value] for key, value in more.items()}
    with county.office.begin(county.actor("intake")) as work:
        return starts.start(work, "inspection", raw).case.id


def task(county: County, case_id: int, element: str) -> TaskRow:
    """The newest task at an element."""
    with county.office.read(county.actor("intake")) as work:
        rows = [row for row in task_store.of_case(work.session, case_id) if row.element == element]
    return rows[-1]


def complete(county: County, case_id: int, element: str, who: str, **raw: object) -> Completed:
    """Take and complete the open task at an element."""
    typed = {
        key: [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for key, value in raw.items()
    }
    found = task(county, case_id, element)
    with county.office.begin(county.actor(who)) as work:
        return tasks.complete(work, found.id, typed)


def to_rectification(county: County, **more: str) -> int:
    """A case the department has to put right."""
    case_id = started(county, **more)
    people = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=people)
    complete(county, case_id, "verify", "sup1", report="属实")
    return case_id


def send(county: County, case_id: int, name: str, who: str, **raw: str) -> Completed:
    """Ask for something the case waits for, by the name of the event."""
    with county.office.begin(county.actor(who)) as work:
        action = next(one for one in cases.page(work, case_id).actions if one.name == name)
        typed = {key: [value] for key, value in raw.items()}
        return actions.send(work, case_id, action.message_id, typed)
