"""One worker process of the benchmark: waits for ``go``, fires until nothing is due, then tells.

How many cases it moved, and the processor seconds it took; it ends with its input, so that the
database's own process is still there to be asked.
"""

import sys
import time
from datetime import datetime
from pathlib import Path

from bench.stage import staged
from engine.services import timers


def main(url: str, home: str, instant: str) -> None:
    """Say that it is ready, wait, fire, and say what was done."""
    made = staged(url, Path(home))
    made.clock.at = datetime.fromisoformat(instant)
    print("ready", flush=True)
    sys.stdin.readline()
    moved, begun = 0, time.process_time()
    while ticked := timers.tick(made.office):
        moved += ticked
    print(moved, time.process_time() - begun, flush=True)
    sys.stdin.readline()
    made.office.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
