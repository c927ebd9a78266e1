"""Data files under ``processes`` that bring their own English: ``zh`` and ``en`` side by side."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any


def pairs() -> dict[str, str]:
    """Chinese -> English, for every table that says both."""
    said = {chinese: english for table in _tables() for chinese, english in said_twice(table)}
    return said | dict(_posts())


def role_names(locale: str) -> dict[str, str]:
    """Code of a role -> its name, from ``roles.toml``."""
    key = "zh" if locale == "zh_CN" else "en"
    return {role["code"]: role[key] for role in _read("roles.toml").get("role", [])}


def message_names(locale: str) -> dict[str, str]:
    """Code of a notice -> what kind it is: its title up to the colon, from ``messages.toml``."""
    found: dict[str, str] = {}
    for message in _read("messages.toml").get("message", []):
        title: str = message["title"][locale]
        found[message["code"]] = re.split("[：:]", title, maxsplit=1)[0].strip()
    return found


def register_titles() -> dict[str, str]:
    """Code of a register -> its Chinese title, from ``registers.toml``."""
    return {
        register["code"]: register["title"]
        for register in _read("registers.toml").get("register", [])
    }


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


def _posts() -> Iterator[tuple[str, str]]:
    """Who holds a post at a department or township of the demo county: ``{short}`` is its name."""
    county = _read("county.toml")
    posts = [post for post in county.get("post", []) if "name_en" in post]
    for place in (*county.get("department", []), *county.get("township", [])):
        for post in posts:
            if "short_en" in place and post["staff"] in place["staff"]:
                yield (
                    post["name"].replace("{short}", place["short"]),
                    post["name_en"].replace("{short}", place["short_en"]),
                )


def _tables() -> Iterator[object]:
    for path in sorted(files("processes").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".toml"):
            yield _read(path.name)


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    path = files("processes") / name
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
