"""Content is kept whole, once, under its hash, and never under a name somebody chose."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import Invalid, NotFound
from engine.store.files import FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def keep(store: FileStore, content: bytes) -> str:
    with store.incoming(io.BytesIO(content), limit=1 << 20) as arrived:
        store.keep(arrived)
        return arrived.sha256


def files(store: FileStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


class Endless(io.RawIOBase):
    """A stream that never ends, and counts what was read of it."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size


def test_content_is_found_under_its_hash(store: FileStore) -> None:
    content = "整改情况".encode()
    sha256 = keep(store, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert store.read(sha256) == content
    assert store.intact(sha256)


def test_the_same_content_is_kept_once(store: FileStore) -> None:
    assert keep(store, b"twice") == keep(store, b"twice")
    assert len(files(store)) == 1


def test_content_that_is_not_kept_leaves_nothing_behind(store: FileStore) -> None:
    with store.incoming(io.BytesIO(b"refused"), limit=100) as arrived:
        sha256 = arrived.sha256
    assert files(store) == []
    with pytest.raises(NotFound, match="file_content_missing"):
        store.path(sha256)


def test_an_upload_that_breaks_off_leaves_nothing_behind(store: FileStore) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError), store.incoming(Broken(), limit=100):  # type: ignore[arg-type]
        pass
    assert files(store) == []


def test_too_large_content_is_refused_without_reading_it_all(store: FileStore) -> None:
    stream = Endless()
    with pytest.raises(Invalid, match="file_too_large"), store.incoming(stream, limit=5 << 20):  # type: ignore[arg-type]
        pass
    assert stream.given <= 7 << 20
    assert files(store) == []


def test_content_of_exactly_the_limit_is_taken(store: FileStore) -> None:
    with store.incoming(io.BytesIO(b"1234"), limit=4) as arrived:
        assert arrived.size == 4


def test_empty_content_is_refused(store: FileStore) -> None:
    with pytest.raises(Invalid, match="file_empty"), store.incoming(io.BytesIO(), limit=4):
        pass


@pytest.mark.parametrize(
    "address", ["", "../../etc/passwd", "ab/../cd", "A" * 64, "g" * 64, "0" * 63, "0" * 64 + "\n"]
)
def test_only_a_hash_is_an_address(store: FileStore, address: str) -> None:
    with pytest.raises(NotFound):
        store.path(address)


def test_damage_is_seen(store: FileStore) -> None:
    sha256 = keep(store, b"evidence")
    path = store.path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"Evidence")
    assert not store.intact(sha256)


def test_what_interrupted_uploads_left_is_swept_and_running_ones_are_not(store: FileStore) -> None:
    with store.incoming(io.BytesIO(b"running"), limit=100) as running:
        leftover = running.path.with_name("leftover")
        leftover.write_bytes(b"old")
        os.utime(leftover, (1_000, 1_000))
        assert store.sweep(datetime(2020, 1, 1, tzinfo=UTC)) == 1
        assert running.path.exists()
        assert not leftover.exists()
