"""SIGTERM: nothing new is begun, what is in hand is finished or rolled back, within ten seconds."""

from __future__ import annotations

import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from engine.actor import COMMAND_LINE
from engine.store import outbox
from engine.store.outbox import State
from tests.nodes.conftest import Site
from tests.nodes.running import ROOT, Installation, Node

pytestmark = pytest.mark.nodes


def half_a_form(node: Node) -> tuple[socket.socket, bytes]:
    """A request under way: its headers and the half of what it says; and the other half."""
    body = b"login=nobody&password=" + b"x" * 4000
    head = (
        f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{node.port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    client = socket.create_connection(("127.0.0.1", node.port), timeout=20)
    client.sendall(head.encode() + body[:2000])
    return client, body[2000:]


def test_a_request_under_way_is_answered_and_nobody_new_is_let_in(shared: Site) -> None:
    node = shared.installation.ready(shared.installation.start("web"), monitor=False)
    idle = socket.create_connection(("127.0.0.1", node.port), timeout=20)
    idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in idle.recv(4096)
    client, rest = half_a_form(node)
    # Answered by another thread: what came before it has arrived.
    assert node.get("/healthz")[0] == 200
    node.process.terminate()
    while node.get("/healthz")[0] == 200:
        pass
    client.sendall(rest)
    answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 401 "), "nobody had signed in, and that was said"
    assert answer.rstrip().endswith(b"</html>"), "the whole page arrived"
    assert node.process.wait(timeout=10) == 0
    assert "Traceback" not in node.told()
    idle.close()


def test_a_request_that_never_ends_is_cut_and_changes_nothing(shared: Site) -> None:
    node = shared.installation.ready(shared.installation.start("web"), monitor=False)
    client, _ = half_a_form(node)
    assert node.get("/healthz")[0] == 200
    assert node.terminate() == 0
    client.close()


@contextmanager
def mail_server(seconds: float) -> Iterator[tuple[int, threading.Semaphore]]:
    """Takes mail, slowly. The semaphore tells of each message that begins to arrive."""
    asked = threading.Semaphore(0)
    go_on = threading.Event()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            data = False
            for line in self.rfile:
                if data:
                    if line == b".\r\n":
                        data = False
                        self.wfile.write(b"250 taken\r\n")
                    continue
                word = line[:4].upper()
                if word == b"DATA":
                    asked.release()
                    go_on.wait(seconds)
                    data = True
                    self.wfile.write(b"354 go on\r\n")
                elif word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 ok\r\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that ended in the middle is what these tests are about."""

    with Server(("127.0.0.1", 0), Conversation) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1], asked
        finally:
            go_on.set()
            server.shutdown()


def queue(site: Site, count: int) -> list[str]:
    keys = [f"message-{number}" for number in range(count)]
    with site.county.office.begin(COMMAND_LINE) as work:
        for key in keys:
            outbox.add(
                work.session,
                key=key,
                address="someone@example.org",
                subject="s",
                text="t",
                state=State.QUEUED,
                created_at=work.now,
                next_at=work.now,
            )
    return keys


def messages(site: Site, keys: list[str]) -> list[outbox.Message]:
    with site.county.office.read(COMMAND_LINE) as work:
        found = [outbox.find(work.session, key) for key in keys]
    return [one for one in found if one is not None]


def test_a_worker_finishes_the_message_in_hand_and_gives_the_others_back(shared: Site) -> None:
    keys = queue(shared, 4)
    with mail_server(seconds=2) as (port, asked):
        worker = shared.installation.start("worker", DUBAN_SMTP_URL=f"smtp://127.0.0.1:{port}")
        assert asked.acquire(timeout=60)
        assert worker.terminate() == 0
    found = messages(shared, keys)
    assert [one.state for one in found] == [State.SENT, *[State.QUEUED] * 3]
    assert [one.attempts for one in found] == [1, 0, 0, 0], "what was not tried was not counted"
    with shared.county.office.begin(COMMAND_LINE) as work:
        now = work.now + timedelta(days=400)
        again = outbox.lease(work.session, now, now, 10)
    assert [one.key for one in again] == keys[1:]


def test_a_worker_held_up_by_a_dead_server_ends_all_the_same(shared: Site) -> None:
    keys = queue(shared, 1)
    with mail_server(seconds=60) as (port, asked):
        worker = shared.installation.start("worker", DUBAN_SMTP_URL=f"smtp://127.0.0.1:{port}")
        assert asked.acquire(timeout=60)
        assert worker.terminate() == 0
    (found,) = messages(shared, keys)
    assert (found.state, found.attempts) == (State.QUEUED, 1), "its lease runs out, another sends"
    assert "not done in time" in worker.told()


def test_all_in_one_process_ends_cleanly_too(empty_site: Installation) -> None:
    small = empty_site.home / "processes"
    small.mkdir()
    for path in (ROOT / "processes").iterdir():
        if path.is_file() and path.suffix not in (".bpmn", ".dmn", ".py"):
            shutil.copyfile(path, small / path.name)
    node = empty_site.start("all", DUBAN_PROCESSES=str(small))
    empty_site.ready(node, "/readyz", monitor=False)
    assert node.terminate() == 0
    assert "Traceback" not in node.told()
