"""For proxies and supervisors: whether the process lives, and whether it is ready to serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from engine.services import health
from web.request import office
from web.session import public

views = Blueprint("health", __name__)


@views.get("/healthz")
@views.get("/health")
@public
def alive() -> Response:
    """The process answers."""
    return Response("ok", mimetype="text/plain")


@views.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Database, migrations and worker; ``?exclude=worker`` leaves one of them out."""
    well, told = health.report(office(), request.args.getlist("exclude"))
    return jsonify(told), 200 if well else 503
