"""What is told of every request: a line in the log and a figure; never who asked, or for what text.

The line names the route and the ids in it, not the address: that may hold what somebody looked for.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, g, request
from werkzeug.wrappers import Response

from engine import logs, metrics
from engine.clock import seconds
from web.request import office
from web.security import reference

log = logging.getLogger("duban.web")

#: Asked every few seconds by machines: counted, but no line each.
_SILENT = ("static", "health.alive", "health.ready")


def install(app: Flask) -> None:
    """Lines of this request carry its reference; its end is told."""
    app.before_request(_begin)
    app.after_request(_tell)


def _begin() -> None:
    g.began = seconds()
    # A thread serves one request after another: nothing of the last one may stick.
    logs.begin(request=reference())
    case = (request.view_args or {}).get("case_id")
    if isinstance(case, int):
        logs.bind(case=case)


def _tell(response: Response) -> Any:
    took = seconds() - g.get("began", seconds())
    endpoint = request.endpoint or "none"
    office().metrics.record(
        metrics.REQUEST_SECONDS, took, endpoint, _method(), str(response.status_code)
    )
    if endpoint not in _SILENT:
        log.info(
            "request",
            extra={
                "method": _method(),
                "route": request.url_rule.rule if request.url_rule else "none",
                "status": response.status_code,
                "ms": round(took * 1000, 1),
            },
        )
    return response


def _method() -> str:
    # Anything may stand there; what we do not serve is one word, or labels would have no end.
    return request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
