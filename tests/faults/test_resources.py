"""The database stops, the disk is full, an upload breaks off: refused with words, nothing lost."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Unavailable
from engine.services import attachments, cases, passwords, staff, starts
from engine.values.pages import Raw
from tests.databases import PostgresDatabases
from tests.engine.services.steps import complete, task, to_rectification
from tests.faults import nodes
from tests.faults.conftest import Town, made
from tests.faults.nodes import Place
from tests.faults.server import Server, own_server
from tests.faults.soundness import completed_once, moved, sound
from tests.faults.visitor import Connection, connection_of, visitor
from tests.web.browser import Form

pytestmark = pytest.mark.faults
PASSWORD = "a county of thirteen townships"


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of this test's own, to be stopped."""
    with own_server() as found:
        yield found


@pytest.fixture
def stoppable(server: Server, tmp_path: Path) -> Iterator[Town]:
    databases = PostgresDatabases(server.socket, "stoppable")
    town = made(Place(databases.filled(), tmp_path))
    yield town
    town.office.close()


@contextmanager
def load(town: Town, people: int) -> Iterator[list[str]]:
    """People who start cases all the time; what they were told, in the order they were told it."""
    told: list[str] = []
    over = threading.Event()
    actor = town.actor("intake")
    raw: Raw = {"matter": ["一个事项"], "subject": [str(town.bodies["market"])]}

    def work_on() -> None:
        while not over.is_set():
            try:
                with town.office.begin(actor) as work:
                    started = starts.start(work, "inspection", raw).case.id
            except (Unavailable, Conflict) as error:
                told.append(error.code)
                over.wait(0.05)
            else:
                told.append(str(started))

    threads = [threading.Thread(target=work_on) for _ in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join(nodes.PATIENCE)


def started(told: list[str]) -> list[int]:
    return [int(one) for one in told if one.isdecimal()]


def wait_for_more(count: Callable[[], int], by: int) -> None:
    """Until something was counted so often more."""
    enough = count() + by
    nodes.wait_for(lambda: count() >= enough)


def test_postgresql_stopped_and_started_under_load_loses_no_acknowledged_act(
    stoppable: Town, server: Server
) -> None:
    with load(stoppable, 6) as told:
        for mode in ("immediate", "fast"):
            wait_for_more(lambda: len(started(told)), 10)
            server.stop(mode)
            wait_for_more(lambda: len(told), 6)
            server.start()
            wait_for_more(lambda: len(started(told)), 10)
    assert {one for one in told if not one.isdecimal()} <= {"database_unavailable", "busy"}
    assert "database_unavailable" in told, "the fault did not happen"
    # A commit whose answer was lost may be there unacknowledged; never the other way round.
    assert set(started(told)) <= set(moved(stoppable.office))
    assert len(set(started(told))) == len(started(told))
    sound(stoppable.office)


def test_without_a_database_pages_say_so_and_come_back_by_themselves(
    stoppable: Town, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    with stoppable.office.begin(COMMAND_LINE) as work:
        staff.set_password(work, stoppable.people["market"], PASSWORD)
    case_id = to_rectification(stoppable)
    number = task(stoppable, case_id, "rectify").id
    place = replace(stoppable.place, port=nodes.free_port())
    with nodes.serving(place, tmp_path / "mark"):
        person = visitor(place.port, "market", PASSWORD)
        person.open(f"/tasks/{number}")
        form = person.form("/completion")
        server.stop("immediate")
        person.send(form, {"feedback": "写了很久的整改情况"})
        assert person.status == 503
        assert "数据库暂时无法使用" in person.words
        again = person.form("/completion")
        person.open("/inbox")
        assert person.status == 503
        server.start()
        person.send(again)
        assert person.status == 200, person.words
    assert task(stoppable, case_id, "rectify").values == {"feedback": "写了很久的整改情况"}
    assert completed_once(stoppable.office, [case_id])[case_id, "rectify"] == 1
    sound(stoppable.office)


@contextmanager
def full_disk(town: Town) -> Iterator[None]:
    """SQLite may not take another page, as on a disk without room."""
    engine = town.office.sessions.engine
    limit = "PRAGMA max_page_count=1"  # The database says what it has: no page more than now.

    def narrow(connection: object, _record: object, _proxy: object) -> None:
        connection.execute(limit)  # type: ignore[attr-defined]  # the driver's own connection

    event.listen(engine, "checkout", narrow)
    try:
        yield
    finally:
        event.remove(engine, "checkout", narrow)
        engine.dispose()


def test_a_full_disk_refuses_what_needs_room_and_keeps_all_that_was_there(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    actor = town.actor("intake")
    told: list[int] = []
    refused: list[str] = []
    with full_disk(town):
        for _ in range(12):
            try:
                with town.office.begin(actor) as work:
                    raw = {"matter": ["长" * 400], "subject": [str(town.bodies["market"])]}
                    told.append(starts.start(work, "inspection", raw).case.id)
            except Unavailable as error:
                refused.append(error.code)
        assert set(refused) == {"disk_full"}
        with town.office.read(COMMAND_LINE) as work:
            assert work.session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert moved(town.office) == told
    sound(town.office)
    case_id = to_rectification(town)
    complete(town, case_id, "rectify", "market", feedback="有了空间就接着办")
    sound(town.office)


def receive_without_room(place: Place, content: bytes) -> None:
    """A process whose files may not grow takes in a file, and another that is small enough."""
    nodes.starve_files(200_000)
    office = place.open()
    try:
        attachments.receive(office, io.BytesIO(content), "扫描件.pdf")
    except Unavailable as error:
        nodes.acknowledge(place, error.code)
    small = attachments.receive(office, io.BytesIO(content[:1000]), "扫描件.pdf")
    nodes.acknowledge(place, small.sha256)
    office.close()


def test_a_file_for_which_there_is_no_room_is_refused_and_leaves_nothing(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    content = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n" + b" " * 400_000
    assert nodes.ended(nodes.start(receive_without_room, town.place, content)) == 0
    (code,), (small,) = nodes.acknowledgements(town.place)
    assert code == "disk_full"
    kept = attachments.store(town.office)
    assert kept.intact(small)
    files = [path for path in kept.root.rglob("*") if path.is_file()]
    assert files == [kept.path(small)]


def test_an_upload_cut_off_half_way_leaves_nothing_and_the_next_one_goes_through(
    sqlite_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    town = sqlite_town
    with town.office.begin(COMMAND_LINE) as work:
        staff.set_password(work, town.people["market"], PASSWORD)
    case_id = to_rectification(town)
    place = replace(town.place, port=nodes.free_port())
    content = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n" + b" " * 300_000
    with nodes.serving(place, tmp_path / "mark"):
        person = visitor(place.port, "market", PASSWORD)
        person.open(f"/cases/{case_id}/files")
        form = person.form(f"/cases/{case_id}/files")
        for share in (0.1, 0.5, 0.99):
            cut_off(connection_of(person), form, content, share)
        person.send(form, files=[("file.upload", "整改报告.pdf", content)])
        assert person.status == 200, person.words
    with town.office.read(town.actor("market")) as work:
        assert [row.filename for row in cases.page(work, case_id).attachments] == ["整改报告.pdf"]
    assert not list((tmp_path / "files" / "incoming").iterdir())
    sound(town.office)


def cut_off(client: Connection, form: Form, content: bytes, share: float) -> None:
    """Send a part of an upload, then nothing more."""
    fields: MultiDict[str, Any] = MultiDict(form.fields)
    fields.add("file.upload", FileStorage(io.BytesIO(content), "整改报告.pdf"))
    stream, length, boundary = stream_encode_multipart(fields)
    head = (
        f"POST {form.action} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {client.cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.port)) as raw:
        raw.sendall(head.encode() + stream.read(int(length * share)))
