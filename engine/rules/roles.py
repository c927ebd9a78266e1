"""Roles and task pools (domain C.2): reading ``processes/roles.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.rules.tables import Problems, load, rows


class Pool(StrEnum):
    """Pools that nobody may hold together at one body (R6)."""

    NONE = ""
    ENFORCEMENT = "enforcement"
    SUPERVISION = "supervision"


@dataclass(frozen=True)
class Role:
    """A role with its names, what it holds and how policy sees it."""

    code: str
    zh: str
    en: str
    holds: str = ""
    holds_en: str = ""
    #: Workflows of domain B.2 whose tasks fall to it.
    processes: tuple[str, ...] = ()
    pool: Pool = Pool.NONE
    #: People outside the government: never a member of a body, only the portal.
    outside: bool = False
    #: Sees every case of the county.
    oversight: bool = False
    #: What of the county's rules it looks after: ``limits``, ``diagrams``, ``documents``.
    manages: tuple[str, ...] = ()


Roles = Mapping[str, Role]


def read(text: str, file: str = "roles.toml") -> dict[str, Role]:
    """The roles of a file by code. Raises ``Invalid("not_toml")`` or ``Invalid("bad_table")``."""
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name != "role":
            problems.add(name, "unknown_field")
    found: dict[str, Role] = {}
    for row in rows(tables, "role", "code", problems):
        role = Role(
            code=row.text("code"),
            zh=row.text("zh"),
            en=row.text("en"),
            holds=row.text("holds", optional=True),
            holds_en=row.text("holds_en", optional=True),
            processes=row.texts("processes"),
            pool=row.choice("pool", Pool, optional=True),
            outside=row.flag("outside"),
            oversight=row.flag("oversight"),
            manages=row.texts("manages"),
        )
        row.finish()
        if role.code in found:
            row.problem("code", "twice", value=role.code)
        found[role.code] = role
    problems.raise_any()
    return found
