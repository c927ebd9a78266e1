"""Addresses of built assets: each carries a hash of its content, so browsers may keep it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

_YEAR = 365 * 24 * 60 * 60


def install(app: Flask) -> None:
    """``asset(name)`` for templates: a name in ``static/dist`` or a file of ``static`` itself."""
    folder = Path(app.static_folder or "")
    built = _built(folder)
    versions = built | {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in folder.glob("*.svg")
    }

    def asset(name: str) -> str:
        path = name if name.endswith(".svg") and name not in built else f"dist/{name}"
        return url_for("static", filename=path, v=versions.get(name))

    app.jinja_env.globals["asset"] = asset
    app.after_request(_keep)


def _built(folder: Path) -> dict[str, str]:
    """Content hash by name, as the build wrote it down."""
    manifest = folder / "dist" / "manifest.json"
    if not manifest.exists():
        return {}
    listed = json.loads(manifest.read_text("utf-8"))
    return {name: address.partition("?v=")[2] for name, address in listed.items()}


def _keep(response: Response) -> Any:
    if request.endpoint == "static" and response.status_code == 200:
        hashed = "v" in request.args or "-" in Path(request.path).stem
        if hashed:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response
