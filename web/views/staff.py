"""People for administrators: accounts, roles, certificates, contact data, lists taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import DubanError, Forbidden, Invalid
from engine.rules.certificates import KINDS, STATUSES
from engine.services import certificates, passwords, staff, staff_import, staff_pages
from engine.services.staff_import import BadList
from engine.work import Work
from web import toasts
from web.kept import Answer
from web.request import number, reading, say, work

views = Blueprint("staff", __name__, url_prefix="/admin/people")

#: Larger lists are refused before they are read whole.
_MOST = staff_import.MOST_BYTES + 1


@views.get("/new")
def new() -> Answer:
    return render_template("staff/new.html", typed={}, error=None)


@views.post("")
def add() -> Answer:
    typed = request.form
    password = passwords.invented()
    try:
        with work() as unit:
            made = staff.add(
                unit,
                typed.get("login", ""),
                typed.get("name", ""),
                typed.get("mail", ""),
                administrator=typed.get("administrator") == "yes",
            )
            staff.set_password(unit, made, password)
    except Invalid as error:
        return render_template("staff/new.html", typed=typed, error=error), 422
    # Told once, on this very page: it is kept nowhere.
    return _page(made, told=password)


@views.get("/<int:person_id>")
def show(person_id: int) -> Answer:
    return _page(person_id)


@views.post("/<int:person_id>")
def change(person_id: int) -> Answer:
    typed = request.form

    def act(unit: Work) -> None:
        staff.change(
            unit,
            person_id,
            staff.Details(
                typed.get("name", ""),
                typed.get("mail", ""),
                typed.get("phone", ""),
                typed.get("post", ""),
                typed.get("auxiliary") == "yes",
                _day(typed, "reviewer_since"),
            ),
        )

    return _done(person_id, "details", act, say("Saved"))


@views.post("/<int:person_id>/state")
def set_state(person_id: int) -> Answer:
    active = request.form.get("active") == "yes"
    told = say("The account is open again.") if active else say("The account is closed.")
    return _done(person_id, "state", lambda unit: staff.set_active(unit, person_id, active), told)


@views.post("/<int:person_id>/administration")
def set_administrator(person_id: int) -> Answer:
    wanted = request.form.get("administrator") == "yes"
    return _done(
        person_id,
        "state",
        lambda unit: staff.set_administrator(unit, person_id, wanted),
        say("Saved"),
    )


@views.post("/<int:person_id>/password")
def set_password(person_id: int) -> Answer:
    password = passwords.invented()
    with work() as unit:
        staff.set_password(unit, person_id, password)
    return _page(person_id, told=password)


@views.post("/<int:person_id>/roles")
def grant(person_id: int) -> Answer:
    typed = request.form
    body_id = number(typed.get("body"))

    def act(unit: Work) -> None:
        if body_id is None or not typed.get("role"):
            raise Invalid(fields={"body" if body_id is None else "role": Invalid("required")})
        staff.grant(unit, person_id, body_id, typed["role"])

    return _done(person_id, "roles", act, say("The role is given."))


@views.post("/<int:person_id>/roles/removal")
def revoke(person_id: int) -> Answer:
    body_id = number(request.form.get("body")) or 0
    role = request.form.get("role", "")
    return _done(
        person_id,
        "roles",
        lambda unit: staff.revoke(unit, person_id, body_id, role),
        say("The role is taken away."),
    )


@views.post("/<int:person_id>/certificates")
def put_certificate(person_id: int) -> Answer:
    typed = request.form

    def act(unit: Work) -> None:
        certificates.put(
            unit,
            person_id,
            certificates.Entered(
                typed.get("number", ""),
                typed.get("kind", ""),
                number(typed.get("body")),
                typed.get("field", ""),
                typed.get("area", ""),
                _day(typed, "valid_from"),
                _day(typed, "valid_to"),
            ),
        )

    return _done(person_id, "certificate", act, say("The certificate is entered."))


@views.post("/<int:person_id>/certificates/status")
def certificate_status(person_id: int) -> Answer:
    typed = request.form
    return _done(
        person_id,
        "status",
        lambda unit: certificates.set_status(
            unit, typed.get("certificate", ""), typed.get("status", ""), typed.get("reason", "")
        ),
        say("The certificate is changed; it takes effect at once."),
    )


@views.get("/import")
def list_page() -> Answer:
    return render_template("staff/import.html", error=None, wrong=())


@views.post("/import")
def take_list() -> Answer:
    part = request.files.get("list")
    try:
        if part is None or not part.filename:
            raise Invalid("file_empty")
        content = part.stream.read(_MOST)
        with work() as unit:
            made = staff_import.take(unit, content)
    except Invalid as error:
        wrong = error.wrong if isinstance(error, BadList) else ()
        return render_template("staff/import.html", error=error, wrong=wrong), 422
    toasts.tell(
        say("Taken in: {people} people, {roles} roles", people=made.people, roles=made.roles),
        say("Each needs a password before they can sign in."),
    )
    return redirect(url_for("admin.index"), 303)


def _done(person_id: int, part: str, act: Callable[[Work], object], told: str) -> Answer:
    """Do it and show the person anew; what is refused is told beside the form, text and all."""
    try:
        with work() as unit:
            act(unit)
    except Invalid as error:
        return _page(person_id, part, error), 422
    except Forbidden as error:
        return _page(person_id, part, error), 403
    toasts.tell(told)
    return redirect(url_for("staff.show", person_id=person_id), 303)


def _page(person_id: int, part: str = "", error: DubanError | None = None, told: str = "") -> str:
    """A person's page; ``part`` is the form that was refused, ``told`` a password told once."""
    with reading() as unit:
        page = staff_pages.person(unit, person_id)
    return render_template(
        "staff/show.html",
        page=page,
        part=part,
        error=error,
        faults=error.fields if isinstance(error, Invalid) else {},
        typed=request.form,
        told=told,
        kinds=KINDS,
        statuses=STATUSES,
    )


def _day(typed: Mapping[str, str], name: str) -> date | None:
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(fields={name: Invalid("not_a_date", value=text[:40])}) from None
