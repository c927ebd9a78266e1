"""Old and new nodes side by side on the migrated schema."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
import sys
import tarfile
import textwrap
import threading
from pathlib import Path

import pytest

from engine.actor import COMMAND_LINE
from engine.services import anchors
from engine.store import migrations
from tests.engine.services.steps import to_rectification
from tests.faults.visitor import visitor
from tests.nodes.conftest import Site
from tests.nodes.running import ROOT, Installation
from tests.nodes.test_many_nodes import urged

pytestmark = pytest.mark.nodes

#: Takes a diagram as it is, as tests do: that no rung is missing on it is not the matter here.
KEEP = """
import pathlib, sys
from engine.actor import COMMAND_LINE
from engine.bpmn import definition
from engine.cli import county
from engine.services import definitions
path = pathlib.Path(sys.argv[1])
with county.opened() as office, office.begin(COMMAND_LINE) as work:
    definitions.keep(work, definition.read({path.name: path.read_bytes()}, path.name), "test")
"""
PASSWORD = "a county of thirteen townships"
VERSIONS = ROOT / "engine/store/migrations/versions"


# --- What migrations may do -----------------------------------------------------------------------


def takings(source: str) -> list[str]:
    """What a migration takes from programs of before, columns they cannot fill included."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        if name.startswith(("drop_", "rename_", "alter_")):
            found.append(name)
        if name == "add_column":
            # Columns of a new table are nobody's yet. A column made by a helper says itself there.
            told = {word.arg: ast.unparse(word.value) for word in _words(node)}
            if told.get("nullable") == "False" and "server_default" not in told:
                found.append(name)
    return found


def _words(call: ast.Call) -> list[ast.keyword]:
    column = call.args[-1]
    return column.keywords if isinstance(column, ast.Call) else []


def test_every_migration_leaves_programs_of_before_what_they_need() -> None:
    order = migrations.revisions()
    for path in sorted(VERSIONS.glob("*.py")):
        number = path.name.partition("_")[0]
        if order.index(number) > order.index(migrations.SERVES):
            assert takings(path.read_text("utf-8")) == [], path.name


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_table('x')",
        "batch_op.drop_column('x')",
        "batch_op.alter_column('x', new_column_name='y')",
        "batch_op.add_column(sa.Column('x', sa.Integer(), nullable=False))",
    ],
)
def test_a_migration_that_takes_something_away_is_seen(line: str) -> None:
    assert takings(f"def upgrade() -> None:\n    {line}\n")


# --- Another version beside this one --------------------------------------------------------------


def copy_of_program(target: Path) -> Path:
    """This program, to be changed into another version."""
    for name in ("duban", "engine", "monitor", "web", "processes"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "run.py", target / "run.py")
    return target


def next_version(target: Path) -> Path:
    """The version after this one: its migration adds a column to a hot table, and a table."""
    program = copy_of_program(target)
    (program / "engine/store/migrations/versions/9999_the_next_version.py").write_text(
        textwrap.dedent(
            f'''
            """The next version"""
            import sqlalchemy as sa
            from alembic import op

            revision = "9999"
            down_revision = "{migrations.newest()}"


            def upgrade():
                op.add_column("cases", sa.Column("mood", sa.String(20), nullable=True))
                op.add_column("tasks", sa.Column("mood", sa.String(20), server_default="calm"))
                op.create_table("moods", sa.Column("id", sa.Integer(), primary_key=True))
            '''
        ),
        "utf-8",
    )
    return program


def earlier_version(target: Path) -> Path:
    """The program as it was before nodes could be rolled: the last one at the first schema."""
    found = subprocess.run(
        ["git", "archive", "--format=tar", "45bfce8ca8d323396eefedb8dfa67c9c62471312"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if found.returncode:
        pytest.skip("the history is not here: a copy without git, or a shallow one")
    with tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
        archive.extractall(target, filter="data")
    return target


def test_this_version_works_on_the_schema_of_the_next(shared: Site, tmp_path: Path) -> None:
    site = shared.installation
    program = next_version(tmp_path / "next")
    before = site.ready(site.start("web"), monitor=False)
    case_id = to_rectification(shared.county)
    told = site.run("migrate", root=program)
    assert (told.returncode, told.stdout.strip()) == (0, "9999"), told.stderr
    # 1. Who was there before goes on: a case moves, and one is begun.
    assert before.get("/readyz?exclude=worker")[0] == 200
    other = to_rectification(shared.county)
    # 2. Who starts now starts: neither this version nor the next is refused.
    old = site.ready(site.start("worker"), "/readyz")
    new = site.ready(site.start("worker", root=program), "/readyz")
    web = site.ready(site.start("web", root=program), monitor=False)
    assert web.get("/sign-in")[0] == before.get("/sign-in")[0] == 200
    while not (urged(shared, case_id) and urged(shared, other)):
        assert old.process.poll() is None
        assert new.process.poll() is None
    assert (urged(shared, case_id), urged(shared, other)) == (1, 1)
    # 3. Migrating with the old program changes nothing.
    told = site.run("migrate")
    assert (told.returncode, told.stdout.strip()) == (0, "9999")
    with shared.county.office.read(COMMAND_LINE) as work:
        assert anchors.verify(work).broken == ()
    assert [node.terminate() for node in (before, old, new, web)] == [0] * 4


def test_a_program_too_old_for_the_schema_is_refused(shared: Site, tmp_path: Path) -> None:
    program = next_version(tmp_path / "next")
    module = program / "engine/store/migrations/__init__.py"
    module.write_text(
        re.sub(r'SERVES = "\d+"', 'SERVES = "9999"', module.read_text("utf-8")), "utf-8"
    )
    assert shared.installation.run("migrate", root=program).returncode == 0
    for command in (("worker",), ("web",), ("case", "list")):
        told = shared.installation.run(*command)
        assert (told.returncode, "not_migrated" in told.stderr) == (1, True)


def test_nodes_that_migrate_at_once_wait_for_one_another(empty_postgres: Installation) -> None:
    told: list[int] = []

    def migrate() -> None:
        told.append(empty_postgres.run("migrate").returncode)

    together = [threading.Thread(target=migrate) for _ in range(3)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert told == [0, 0, 0]


def test_the_version_of_before_goes_on_beside_this_one(
    empty_postgres: Installation, tmp_path: Path
) -> None:
    """A real earlier revision: it made the database, and serves on after this one migrated it."""
    site = empty_postgres
    site.settings["DUBAN_DEMO_PASSWORD"] = PASSWORD
    program = earlier_version(tmp_path / "before")
    # Each reads its own data files; the procedure was published by the version of before.
    theirs = few_processes(program, tmp_path / "theirs")
    site.settings["DUBAN_PROCESSES"] = few_processes(ROOT, tmp_path / "ours")
    told = site.run("init", root=program, DUBAN_PROCESSES=theirs)
    assert told.returncode == 0, told.stderr
    diagram = program / "tests/web/diagrams/inquiry.bpmn"
    subprocess.run(
        [sys.executable, "-c", KEEP, str(diagram)],
        cwd=program, env=site.environment(DUBAN_PROCESSES=theirs), check=True,
    )  # fmt: skip
    old = site.start("web", root=program, DUBAN_PROCESSES=theirs)
    site.ready(old, "/health", monitor=False)
    clock = site.start("worker", root=program, DUBAN_PROCESSES=theirs)
    told = site.run("migrate")
    assert (told.returncode, told.stdout.strip()) == (0, migrations.newest()), told.stderr
    new = site.ready(site.start("web"), monitor=False)
    worker = site.ready(site.start("worker"), "/readyz")
    for node, matter in ((old, "在旧节点"), (new, "在新节点"), (old, "再在旧节点")):
        clerk = visitor(node.port, "intake1", PASSWORD)
        clerk.open("/start/inquiry")
        form = clerk.form("/start/inquiry")
        clerk.send(form, {"matter": matter, "source": "plan"})
        assert clerk.status == 200, clerk.words
    told = site.run("case", "list")
    assert all(matter in told.stdout for matter in ("在旧节点", "在新节点", "再在旧节点"))
    told = site.run("verify-audit")
    assert (told.returncode, "0 broken" in told.stdout) == (0, True), told.stdout
    assert clock.process.poll() is None
    assert "Traceback" not in clock.told() + old.told()
    assert [new.terminate(), worker.terminate()] == [0, 0]
    site.end()


def few_processes(program: Path, target: Path) -> str:
    """Data files without procedures: to publish all of them takes longer than the test."""
    target.mkdir()
    for path in (program / "processes").iterdir():
        if path.is_file() and path.suffix not in (".bpmn", ".dmn", ".py"):
            shutil.copyfile(path, target / path.name)
    return str(target)
