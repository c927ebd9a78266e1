"""The kind of a file is told by its bytes; what cannot be told, or hides something, is refused."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest

from engine.errors import Invalid
from engine.store import filetypes
from engine.store.filetypes import recognise


def package(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"<x/>")
    return made.getvalue()


def compound(*streams: str) -> bytes:
    """A compound file (Office 97) of one directory sector and one allocation table."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = bytearray(512)
    for index, name in enumerate(("Root Entry", *streams)):
        text = name.encode("utf-16-le") + b"\0\0"
        directory[index * 128 : index * 128 + len(text)] = text
        struct.pack_into("<H", directory, index * 128 + 64, len(text))
    return bytes(header) + table + bytes(directory)


SAMPLES = [
    (b"%PDF-1.7\n", filetypes.PDF),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", filetypes.JPEG),
    (b"\x89PNG\r\n\x1a\n\0\0", filetypes.PNG),
    (b"GIF89a\x01\0", filetypes.GIF),
    (b"RIFF\x10\0\0\0WEBPVP8 ", filetypes.WEBP),
    (b"RIFF\x10\0\0\0WAVEfmt ", filetypes.WAV),
    (b"RIFF\x10\0\0\0AVI LIST", filetypes.AVI),
    (b"II*\0\x08\0\0\0", filetypes.TIFF),
    (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", filetypes.BMP),
    (b"\0\0\0\x20ftypisom\0\0\x02\0", filetypes.MP4),
    (b"\0\0\0\x14ftypqt  ", filetypes.MOV),
    (b"\0\0\0\x18ftypheic", filetypes.HEIC),
    (b"\0\0\0\x20ftypM4A ", filetypes.M4A),
    (b"ID3\x03\0", filetypes.MP3),
    (b"\xff\xfb\x90\x64", filetypes.MP3),
    (b"#!AMR\n", filetypes.AMR),
    ("现场笔录\r\n第一页".encode(), filetypes.TEXT),
    ("现场笔录\t第一页".encode("gb18030"), filetypes.TEXT),
    ("现场笔录".encode("utf-16"), filetypes.TEXT),
    (package("[Content_Types].xml", "word/document.xml"), filetypes.DOCX),
    (package("xl/workbook.xml"), filetypes.XLSX),
    (package("ppt/presentation.xml"), filetypes.PPTX),
    (package("OFD.xml", "Doc_0/Document.xml"), filetypes.OFD),
    (compound("WordDocument"), filetypes.DOC),
    (compound("Workbook"), filetypes.XLS),
    (compound("PowerPoint Document"), filetypes.PPT),
]


@pytest.mark.parametrize(
    ("content", "kind"), SAMPLES, ids=lambda value: getattr(value, "media_type", "")
)
def test_the_kind_is_told_by_the_content(content: bytes, kind: filetypes.FileType) -> None:
    assert recognise(io.BytesIO(content)) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0\x03\0\0\0",
        b"\x7fELF\x02\x01\x01\0",
        b"Rar!\x1a\x07\x01\0",
        b"7z\xbc\xaf\x27\x1c",
        b"\x1f\x8b\x08\0\0\0",
        b"PK\x05\x06" + b"\0" * 18,
        b"\0\0\0\0",
        b"text with \x00 in it",
        b"\x1b[31mterminal",
        b"\xff\xfe\xfd",
        package("photos/1.jpg"),
        package("setup.exe", "readme.txt"),
        compound("Contents"),
    ],
)
def test_other_kinds_are_not_taken(content: bytes) -> None:
    assert recognise(io.BytesIO(content)) is None


@pytest.mark.parametrize(
    "content",
    [
        package("word/document.xml", "word/vbaProject.bin"),
        package("xl/workbook.xml", "xl/VBAPROJECT.BIN"),
        compound("WordDocument", "Macros"),
        compound("Workbook", "_VBA_PROJECT_CUR"),
    ],
)
def test_macros_are_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="file_macros"):
        recognise(io.BytesIO(content))


def test_a_program_in_front_of_a_package_is_not_a_document() -> None:
    assert recognise(io.BytesIO(b"MZ\x90\0" + package("word/document.xml"))) is None


def many_entries(count: int) -> bytes:
    entry = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<H", 1) + b"\0" * 16 + b"x"
    directory = entry * count
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF,
                      len(directory), 4, 0)  # fmt: skip
    return b"PK\x03\x04" + directory + end


def zip64(content: bytes) -> bytes:
    """The same package with a Zip64 end that promises a million entries."""
    at = content.rfind(b"PK\x05\x06")
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, at, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    return content[:at] + record + locator + content[at:]


@pytest.mark.parametrize(
    "content",
    [
        many_entries(60_000),
        zip64(package("word/document.xml")),
        b"PK\x03\x04" + b"\0" * 100,
        package("word/document.xml")[:-10],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    ],
    ids=["many entries", "zip64", "no directory", "cut off", "short header", "no sector size"],
)
def test_a_damaged_or_swollen_package_is_refused_and_costs_little(content: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="file_damaged"):
            recognise(io.BytesIO(content))
        assert tracemalloc.get_traced_memory()[1] < 3 << 20
    finally:
        tracemalloc.stop()


def test_a_compound_file_whose_sectors_go_in_a_circle_ends() -> None:
    content = bytearray(compound("Contents"))
    struct.pack_into("<I", content, 512 + 4, 1)  # The directory's sector is followed by itself.
    assert recognise(io.BytesIO(bytes(content))) is None


def test_no_two_kinds_share_an_extension() -> None:
    assert len(set(filetypes.EXTENSIONS)) == len(filetypes.EXTENSIONS)
