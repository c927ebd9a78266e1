"""The monitor's server: two threads beside whatever else the process does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from waitress import create_server, wasyncore

from engine.errors import cannot_listen
from engine.office import Office
from monitor.figures import Figures, Waiting
from monitor.pages import application


@contextmanager
def watched(office: Office, kind: str) -> Iterator[None]:
    """Count, and answer on the settings' address while the block lasts; nothing without one.

    Raises Invalid ``cannot_listen`` when the address cannot be had.
    """
    address = office.settings.monitor
    if address is None:
        yield
        return
    figures = Figures()
    figures.registry.register(Waiting(office, kind))
    host, port = address
    channels: dict[int, object] = {}
    try:
        server = create_server(
            application(office, figures.registry),
            map=channels,
            host=host,
            port=port,
            threads=2,
            ident="duban",
            # It only answers questions.
            max_request_body_size=1024,
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise cannot_listen(host, port, error) from error
    office.metrics = figures
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            wasyncore.loop(timeout=0.5, use_poll=True, map=channels, count=1)

    thread = threading.Thread(target=serve, name="monitor", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(2)
        server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(channels)
