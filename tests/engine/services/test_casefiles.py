"""A case file is one package: in order, as far as its reader may see, with what proves it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from engine.actor import COMMAND_LINE
from engine.bpmn import drawing
from engine.errors import Forbidden, Invalid, NotFound
from engine.services import (
    access,
    attachments,
    audit,
    casefile_check,
    casefiles,
    dockets,
    leftovers,
    operations,
)
from engine.store import attachments as attachment_rows
from engine.store import casefiles as rows
from engine.values.running import OperationRequest
from tests.engine.services.conftest import DIAGRAMS, County
from tests.engine.services.paperwork import opened, perform, uploaded

CODE = "rectification_proposal"


@pytest.fixture
def filled(county: County) -> tuple[County, int]:
    """A case with papers of both files, evidence, and a file that tells who complained."""
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")
    case_id = opened(county)
    uploaded(county, "intake", case_id, "files")
    uploaded(county, "intake", case_id, "complainant_files", "来件.pdf")
    perform(county, case_id, "issue_document", type="service_receipt", body="legal_office",
            served_title="某", method="直接送达", delivered_on="某", served_on="某")  # fmt: skip
    perform(county, case_id, "issue_document", type=CODE)
    return county, case_id


def made(county: County, who: str, case_id: int, part: str = "both") -> Path:
    number = casefiles.make(county.office, county.actor(who), case_id, part, "案卷评查")
    with county.office.begin(county.actor(who)) as work:
        return casefiles.fetch(work, case_id, number).path


def told(path: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as file:
        found: dict[str, object] = json.loads(file.read("manifest.json"))
    return found


def test_a_package_holds_catalogue_papers_timeline_diagram_and_audit(
    filled: tuple[County, int], tmp_path: Path
) -> None:
    county, case_id = filled
    path = made(county, "intake", case_id)
    manifest = told(path)
    catalogue = manifest["catalogue"]
    assert isinstance(catalogue, list)
    assert [(one["part"], one["number"]) for one in catalogue] == [
        ("main", 1), ("main", 2), ("main", 3), ("secondary", 1),
    ]  # fmt: skip
    assert catalogue[1]["first_page"] == catalogue[0]["first_page"] + catalogue[0]["pages"]
    with zipfile.ZipFile(path) as file:
        names = set(file.namelist())
        index = file.read("index.html").decode()
        file.extractall(tmp_path / "out")
    assert {"audit.jsonl", "diagram-1.svg", "核验说明.txt", "manifest.mac"} <= names
    assert all(words in index for words in ("正卷卷内目录", "副卷卷内目录", "办理经过", "未按清单"))
    for line in (tmp_path / "out" / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        content = (tmp_path / "out" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert casefile_check.check(county.office, path) == []
    with county.office.read(county.actor("intake")) as work:
        acts = [entry.act for entry in audit.entries(work, case_id)]
    assert acts[-2:] == ["case_file_made", "case_file_fetched"]


def rewritten(path: Path, target: Path, change: dict[str, bytes | None]) -> Path:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def test_whatever_is_changed_in_a_package_is_found(
    filled: tuple[County, int], tmp_path: Path
) -> None:
    county, case_id = filled
    path = made(county, "intake", case_id)
    with zipfile.ZipFile(path) as file:
        lines = file.read("audit.jsonl").splitlines(keepends=True)
    forged = b"".join([lines[0].replace("受理甲".encode(), "受理乙".encode()), *lines[1:]])
    changes: tuple[tuple[dict[str, bytes | None], str], ...] = (
        ({"audit.jsonl": forged}, "member_changed"),
        ({"index.html": None}, "member_missing"),
        ({"manifest.mac": b"0" * 64}, "seal_differs"),
    )
    for change, code in changes:
        wrong = casefile_check.check(
            county.office, rewritten(path, tmp_path / "changed.zip", change)
        )
        assert code in {found for _, found in wrong}
    shutil.copyfile(county.office.settings.secret_file, tmp_path / "none.zip")
    with pytest.raises(Invalid, match="no_case_file"):
        casefile_check.check(county.office, tmp_path / "none.zip")


def test_who_is_kept_from_something_gets_a_file_without_it(filled: tuple[County, int]) -> None:
    county, case_id = filled
    with pytest.raises(Forbidden, match="secondary_is_internal"):
        casefiles.make(county.office, county.actor("market"), case_id, "both", "查阅")
    path = made(county, "market", case_id, "main")
    with zipfile.ZipFile(path) as file:
        whole = b"".join(file.read(name) for name in file.namelist())
    for secret in ("王小某", "13812345678", "来件.pdf"):
        assert secret.encode() not in whole
    with pytest.raises(NotFound):
        casefiles.make(county.office, county.actor("traffic"), case_id, "main", "查阅")
    with pytest.raises(Invalid):
        casefiles.make(county.office, county.actor("market"), case_id, "main", " ")


def test_a_package_is_its_makers_and_for_a_week(filled: tuple[County, int]) -> None:
    county, case_id = filled
    number = casefiles.make(county.office, county.actor("intake"), case_id, "main", "查阅")
    with county.office.begin(county.actor("market")) as work, pytest.raises(NotFound):
        casefiles.fetch(work, case_id, number)
    county.at("2026-03-12 09:00")
    with county.office.begin(county.actor("intake")) as work, pytest.raises(NotFound):
        casefiles.fetch(work, case_id, number)
    with county.office.read(county.actor("intake")) as work:
        (row,) = rows.of_case(work.session, case_id)
    for hour in range(16):
        county.at(f"2026-12-12 {hour:02d}:00")
        leftovers.sweep(county.office)
    with pytest.raises(NotFound):
        attachments.store(county.office).path(row.sha256)


def test_the_archive_keeps_the_whole_file_for_good(filled: tuple[County, int]) -> None:
    county, case_id = filled
    with county.office.read(county.actor("intake")) as work:
        number = access.visible_case(work, case_id).number
    archive = opened(county)
    kept = perform(county, archive, "keep_case_file", number=number)
    assert isinstance(kept, dict)
    assert kept["items"] == 4
    for hour in range(16):
        county.at(f"2026-12-12 {hour:02d}:00")
        leftovers.sweep(county.office)
    path = attachments.store(county.office).path(str(kept["sha256"]))
    assert casefile_check.check(county.office, path) == []
    with county.office.read(county.actor("intake")) as work:
        (shown,) = casefiles.page(work, archive).made
    assert shown.whole
    request = OperationRequest("t1", "keep", "keep_case_file", {"number": "没有〔2026〕1号"})
    with (
        county.office.begin(COMMAND_LINE) as work,
        dockets.held(work, archive) as docket,
    ):
        on_paper = operations.perform(work, docket, request)
    assert on_paper == {"file": None, "sha256": "", "size": 0, "items": 0}


def test_large_evidence_is_not_held_in_memory(filled: tuple[County, int], tmp_path: Path) -> None:
    county, case_id = filled
    big = tmp_path / "big"
    with big.open("wb") as file:
        for number in range(64):
            file.write(bytes([number]) * (1 << 20))
    store = attachments.store(county.office)
    with big.open("rb") as stream, store.incoming(stream, 1 << 30) as arrived:
        store.keep(arrived)
    with county.office.begin(county.actor("intake")) as work:
        attachment_rows.add(
            work.session, case_id=case_id, field="files", filename="录像.mp4",
            media_type="video/mp4", size=arrived.size, sha256=arrived.sha256,
            uploaded_at=work.now, uploaded_by=county.people["intake"],
        )  # fmt: skip
    casefiles.make(county.office, county.actor("intake"), case_id, "main", "先热身")
    tracemalloc.start()
    casefiles.make(county.office, county.actor("intake"), case_id, "main", "评查")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


@pytest.mark.parametrize("path", sorted(Path("processes").glob("*.bpmn")), ids=lambda p: p.stem)
def test_every_shipped_diagram_is_drawn_whole(path: Path) -> None:
    source = path.read_bytes()
    root = etree.fromstring(source)
    notes = {one.get("id") for one in root.iter("{*}textAnnotation")}
    ids = [one.get("bpmnElement") for one in root.iter("{*}BPMNShape")]
    text = drawing.svg(source, path.name, dict.fromkeys(filter(None, ids), "passed"), (), path.stem)
    drawn = etree.fromstring(text.encode())
    kinds = ("rect", "circle", "polygon")
    shapes = [one for one in drawn.iter() if etree.QName(one).localname in kinds]
    assert len(shapes) == len([one for one in ids if one not in notes])
    assert "script" not in text


def test_names_of_a_diagram_are_words_in_the_picture() -> None:
    source = (DIAGRAMS / "handling.bpmn").read_bytes()
    text = drawing.svg(source, "handling.bpmn", {}, (), '<b>"')
    assert "<b>" not in text
