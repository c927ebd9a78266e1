"""What tests of form fields share: reading one field, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import DubanError, Invalid
from engine.rules.fields import parse
from engine.values.process import Field, FieldType, Option

TODAY = date(2026, 3, 2)


OPTIONS = (Option("a", "甲"), Option("b", "乙"), Option("c", "丙"))


T = FieldType


def field(type_: FieldType, **more) -> Field:
    if type_ in (T.CHOICE, T.MULTIPLE_CHOICE, T.CHECKLIST):
        more.setdefault("options", OPTIONS)
    return Field("x", "字段", type_, **more)


def never(expression, names):
    raise AssertionError("no condition was given")


def read(one: Field, *texts: str, known=None, **parts: list[str]):
    raw = {"x": list(texts), **{f"x.{name}": values for name, values in parts.items()}}
    return parse([one], raw, {}, never, TODAY, known)["x"]


def refused(one: Field, *texts: str, known=None, **parts: list[str]) -> DubanError:
    with pytest.raises(Invalid) as error:
        read(one, *texts, known=known, **parts)
    assert list(error.value.fields) == ["x"]
    return error.value.fields["x"]
