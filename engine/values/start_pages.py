"""What can be started, and the form it is started by."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as default

from engine.values.pages import BodyRow, FieldView
from engine.values.people import Verdict
from engine.values.process import Form, ProcessInfo


@dataclass(frozen=True)
class StartRow:
    """A procedure in the list of what can be started."""

    process: ProcessInfo
    version: int
    #: Roles that may start it.
    roles: tuple[str, ...] = ()
    may: Verdict = default(default_factory=lambda: Verdict(True))


@dataclass(frozen=True)
class StartPage:
    """The form by which a case is started."""

    process: ProcessInfo
    form: Form
    fields: tuple[FieldView, ...] = ()
    may: Verdict = default(default_factory=lambda: Verdict(True))
    #: Bodies for which the reader may start it; asked for when there are several.
    bodies: tuple[BodyRow, ...] = ()
