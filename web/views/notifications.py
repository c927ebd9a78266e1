"""Notices to the person signed in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from engine.services import notifications
from web.kept import Answer
from web.request import locale, number, reading, work

views = Blueprint("notifications", __name__, url_prefix="/notifications")


@views.get("")
def show() -> Answer:
    with reading() as unit:
        page = notifications.mine(unit, request.args.get("after", ""))
    return render_template("notifications/show.html", page=page, language=locale())


@views.get("/count")
def count() -> Answer:
    """The bell of the top bar, refreshed by itself."""
    return render_template("components/bell.html", unread=current_user.unread)


@views.post("/read")
def mark_read() -> Answer:
    chosen = [found for found in map(number, request.form.getlist("_id")) if found is not None]
    with work() as unit:
        notifications.mark_read(unit, chosen or None)
    return redirect(url_for("notifications.show"), 303)


@views.post("/<int:notification_id>")
def follow(notification_id: int) -> Answer:
    """Marks one as read and goes to what it is about."""
    with work() as unit:
        notifications.mark_read(unit, [notification_id])
    task, case = number(request.form.get("_task")), number(request.form.get("_case"))
    if task is not None:
        return redirect(url_for("tasks.show", task_id=task), 303)
    if case is not None:
        return redirect(url_for("cases.show", case_id=case), 303)
    return redirect(url_for("notifications.show"), 303)
