"""The command line, run as people run it."""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from duban import console
from engine import cli

ROOT = Path(__file__).resolve().parents[3]
DIAGRAM = ROOT / "tests/engine/services/diagrams/inspection.bpmn"


@dataclass
class Told:
    """What a command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Told]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process, on an installation of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUBAN_HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def command(*arguments: str, stdin: str = "") -> Told:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        try:
            doors = cli.Doors(lambda *_: None, lambda *_: nullcontext(), lambda _: 0)
            code = cli.main(arguments, doors)
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Told(code, *capsys.readouterr())

    return command


def test_help_names_every_command(run: Run) -> None:
    told = run("--help")
    assert told.returncode == 0
    commands = "web worker all migrate init publish lint play due case verify-audit verify bench"
    assert all(f"    {name}" in told.stdout for name in commands.split())


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("lint",),
        ("lint", "does-not-exist.bpmn"),
        ("play", "does-not-exist.bpmn"),
        ("play", str(DIAGRAM), "--at", "tomorrow"),
        ("play", str(DIAGRAM), "--commands", "missing.jsonl"),
        ("due", "--from", "2026-02-30", "--limit", "CMP.RECTIFY"),
        ("due", "--from", "2026-02-13", "--limit", "NO.SUCH"),
        ("due", "--from", "2026-02-13", "--amount", "5"),
        ("due", "--from", "2026-02-13", "--amount", "x", "--unit", "day"),
        ("due", "--from", "2026-02-13"),
        ("publish", "missing.bpmn"),
    ],
)
def test_wrong_usage_is_said_in_words_and_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    told = run(*arguments)
    assert told.returncode == 2, told.stderr
    assert told.stderr.strip()
    assert "Traceback" not in told.stderr


def test_due_prints_the_date_and_its_days(run: Run) -> None:
    told = run("due", "--from", "2026-02-13", "--amount", "7", "--unit", "working_day", "--json")
    assert told.returncode == 0
    report = json.loads(told.stdout)
    assert report["due_on"] == "2026-03-02"
    assert run("due", "--from", "2026-02-13", "--limit", "CMP.RECTIFY").returncode == 0


def test_play_tells_after_each_command_what_is_open(run: Run) -> None:
    lines = [
        {"complete": "assign", "with": {"verifiers": [1, 2]}},
        {"complete": "verify", "with": {"report": "x"}},
        {"advance": "working_days", "amount": 20},
        {"complete": "nothing"},
    ]
    told = run(
        "play", str(DIAGRAM), "--at", "2026-03-02T09:00",
        stdin="\n".join(json.dumps(line) for line in lines),
    )  # fmt: skip
    assert told.returncode == 1, told.stderr
    said = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(said) == 5
    assert [task["element"] for task in said[2]["tasks"]] == ["rectify"]
    assert said[2]["tasks"][0]["due"].startswith("2026-03-30")
    assert "error" in said[4]


def test_lint_answers_with_codes_and_json(run: Run, tmp_path: Path) -> None:
    clean = run("lint", str(ROOT / "processes"))
    assert (clean.returncode, clean.stdout) == (0, "")
    (tmp_path / "bad.bpmn").write_text("<not-bpmn/>")
    found = run("lint", "bad.bpmn", "--json")
    assert found.returncode == 1
    first = json.loads(found.stdout)[0]
    assert {"rule", "severity", "file", "line", "element", "sentence"} <= set(first)


def test_a_county_is_set_up_once_and_verified(run: Run, tmp_path: Path) -> None:
    first = run("init")
    assert first.returncode == 0, first.stderr
    assert "密码 Password" in first.stdout
    assert "complaint v1" in first.stdout
    again = run("init")
    assert "密码" not in again.stdout, "a password is told once"
    assert "complaint v1" in again.stdout, "the same content is no new version"
    assert run("case", "list").returncode == 0
    assert run("case", "show", "红执诉〔2026〕9号").returncode == 1
    changed = run("password", "intake1")
    assert changed.returncode == 0
    assert changed.stdout.startswith("intake1  ")
    assert run("password", "nobody").returncode == 1
    verified = run("verify-audit", "--json")
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["broken"] == []
    (tmp_path / "secret").write_text("ab" * 32)
    refused = run("verify-audit")
    assert refused.returncode == 1
    assert "wrong_secret" in refused.stderr


def test_a_database_that_was_not_migrated_is_refused_not_guessed_at(run: Run) -> None:
    told = run("case", "list")
    assert told.returncode == 1
    assert "not_migrated" in told.stderr


def test_the_worker_ends_cleanly_when_it_is_told_to(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    worker = subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), "worker"],
        cwd=tmp_path,
        env={**os.environ, "DUBAN_HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    anchors = tmp_path / "anchors"
    # The first thing a worker does on a new installation is to anchor the chains.
    while worker.poll() is None and not (anchors.is_dir() and any(anchors.glob("*.jsonl"))):
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    _, told = worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert "Traceback" not in told


def test_verify_ends_with_what_it_found(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    clean = run("verify")
    assert clean.returncode == 0, clean.stdout
    assert "0 differ" in clean.stdout
    assert json.loads(run("verify", "--json").stdout)["differences"] == []
    assert run("verify", "nothing of the kind").returncode == 2
    assert run("verify", "--all").returncode == 2
    # A row of another table that belongs to no case.
    with sqlite3.connect(tmp_path / "duban.db") as database:
        database.execute(
            "INSERT INTO outbox (key, address, subject, text, case_id, state, created_at, next_at,"
            " attempts, error) VALUES ('k', '', 's', 't', 99, 'queued', 0, 0, 0, '')"
        )
    differs = run("verify", "--repair")
    assert differs.returncode == 1
    assert "case 99 outbox: case_missing" in differs.stdout


def test_what_is_installed_has_a_command_of_its_own() -> None:
    script = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    module, _, function = script["duban"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    told = subprocess.run(
        [sys.executable, "-m", "duban", "due", "--from", "2026-02-13", "--amount", "7",
         "--unit", "working_day", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(told.stdout)["due_on"].startswith("2026-03-02")


def test_the_benchmark_is_said_to_be_missing_where_only_the_wheel_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bench", None)
    monkeypatch.setattr(sys, "argv", ["duban", "bench"])
    assert console.main() == 2
    assert "no_benchmark" in capsys.readouterr().err
