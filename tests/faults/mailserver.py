"""A mail server on a real socket that can be slow, silent, rude or gone."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator


class MailBox:
    """Speaks as much SMTP as is asked of it, in the mood it is in."""

    def __init__(self) -> None:
        #: What arrived whole and was acknowledged, or had its acknowledgement lost.
        self.arrived: list[bytes] = []
        #: well | silent | dripping | refusing | lost_answer | full
        self.mood = "well"
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            # Closing alone would let the one who waits take one more.
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self._listening.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._converse(connection, self.mood)

    def _converse(self, connection: socket.socket, mood: str) -> None:
        if mood == "refusing":
            return
        if mood == "silent":
            self._over.wait(60)
            return
        if mood == "dripping":
            while not self._over.is_set():
                connection.sendall(b"2")
                time.sleep(0.05)
            return
        lines = connection.makefile("rb")
        connection.sendall(b"220 here\r\n")
        while line := lines.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                connection.sendall(b"354 go on\r\n")
                self._take(connection, lines, mood)
                if mood == "lost_answer":
                    return
            elif word == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 fine\r\n")

    def _take(self, connection: socket.socket, lines: object, mood: str) -> None:
        mail = b""
        while (line := lines.readline()) not in (b".\r\n", b""):  # type: ignore[attr-defined]
            mail += line
        if mood == "full":
            connection.sendall(b"452 no room now\r\n")
            return
        self.arrived.append(mail)
        if mood == "well":
            connection.sendall(b"250 taken\r\n")


@contextlib.contextmanager
def mailbox() -> Iterator[MailBox]:
    """A server for a test."""
    box = MailBox()
    try:
        yield box
    finally:
        box.close()
