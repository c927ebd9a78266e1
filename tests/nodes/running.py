"""Real processes of the service on one database, started and ended as an operator does."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
#: Nothing here waits for time to pass; these are only how long a broken service is waited for.
PATIENCE = 60
#: Certificates of tests are signed by nobody.
_ANY = ssl.create_default_context()
_ANY.check_hostname = False
_ANY.verify_mode = ssl.CERT_NONE


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Node:
    """One process."""

    process: subprocess.Popen[str]
    log: Path
    port: int
    monitor: int

    def get(self, path: str, monitor: bool = False) -> tuple[int, str]:
        return get(f"http://127.0.0.1:{self.monitor if monitor else self.port}{path}")

    def told(self) -> str:
        return self.log.read_text("utf-8")

    def terminate(self) -> int:
        """Tell it to stop; its exit code. Longer than the promise is a failure."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=PATIENCE)


@dataclass
class Installation:
    """A home, a database, and the processes started on it."""

    home: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if "DUBAN" not in name}
        return {
            **plain,
            "LANG": "en_US.UTF-8",
            "DUBAN_HOME": str(self.home),
            "DUBAN_DATABASE_URL": self.database_url,
            "DUBAN_LOG_FORM": "json",
            "DUBAN_LOG_LEVEL": "info",
            **self.settings,
            **more,
        }

    def run(
        self, *arguments: str, root: Path = ROOT, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            [sys.executable, str(root / "run.py"), *arguments],
            env=self.environment(**more),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def script(self, name: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """One of the scripts operators run, with the command as it is installed."""
        command = self.home / "duban-command"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/run.py" "$@"\n', "utf-8")
        command.chmod(0o755)
        return subprocess.run(
            [str(ROOT / "deploy/bin" / name), *arguments],
            env=self.environment(DUBAN_COMMAND=str(command), **more),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, kind: str, root: Path = ROOT, port: int = 0, **more: str) -> Node:
        """A process that stays; it is ready, or the test fails."""
        port, monitor = port or free_port(), free_port()
        log = self.home / f"{kind}-{len(self.nodes)}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, str(root / "run.py"), kind],
                env=self.environment(
                    DUBAN_PORT=str(port),
                    DUBAN_MONITOR=f"127.0.0.1:{monitor}",
                    DUBAN_NODE=f"{kind}-{len(self.nodes)}",
                    **more,
                ),
                cwd=self.home,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
            )
        node = Node(process, log, port, monitor)
        self.nodes.append(node)
        return node

    def ready(self, node: Node, path: str = "/healthz", monitor: bool = True) -> Node:
        """Wait until it answers well."""
        until = time.monotonic() + PATIENCE
        while node.process.poll() is None and time.monotonic() < until:
            if node.get(path, monitor)[0] == 200:
                return node
            time.sleep(0.05)
        raise AssertionError(node.told())

    def end(self) -> None:
        for node in self.nodes:
            if node.process.poll() is None:
                node.kill()


def get(url: str) -> tuple[int, str]:
    """Status and text; status 0 when nobody answers."""
    try:
        with urllib.request.urlopen(quote(url, safe=":/?=&"), timeout=15, context=_ANY) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""
