"""Commands that stay: web, worker, all."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable

from engine.cli import county
from engine.office import Office
from engine.worker.ticker import Ticker

Command = Callable[[str, str], argparse.ArgumentParser]
Web = Callable[[Office, Callable[[str], None]], None]


def add(command: Command, web: Web) -> None:
    """Declare the commands."""
    command("web", "serve pages; any number of them on one PostgreSQL database").set_defaults(
        run=lambda given: _web(web)
    )
    command("worker", "drive time; any number of them on one database").set_defaults(
        run=lambda given: _worker()
    )
    command("all", "set up what is missing, then serve and work in one process").set_defaults(
        run=lambda given: _all(web)
    )


def _web(web: Web) -> int:
    _end_on_terminate()
    with county.ready() as office:
        web(office, _told_address)
    return 0


def _worker() -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with county.ready() as office:
        ticker = Ticker(office)
        ticker.start()
        try:
            ended.wait()
        finally:
            ticker.stop()
    return 0


def _all(web: Web) -> int:
    _end_on_terminate()
    with county.opened() as office:
        made = county.prepare(office)
        # Told before anything else can fail: no later run knows the password.
        if made is not None:
            county.tell_accounts(made)
        ticker = Ticker(office)

        def listening(address: str) -> None:
            _told_address(address)
            ticker.start()

        try:
            web(office, listening)
        finally:
            ticker.stop()
    return 0


def _told_address(address: str) -> None:
    print(f"地址 Address  {address}", flush=True)


def _end_on_terminate() -> None:
    # The web server ends gracefully on the exception that Ctrl-C raises.
    def end(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
