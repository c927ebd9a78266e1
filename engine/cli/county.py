"""Commands on the county's database: migrate, init, publish, case, verify-audit."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import config
from engine.actor import COMMAND_LINE
from engine.bpmn import definition as bpmn
from engine.cli import words
from engine.errors import Broken, Invalid, NotFound
from engine.office import Office, open_office
from engine.services import (
    anchors,
    cases,
    definitions,
    incidents,
    passwords,
    schedules,
    seed,
    shipped,
    staff,
)
from engine.services.seed import Demo
from engine.store import cases as case_store
from engine.store import lists, migrations, people, settings
from engine.store.migrations import Fit
from engine.values.case_pages import CasePage, DefinitionPageRow
from engine.values.timing import COUNTY_ZONE

Command = Callable[[str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Declare the commands."""
    command("migrate", "bring the database to this version's schema").set_defaults(run=_migrate)

    parser = command("init", "migrate, fill what is empty, publish the procedures that ship")
    parser.add_argument(
        "--administrator", metavar="LOGIN", help="also make an administrator's account"
    )
    parser.set_defaults(run=_init)

    parser = command("publish", "check and publish diagrams")
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
    parser.add_argument("--note", default="", help="what changed")
    parser.set_defaults(run=_publish)

    parser = command("password", "give somebody a new password, told once")
    parser.add_argument("login", metavar="LOGIN")
    parser.set_defaults(run=_password)

    parser = command("case", "list cases, or show one")
    what = parser.add_subparsers(metavar="list|show", required=True)
    listing = what.add_parser("list", help="cases, newest first")
    listing.add_argument("--status", choices=["running", "finished", "cancelled"])
    listing.add_argument("--process", metavar="ID")
    listing.add_argument("--rows", type=int, default=50)
    listing.set_defaults(run=_case_list)
    showing = what.add_parser("show", help="one case by number or id")
    showing.add_argument("case", metavar="NUMBER|ID")
    showing.set_defaults(run=_case_show)

    parser = command("verify-audit", "verify every audit chain and anchor; exit 1 if one is broken")
    parser.add_argument("--case", metavar="NUMBER|ID", help="only this one")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_verify)


@contextmanager
def ready() -> Iterator[Office]:
    """The office of this environment, with a database whose schema this version works on.

    Raises Broken ``not_migrated`` and ``wrong_secret``.
    """
    with opened() as office:
        if migrations.fit(office.sessions) not in (Fit.CURRENT, Fit.NEWER):
            raise Broken("not_migrated")
        check_secret(office)
        yield office


@contextmanager
def opened() -> Iterator[Office]:
    """The office of this environment, whatever its database is at."""
    office = incidents.attach(open_office(config.read(os.environ)))
    try:
        yield office
    finally:
        office.close()


def check_secret(office: Office) -> None:
    """Another secret would make every chain and state look forged: refuse to run with it."""
    mine = hashlib.sha256(office.secret("fingerprint")).hexdigest()
    with office.read(COMMAND_LINE) as work:
        known = settings.get(work.session, settings.SECRET_FINGERPRINT)
    if known is None:
        with office.begin(COMMAND_LINE) as work:
            settings.put(work.session, settings.SECRET_FINGERPRINT, mine)
    elif known != mine:
        raise Broken("wrong_secret", path=str(office.settings.secret_file))


def prepare(office: Office) -> Demo | None:
    """Migrate, fill what is empty, publish what ships; the demo's accounts when it is a demo."""
    migrations.upgrade(office.sessions)
    check_secret(office)
    with office.begin(COMMAND_LINE) as work:
        schedules.seed(work)
    made = seed.demo(office) if office.settings.demo else None
    publish_sources(office, dict(shipped.sources(office.settings)), "as shipped")
    return made


def publish_sources(
    office: Office, sources: dict[str, bytes], note: str, mains: set[str] | None = None
) -> list[DefinitionPageRow]:
    """Publish every diagram that can be started; what they call is pinned with them."""
    rows = []
    names = [name for name in sorted(sources) if name.endswith(".bpmn")]
    wanted = names if mains is None else [name for name in names if name in mains]
    for definition in bpmn.read_each(sources, wanted):
        description = definition.description
        if description.starts and description.process.number:
            with office.begin(COMMAND_LINE) as work:
                row = definitions.publish(work, definition.sources, definition.main, note)
                rows.append(row)
    return rows


def _migrate(given: argparse.Namespace) -> int:
    with opened() as office:
        migrations.upgrade(office.sessions)
        print(migrations.current(office.sessions))
    return 0


def _init(given: argparse.Namespace) -> int:
    with opened() as office:
        made = prepare(office)
        if made is not None:
            tell_accounts(made)
        if given.administrator:
            password = passwords.invented()
            with office.begin(COMMAND_LINE) as work:
                person = staff.add(
                    work, given.administrator, given.administrator, administrator=True
                )
                staff.set_password(work, person, password)
            print(f"{given.administrator}  {password}")
        with office.read(COMMAND_LINE) as work:
            for row in definitions.listing(work):
                print(f"{row.process.id} v{row.version}  {row.process.name}")
    return 0


def tell_accounts(made: Demo) -> None:
    """The demo's accounts, told once: by the run that made them."""
    if made.password is None:
        return
    print("演示账号 Demo accounts")
    for account in made.accounts:
        if account.own:
            print(f"  {account.login:<20} {account.name}  {account.body}")
    others = [account for account in made.accounts if not account.own]
    if others:
        print(f"  … {others[0].login}, {others[-1].login}  ({len(others)} 各部门、乡镇)")
    print(f"密码 Password  {made.password}", flush=True)


def _password(given: argparse.Namespace) -> int:
    password = passwords.invented()
    with ready() as office, office.begin(COMMAND_LINE) as work:
        person = people.person_by_login(work.session, given.login)
        if person is None:
            raise NotFound("no_such_person", person=given.login)
        staff.set_password(work, person.id, password)
    print(f"{given.login}  {password}")
    return 0


def _publish(given: argparse.Namespace) -> int:
    sources: dict[str, bytes] = {}
    mains: set[str] = set()
    for path in given.paths:
        if path.is_dir():
            found = [one for one in sorted(path.iterdir()) if one.suffix in (".bpmn", ".dmn")]
        elif path.is_file():
            found = [path]
            beside = [one for one in path.parent.iterdir() if one.suffix in (".bpmn", ".dmn")]
            sources |= {one.name: one.read_bytes() for one in sorted(beside) if one.is_file()}
        else:
            raise Invalid("no_such_path", path=str(path))
        sources |= {one.name: one.read_bytes() for one in found if one.is_file()}
        mains |= {one.name for one in found}
    with ready() as office:
        rows = publish_sources(office, sources, given.note, mains)
        for row in rows:
            print(f"{row.process.id} v{row.version}  {row.process.name}  {row.checksum[:12]}")
    if not rows:
        raise Invalid("nothing_to_publish")
    return 0


def _case_list(given: argparse.Namespace) -> int:
    with ready() as office, office.read(COMMAND_LINE) as work:
        for row in lists.newest_cases(work.session, given.status, given.process, given.rows):
            print(
                f"{row.id:>8}  {row.number}  {row.status:<9}  {row.stage or '-'}  "
                f"{row.body_name or '-'}  {row.title}"
            )
    return 0


def _case_show(given: argparse.Namespace) -> int:
    with ready() as office, office.read(COMMAND_LINE) as work:
        page = cases.page(work, case_id(office, given.case))
        for line in _told(page):
            print(line)
    return 0


def _told(page: CasePage) -> Iterator[str]:
    yield f"{page.case.number}  {page.case.title}"
    yield f"{page.case.process_name} v{page.version}  {page.case.status}  {page.case.stage}"
    yield f"{page.started_at.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}  {page.started_by}"
    for slot, body in page.bodies:
        yield f"  {slot}: {body.name}"
    for task in page.tasks:
        due = task.due.due_at
        until = f"  until {due.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}" if due else ""
        who = task.completed_by or task.assignee or task.role
        yield f"  {task.status:<9} {task.name}  {task.body}  {who}{until}"
    for deadline in page.deadlines:
        due = deadline.due.due_at
        told = f"{due.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}" if due else "-"
        yield f"  {deadline.status:<9} {deadline.label}  {told}"
    for entry in page.audit:
        at = entry.at.astimezone(COUNTY_ZONE)
        facts = json.dumps(dict(entry.facts), ensure_ascii=False)
        yield f"  {entry.seq:>4} {at:%Y-%m-%d %H:%M:%S} {entry.actor}: {entry.act} {facts}"


def _verify(given: argparse.Namespace) -> int:
    with ready() as office, office.read(COMMAND_LINE) as work:
        only = case_id(office, given.case) if given.case else None
        report = anchors.verify(work, only)
    if given.json:
        print(
            json.dumps(
                {
                    "chains": report.chains,
                    "entries": report.entries,
                    "anchors": report.anchors,
                    "broken": [
                        {
                            "case": one.case_id,
                            "number": one.number,
                            "code": one.code,
                            "seq": one.seq,
                            "day": one.day.isoformat() if one.day else None,
                        }
                        for one in report.broken
                    ],
                },
                ensure_ascii=False,
            )
        )
    else:
        for one in report.broken:
            where = one.number or (f"case {one.case_id}" if one.case_id else "county")
            at = f" #{one.seq}" if one.seq is not None else ""
            day = f" {one.day}" if one.day is not None else ""
            told = words.sentence(f"broken.{one.code}", {})
            print(f"BROKEN {where}{at}{day}: {one.code} {told}")
        print(
            f"{report.chains} chains, {report.entries} entries, {report.anchors} anchors, "
            f"{len(report.broken)} broken"
        )
    return 1 if report.broken else 0


def case_id(office: Office, given: str) -> int:
    """The id of the case with this number or id. Raises NotFound ``no_such_case``."""
    with office.read(COMMAND_LINE) as work:
        found = case_store.by_number(work.session, given)
    if found is None and given.isdecimal():
        return int(given)
    if found is None:
        raise NotFound("no_such_case", case=given)
    return found
