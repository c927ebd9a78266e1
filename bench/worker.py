"""One worker process of the benchmark: waits for ``go``, then fires until nothing is due."""

import sys
from datetime import datetime
from pathlib import Path

from bench.stage import staged
from engine.services import timers


def main(url: str, home: str, instant: str) -> None:
    """Say that it is ready, wait, fire, and say how many cases moved."""
    made = staged(url, Path(home))
    made.clock.at = datetime.fromisoformat(instant)
    print("ready", flush=True)
    sys.stdin.readline()
    moved = 0
    while ticked := timers.tick(made.office):
        moved += ticked
    print(moved, flush=True)
    made.office.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
