"""Which kind of file some bytes are, told by the bytes alone. Nothing is ever unpacked.

The list is what a county's case files are made of. Archives are refused on purpose: a file inside
one could not be checked, hashed, named in the audit or hidden from a body by itself. So are Office
files that carry macros.
"""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from engine.errors import Invalid

#: Central directories larger than this are refused unread: they cost memory, not disk.
MOST_ZIP_ENTRIES = 10_000
MOST_ZIP_DIRECTORY = 2 << 20
HEAD = 64


@dataclass(frozen=True)
class FileType:
    """A kind of file: its media type and the extensions a name may end in."""

    media_type: str
    extensions: tuple[str, ...]


def _type(media_type: str, *extensions: str) -> FileType:
    return FileType(media_type, extensions)


_OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = _type("application/pdf", "pdf")
DOC = _type("application/msword", "doc", "wps")
XLS = _type("application/vnd.ms-excel", "xls", "et")
PPT = _type("application/vnd.ms-powerpoint", "ppt", "dps")
DOCX = _type(_OFFICE + "wordprocessingml.document", "docx")
XLSX = _type(_OFFICE + "spreadsheetml.sheet", "xlsx")
PPTX = _type(_OFFICE + "presentationml.presentation", "pptx")
#: GB/T 33190, the national format of fixed-layout official documents.
OFD = _type("application/ofd", "ofd")
JPEG = _type("image/jpeg", "jpg", "jpeg")
PNG = _type("image/png", "png")
GIF = _type("image/gif", "gif")
WEBP = _type("image/webp", "webp")
TIFF = _type("image/tiff", "tif", "tiff")
BMP = _type("image/bmp", "bmp")
HEIC = _type("image/heic", "heic", "heif")
MP4 = _type("video/mp4", "mp4", "m4v")
MOV = _type("video/quicktime", "mov")
AVI = _type("video/x-msvideo", "avi")
M4A = _type("audio/mp4", "m4a")
MP3 = _type("audio/mpeg", "mp3")
WAV = _type("audio/wav", "wav")
AMR = _type("audio/amr", "amr")
TEXT = _type("text/plain", "txt", "csv")

ALL = (
    PDF, DOC, DOCX, XLS, XLSX, PPT, PPTX, OFD, JPEG, PNG, GIF, WEBP, TIFF, BMP, HEIC,
    MP4, MOV, AVI, M4A, MP3, WAV, AMR, TEXT,
)  # fmt: skip
#: What a name may end in, for messages and for the ``accept`` of an input.
EXTENSIONS = tuple(extension for kind in ALL for extension in kind.extensions)

_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"#!AMR", AMR),
    (b"ID3", MP3),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": WAV, b"AVI ": AVI}
_BRANDS = {
    b"qt  ": MOV, b"M4A ": M4A, b"heic": HEIC, b"heix": HEIC, b"mif1": HEIC, b"msf1": HEIC,
    b"isom": MP4, b"iso2": MP4, b"iso4": MP4, b"iso5": MP4, b"iso6": MP4, b"mp41": MP4,
    b"mp42": MP4, b"avc1": MP4, b"M4V ": MP4, b"MSNV": MP4, b"dash": MP4, b"3gp4": MP4,
    b"3gp5": MP4, b"3gp6": MP4,
}  # fmt: skip
_MP3_FRAMES = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xe2")
_PACKAGES = {
    "word/document.xml": DOCX,
    "xl/workbook.xml": XLSX,
    "ppt/presentation.xml": PPTX,
    "OFD.xml": OFD,
}
_STREAMS = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS, "PowerPoint Document": PPT}
_MACRO_STREAMS = {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros"}


def recognise(file: BinaryIO) -> FileType | None:
    """The kind of file, or ``None`` for a kind that is not taken. The file must be seekable.

    Raises ``Invalid`` ``file_macros`` for an Office file with macros and ``file_damaged`` for one
    whose directory cannot be read.
    """
    file.seek(0)
    head = file.read(HEAD)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    for test in (_riff, _media_container, _bitmap, _mp3_frame):
        if found := test(head):
            return found
    if head.startswith(b"PK\x03\x04"):
        return _package(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(file)
    return TEXT if _is_text(file) else None


def _riff(head: bytes) -> FileType | None:
    return _RIFF.get(head[8:12]) if head.startswith(b"RIFF") else None


def _media_container(head: bytes) -> FileType | None:
    return _BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None


def _bitmap(head: bytes) -> FileType | None:
    # "BM" alone begins many a text: the reserved words and the header length must fit as well.
    fits = head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and head[14:18] in _BITMAP_HEADERS
    return BMP if fits else None


_BITMAP_HEADERS = tuple(struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124))


def _mp3_frame(head: bytes) -> FileType | None:
    return MP3 if head[:2] in _MP3_FRAMES else None


# --- Office files ---------------------------------------------------------------------------


def _package(file: BinaryIO) -> FileType | None:
    names = _zip_names(file)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid("file_macros")
    return next((kind for part, kind in _PACKAGES.items() if part in names), None)


def _zip_names(file: BinaryIO) -> frozenset[str]:
    """Names in the central directory, read only when it is small."""
    size = file.seek(0, 2)
    tail = min(size, 22 + 0xFFFF)
    file.seek(size - tail)
    block = file.read(tail)
    at = block.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(block):
        raise Invalid("file_damaged")
    entries, length = struct.unpack_from("<HI", block, at + 10)
    # Zip64 would put other numbers in force; no document of these kinds needs it.
    zip64 = block[max(0, at - 20) : at].startswith(b"PK\x06\x07")
    if zip64 or entries > MOST_ZIP_ENTRIES or length > MOST_ZIP_DIRECTORY:
        raise Invalid("file_damaged")
    try:
        with zipfile.ZipFile(file) as package:
            return frozenset(package.namelist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise Invalid("file_damaged") from error


def _compound(file: BinaryIO) -> FileType | None:
    """Office 97 and WPS: told by the names of the streams inside."""
    names = set(_compound_names(file))
    if names & _MACRO_STREAMS:
        raise Invalid("file_macros")
    return next((kind for stream, kind in _STREAMS.items() if stream in names), None)


def _compound_names(file: BinaryIO) -> Iterator[str]:
    """Names in the directory of a compound file (MS-CFB 2.6), following its sector chain."""
    file.seek(0)
    header = file.read(512)
    if len(header) < 512:
        raise Invalid("file_damaged")
    shift = struct.unpack_from("<H", header, 30)[0]
    if shift not in (9, 12):
        raise Invalid("file_damaged")
    length = 1 << shift
    tables = struct.unpack_from("<109I", header, 76)
    per_table = length // 4

    def sector(number: int) -> bytes:
        file.seek((number + 1) * length)
        return file.read(length)

    current: int = struct.unpack_from("<I", header, 48)[0]
    # A chain is at most this long here: 1,024 sectors hold 4,096 names, and a cycle must end.
    for _ in range(1_024):
        if current >= 0xFFFFFFFA:
            return
        block = sector(current)
        for entry in range(0, len(block) - 127, 128):
            size = struct.unpack_from("<H", block, entry + 64)[0]
            if 2 <= size <= 64:
                yield block[entry : entry + size - 2].decode("utf-16-le", "replace")
        table, index = divmod(current, per_table)
        if table >= len(tables):
            return
        following = sector(tables[table])[index * 4 : index * 4 + 4] if tables[table] < 1e9 else b""
        if len(following) < 4:
            raise Invalid("file_damaged")
        current = struct.unpack("<I", following)[0]


# --- Text -----------------------------------------------------------------------------------

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def _is_text(file: BinaryIO) -> bool:
    file.seek(0)
    head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(file, "utf-16")
    return _decodes(file, "utf-8-sig") or _decodes(file, "gb18030")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decode: Callable[[bytes, bool], str] = codecs.getincrementaldecoder(encoding)().decode
    file.seek(0)
    try:
        while chunk := file.read(1 << 16):
            if _UNREADABLE.search(decode(chunk, False)):
                return False
        return not _UNREADABLE.search(decode(b"", True))
    except UnicodeDecodeError:
        return False
