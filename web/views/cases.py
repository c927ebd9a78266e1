"""A case: its tabs as addresses, what may be asked for in it, following and withdrawing it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from engine.errors import Broken, Conflict, DubanError, Forbidden, Invalid
from engine.services import actions, attachments, cases, mail, talk
from engine.services.clock_requests import offers as clock_offers
from engine.values.case_pages import ActionPage
from engine.values.pages import AttachmentRow
from engine.values.path_pages import PathView
from web import forms, kept, toasts
from web.errors import N_, situation
from web.kept import Answer, Kept
from web.request import fragment, reading, say, translator, work
from web.security import reference
from web.words import duration

views = Blueprint("cases", __name__, url_prefix="/cases/<int:case_id>")

#: Tabs in their order: address, name.
TABS = (
    ("overview", N_("Overview")),
    ("timeline", N_("Timeline")),
    ("files", N_("Files")),
    ("documents", N_("Documents")),
    ("service", N_("Service of documents")),
    ("path", N_("Diagram")),
    ("deadlines", N_("Deadlines")),
    ("people", N_("People")),
    ("talk", N_("Comments and copies")),
    ("audit", N_("Audit")),
    ("file", N_("Case file")),
)


@views.get("")
def show(case_id: int) -> Answer:
    return _page(case_id)


@views.get("/<any(timeline, files, documents, path, deadlines, people, audit):tab>")
def tab(case_id: int, tab: str) -> Answer:
    return _page(case_id, tab)


@views.get("/diagrams")
def diagrams(case_id: int) -> Response:
    """What the drawing script needs: the diagrams, and how each element stands."""
    with reading() as unit:
        path = cases.path(unit, case_id)
    words = translator()
    return jsonify(
        diagrams=[
            {"process": one.process_id, "name": words.text(one.name), "xml": one.xml}
            for one in path.diagrams
        ],
        words={
            text: said
            for one in path.diagrams
            for text in one.texts
            if (said := words.text(text)) != text
        },
        states=_states(path),
        flows=path.flows,
        times={row.element: [row.times, duration(row.seconds)] for row in path.times},
    )


# --- Following, withdrawing -------------------------------------------------------------------


@views.post("/follow")
def follow(case_id: int) -> Answer:
    wanted = request.form.get("_follow") == "yes"
    with work() as unit:
        (cases.follow if wanted else cases.unfollow)(unit, case_id)
    if wanted:
        toasts.tell(say("Followed"), say("The case is under Followed in your workbench."))
    else:
        toasts.tell(say("No longer followed"))
    return redirect(url_for("cases.show", case_id=case_id), 303)


@views.post("/withdrawal")
def withdraw(case_id: int) -> Answer:
    try:
        with work() as unit:
            case = cases.withdraw(unit, case_id, request.form.get("reason", ""))
    except Invalid as error:
        return _page(case_id, error=next(iter(error.fields.values()), error)), 422
    toasts.tell(say("Withdrawn: {number}", number=case.number), say("The reason is on the record."))
    return redirect(url_for("cases.show", case_id=case_id), 303)


# --- Files ------------------------------------------------------------------------------------


@views.post("/files")
def add_files(case_id: int) -> Answer:
    """Files put on the case page itself; each is stored even if another is refused."""
    stored, refused = [], []
    for part in request.files.getlist("file.upload"):
        if not part.filename:
            continue
        try:
            stored.append(_attach(case_id)(forms.receive(part), ""))
        except Invalid as error:
            refused.append((part.filename, error))
    if stored:
        toasts.tell(say("Added: {files}", files="、".join(row.filename for row in stored)))
    if refused or not stored:
        return _page(case_id, "files", refused=refused, nothing=not refused), 422
    return redirect(url_for("cases.tab", case_id=case_id, tab="files"), 303)


# --- What the case waits for ------------------------------------------------------------------


@views.get("/actions/<message_id>")
def action(case_id: int, message_id: str) -> Answer:
    with reading() as unit:
        page = actions.page(unit, case_id, message_id)
    return _form(page)


@views.post("/actions/<message_id>")
def send(case_id: int, message_id: str) -> Answer:
    typed = forms.raw()
    page = None
    try:
        page = _action(case_id, message_id, typed)
        refused = forms.take_uploads(page.action.fields, typed, _attach_to_form)
        if refused:
            raise Invalid(fields=refused)
        with work() as unit:
            done = actions.send(unit, case_id, message_id, typed)
    except Invalid as error:
        return _form(_kept_action(case_id, message_id, typed), error), 422
    except (Conflict, Forbidden) as error:
        return _moved_on(case_id, page, typed, error)
    except Broken:
        # The page of the incident promises that the text is kept.
        _kept_action(case_id, message_id, typed)
        raise
    toasts.completed(done)
    return redirect(url_for("cases.show", case_id=case_id), 303)


@views.post("/actions/<message_id>/draft")
def save_draft(case_id: int, message_id: str) -> Answer:
    """Keeps what is typed so far, and tells which fields are asked for under it."""
    typed = forms.raw()
    page = None
    try:
        page = _action(case_id, message_id, typed)
        refused = forms.take_uploads(page.action.fields, typed, _attach_to_form)
        with work() as unit:
            saved = actions.save_draft(unit, case_id, message_id, typed)
    except (Conflict, Forbidden) as error:
        return _moved_on(case_id, page, typed, error)
    if fragment():
        return jsonify(**forms.draft_saved(saved))
    if refused:
        return _form(_kept_action(case_id, message_id, typed), Invalid(fields=refused)), 422
    toasts.tell(say("Draft saved"), say("Nothing is sent before you send the form."))
    return redirect(url_for("cases.action", case_id=case_id, message_id=message_id), 303)


@views.post("/actions/<message_id>/files/<field_id>")
def upload(case_id: int, message_id: str, field_id: str) -> Answer:
    """Takes one file at once while the form is still being filled in."""
    _action(case_id, message_id, None)
    return forms.uploaded(field_id, _attach_to_form)


@kept.returns_to("cases.send")
@kept.returns_to("cases.save_draft")
def put_back(text: Kept) -> Answer:
    case_id, message_id = int(text.arguments["case_id"]), str(text.arguments["message_id"])
    try:
        return _form(_kept_action(case_id, message_id, text.raw), kept_files=text.files)
    except (Conflict, Forbidden) as error:
        return _moved_on(case_id, None, text.raw, error)


@kept.returns_to("cases.withdraw")
def put_reason_back(text: Kept) -> Answer:
    reason = next(iter(text.raw.get("reason", ())), "")
    return _page(int(text.arguments["case_id"]), reason=reason)


# --- Parts ------------------------------------------------------------------------------------


def _page(
    case_id: int,
    tab: str = "overview",
    *,
    error: DubanError | None = None,
    reason: str = "",
    refused: list[tuple[str, Invalid]] | None = None,
    nothing: bool = False,
) -> str:
    """A tab of the case. ``error`` and ``reason`` belong to withdrawing, ``refused`` to files."""
    with reading() as unit:
        page = cases.tab(unit, case_id, tab)
        path = cases.path(unit, case_id) if tab == "path" else None
        now = unit.now
        mails = mail.of_case(unit, case_id) if tab == "documents" else ()
        offers = clock_offers(unit, case_id) if tab == "deadlines" else ()
    return render_template(
        f"cases/{tab}.html",
        page=page,
        path=path,
        states=_states(path) if path else {},
        mails=mails,
        offers=offers,
        now=now,
        tab=tab,
        tabs=TABS,
        error=error,
        reason=reason or request.form.get("reason", ""),
        refused=refused or [],
        nothing=nothing,
    )


def talk_page(case_id: int, *, fault: tuple[str, DubanError] | None = None, typed: str = "") -> str:
    """The tab of comments and copies; ``fault`` is a form's name and what is wrong with it."""
    with reading() as unit:
        page = cases.tab(unit, case_id, "talk")
        circle = talk.page(unit, case_id)
    return render_template(
        "cases/talk.html",
        page=page,
        circle=circle,
        tab="talk",
        tabs=TABS,
        fault=fault,
        typed=typed or request.form.get("text", ""),
    )


def _states(path: PathView) -> dict[str, str]:
    """How each element of the diagrams stands, by element id; what is not named lies ahead."""
    states = dict.fromkeys(path.cancelled, "cancelled")
    states |= dict.fromkeys(path.passed, "passed")
    states |= dict.fromkeys(path.late, "late")
    states |= dict.fromkeys(path.missed, "missed")
    states |= dict.fromkeys(path.present, "present")
    states |= dict.fromkeys(path.paused, "paused")
    states |= dict.fromkeys(path.soon, "soon")
    states |= dict.fromkeys(path.overdue, "overdue")
    return states


def _action(case_id: int, message_id: str, typed: kept.Raw | None) -> ActionPage:
    with reading() as unit:
        return actions.page(unit, case_id, message_id, typed)


def _kept_action(case_id: int, message_id: str, typed: kept.Raw) -> ActionPage:
    """The form with what was typed, which is kept as a draft too."""
    with work() as unit:
        actions.save_draft(unit, case_id, message_id, typed)
    return _action(case_id, message_id, typed)


def _form(
    page: ActionPage, error: Invalid | None = None, kept_files: tuple[str, ...] | None = None
) -> str:
    return render_template(
        "cases/action.html",
        page=page,
        action=page.action,
        faults=forms.faults(error, page.action.fields, translator()) if error else {},
        error=error,
        kept_files=kept_files,
    )


def _moved_on(
    case_id: int, page: ActionPage | None, typed: kept.Raw, error: DubanError
) -> tuple[str, int]:
    """The case no longer waits for it, or the role is gone: say so and show the text."""
    if fragment():
        raise error
    with reading() as unit:
        case = cases.tab(unit, case_id, "talk").case
        labels = cases.labels(unit, case_id)
    if page is not None and page.action.fields:
        told = forms.readable(page.action.fields, typed)
    else:
        told = [
            (labels.get(name.partition(".")[0], name), "\n".join(lines))
            for name, lines in typed.items()
            if any(lines)
        ]
    found = situation(error)
    text = render_template(
        "cases/moved_on.html",
        case=case,
        name=page.action.name if page else "",
        error=error,
        situation=found,
        kept=told,
        reference=reference(),
    )
    return text, found.status


def _attach_to_form(received: attachments.Received, field_id: str) -> AttachmentRow:
    """The uploader's own until the form is sent."""
    with work() as unit:
        return attachments.attach(unit, None, received, field=field_id)


def _attach(case_id: int) -> forms.Attach:
    def attach(received: attachments.Received, field_id: str) -> AttachmentRow:
        with work() as unit:
            return attachments.attach(unit, case_id, received, field=field_id)

    return attach
