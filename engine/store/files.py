"""Bytes of documents and attachments, kept on disk under the SHA-256 of what they hold.

A file's name never reaches the disk. Content arrives in ``incoming``, is measured and hashed while
it is written, and gets its place by one atomic rename: what has an address is whole, and stays.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from engine.errors import Invalid, NotFound, Unavailable

CHUNK = 1 << 20
ADDRESS = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Incoming:
    """Content that arrived and is not kept yet."""

    path: Path
    sha256: str
    size: int


class FileStore:
    """A folder of immutable content. Several processes may share it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"

    @contextmanager
    def incoming(self, stream: BinaryIO, limit: int) -> Iterator[Incoming]:
        """Take in what the stream holds, for :meth:`keep`; thrown away when the block ends.

        Raises ``Invalid`` ``file_empty``, or ``file_too_large`` as soon as ``limit`` bytes are
        passed, without reading on, and ``Unavailable`` ``disk_full``.
        """
        with _room():
            self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
        path = Path(name)
        try:
            with _room(), os.fdopen(descriptor, "wb") as file:
                sha256, size = _copy(stream, file, limit)
                file.flush()
                os.fsync(file.fileno())
            yield Incoming(path, sha256, size)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, arrived: Incoming) -> None:
        """Give the content its place. Content that is there already is left alone."""
        target = self._place(arrived.sha256)
        if target.exists():
            # Marks it as wanted again: see :meth:`discard`.
            os.utime(target)
            return
        with _room():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            arrived.path.chmod(0o440)
            arrived.path.replace(target)
            # A rename survives a power cut only once its folders are written.
            for folder in (target.parent, target.parent.parent, self.root):
                _sync(folder)

    def path(self, sha256: str) -> Path:
        """Where the content is. Raises ``NotFound`` when the store does not hold it."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound("file_content_missing", sha256=sha256)
        return place

    def read(self, sha256: str) -> bytes:
        """The content whole, for small files. Raises ``NotFound`` like :meth:`path`."""
        return self.path(sha256).read_bytes()

    def intact(self, sha256: str) -> bool:
        """Whether the content still has the hash it was stored under."""
        with self.path(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def sweep(self, before: datetime) -> int:
        """Remove what interrupted uploads left in ``incoming``; how many files."""
        removed = 0
        for leftover in self._incoming.glob("*"):
            try:
                if leftover.stat().st_mtime < before.timestamp():
                    leftover.unlink()
                    removed += 1
            except FileNotFoundError:
                continue  # Another process swept it, or the upload just ended.
        return removed

    def unmoved(self, shard: str, before: datetime) -> Iterator[str]:
        """Addresses beginning with a hexadecimal digit of what was kept before an instant."""
        for place in self.root.glob(f"{shard}?/??/*"):
            try:
                old = place.stat().st_mtime < before.timestamp()
            except FileNotFoundError:
                continue
            if old and ADDRESS.fullmatch(place.name):
                yield place.name

    def discard(self, sha256: str, before: datetime) -> bool:
        """Remove content nothing refers to, unless it was kept again after an instant."""
        place = self._place(sha256)
        if not place.is_file() or place.stat().st_mtime >= before.timestamp():
            return False
        place.unlink()
        return True

    def _place(self, sha256: str) -> Path:
        if not ADDRESS.fullmatch(sha256):
            raise NotFound("file_content_missing", sha256=sha256)
        return self.root / sha256[:2] / sha256[2:4] / sha256


@contextmanager
def _room() -> Iterator[None]:
    """A disk without room is nobody's fault, and trying again later helps."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise Unavailable("disk_full") from error
        raise


def _copy(stream: BinaryIO, file: BinaryIO, limit: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise Invalid("file_too_large", limit=limit)
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise Invalid("file_empty")
    return digest.hexdigest(), size


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
