"""What a county sets for itself, by key: JSON values read at every unit of work."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, delete, select, update
from sqlalchemy.orm import Session

from engine.store.base import Json, insert_missing, metadata
from engine.store.prepared import Prepared
from engine.values.running import Json as JsonValue

county_settings = Table(
    "county_settings",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Json, nullable=False),
)

#: Seconds the simulated clock is ahead of the machine's (demo mode only).
CLOCK_OFFSET = "clock_offset"
#: Counts changes of limits and calendar days, so that every process rereads them.
TIMING_VERSION = "timing_version"
#: Counts changes of the calendar by people; locked while one is made.
CALENDAR_REVISION = "calendar_revision"
#: Counts changes of bodies.
BODIES_VERSION = "bodies_version"
#: Digest of the secret file the data was written with.
SECRET_FINGERPRINT = "secret_fingerprint"  # noqa: S105  # the name of a setting
#: The oldest schema revision whose program still works on this schema.
SCHEMA_SERVES = "schema_serves"
#: Locked while an entry is appended to the county's own audit chain.
COUNTY_CHAIN = "county_chain"


def get(session: Session, key: str, otherwise: JsonValue = None) -> JsonValue:
    """The value under a key."""
    found = session.execute(
        select(county_settings.c.value).where(county_settings.c.key == key)
    ).scalar_one_or_none()
    return otherwise if found is None else found


_AT_BEGIN = Prepared(
    select(county_settings.c.key, county_settings.c.value).where(
        county_settings.c.key.in_((CLOCK_OFFSET, TIMING_VERSION, BODIES_VERSION))
    )
)


def at_begin(session: Session) -> dict[str, JsonValue]:
    """What every unit of work asks for: the clock's offset, the versions of what is kept."""
    return dict(_AT_BEGIN.all(session, {}))


def count(session: Session, key: str) -> int:
    """Count a change under a key."""
    number: int = locked(session, key, 0) + 1
    put(session, key, number)
    return number


def locked(session: Session, key: str, otherwise: JsonValue) -> JsonValue:
    """The value under a key, held until the unit of work ends; created if it is not there."""
    query = select(county_settings.c.value).where(county_settings.c.key == key).with_for_update()
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        insert_missing(session, county_settings, key=key, value=otherwise)
        found = session.execute(query).scalar_one()
    return found


def put(session: Session, key: str, value: JsonValue) -> None:
    """Set a value."""
    if not insert_missing(session, county_settings, key=key, value=value):
        session.execute(
            update(county_settings).where(county_settings.c.key == key).values(value=value)
        )


def remove(session: Session, key: str) -> None:
    """Forget a value."""
    session.execute(delete(county_settings).where(county_settings.c.key == key))
