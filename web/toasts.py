"""What just happened, told on the next page: what was done, who has the case now, what is next."""

from __future__ import annotations

from typing import Any

from flask import flash, get_flashed_messages, url_for

from engine.values.task_pages import Completed
from web.request import say, translator

#: A toast is a mapping of plain values, because it travels in the session.
Toast = dict[str, Any]


def tell(title: str, *lines: str, links: tuple[tuple[str, str], ...] = ()) -> None:
    """Told once, on whatever page comes next."""
    flash({"title": title, "lines": list(lines), "links": [list(link) for link in links]})  # type: ignore[arg-type]


def waiting() -> list[Toast]:
    """Toasts to show on this page."""
    found: list[object] = list(get_flashed_messages())
    return [toast for toast in found if isinstance(toast, dict)]


def completed(done: Completed) -> None:
    """A task was completed or a case started."""
    words = translator()
    moved(say("Done: {task}, {number}", task=words.text(done.name), number=done.case.number), done)


def moved(title: str, done: Completed) -> None:
    """A case went on: who has it now, and what is next."""
    tell(title, *_now_with(done), links=_next(done))


def _now_with(done: Completed) -> list[str]:
    """Who has the case now; the first few, because a case may go many ways at once."""
    if done.finished:
        return [say("The case is finished.")]
    words = translator()
    lines = []
    for step in done.now_with[:3]:
        who = words.text(step.person) or words.sentence(f"role.{step.role}")
        body = words.text(step.body)
        lines.append(
            say("Now with {body} · {who}: {task}", body=body, who=who, task=words.text(step.name))
        )
    if not lines:
        lines.append(say("The case goes on by itself until something is due."))
    return lines


def _next(done: Completed) -> tuple[tuple[str, str], ...]:
    links = []
    if done.next_in_case:
        url = url_for("tasks.show", task_id=done.next_in_case)
        links.append((say("Next in this case"), url))
    if done.next_due and done.next_due != done.next_in_case:
        links.append((say("Next due"), url_for("tasks.show", task_id=done.next_due)))
    return tuple(links)
