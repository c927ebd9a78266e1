"""A package of a case file: written piece by piece, every member by its digest, sealed.

The manifest is sealed with the installation's key; ``SHA256SUMS`` lets anybody check the members
without it. Memory does not grow with the evidence.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from engine.actor import COMMAND_LINE
from engine.bpmn import drawing
from engine.errors import Conflict
from engine.office import Office
from engine.services import (
    attachments,
    casefile_html,
    casefile_items,
    definitions,
    paths,
    timeline,
    word_pages,
)
from engine.services.casefile_items import DOCUMENT
from engine.store import audit as chains
from engine.store.audit import EntryRow
from engine.store.cases import CaseRow
from engine.store.definitions import sources as sources_of
from engine.values.paper_pages import FileItem
from engine.values.running import Json
from engine.work import Work

FORMAT = "duban-case-file-1"
MANIFEST, SEAL, SUMS, AUDIT, INDEX = (
    "manifest.json", "manifest.mac", "SHA256SUMS", "audit.jsonl", "index.html",
)  # fmt: skip
README = "核验说明.txt"
CHUNK = 1 << 20
#: Kinds that do not grow smaller by being packed.
_PACKED = (".docx", ".xlsx", ".pptx", ".pdf", ".ofd", ".jpg", ".jpeg", ".png", ".mp4", ".mp3")

_HOW = """本案卷包的核验方法

一、任何人都可以核验文件是否被改动：在解压后的目录执行  sha256sum -c SHA256SUMS
二、持有制作机关密钥的，执行  run.py check-case-file 文件名.zip
    核验清单的封签、每个文件的摘要，以及审计链每一条记录与前一条的衔接，直至清单所载的链首。
三、案卷包自身的 SHA-256 记入案件审计链（事项：制作案卷），并由每日锚定文件固定。
四、本包按制作人的查阅权限制作；依法应当保密的内容不在其中。
"""


@dataclass
class _Package:
    """A zip file under way, with the digest of each member."""

    file: zipfile.ZipFile
    members: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        """A member from pieces, never whole in memory; with a fixed time stamp."""
        told = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        packed = name.lower().endswith(_PACKED)
        told.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        digest = hashlib.sha256()
        with self.file.open(told, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self.members[name] = digest.hexdigest()


def items(work: Work, row: CaseRow, part: str) -> list[FileItem]:
    """What of the case lies in a part, as far as the reader may see it."""
    return [one for one in casefile_items.of_case(work, row) if part in (one.part, "both")]


def write(
    work: Work, row: CaseRow, part: str, target: IO[bytes], *, everything: bool = False
) -> int:
    """Write the package of a part of a case to a file; how many papers it holds."""
    if everything:
        # The archive keeps all of it, whoever presses the button.
        work = replace(work, actor=COMMAND_LINE, kept={"settings": work.kept["settings"]})
    found = items(work, row, part)
    store = attachments.store(work.office)
    with zipfile.ZipFile(target, "w") as file:
        package = _Package(file)
        for one in found:
            package.put(one.member, _chunks(store.path(one.sha256)))
            if package.members[one.member] != one.sha256:
                raise Conflict("file_content_changed", sha256=one.sha256)
        package.put(INDEX, (piece.encode() for piece in _whole(work, row, found, part)))
        for number, picture in enumerate(_pictures(work, row), 1):
            package.put(f"diagram-{number}.svg", [picture.encode()])
        entries = list(chains.entries(work.session, row.id))
        package.put(AUDIT, (_entry(one) for one in entries))
        package.put(README, [_HOW.encode()])
        manifest = json.dumps(
            _manifest(work, row, found, part, entries, package.members),
            ensure_ascii=False,
            indent=1,
        ).encode()
        sums = [f"{digest}  {name}\n" for name, digest in sorted(package.members.items())]
        sums.append(f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n")
        package.put(MANIFEST, [manifest])
        package.put(SEAL, [seal(work.office, manifest)])
        package.put(SUMS, [text.encode() for text in sums])
    return len(found)


def _manifest(
    work: Work,
    row: CaseRow,
    items: Sequence[FileItem],
    part: str,
    entries: Sequence[EntryRow],
    members: dict[str, str],
) -> dict[str, Json]:
    return {
        "format": FORMAT,
        "case": row.number,
        "process": row.process_id,
        "definition": definitions.load(work, row.definition_id).checksum,
        "part": part,
        "chain": {
            "length": len(entries),
            "head": entries[-1].digest.hex() if entries else "",
        },
        "catalogue": [
            {
                "part": one.part,
                "number": one.number,
                "title": one.title,
                "reference": one.reference,
                "dated": one.dated.isoformat(),
                "first_page": one.first_page,
                "pages": one.pages,
                "sha256": one.sha256,
                "member": one.member,
            }
            for one in items
        ],
        "members": dict(members),
    }


def _whole(work: Work, row: CaseRow, items: Sequence[FileItem], part: str) -> Iterable[str]:
    yield f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{row.number}'
    yield f"</title><style>{casefile_html.STYLE}</style></head><body>"
    yield from index(work, row, items, part)
    yield "</body></html>"


def index(work: Work, row: CaseRow, items: Sequence[FileItem], part: str) -> Iterable[str]:
    """The whole file as pieces of one text."""
    process = definitions.load(work, row.definition_id).description.process
    yield from casefile_html.cover(row.number, process.name, row, part)
    for name in casefile_html.PARTS:
        if part in (name, "both"):
            yield from casefile_html.catalogue([one for one in items if one.part == name], name)
    store = attachments.store(work.office)
    for one in items:
        if one.kind == DOCUMENT:
            yield from casefile_html.sheet(one, word_pages.blocks(store.read(one.sha256)))
    yield from casefile_html.timeline(timeline.of_case(work, row))
    for picture in _pictures(work, row):
        yield f'<section class="paper"><h2>流程图和办理路径</h2>{picture}</section>'
    chain = row.audit_head.hex()
    yield from casefile_html.verification(row.audit_seq, chain)


def _pictures(work: Work, row: CaseRow) -> list[str]:
    way = paths.path(work, row.id)
    states = dict.fromkeys(way.cancelled, "cancelled")
    states |= dict.fromkeys(way.passed, "passed") | dict.fromkeys(way.present, "present")
    sources = sources_of(work.session, row.definition_id)
    models = definitions.load(work, row.definition_id).models
    files = dict.fromkeys(model.file for model in models.values())
    return [drawing.svg(sources[file], file, states, way.flows, row.number) for file in files]


def _entry(entry: EntryRow) -> bytes:
    told = {
        "case_id": entry.case_id,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "channel": entry.channel,
        "act": entry.act,
        "facts": entry.facts,
        "digest": entry.digest.hex(),
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            yield block


def seal(office: Office, manifest: bytes) -> bytes:
    """What shows that a manifest was written by this installation."""
    return hmac.digest(office.secret("archive"), manifest, "sha256").hex().encode()
