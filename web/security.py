"""Headers on every answer, and a reference for every request."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, g, request
from werkzeug.wrappers import Response

from web.request import office

#: No inline script, nothing from elsewhere, nobody may frame us.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
#: Signs that cannot be mistaken for one another when read out over the telephone.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def install(app: Flask) -> None:
    """The reference first, the headers last."""
    app.before_request(_refer)
    app.after_request(_headers)


def reference() -> str:
    """The number by which a person and the log speak of this request."""
    if "reference" not in g:
        g.reference = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(2))
    found: str = g.reference
    return found


def allow(**sources: str) -> None:
    """Widen the policy of this page alone: ``allow(style_src_attr="'unsafe-inline'")``."""
    g.setdefault("policy", {}).update(
        {name.replace("_", "-"): value for name, value in sources.items()}
    )


def _refer() -> None:
    reference()


def _headers(response: Response) -> Any:
    policy = {**_POLICY, **g.get("policy", {})}
    text = "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers.setdefault("Content-Security-Policy", text)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    # Same origin: forms must tell where they come from, other sites must not.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault(
        "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
    )
    response.headers["X-Request-ID"] = reference()
    if request.is_secure and not office().settings.demo:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        # What one person saw must not come out of a shared computer's cache for the next.
        response.headers.setdefault("Cache-Control", "no-store")
    return response
