"""Templates are replaced by version, checked as untrusted, and in force from their moment on."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from docx import Document

from engine.actor import Actor
from engine.errors import Conflict, Forbidden, Invalid
from engine.services import (
    access,
    catalogue,
    corrections,
    documents,
    leftovers,
    template_pages,
    templates,
    verification,
)
from engine.services.corrections import Wish
from engine.store import documents as rows
from engine.values.paper_pages import Line, TemplateState
from engine.values.people import Membership
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform

CODE = "rectification_proposal"


@pytest.fixture
def office(county: County) -> County:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")
    return county


def chief(county: County) -> Actor:
    """Takes complaints in, leads the legal office and looks after the templates."""
    taking_in = county.actor("intake")
    leading = Membership(county.bodies["legal"], "legal_office_head")
    return replace(taking_in, memberships=(*taking_in.memberships, leading))


def word(*lines: str) -> bytes:
    sheet = Document()
    for line in lines:
        sheet.add_paragraph(line)
    written = io.BytesIO()
    sheet.save(written)
    return written.getvalue()


def taken(county: County, *lines: str) -> int:
    with county.office.begin(chief(county)) as work:
        return templates.upload(work, CODE, "新模板.docx", word(*lines), "改用新式样")


def text_of(county: County, case_id: int) -> str:
    with county.office.read(chief(county)) as work:
        last = documents.of_case(work, case_id)[-1]
        found = documents.read(work, last.id)
    return "\n".join(one.text for one in found.blocks if isinstance(one, Line))


def test_documents_are_made_from_the_version_in_force_when_they_are_issued(
    office: County,
) -> None:
    case_id = opened(office)
    number = taken(office, "{{ title }}", "新式样：{{ v.problem }}")
    perform(office, case_id, "issue_document", type=CODE)
    assert "新式样" not in text_of(office, case_id)
    with office.office.begin(chief(office)) as work:
        templates.put_in_force(work, CODE, number, work.now + timedelta(hours=2))
    perform(office, case_id, "issue_document", type=CODE)
    assert "新式样" not in text_of(office, case_id)
    office.at("2026-03-02 11:00")
    perform(office, case_id, "issue_document", type=CODE)
    assert "新式样：未按清单收费" in text_of(office, case_id)
    with office.office.begin(chief(office)) as work:
        again = templates.go_back(work, CODE, 0, "新式样有误")
        templates.put_in_force(work, CODE, again, None)
    perform(office, case_id, "issue_document", type=CODE)
    assert "新式样" not in text_of(office, case_id)
    with office.office.read(chief(office)) as work:
        states = {one.version: one.state for one in templates.versions(work, CODE)}
        issued = documents.of_case(work, case_id)
    assert states == {2: TemplateState.IN_FORCE, 1: TemplateState.PAST, 0: TemplateState.PAST}
    assert len({one.number for one in issued}) == 4


def test_a_template_that_names_what_is_not_there_is_not_put_in_force(office: County) -> None:
    number = taken(office, "{{ v.problem }}{{ v.nobody_knows }}{{ p.neither }}{{ foreign }}")
    with office.office.read(chief(office)) as work:
        found = template_pages.preview(work, CODE, number).findings
    assert {(one.code, one.name) for one in found} == {
        ("unknown_name", "foreign"),
        ("unknown_field", "v.nobody_knows"),
        ("unknown_parameter", "p.neither"),
    }
    with (
        office.office.begin(chief(office)) as work,
        pytest.raises(Conflict, match="template_has_faults"),
    ):
        templates.put_in_force(work, CODE, number, None)


def test_a_preview_from_a_case_takes_no_number_and_asks_who_may_see_it(office: County) -> None:
    case_id = opened(office)
    with office.office.read(chief(office)) as work:
        number = access.visible_case(work, case_id).number
        shown = template_pages.preview(work, CODE, 0, number)
    assert shown.case is not None
    assert any("未按清单收费" in one.text for one in shown.blocks if isinstance(one, Line))
    with office.office.read(office.actor("traffic")) as work, pytest.raises(Invalid) as refused:
        template_pages.preview(work, CODE, 0, number)
    assert refused.value.fields["number"].code == "no_such_case"
    perform(office, case_id, "issue_document", type=CODE)
    with office.office.read(chief(office)) as work:
        assert documents.of_case(work, case_id)[0].number.endswith("1号")


def packed(**parts: bytes) -> bytes:
    whole = io.BytesIO(word("{{ title }}"))
    with zipfile.ZipFile(whole, "a") as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return whole.getvalue()


@pytest.mark.parametrize(
    "sent",
    [
        b"not a package",
        packed(**{"word__vbaProject.bin": b"macro"}),
        packed(**{"word__extra.xml": b"\0" * (21 << 20)}),
        packed(**{"word__x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
        packed(**{"word___rels__more.rels": b'<a TargetMode="External"/>'}),
        word("{{ case.__class__ }}"),
        word(
            "{% for a in v %}{% for b in v %}{% for c in v %}x{% endfor %}{% endfor %}{% endfor %}"
        ),
        b"PK" + b"0" * (6 << 20),
    ],
    ids=["no package", "macro", "bomb", "entity", "link", "reach", "loops", "large"],
)
def test_an_upload_is_untrusted(office: County, sent: bytes) -> None:
    with office.office.begin(chief(office)) as work, pytest.raises(Invalid) as refused:
        templates.upload(work, CODE, "x.docx", sent, "试")
    assert refused.value.fields["file"].code == "bad_template"


@pytest.mark.parametrize("who", ["intake", "market", "admin"])
def test_only_who_looks_after_templates_replaces_them(office: County, who: str) -> None:
    with office.office.begin(office.actor(who)) as work, pytest.raises(Forbidden):
        templates.upload(work, CODE, "x.docx", word("{{ title }}"), "试")


def test_a_version_is_kept_by_the_file_store_and_its_acts_by_the_audit(office: County) -> None:
    number = taken(office, "{{ title }}")
    with office.office.begin(chief(office)) as work:
        templates.withdraw(work, CODE, number)
    office.at("2026-04-02 09:00")
    for hour in range(16):
        office.at(f"2026-04-03 {hour:02d}:00")
        leftovers.sweep(office.office)
    with office.office.read(chief(office)) as work:
        assert templates.content_of(work, CODE, number).startswith(b"PK")
    report = verification.county(office.office, office.actor("admin"))
    assert not report.differences
    assert report.files >= 1


def test_a_correction_is_a_new_document_that_names_the_old(office: County) -> None:
    case_id = opened(office)
    perform(office, case_id, "issue_document", type=CODE)
    with office.office.read(chief(office)) as work:
        (old,) = documents.of_case(work, case_id)
    wish = Wish("退还1200.50元", "退还1250.00元", "计算有误")
    with office.office.begin(office.actor("intake")) as work, pytest.raises(Forbidden):
        corrections.correct(work, old.id, wish)
    with office.office.begin(chief(office)) as work, pytest.raises(Invalid) as refused:
        corrections.correct(work, old.id, Wish("同", "同", ""))
    assert set(refused.value.fields) == {"reason"}
    with office.office.begin(chief(office)) as work:
        made = corrections.correct(work, old.id, wish)
    said = text_of(office, case_id)
    assert all(words in said for words in (old.number, "退还1250.00元", "计算有误"))
    with office.office.read(chief(office)) as work:
        first, second = documents.of_case(work, case_id)
        stored = rows.find(work.session, made.id)
    assert (first.sha256, first.number) == (old.sha256, old.number)
    assert (first.corrected_by, second.corrects) == (second.number, first.number)
    assert stored is not None
    assert stored.corrects == old.id
    assert second.recipient == old.recipient


def test_every_type_of_the_shipped_catalogue_is_listed(office: County) -> None:
    with office.office.read(office.actor("intake")) as work:
        found = template_pages.listing(work)
        assert {row.code for row in found.rows} == set(catalogue.offered().documents)
        assert not found.may
        assert template_pages.listing(work, "整改建议").rows
