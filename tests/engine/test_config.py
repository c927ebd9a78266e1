"""Settings come from the environment, once, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Mode, read
from engine.errors import Broken, Invalid
from engine.office import open_office, read_secret


def test_an_empty_environment_is_a_demonstration_on_sqlite() -> None:
    found = read({})
    assert found.demo
    assert found.database_url == "sqlite:///var/duban.db"
    assert (found.home, found.files, found.port) == (Path("var"), Path("var/files"), 8080)


def test_everything_can_be_set(tmp_path: Path) -> None:
    found = read(
        {
            "DUBAN_HOME": str(tmp_path),
            "DUBAN_DATABASE_URL": "postgresql://u:p@h/d",
            "DUBAN_MODE": "Production",
            "DUBAN_PORT": "9000",
            "DUBAN_BASE_URL": "https://duban.example/",
            "DUBAN_SMTP_URL": "smtps://mail",
            "DUBAN_MAX_UPLOAD_BYTES": "1000",
            "DUBAN_TRUSTED_PROXIES": "10.0.0.5, 10.1.0.0/24 ::1",
        }
    )
    assert found.mode is Mode.PRODUCTION
    assert found.database_url == "postgresql+psycopg://u:p@h/d"
    assert found.base_url == "https://duban.example"
    assert found.secret_file == tmp_path / "secret"
    assert found.max_upload_bytes == 1000
    assert found.trusted_proxies == ("10.0.0.5/32", "10.1.0.0/24", "::1/128")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DUBAN_PORT", "none"),
        ("DUBAN_PORT", "70000"),
        ("DUBAN_MODE", "test"),
        ("DUBAN_DATABASE_URL", "mysql://root:hidden@h/d"),
        ("DUBAN_SMTP_URL", "http://x"),
        ("DUBAN_MAX_UPLOAD_BYTES", "-1"),
    ],
)
def test_a_bad_setting_is_named_without_telling_a_password(name: str, value: str) -> None:
    with pytest.raises(Invalid, match="bad_setting") as caught:
        read({name: value})
    assert caught.value.facts["name"] == name
    assert "hidden" not in str(caught.value)


def test_the_secret_is_made_once_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    first = read_secret(path)
    assert read_secret(path) == first
    assert len(first) == 32
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("text", ["", "zz", "ab" * 31, "ab" * 33])
def test_a_damaged_secret_is_refused_and_never_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Broken, match="bad_secret_file"):
        read_secret(path)
    assert path.read_text() == text


def test_a_secret_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("ab" * 32)
    path.chmod(0o644)
    with pytest.raises(Broken, match="bad_secret_file"):
        read_secret(path)


def test_keys_differ_by_purpose_and_stay_the_same(sqlite_url: str, tmp_path: Path) -> None:
    settings = read({"DUBAN_HOME": str(tmp_path), "DUBAN_DATABASE_URL": sqlite_url})
    one, other = open_office(settings), open_office(settings)
    assert one.secret("audit") != one.secret("state")
    assert one.secret("audit") == other.secret("audit")
    one.close()
    other.close()
