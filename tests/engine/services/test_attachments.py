"""Uploads are told by their content, kept under their hash, and seen by those who see the case."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.actor import COMMAND_LINE
from engine.config import Settings
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.office import Office, open_office
from engine.services import attachments, audit, cases, dockets, leftovers, starts
from engine.store import attachments as rows
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, uploaded

PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def county(county: County) -> County:
    """The small county, with a procedure to attach files in."""
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")
    return county


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office whose database is never asked."""
    return open_office(
        Settings(tmp_path, f"sqlite:///{tmp_path}/unused.db", secret_file=tmp_path / "secret")
    )


def kept(office: Office) -> list[Path]:
    return [path for path in office.settings.files.rglob("*") if path.is_file()]


# --- Taking in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("证据.pdf", b"", "file_empty"),
        ("证据.pdf", b"\x89PNG\r\n\x1a\n\0\0", "file_type_mismatch"),
        ("证据.jpg", PDF, "file_type_mismatch"),
        ("证据.exe", b"MZ\x90\0", "file_type_not_allowed"),
        ("证据.pdf.exe", PDF, "file_type_not_allowed"),
        ("证据.html", b"<script>alert(1)</script>", "file_type_not_allowed"),
        ("证据.svg", b"<svg onload='x'/>", "file_type_not_allowed"),
        ("证据.pdf", b"MZ\x90\0", "file_type_not_allowed"),
        ("证据", PDF, "file_type_not_allowed"),
        ("证据.docx", b"PK\x03\x04" + b"\0" * 40, "file_damaged"),
        ("", PDF, "file_type_not_allowed"),
        ("../../../", PDF, "file_type_not_allowed"),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_not_kept(
    office: Office, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        attachments.receive(office, io.BytesIO(content), name)
    assert kept(office) == []


def test_a_file_over_the_limit_is_refused(office: Office) -> None:
    class Huge(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"%PDF-" + b"x" * size

    with pytest.raises(Invalid, match="file_too_large") as error:
        attachments.receive(office, Huge(), "大.pdf")  # type: ignore[arg-type]
    assert error.value.facts["limit"] == office.settings.max_upload_bytes
    assert kept(office) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("投诉.pdf", "投诉.pdf"),
        ("../../etc/投诉.pdf", "投诉.pdf"),
        ("C:\\文件\\投诉.pdf", "投诉.pdf"),
        ("投诉\u202efdp.pdf", "投诉fdp.pdf"),
        ("a\r\nX-Header: 1.pdf", "aX-Header_ 1.pdf"),
        ('"><script>.pdf', "___script_.pdf"),
        ("  . 投诉 .pdf ", "投诉.pdf"),
        (".pdf", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("bad\udcff.pdf", "bad_.pdf"),
    ],
)
def test_a_name_is_data_and_cannot_mislead(office: Office, given: str, shown: str) -> None:
    received = attachments.receive(office, io.BytesIO(PDF), given)
    assert received.filename == shown
    names = {path.name for path in kept(office)}
    assert names == {received.sha256}


# --- Belonging to a case ----------------------------------------------------------------------


def test_a_file_of_a_case_is_seen_by_those_who_see_the_case(county: County) -> None:
    case_id = opened(county)
    row = uploaded(county, "intake", case_id)
    assert (row.case_id, row.filename, row.uploaded_by) == (case_id, "凭证.pdf", "受理甲")
    with county.office.read(county.actor("market")) as work:
        assert [found.id for found in attachments.of_case(work, case_id)] == [row.id]
        sent = attachments.open(work, row.id)
    assert sent.path.read_bytes() == PDF
    assert sent.media_type == "application/pdf"
    assert sent.headers["Content-Disposition"] == (
        "attachment; filename=\"_.pdf\"; filename*=UTF-8''%E5%87%AD%E8%AF%81.pdf"
    )
    assert sent.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with county.office.read(county.actor("traffic")) as work:
        with pytest.raises(NotFound, match="no_such_file"):
            attachments.open(work, row.id)
        with pytest.raises(NotFound, match="no_such_case"):
            attachments.of_case(work, case_id)


def test_what_came_from_the_complainant_is_kept_from_the_department(county: County) -> None:
    case_id = opened(county)
    row = uploaded(county, "intake", case_id, "complainant_files", "王小某的信.pdf")
    for who in ("market", "unit"):
        with county.office.read(county.actor(who)) as work:
            found = attachments.of_case(work, case_id) if who == "market" else []
            assert found == []
            with pytest.raises(NotFound, match="no_such_file"):
                attachments.open(work, row.id)
    with county.office.read(county.actor("market")) as work:
        told = [entry.facts for entry in cases.page(work, case_id).audit]
    assert not any("王小某" in str(facts) for facts in told)
    with county.office.read(county.actor("intake")) as work:
        assert attachments.open(work, row.id).path.exists()


def test_a_department_cannot_even_answer_a_field_hidden_from_it(county: County) -> None:
    case_id = opened(county)
    with pytest.raises(NotFound, match="no_such_field"):
        uploaded(county, "market", case_id, "complainant_files")


def test_nothing_is_added_to_a_case_that_is_over(county: County) -> None:
    case_id = opened(county)
    with county.office.begin(county.actor("intake")) as work:
        cases.withdraw(work, case_id, "重复登记")
    with pytest.raises(Conflict, match="case_over"):
        uploaded(county, "intake", case_id)


def test_machines_attach_nothing(county: County) -> None:
    received = attachments.receive(county.office, io.BytesIO(PDF), "a.pdf")
    with county.office.begin(COMMAND_LINE) as work, pytest.raises(Forbidden, match="people_only"):
        attachments.attach(work, None, received)


def test_an_upload_for_a_case_to_come_is_its_uploaders_alone(county: County) -> None:
    row = uploaded(county, "intake", None)
    assert row.case_id is None
    with county.office.read(county.actor("sup1")) as work:
        assert attachments.own_unbound(work, [row.id]) == []
        with pytest.raises(NotFound):
            attachments.open(work, row.id)
    with county.office.read(county.actor("intake")) as work:
        assert [found.id for found in attachments.own_unbound(work, [row.id])] == [row.id]
        assert attachments.open(work, row.id).size == len(PDF)


def test_files_named_on_a_start_form_come_with_the_case(county: County) -> None:
    row = uploaded(county, "intake", None)
    case_id = opened(county, files=str(row.id))
    with county.office.read(county.actor("market")) as work:
        assert [found.id for found in attachments.of_case(work, case_id)] == [row.id]
        acts = [entry.act for entry in audit.entries(work, case_id)]
    assert acts[:2] == ["case_started", "file_attached"]


def test_only_own_uploads_and_files_of_the_case_can_be_named(county: County) -> None:
    first, second = opened(county), opened(county, "traffic")
    foreign = uploaded(county, "sup1", None)
    elsewhere = uploaded(county, "intake", second)
    own, mine = uploaded(county, "intake", first), uploaded(county, "intake", None)
    intake = county.office.begin(county.actor("intake"))
    with intake as work, dockets.held(work, first) as docket:
        for wrong in (foreign.id, elsewhere.id, 10**9):
            with pytest.raises(Invalid, match="unknown_attachment"):
                attachments.bind(work, docket, "files", [own.id, wrong])
        bound = attachments.bind(work, docket, "files", [own.id, mine.id])
    assert [row.case_id for row in bound] == [first, first]


# --- Housekeeping -----------------------------------------------------------------------------


def test_uploads_that_became_part_of_nothing_are_forgotten(county: County) -> None:
    county.at("2026-03-02 09:00")
    case_id = opened(county)
    uploaded(county, "intake", None, name="shared.pdf")
    uploaded(county, "intake", case_id, name="same-content.pdf")
    loose = attachments.receive(county.office, io.BytesIO(b"%PDF-1.7 loose"), "loose.pdf")
    with county.office.begin(county.actor("intake")) as work:
        attachments.attach(work, None, loose)
    assert leftovers.sweep(county.office) == 0
    # Far beyond the machine's own time, which stamps the files.
    county.at("2036-03-02 09:00")
    assert leftovers.sweep(county.office) == 1
    with county.office.read(COMMAND_LINE) as work:
        assert len(rows.of_case(work.session, case_id)) == 1
    assert len(kept(county.office)) == 1


def test_what_a_draft_names_is_not_forgotten(county: County) -> None:
    county.at("2026-03-02 09:00")
    row = uploaded(county, "intake", None)
    with county.office.begin(county.actor("intake")) as work:
        starts.save_draft(work, "paperwork", {"files": [str(row.id)]})
    county.at("2036-03-02 09:00")
    leftovers.sweep(county.office)
    with county.office.read(county.actor("intake")) as work:
        assert attachments.open(work, row.id).size == len(PDF)
