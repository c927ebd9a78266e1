"""An application behind a real server, for browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import waitress
from flask import Flask
from waitress import wasyncore

from tests.conftest import PATIENCE


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of the application while the block runs."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # Its workers first: one that wakes a loop already closed writes into whatever has the
        # number of that file since.
        server.task_dispatcher.shutdown(timeout=PATIENCE / 1000)
        # Closed from its own loop: browsers keep their connections open, and the loop would wait
        # for them as long as for anything else to happen.
        if thread.is_alive():
            server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(PATIENCE / 1000)
        assert not thread.is_alive()
