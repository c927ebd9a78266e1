"""Three addresses, no more: what a scraper, a supervisor and a balancer ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from prometheus_client import CollectorRegistry, make_wsgi_app

from engine.office import Office
from engine.services import health

Start = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def application(office: Office, registry: CollectorRegistry) -> Application:
    """The WSGI application of the monitor."""
    metrics: Application = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environ, start)
        if path == "/healthz":
            return _say(start, "200 OK", {"alive": True})
        if path == "/readyz":
            given = parse_qs(environ.get("QUERY_STRING", ""))
            ready, told = health.report(office, given.get("exclude", []))
            return _say(start, "200 OK" if ready else "503 Service Unavailable", told)
        return _say(start, "404 Not Found", {"error": "not found"})

    return answer


def _say(start: Start, status: str, told: object) -> list[bytes]:
    body = json.dumps(told).encode() + b"\n"
    start(
        status,
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
