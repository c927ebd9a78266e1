"""Nodes behind a proxy restarted one by one, by hand and by the script."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.store import migrations
from tests.nodes.conftest import Site
from tests.nodes.running import ROOT, Node, free_port, get

pytestmark = pytest.mark.nodes


@contextmanager
def nginx(folder: Path, nodes: list[Node]) -> Iterator[int]:
    """The example as shipped; only names, ports and the certificate are this machine's."""
    port = free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=duban.example", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    text = (ROOT / "deploy/nginx.conf").read_text("utf-8")
    for number, node in enumerate(nodes):
        text = text.replace(f"127.0.0.1:{8080 + number}", f"127.0.0.1:{node.port}")
    text = (
        text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        .replace("listen 80", f"listen 127.0.0.1:{free_port()}")
        .replace("/etc/ssl/duban/fullchain.pem", str(folder / "cert.pem"))
        .replace("/etc/ssl/duban/privkey.pem", str(folder / "key.pem"))
        .replace("/var/log/nginx/duban.log", str(folder / "access.log"))
    )
    whole = folder / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ {temporary}\n{text}\n}}\n",
        "utf-8",
    )
    options = ["-e", str(folder / "error.log"), "-p", str(folder), "-c", str(whole)]
    checked = subprocess.run(["nginx", "-t", *options], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen(["nginx", *options])
    try:
        yield port
    finally:
        running.terminate()
        running.wait(timeout=10)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_no_request_is_lost_while_nodes_are_restarted_one_by_one(
    shared: Site, tmp_path: Path
) -> None:
    site = shared.installation
    nodes = [site.start("web") for _ in range(2)]
    for node in nodes:
        site.ready(node, monitor=False)
    with nginx(tmp_path, nodes) as port:
        base = f"https://127.0.0.1:{port}"
        while get(f"{base}/healthz")[0] == 0:
            pass
        assert get(f"{base}/metrics")[0] == 404
        assert get(f"{base}/readyz")[0] == 200, "pages are served though no worker runs"
        statuses: list[int] = []
        done = threading.Event()

        def visit() -> None:
            while not done.is_set():
                statuses.append(get(f"{base}/sign-in?q=某人")[0])

        visitors = [threading.Thread(target=visit) for _ in range(4)]
        for visitor in visitors:
            visitor.start()
        for node in nodes:
            assert node.terminate() == 0
            again = site.start("web", port=node.port)
            site.ready(again, monitor=False)
        done.set()
        for visitor in visitors:
            visitor.join()
    assert len(statuses) > 10
    assert set(statuses) == {200}
    line = (tmp_path / "access.log").read_text("utf-8").splitlines()[-1]
    assert re.search(r"id=[2-9A-Z]{4}-[2-9A-Z]{4} ", line), "the proxy's line names our request"
    assert "%E6" not in line
    assert "q=" not in line


def test_the_script_turns_one_unit_after_another_and_stops_at_one_that_fails(
    shared: Site, tmp_path: Path
) -> None:
    site = shared.installation
    nodes = [site.start("web") for _ in range(2)]
    for node in nodes:
        site.ready(node, monitor=False)
    units = tmp_path / "units"
    turned = tmp_path / "turned"
    stand_in = tmp_path / "systemctl"
    # There is no service manager here: it tells what runs, and writes down what it was told.
    stand_in.write_text(
        "#!/bin/sh\n"
        'case "$1 $*" in\n'
        f'list-units*duban-web*) cat "{units}" ;;\n'
        f'restart*) echo "$2" >> "{turned}" ;;\n'
        "esac\n",
        "utf-8",
    )
    stand_in.chmod(0o755)
    settings = {
        "DUBAN_SYSTEMCTL": str(stand_in), "DUBAN_PYTHON": sys.executable, "DUBAN_PATIENCE": "2",
    }  # fmt: skip
    names = [f"duban-web@{node.port}.service" for node in nodes]
    units.write_text("".join(f"{name} loaded active running Duban\n" for name in names), "utf-8")
    told = site.script("rolling-restart", **settings)
    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == [migrations.newest(), *names]
    assert turned.read_text("utf-8").split() == names
    turned.unlink()
    assert nodes[0].terminate() == 0
    told = site.script("rolling-restart", **settings)
    assert (told.returncode, "not ready" in told.stderr) == (1, True)
    assert turned.read_text("utf-8").split() == names[:1], "the other was left as it is"
