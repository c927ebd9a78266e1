"""One blueprint a noun. A view parses, calls a verb and responds."""

from __future__ import annotations

from flask import Blueprint

from web.views import auth, clock, deadlines, help, inbox, me, notifications, start, tasks

BLUEPRINTS: tuple[Blueprint, ...] = (
    auth.views,
    clock.views,
    deadlines.views,
    help.views,
    inbox.views,
    me.views,
    notifications.views,
    start.views,
    tasks.views,
)
