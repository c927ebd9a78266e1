"""Bodies and people from a console: what begins a production installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.cli.test_cli import Run
from tests.engine.cli.test_cli import run as run  # the fixture


def test_an_installation_begins_with_bodies_people_and_roles(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_MODE", "production")
    assert run("migrate").returncode == 0
    assert run("person", "add", "admin", "管理员", "--administrator").returncode == 0
    county = ("body", "add", "county_gov", "COUNTY_GOV", "红河县人民政府", "--area", "红河县")
    assert run(*county).returncode == 0
    market = ("body", "add", "market", "DEPT", "市场监督管理局", "--parent", "county_gov")
    assert run(*market).returncode == 0
    assert run(*market).returncode == 1
    assert "market  DEPT  市场监督管理局" in run("body", "list").stdout

    added = run("person", "add", "Wang", "王五")
    login, password = added.stdout.split()
    assert login == "wang"
    assert len(password) >= 12
    assert run("person", "grant", "wang", "market", "case_lead").returncode == 0
    refused = run("person", "grant", "wang", "market", "supervisor")
    assert refused.returncode == 1
    assert refused.stderr
    certificate = ("person", "certificate", "wang", "N-1", "enforcement", "market")
    assert run(*certificate, "2026-01-01", "2028-12-31").returncode == 0
    assert "case_lead · 市场监督管理局" in run("person", "list").stdout
    assert run("person", "close", "wang").returncode == 0
    assert "closed" in run("person", "list", "wang").stdout
    assert run("person", "close", "admin").returncode == 1

    people = tmp_path / "people.csv"
    people.write_text("login,name,body,role\nli,李四,market,publisher\n,无名,,\n", "utf-8")
    wrong = run("person", "import", str(people))
    assert wrong.returncode == 1
    assert f"{people}:3:" in wrong.stdout
    people.write_text("login,name,body,role\nli,李四,market,publisher\n", "utf-8")
    assert run("person", "import", str(people)).stdout == "1 lines, 1 people, 1 roles\n"
