"""Run by Alembic: migrates the connection it is given."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import engine.store
from engine.store.base import Instant, metadata


def render(kind: str, thing: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Our column types by their own names."""
    if kind == "type" and isinstance(thing, Instant):
        autogenerate.imports.add("from engine.store.base import Instant")
        return "Instant()"
    return False


def include(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """The search index is made by hand: each database has its own kind."""
    return not (kind == "table" and (name or "").startswith("case_search"))


def migrate() -> None:
    for module in pkgutil.iter_modules(engine.store.__path__, "engine.store."):
        if not module.ispkg:
            importlib.import_module(module.name)
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render,
        include_object=include,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate()
