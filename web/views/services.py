"""Service of the documents of a case: how each stands, recording one, its proof."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for

from engine.errors import DubanError, Invalid
from engine.i18n import formats
from engine.rules import service as rules
from engine.rules.service import Attempt
from engine.services import attachments, cases, service_of_documents
from engine.values.service import Method, Outcome
from web import forms, toasts
from web.kept import Answer, Kept, returns_to
from web.request import locale, reading, say, work
from web.views.cases import TABS

views = Blueprint("services", __name__, url_prefix="/cases/<int:case_id>/services")


@views.get("")
def show(case_id: int) -> Answer:
    return _page(case_id)


@views.get("/<int:document_id>")
def form(case_id: int, document_id: int) -> Answer:
    return _form(case_id, document_id, {"outcome": "served", "method": "direct"})


@views.post("/<int:document_id>")
def record(case_id: int, document_id: int) -> Answer:
    typed = request.form.to_dict()
    stored = [int(one) for one in request.form.getlist("proof") if one.isdecimal()]
    refused: dict[str, DubanError] = {}
    for part in request.files.getlist("proofs"):
        if not part.filename:
            continue
        try:
            received = forms.receive(part)
            with work() as unit:
                stored.append(attachments.attach(unit, None, received).id)
        except Invalid as error:
            refused["proofs"] = error
    try:
        if refused:
            raise Invalid(fields=refused)
        with work() as unit:
            done = service_of_documents.record(
                unit, case_id, document_id, _attempt(typed, tuple(stored))
            )
    except Invalid as error:
        return _form(case_id, document_id, typed, error, stored), 422
    served = done.row.served_on
    toasts.tell(
        say("Service recorded"),
        say(
            "Served on {day}; the periods of the party count from the day after.",
            day=formats.day(locale(), served),
        )
        if served is not None
        else say("The attempt is on the record; the document is still to be served."),
    )
    return redirect(url_for("services.show", case_id=case_id), 303)


@returns_to("services.record")
def put_back(text: Kept) -> Answer:
    typed = {name: lines[0] for name, lines in text.raw.items() if lines}
    where = text.arguments
    return _form(int(where["case_id"]), int(where["document_id"]), typed)


def _attempt(typed: dict[str, str], proofs: tuple[int, ...]) -> Attempt:
    try:
        day = date.fromisoformat(typed.get("delivered_on", ""))
    except ValueError:
        day = None
    return Attempt(
        method=typed.get("method", ""),
        outcome=typed.get("outcome", ""),
        delivered_on=day,
        proofs=proofs,
        consent=typed.get("consent") == "yes",
        **{name: typed.get(name, "") for name in rules.LONGEST},
    )


def _page(case_id: int) -> str:
    with reading() as unit:
        page = cases.tab(unit, case_id, "service")
        served = service_of_documents.page(unit, case_id)
    return render_template("cases/service.html", page=page, served=served, tab="service", tabs=TABS)


def _form(
    case_id: int,
    document_id: int,
    typed: dict[str, str],
    error: Invalid | None = None,
    stored: list[int] | None = None,
) -> str:
    with reading() as unit:
        case = cases.tab(unit, case_id, "service").case
        one = service_of_documents.one(unit, case_id, document_id)
        known = attachments.own_unbound(unit, stored or ())
    return render_template(
        "papers/service.html",
        case=case,
        one=one,
        typed=typed,
        faults=error.fields if error else {},
        error=error,
        stored=known,
        methods=tuple(Method),
        outcomes=tuple(Outcome),
        longest=rules.LONGEST,
    )
