"""Rules no other tool holds: who reads the time, who commits, what no committed file may name.

Which package may import which is held by import-linter (``make check-imports``).
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The rules are about code that ships; migrations run inside Alembic's own transaction.
SHIPPED = [
    path
    for folder in ("duban", "engine", "monitor", "web")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
RUN = ROOT / "run.py"
SOURCES = [*SHIPPED, RUN] if RUN.exists() else SHIPPED

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "time.localtime", "time.gmtime",
}  # fmt: skip
BROAD = {"Exception", "BaseException"}

Finder = Callable[[ast.AST, list[str]], bool]


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _called(node: ast.AST) -> str:
    return _dotted(node.func) if isinstance(node, ast.Call) else ""


def reads_the_time(node: ast.AST, lines: list[str]) -> bool:
    """A clock called or passed on: ``default=datetime.now`` reads the time as well."""
    return any(_dotted(node) in (clock, f"datetime.{clock}") for clock in CLOCKS)


def commits(node: ast.AST, lines: list[str]) -> bool:
    return _called(node).endswith(".commit")


def runs_text(node: ast.AST, lines: list[str]) -> bool:
    return _called(node) in {"eval", "exec", "builtins.eval", "builtins.exec"}


def catches_everything_without_a_reason(node: ast.AST, lines: list[str]) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    if not any(kind is None or _dotted(kind) in BROAD for kind in caught):
        return False
    _, _, comment = lines[node.lineno - 1].partition("#")
    reason = re.sub(r"noqa(: *[A-Z0-9, ]+)?|pragma: no cover|[^\w]", "", comment)
    return len(reason) < 8


def imports_relatively(node: ast.AST, lines: list[str]) -> bool:
    return isinstance(node, ast.ImportFrom) and node.level > 0


def breaches(finder: Finder, source: str) -> list[int]:
    lines = source.splitlines()
    return [
        getattr(node, "lineno", 0) for node in ast.walk(ast.parse(source)) if finder(node, lines)
    ]


@pytest.mark.parametrize(
    ("finder", "allowed"),
    [
        pytest.param(reads_the_time, {"engine/clock.py"}, id="only the clock reads the time"),
        pytest.param(commits, {"engine/work.py"}, id="only the unit of work commits"),
        pytest.param(runs_text, set(), id="nothing runs text as code"),
        pytest.param(
            catches_everything_without_a_reason, set(), id="a broad except names its reason"
        ),
        pytest.param(imports_relatively, set(), id="imports are absolute"),
    ],
)
def test_shipped_code_keeps_the_rule(finder: Finder, allowed: set[str]) -> None:
    assert SHIPPED, "no code found: the rule was checked on nothing"
    found = [
        f"{name}:{line}"
        for path in SOURCES
        if (name := path.relative_to(ROOT).as_posix()) not in allowed
        for line in breaches(finder, path.read_text("utf-8"))
    ]
    assert not found, f"{finder.__name__}: {', '.join(found)}"


@pytest.mark.parametrize(
    ("finder", "source"),
    [
        (reads_the_time, "import datetime\ndatetime.datetime.now()"),
        (reads_the_time, "Column(default=date.today)"),
        (commits, "work.session.commit()"),
        (runs_text, "eval('1')"),
        (catches_everything_without_a_reason, "try: x\nexcept Exception: pass"),
        (catches_everything_without_a_reason, "try: x\nexcept: pass  # noqa: E722"),
        (catches_everything_without_a_reason, "try: x\nexcept (ValueError, Exception): pass"),
        (imports_relatively, "from . import cases"),
    ],
)
def test_each_rule_sees_a_breach(finder: Finder, source: str) -> None:
    assert breaches(finder, source)


def test_a_broad_except_with_its_reason_is_accepted() -> None:
    source = "try: x\nexcept Exception: pass  # a failing case must not stop the others"
    assert not breaches(catches_everything_without_a_reason, source)


# --- Files ----------------------------------------------------------------------------------

ADDRESS = re.compile(r"[a-z]+://|\bfile:|\bgit\+", re.IGNORECASE)
LOCKS = [
    *sorted((ROOT / "requirements").glob("*.txt")),
    *sorted((ROOT / "requirements").glob("*.in")),
    ROOT / "package-lock.json",
    ROOT / "package.json",
    ROOT / "pyproject.toml",
]

# Written in pieces, so that this file does not name what it forbids.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted",
    "registry." + "npmjs",
    "npm" + "mirror",
    "deb." + "debian",
]
PLACES = [
    "/wo" + "rk/",
    "/fa" + "rm/",
    "/ro" + "ot/",
    "/ho" + "me/",
    "/opt/" + "pypi",
    "/tm" + "p/w/",
]
FORBIDDEN = re.compile(rf"{'|'.join(HOSTS)}|(?<![\w.])(?:{'|'.join(PLACES)})", re.IGNORECASE)


def committed_files() -> Iterator[Path]:
    """What git tracks or would track; without git, everything but what is built."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        built = {".venv", "node_modules", "dist", ".git", "__pycache__", "var"}
        paths = (path for path in ROOT.rglob("*") if not built.intersection(path.parts))
    else:
        paths = (ROOT / name for name in listed.split("\0") if name)
    return (path for path in paths if path.is_file())


def _line_of(path: Path, pattern: re.Pattern[str]) -> str | None:
    text = path.read_bytes().decode("utf-8", errors="replace")
    match = pattern.search(text)
    if match is None:
        return None
    line = text.count("\n", 0, match.start()) + 1
    return f"{path.relative_to(ROOT).as_posix()}:{line}: {match.group()}"


def test_what_pins_dependencies_holds_no_address() -> None:
    assert all(path.exists() for path in LOCKS)
    assert [found for path in LOCKS if (found := _line_of(path, ADDRESS))] == []


def test_every_pinned_python_package_has_its_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        pins = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
        assert pins, f"{lock.name} is empty"
        assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    files = list(committed_files())
    assert len(files) > 20
    assert [found for path in files if (found := _line_of(path, FORBIDDEN))] == []
