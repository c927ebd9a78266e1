"""Settings, read once from the environment; everything else takes them as an argument."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from engine.errors import Invalid
from engine.logs import Form, Level
from engine.rules.reach import read_hours
from engine.values.notice_pages import Kind

#: Services that reach people here; each sends to one host of its own.
SERVICES = ("dingtalk", "wecombot", "wechat", "feishu", "lark", "schan", "wxpusher")


class Mode(StrEnum):
    """What an installation is for: in the demo the clock can be moved and accounts are printed."""

    DEMO = "demo"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Settings:
    """One installation. Paths are absolute or relative to the working directory."""

    #: Everything a running service writes lies under here.
    home: Path
    #: SQLAlchemy address of the database; SQLite or PostgreSQL.
    database_url: str
    mode: Mode = Mode.DEMO
    host: str = "127.0.0.1"
    port: int = 8080
    #: Key material outside the database. Losing it makes every state and audit chain unverifiable.
    secret_file: Path = Path("var/secret")
    #: Password of the demo accounts; empty means random per installation.
    demo_password: str = ""
    #: ``smtp://user:password@host:port`` or ``smtps://``; empty sends no mail.
    smtp_url: str = ""
    mail_from: str = ""
    max_upload_bytes: int = 50 * 1024 * 1024
    #: Address people use, for links in mail.
    base_url: str = ""
    #: A folder of definitions instead of those that ship.
    processes: Path | None = None
    #: Networks of the proxies whose forwarded addresses are believed.
    trusted_proxies: tuple[str, ...] = ()
    #: Name of this node in log lines, metrics and heartbeats.
    node: str = "duban"
    #: When working days begin and end: outside, only urgent kinds of notices leave the pages.
    office_hours: str = "08:00-18:00"
    urgent: tuple[str, ...] = (Kind.SUPERVISION,)
    #: Services of the ``apprise`` library people may enter addresses of; ``all`` is every one.
    notice_services: tuple[str, ...] = SERVICES
    #: Where machines ask for metrics and health, apart from the pages; ``None`` nowhere.
    monitor: tuple[str, int] | None = None
    log_form: Form = Form.TEXT
    log_level: Level = Level.WARNING

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration."""
        return self.mode is Mode.DEMO

    @property
    def files(self) -> Path:
        """Where attachments and documents are stored by content."""
        return self.home / "files"

    @property
    def anchors(self) -> Path:
        """Where the daily heads of the audit chains are kept, outside the database."""
        return self.home / "anchors"


def read(environment: Mapping[str, str]) -> Settings:
    """The settings of this environment. Raises Invalid ``bad_setting`` naming the variable."""

    def text(name: str, otherwise: str = "") -> str:
        return environment.get(f"DUBAN_{name}", "").strip() or otherwise

    home = Path(text("HOME", "var"))
    port = _number("PORT", text("PORT", "8080"), 1, 65_535)
    mode = _mode(text("MODE", Mode.DEMO))
    demo = mode is Mode.DEMO
    return Settings(
        home=home,
        database_url=_database("DATABASE_URL", text("DATABASE_URL", f"sqlite:///{home}/duban.db")),
        mode=mode,
        host=text("HOST", "127.0.0.1"),
        port=port,
        secret_file=Path(text("SECRET_FILE", str(home / "secret"))),
        demo_password=environment.get("DUBAN_DEMO_PASSWORD", ""),
        smtp_url=_mail("SMTP_URL", text("SMTP_URL")),
        mail_from=text("MAIL_FROM"),
        max_upload_bytes=_number(
            "MAX_UPLOAD_BYTES", text("MAX_UPLOAD_BYTES", str(50 * 1024 * 1024)), 1, 1 << 40
        ),
        base_url=text("BASE_URL", f"http://localhost:{port}").rstrip("/"),
        processes=Path(text("PROCESSES")) if text("PROCESSES") else None,
        office_hours=_hours("OFFICE_HOURS", text("OFFICE_HOURS", "08:00-18:00")),
        urgent=_urgent("URGENT", text("URGENT", Kind.SUPERVISION)),
        notice_services=tuple(text("NOTICE_SERVICES").lower().split()) or SERVICES,
        trusted_proxies=_networks("TRUSTED_PROXIES", text("TRUSTED_PROXIES")),
        node=text("NODE", platform.node() or "duban"),
        monitor=_address("MONITOR", text("MONITOR")),
        log_form=_log_form("LOG_FORM", text("LOG_FORM", Form.TEXT if demo else Form.JSON)),
        log_level=_log_level("LOG_LEVEL", text("LOG_LEVEL", Level.WARNING if demo else Level.INFO)),
    )


def _bad(name: str, given: str, expected: str) -> Invalid:
    return Invalid("bad_setting", name=f"DUBAN_{name}", given=given, expected=expected)


def _mode(given: str) -> Mode:
    try:
        return Mode(given.lower())
    except ValueError as error:
        raise _bad("MODE", given, "demo | production") from error


def _number(name: str, given: str, least: int, most: int) -> int:
    if not given.isdecimal() or not least <= int(given) <= most:
        raise _bad(name, given, f"{least}-{most}")
    return int(given)


def _networks(name: str, given: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(one)) for one in given.replace(",", " ").split())
    except ValueError as error:
        raise _bad(name, given, "10.0.0.5, 10.1.0.0/24") from error


def _address(name: str, given: str) -> tuple[str, int] | None:
    if not given:
        return None
    host, _, port = given.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65_535:
        raise _bad(name, given, "127.0.0.1:9100")
    return host.strip("[]"), int(port)


def _hours(name: str, given: str) -> str:
    try:
        read_hours(given, ())
    except ValueError as error:
        raise _bad(name, given, "08:00-18:00") from error
    return given


def _urgent(name: str, given: str) -> tuple[str, ...]:
    if any(word not in tuple(Kind) for word in given.split()):
        raise _bad(name, given, " | ".join(Kind))
    return tuple(given.split())


def _log_form(name: str, given: str) -> Form:
    try:
        return Form(given.lower())
    except ValueError as error:
        raise _bad(name, given, " | ".join(Form)) from error


def _log_level(name: str, given: str) -> Level:
    try:
        return Level(given.lower())
    except ValueError as error:
        raise _bad(name, given, " | ".join(Level)) from error


def _database(name: str, given: str) -> str:
    scheme = given.partition(":")[0]
    if scheme in ("postgresql", "postgres"):
        return "postgresql+psycopg" + given[len(scheme) :]
    if scheme not in ("sqlite", "postgresql+psycopg"):
        # Never the address itself: it holds a password.
        raise _bad(name, scheme, "sqlite:///… | postgresql://…")
    return given


def _mail(name: str, given: str) -> str:
    if given and urlsplit(given).scheme not in ("smtp", "smtps"):
        raise _bad(name, given.partition(":")[0], "smtp://… | smtps://…")
    return given
