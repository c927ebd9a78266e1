"""The one door: serve pages, drive time, look after the database, try a diagram."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from engine import cli
from engine.errors import Invalid
from engine.office import Office

# What a command does not need is not imported: it must not wait for the web framework.


def main() -> int:
    """Run the command of this process; its exit code."""
    return cli.main(sys.argv[1:], cli.Doors(serve, monitor, bench))


def serve(office: Office, listening: Callable[[str], None]) -> None:
    """Serve pages until the process is told to stop; requests under way are finished."""
    app = importlib.import_module("web").create_app(office)
    importlib.import_module("web.server").serve(office, app, listening)


def monitor(office: Office, kind: str) -> AbstractContextManager[None]:
    """Count, and answer machines on an address of their own if the settings name one."""
    watched: AbstractContextManager[None] = importlib.import_module("monitor.server").watched(
        office, kind
    )
    return watched


def bench(arguments: list[str]) -> int:
    """Measure the budget. Raises Invalid ``no_benchmark`` where only the wheel is installed."""
    try:
        module = importlib.import_module("bench")
    except ModuleNotFoundError as error:
        raise Invalid("no_benchmark") from error
    code: int = module.main(arguments)
    return code
