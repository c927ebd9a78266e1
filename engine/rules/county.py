"""The demo county as data: reading ``processes/county.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.rules.tables import Problems, Row, load, rows

#: Where a post holds its roles: the department itself, its legal unit, its enforcement unit.
PLACES = ("body", "legal", "unit")


@dataclass(frozen=True)
class BodyPlan:
    """A body to be there."""

    code: str
    kind: str
    name: str
    mark: str = ""
    parent: str = ""
    sector: str = ""


@dataclass(frozen=True)
class PersonPlan:
    """An account to be there, named after what it does."""

    login: str
    name: str
    #: (role, code of the body)
    roles: tuple[tuple[str, str], ...] = ()
    administrator: bool = False
    auxiliary: bool = False
    #: Kind of certificate carried, at ``body``; empty is none.
    certificate: str = ""
    #: Has passed the national legal qualification examination (R3).
    qualified: bool = False
    valid_to: date | None = None
    body: str = ""
    #: Belongs to no set of posts: printed when the demo is installed.
    own: bool = True


@dataclass(frozen=True)
class County:
    """Bodies, parents before children, and people."""

    bodies: tuple[BodyPlan, ...]
    people: tuple[PersonPlan, ...]


@dataclass(frozen=True)
class _Post:
    """What everybody of a set of posts is: made into a person at each body that has the set."""

    login: str
    name: str
    roles: tuple[str, ...]
    at: tuple[str, ...]
    auxiliary: bool
    certificate: str
    qualified: bool
    valid_to: date | None


def read(text: str, roles: Sequence[str], file: str = "county.toml") -> County:
    """The county of a file. ``roles`` are the codes of the roles there are.

    Raises ``Invalid("not_toml")`` or ``Invalid("bad_table")``.
    """
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name not in ("body", "department", "township", "post", "person"):
            problems.add(name, "unknown_field")
    posts = _posts(rows(tables, "post", "login", problems), roles)
    bodies = [_body(row) for row in rows(tables, "body", "code", problems)]
    people = [_person(row, roles) for row in rows(tables, "person", "login", problems)]
    for kind, name in (("DEPT", "department"), ("TOWNSHIP", "township")):
        for row in rows(tables, name, "code", problems):
            more, staff = _staffed(row, kind, posts)
            bodies += more
            people += staff
    _check_whole(bodies, people, problems)
    problems.raise_any()
    return County(tuple(bodies), tuple(people))


def _name(row: Row, key: str, *, optional: bool = False) -> str:
    """A name as it is stored; what it is called on English pages stands beside it, for those."""
    row.text(f"{key}_en", optional=True)
    return row.text(key, optional=optional)


def _body(row: Row) -> BodyPlan:
    made = BodyPlan(
        code=row.text("code"),
        kind=row.text("kind"),
        name=_name(row, "name"),
        mark=row.text("mark"),
        parent=row.text("parent", optional=True),
        sector=row.text("sector", optional=True),
    )
    row.finish()
    return made


def _posts(found: Sequence[Row], roles: Sequence[str]) -> Mapping[str, list[_Post]]:
    posts: dict[str, list[_Post]] = {}
    for row in found:
        staff = row.text("staff")
        post = _Post(
            login=row.text("login"),
            name=_name(row, "name"),
            roles=row.texts("roles"),
            at=row.texts("at") or ("body",),
            auxiliary=row.flag("auxiliary"),
            certificate=row.text("certificate", optional=True),
            qualified=row.flag("qualified"),
            valid_to=row.day("valid_to"),
        )
        row.finish()
        _check_roles(row, post.roles, roles)
        for place in post.at:
            if place not in PLACES:
                row.problem("at", "unknown_option", value=place, allowed=" ".join(PLACES))
        posts.setdefault(staff, []).append(post)
    return posts


def _person(row: Row, roles: Sequence[str]) -> PersonPlan:
    body = row.text("body", optional=True)
    held = []
    for text in row.texts("roles"):
        role, _, elsewhere = text.partition("@")
        held.append((role, elsewhere or body))
    made = PersonPlan(
        login=row.text("login"),
        name=_name(row, "name"),
        roles=tuple(held),
        administrator=row.flag("administrator"),
        auxiliary=row.flag("auxiliary"),
        certificate=row.text("certificate", optional=True),
        qualified=row.flag("qualified"),
        valid_to=row.day("valid_to"),
        body=body,
    )
    row.finish()
    _check_roles(row, [role for role, _ in held], roles)
    if made.administrator and held:
        row.problem("administrator", "administrator_with_roles")
    return made


def _staffed(
    row: Row, kind: str, posts: Mapping[str, list[_Post]]
) -> tuple[list[BodyPlan], list[PersonPlan]]:
    """A department or township with its units and everybody who has a post there."""
    code, name, mark = row.text("code"), _name(row, "name"), row.text("mark")
    short, prefix = _name(row, "short"), row.text("prefix")
    sector = row.text("sector", optional=True)
    bodies = [BodyPlan(code, kind, name, mark, "county_gov", sector)]
    places = {"body": code}
    for place, below in (("legal", "DEPT_LEGAL"), ("unit", "ENF_UNIT")):
        if named := _name(row, place, optional=True):
            places[place] = f"{code}.{place}"
            bodies.append(BodyPlan(places[place], below, named, mark, code, sector))
    people = []
    for staff in row.texts("staff"):
        if staff not in posts:
            row.problem("staff", "unknown_option", value=staff, allowed=" ".join(posts))
        for post in posts.get(staff, ()):
            people.append(
                PersonPlan(
                    login=f"{prefix}.{post.login}",
                    name=post.name.replace("{short}", short),
                    roles=tuple(
                        (role, places[place])
                        for role in post.roles
                        for place in post.at
                        if place in places
                    ),
                    auxiliary=post.auxiliary,
                    certificate=post.certificate,
                    qualified=post.qualified,
                    valid_to=post.valid_to,
                    body=code,
                    own=False,
                )
            )
    row.finish()
    return bodies, people


def _check_roles(row: Row, held: Sequence[str], known: Sequence[str]) -> None:
    for role in held:
        if role not in known:
            row.problem("roles", "unknown_option", value=role)


def _check_whole(
    bodies: Sequence[BodyPlan], people: Sequence[PersonPlan], problems: Problems
) -> None:
    seen: set[str] = set()
    for body in bodies:
        if body.code in seen:
            problems.add(f"{body.code}.code", "twice", value=body.code)
        if body.parent and body.parent not in seen:
            problems.add(f"{body.code}.parent", "unknown_option", value=body.parent)
        seen.add(body.code)
    logins: set[str] = set()
    for person in people:
        if person.login in logins:
            problems.add(f"{person.login}.login", "twice", value=person.login)
        logins.add(person.login)
        for code in {where for _, where in person.roles} | {person.body} - {""}:
            if code not in seen:
                problems.add(f"{person.login}.body", "unknown_option", value=code)
