"""Commands that stay: web, worker, all. Each ends cleanly when told to, in ten seconds at most."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from engine import logs
from engine.cli import county
from engine.errors import DubanError
from engine.office import Office
from engine.services import health
from engine.store.base import Unreachable
from engine.worker.ticker import Ticker

log = logging.getLogger("duban")

Command = Callable[[str, str], argparse.ArgumentParser]
Web = Callable[[Office, Callable[[str], None]], None]
Monitor = Callable[[Office, str], AbstractContextManager[None]]

#: Seconds after which a process that was told to stop ends in the middle of whatever it is at: its
#: connections break, and the database rolls back.
PATIENCE = 9.0


def add(command: Command, web: Web, monitor: Monitor) -> None:
    """Declare the commands."""
    command("web", "serve pages; any number of them on one PostgreSQL database").set_defaults(
        run=lambda given: _web(web, monitor)
    )
    command("worker", "drive time; any number of them on one database").set_defaults(
        run=lambda given: _worker(monitor)
    )
    command("all", "set up what is missing, then serve and work in one process").set_defaults(
        run=lambda given: _all(web, monitor)
    )


def _web(web: Web, monitor: Monitor) -> int:
    with _told_to_stop() as stopping, county.ready() as office:
        office.stopping = stopping
        with _watched(office, monitor, "web"):
            web(office, _tell_address)
    return 0


def _worker(monitor: Monitor) -> int:
    with _told_to_stop() as stopping, county.ready() as office:
        office.stopping = stopping
        with _watched(office, monitor, "worker"), _ticking(office) as ticker:
            ticker.start()
            stopping.wait()
    return 0


def _all(web: Web, monitor: Monitor) -> int:
    with _told_to_stop() as stopping, county.opened() as office:
        office.stopping = stopping
        made = county.prepare(office)
        # Told before anything else can fail: no later run knows the password.
        if made is not None:
            county.tell_accounts(made)
        with _watched(office, monitor, "all"), _ticking(office) as ticker:

            def listening(address: str) -> None:
                _tell_address(address)
                ticker.start()

            web(office, listening)
    return 0


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Set by SIGTERM and Ctrl-C; from then on the process has :data:`PATIENCE` to end."""
    stopping = threading.Event()

    def end(number: int, _: object) -> None:
        if stopping.is_set():
            return
        stopping.set()
        watchdog = threading.Timer(PATIENCE, _break_off)
        watchdog.daemon = True
        watchdog.start()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _break_off() -> None:
    log.warning("not done in time; what was under way is rolled back")
    logging.shutdown()
    # Not sys.exit: it would wait for the very threads that do not end.
    os._exit(0)


@contextmanager
def _watched(office: Office, monitor: Monitor, kind: str) -> Iterator[None]:
    settings = office.settings
    logs.configure(
        settings.log_form, settings.log_level, frank=settings.demo, node=settings.node, kind=kind
    )
    with monitor(office, kind):
        log.info("started")
        try:
            yield
        finally:
            log.info("stopped")


@contextmanager
def _ticking(office: Office) -> Iterator[Ticker]:
    """A worker's loops, to be started; at the end it says good-bye to the other nodes."""
    ticker = Ticker(office)
    try:
        yield ticker
    finally:
        ticker.stop()
        try:
            health.farewell(office)
        except (Unreachable, DubanError):
            log.warning("nobody was told that this worker ends")


def _tell_address(address: str) -> None:
    print(f"地址 Address  {address}", flush=True)
