"""One blueprint a noun. A view parses, calls a verb and responds."""

from __future__ import annotations

from flask import Blueprint

from web.views import (
    admin,
    audit,
    auth,
    calendar,
    cases,
    clock,
    deadlines,
    files,
    health,
    help,
    inbox,
    incidents,
    limits,
    me,
    notifications,
    public,
    recusals,
    registers,
    search,
    start,
    tasks,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    admin.views,
    audit.views,
    auth.views,
    calendar.views,
    cases.views,
    clock.views,
    deadlines.views,
    files.attachments,
    files.documents,
    health.views,
    help.views,
    inbox.views,
    incidents.views,
    limits.views,
    me.views,
    notifications.views,
    public.views,
    recusals.views,
    registers.views,
    search.views,
    start.views,
    tasks.views,
)
