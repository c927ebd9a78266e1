"""The family of errors. Each names its cause by a code and facts; the edge chooses the words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.values.process import Finding


class DubanError(Exception):
    """Something refused. ``code`` is stable; ``facts`` fill the sentence the edge chooses."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Mapping[str, object] = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class NotFound(DubanError):
    """The thing asked for does not exist, or must not be known to exist."""


class Forbidden(DubanError):
    """The actor may not do this. ``rule`` and ``basis`` among the facts say why."""


class Conflict(DubanError):
    """The world moved on: the task is done already, the page was old."""


class Invalid(DubanError):
    """What was entered cannot be taken. ``fields`` maps field ids to message codes with facts."""

    def __init__(
        self, code: str = "invalid", fields: Mapping[str, DubanError] | None = None, **facts: object
    ) -> None:
        super().__init__(code, **facts)
        self.fields = dict(fields or {})


class BadDefinition(DubanError):
    """A definition cannot be read or published; ``findings`` say where and why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("bad_definition", count=len(findings))
        self.findings = findings


class Unavailable(DubanError):
    """The database or the disk cannot be had now. Trying again later is all there is to do."""


class Broken(DubanError):
    """A case cannot move: script error, exceeded bound, damaged state. Becomes an incident."""


def cannot_listen(host: str, port: int, error: OSError) -> Invalid:
    """An address to serve on cannot be had; another program listens there, most likely."""
    return Invalid("cannot_listen", host=host, port=port, reason=error.strerror or str(error))
