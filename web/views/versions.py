"""From a draft to a version: submitted, reviewed by a second person, published, ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import BadDefinition, Conflict, DubanError, Forbidden, Invalid
from engine.services import design_changes, design_reviews, designs, procedures, proofs
from engine.work import Work
from web import differences, toasts
from web.kept import Answer, Kept, returns_to
from web.request import number, reading, say, work

views = Blueprint("versions", __name__, url_prefix="/diagrams/<process>")

Typed = dict[str, str]


@views.get("/publication")
def show(process: str) -> Answer:
    return _page(process)


@views.post("/submission")
def submit(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        day = _day(typed, "effective_on")
        design_reviews.submit(unit, process, _seen(typed), typed.get("note", ""), day)

    return _do(process, act, say("Handed to a second person"), proved=True)


@views.post("/withdrawal")
def withdraw(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        design_reviews.withdraw(unit, process, _seen(typed))

    return _do(process, act, say("The draft can be changed again"))


@views.post("/review")
def review(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        verdict, words = typed.get("verdict", ""), typed.get("words", "")
        design_reviews.review(unit, process, _seen(typed), verdict, words)

    return _do(process, act, say("Your review is on record"), proved=True)


@views.post("/publication")
def publish(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        design_reviews.publish(unit, process, _seen(typed))

    return _do(process, act, say("Published"), "diagrams.history", proved=True)


@views.post("/discarding")
def discard(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        design_reviews.discard(unit, process, _seen(typed), typed.get("reason", ""))

    return _do(process, act, say("The draft was discarded"), "diagrams.index")


@views.post("/base")
def rebase(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        design_reviews.rebase(unit, process, _seen(typed))

    return _do(process, act, say("The draft is compared with the newest version now"))


@views.post("/restoration")
def restore(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        kept = number(typed.get("kept")) or 0
        design_reviews.restore(unit, process, _seen(typed), kept)

    return _do(process, act, say("The earlier save is the draft again"), "diagrams.history")


@views.post("/ending")
def end(process: str) -> Answer:
    def act(unit: Work, typed: Typed) -> None:
        day = _day(typed, "day") or unit.today
        version = number(typed.get("version"))
        design_reviews.end(unit, process, version, day, typed.get("note", ""))

    return _do(process, act, say("No new case begins with it from that day on"), "diagrams.history")


@returns_to("versions.submit")
@returns_to("versions.review")
@returns_to("versions.discard")
@returns_to("versions.end")
def put_back(text: Kept) -> Answer:
    typed = {name: values[0] for name, values in text.raw.items() if values}
    return _page(str(text.arguments["process"]), typed)


# --- Parts ------------------------------------------------------------------------------------


def _do(
    process: str,
    act: Callable[[Work, Typed], None],
    told: str,
    then: str = "versions.show",
    *,
    proved: bool = False,
) -> Answer:
    """One act on the draft. What was typed is on the page again when it is refused."""
    typed = request.form.to_dict()
    if proved:
        _prove(process)
    try:
        with work() as unit:
            act(unit, typed)
    except (Invalid, BadDefinition) as error:
        return _page(process, typed, error), 422
    except Conflict as error:
        return _page(process, typed, error), 409
    toasts.tell(told)
    after = url_for(then) if then == "diagrams.index" else url_for(then, process=process)
    return redirect(after, 303)


def _prove(process: str) -> None:
    """Look at the proof before the act, whose unit of work would keep others from writing."""
    with reading() as unit, suppress(BadDefinition, Forbidden):
        proofs.of(unit, process)


def _page(process: str, typed: Typed | None = None, error: DubanError | None = None) -> str:
    with reading() as unit:
        page = designs.page(unit, process)
        found = design_changes.compared(unit, process)
        versions = procedures.versions(unit, process)
        proof = proofs.kept(page)
    return render_template(
        "diagrams/publication.html",
        page=page,
        tab="publication",
        found=found,
        lines=differences.lines(found.changes),
        versions=versions,
        proof=proof,
        typed=typed or {},
        error=error,
        faults=error.fields if isinstance(error, Invalid) else {},
        refused=error.findings if isinstance(error, BadDefinition) else (),
    )


def _seen(typed: Typed) -> int:
    """The revision the reader saw; one that never was when the page did not say."""
    return number(typed.get("revision")) or 0


def _day(typed: Typed, name: str) -> date | None:
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields={name: Invalid("line_day", value=text[:40])}) from error
