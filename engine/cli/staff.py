"""Commands on people and bodies, for whoever begins an installation: person, body."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from engine.actor import COMMAND_LINE
from engine.cli import words
from engine.cli.county import ready
from engine.errors import Invalid, NotFound
from engine.rules.certificates import KINDS
from engine.services import bodies, certificates, passwords, people, staff, staff_import
from engine.services.staff_import import BadList
from engine.store import bodies as body_store
from engine.store import people as store
from engine.work import Work

Command = Callable[[str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Declare the commands."""
    what = command("person", "accounts, roles, certificates").add_subparsers(
        metavar="VERB", required=True
    )
    adding = what.add_parser("add", help="make an account; its password is told once")
    adding.add_argument("login", metavar="LOGIN")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--mail", default="")
    adding.add_argument("--administrator", action="store_true")
    adding.set_defaults(run=_add)
    listing = what.add_parser("list", help="accounts with their roles")
    listing.add_argument("text", nargs="?", default="", metavar="TEXT")
    listing.set_defaults(run=_list)
    for name, run in (("grant", _grant), ("revoke", _revoke)):
        role = what.add_parser(name, help=f"{name} a role at a body")
        role.add_argument("login", metavar="LOGIN")
        role.add_argument("body", metavar="BODY", help="code of the body")
        role.add_argument("role", metavar="ROLE")
        role.set_defaults(run=run)
    for name, active in (("close", False), ("open", True)):
        state = what.add_parser(name, help=f"{name} an account")
        state.add_argument("login", metavar="LOGIN")
        state.set_defaults(run=_state, active=active)
    certificate = what.add_parser("certificate", help="enter a certificate")
    certificate.add_argument("login", metavar="LOGIN")
    certificate.add_argument("number", metavar="NUMBER")
    certificate.add_argument("kind", choices=KINDS)
    certificate.add_argument("body", metavar="BODY", help="code of the body")
    certificate.add_argument("first", metavar="FROM", type=date.fromisoformat)
    certificate.add_argument("last", metavar="TO", type=date.fromisoformat)
    certificate.add_argument("--field", default="")
    certificate.add_argument("--area", default="")
    certificate.set_defaults(run=_certificate)
    taking = what.add_parser("import", help="take in a CSV list, all of it or nothing")
    taking.add_argument("file", metavar="FILE", type=Path)
    taking.set_defaults(run=_import)

    what = command("body", "the county's bodies").add_subparsers(metavar="VERB", required=True)
    adding = what.add_parser("add", help="add a body")
    adding.add_argument("code", metavar="CODE")
    adding.add_argument("kind", choices=bodies.KINDS)
    adding.add_argument("name", metavar="NAME")
    for option in ("parent", "mark", "sector", "area", "phone", "address"):
        adding.add_argument(f"--{option}", default="")
    adding.set_defaults(run=_body_add)
    what.add_parser("list", help="every body").set_defaults(run=_body_list)


def _add(given: argparse.Namespace) -> int:
    password = passwords.invented()
    with _writing() as work:
        made = staff.add(
            work, given.login, given.name, given.mail, administrator=given.administrator
        )
        staff.set_password(work, made, password)
    print(f"{people.plain_login(given.login)}  {password}")
    return 0


def _list(given: argparse.Namespace) -> int:
    after = ""
    with ready() as office, office.read(COMMAND_LINE) as work:
        while True:
            page = staff.listing(work, given.text, after)
            for row in page.rows:
                marks = [
                    name
                    for name, holds in (
                        ("administrator", row.administrator),
                        ("auxiliary", row.auxiliary),
                        ("closed", not row.active),
                    )
                    if holds
                ]
                roles = [f"{role} · {body}" for role, body in row.roles]
                print(f"{row.login}  {row.name}  {', '.join([*marks, *roles])}".rstrip())
            after = page.after
            if not after:
                return 0


def _grant(given: argparse.Namespace) -> int:
    with _writing() as work:
        staff.grant(work, _person(work, given.login), _body(work, given.body), given.role)
    return 0


def _revoke(given: argparse.Namespace) -> int:
    with _writing() as work:
        staff.revoke(work, _person(work, given.login), _body(work, given.body), given.role)
    return 0


def _state(given: argparse.Namespace) -> int:
    with _writing() as work:
        staff.set_active(work, _person(work, given.login), given.active)
    return 0


def _certificate(given: argparse.Namespace) -> int:
    with _writing() as work:
        certificates.put(
            work,
            _person(work, given.login),
            certificates.Entered(
                given.number,
                given.kind,
                _body(work, given.body),
                given.field,
                given.area,
                given.first,
                given.last,
            ),
        )
    return 0


def _import(given: argparse.Namespace) -> int:
    if not given.file.is_file():
        raise Invalid("no_such_path", path=str(given.file))
    try:
        with _writing() as work:
            made = staff_import.take(work, given.file.read_bytes())
    except BadList as error:
        for wrong in error.wrong:
            told = words.sentence(wrong.error.code, wrong.error.facts)
            print(f"{given.file}:{wrong.line}: {told}")
        return 1
    print(f"{made.lines} lines, {made.people} people, {made.roles} roles")
    return 0


def _body_add(given: argparse.Namespace) -> int:
    with _writing() as work:
        bodies.add(
            work,
            given.code,
            bodies.Entered(
                given.name,
                given.kind,
                _body(work, given.parent) if given.parent else None,
                given.mark,
                given.sector,
                given.area,
                given.phone,
                given.address,
            ),
        )
    return 0


def _body_list(given: argparse.Namespace) -> int:
    with ready() as office, office.read(COMMAND_LINE) as work:
        for row in bodies.listing(work):
            closed = "" if row.active else "  closed"
            print(f"{row.code}  {row.kind}  {row.name}{closed}")
    return 0


@contextmanager
def _writing() -> Iterator[Work]:
    with ready() as office, office.begin(COMMAND_LINE) as work:
        yield work


def _person(work: Work, login: str) -> int:
    found = store.person_by_login(work.session, people.plain_login(login))
    if found is None:
        raise NotFound("no_such_person", person=login)
    return found.id


def _body(work: Work, code: str) -> int:
    found = body_store.body_by_code(work.session, code)
    if found is None:
        raise NotFound("no_such_body", body=code)
    return found.id
