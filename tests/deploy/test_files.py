"""What lies in ``deploy`` fits the program: settings, units, proxies, image, scripts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine import config

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


class Asked(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def settings() -> set[str]:
    """Every variable the program reads."""
    asked = Asked()
    config.read(asked)
    assert len(asked.names) > 10
    return asked.names


def test_the_environment_file_names_every_setting_and_no_other() -> None:
    told = re.findall(r"^#?(DUBAN_\w+)=", (DEPLOY / "duban.env").read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(settings())


def test_the_operators_guide_explains_every_setting_and_no_other() -> None:
    guide = (ROOT / "docs/operators.md").read_text("utf-8")
    rows = "\n".join(re.findall(r"^\| (`DUBAN_[^|]+)\|", guide, re.MULTILINE))
    assert sorted(set(re.findall(r"DUBAN_\w+", rows))) == sorted(settings())


def test_what_the_environment_file_sets_is_taken() -> None:
    text = (DEPLOY / "duban.env").read_text("utf-8")
    pairs = dict(re.findall(r"^#?(DUBAN_\w+)=(.*)$", text, re.MULTILINE))
    found = config.read(pairs)
    assert not found.demo
    assert found.monitor == ("127.0.0.1", 9100)
    assert (
        config.read(dict(re.findall(r"^(DUBAN_\w+)=(.*)$", text, re.MULTILINE))).mode
        == "production"
    )


# --- systemd --------------------------------------------------------------------------------------


def test_units_name_commands_and_settings_there_are() -> None:
    for unit in UNITS:
        text = unit.read_text("utf-8")
        assert set(re.findall(r"DUBAN_[A-Z_]+", text)) <= settings(), unit.name
        for command in re.findall(r"bin/duban (\w+)", text):
            told = subprocess.run(
                [sys.executable, str(ROOT / "run.py"), command, "--help"],
                capture_output=True, check=False,
            )  # fmt: skip
            assert told.returncode == 0, command
        for script in re.findall(r"/deploy/(bin/\w+)", text):
            assert (DEPLOY / script).stat().st_mode & 0o111, script


def test_services_have_longer_to_stop_than_the_program_takes() -> None:
    for name in ("duban-web@.service", "duban-worker@.service"):
        text = (DEPLOY / "systemd" / name).read_text("utf-8")
        (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
        assert int(seconds) > 10


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units_and_finds_them_hardened(tmp_path: Path) -> None:
    for unit in UNITS:
        # The program stands where the test is, not where the unit will find it.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text("utf-8"), flags=re.M)
        name = unit.name.replace("@.", "@8080." if "web" in unit.name else "@1.")
        (tmp_path / name).write_text(text, "utf-8")
    found = sorted(str(one) for one in tmp_path.iterdir())
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *found],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in told.stderr.splitlines() if "duban" in line]
    assert (told.returncode, ours) == (0, []), told.stderr
    for path in found:
        if path.endswith(".service"):
            secure = subprocess.run(
                ["systemd-analyze", "security", "--offline=true", "--threshold=25", path],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert secure.returncode == 0, secure.stdout[-300:]


# --- Proxies and image ----------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
def test_caddy_takes_its_file() -> None:
    told = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr


def test_the_image_is_made_of_files_there_are_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (ROOT / source).exists(), source
    ignored = set((ROOT / ".containerignore").read_text("utf-8").split())
    needed = {"engine", "monitor", "web", "processes", "ui", "requirements", "Makefile", "duban"}
    assert not ignored & needed
    assert {".git", ".venv", "node_modules", "var"} <= ignored
    lines = text.splitlines()
    assert lines.index("USER duban") < next(
        number for number, line in enumerate(lines) if line.startswith("ENTRYPOINT")
    )
    assert set(re.findall(r"DUBAN_[A-Z_]+", text)) <= settings()


@pytest.mark.parametrize("script", sorted((DEPLOY / "bin").iterdir()), ids=lambda path: path.name)
def test_scripts_are_plain_shell(script: Path) -> None:
    assert script.read_text("utf-8").startswith("#!/bin/sh\n")
    assert script.stat().st_mode & 0o111
    told = subprocess.run(["sh", "-n", str(script)], capture_output=True, check=False)
    assert told.returncode == 0, told.stderr
