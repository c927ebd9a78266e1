"""Data files under ``processes`` that bring their own English: ``zh`` and ``en`` side by side."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files


def pairs() -> dict[str, str]:
    """Chinese -> English, for every table that says both."""
    return {chinese: english for table in _tables() for chinese, english in said_twice(table)}


def role_names(locale: str) -> dict[str, str]:
    """Code of a role -> its name, from ``roles.toml``."""
    key = "zh" if locale == "zh_CN" else "en"
    return {role["code"]: role[key] for role in _read("roles.toml").get("role", [])}


def said_twice(value: object) -> Iterator[tuple[str, str]]:
    """Pairs of texts: ``zh`` with ``en``, ``holds`` with ``holds_en`` and the like."""
    if isinstance(value, dict):
        if isinstance(value.get("zh"), str) and isinstance(value.get("en"), str):
            yield value["zh"], value["en"]
        for key, item in value.items():
            english = value.get(f"{key}_en")
            if isinstance(item, str) and isinstance(english, str):
                yield item, english
            yield from said_twice(item)
    elif isinstance(value, list):
        for item in value:
            yield from said_twice(item)


def _tables() -> Iterator[object]:
    for path in sorted(files("processes").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".toml"):
            yield _read(path.name)


def _read(name: str) -> dict[str, list[dict[str, str]]]:
    path = files("processes") / name
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
