"""A Word template is filled in, never run, and a document never has a hole where a fact belongs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document

from engine.errors import Broken, Invalid
from engine.services import word


def template(*texts: str, header: str = "", title: str = "") -> bytes:
    document = Document()
    for text in texts:
        document.add_paragraph(text)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    document.core_properties.title = title
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def repacked(change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A template whose parts were tampered with."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(template("x"))) as before,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in before.namelist():
            after.writestr(part, change(part, before.read(part)))
        for name, content in more.items():
            after.writestr(name, content)
    return written.getvalue()


VALUES = {
    "number": "红司请〔2026〕3号",
    "v": {"matter": "违规收费"},
    "facts": [{"label": "a", "words": "b"}],
}


def lines(*texts: str) -> list[str]:
    return word.paragraphs(word.render(template(*texts), VALUES))


def test_values_choices_and_repetitions_are_filled_in() -> None:
    assert lines(
        "文号 {{ number }}",
        "{% if v.matter %}反映{{ v.matter }}{% endif %}{% if v.nothing %}无{% endif %}",
        "{%p for fact in facts %}",
        "{{ loop.index }}.{{ fact.label }}：{{ fact.words }}",
        "{%p endfor %}",
    ) == ["文号 红司请〔2026〕3号", "反映违规收费", "1.a：b"]


def test_what_people_typed_stays_text() -> None:
    typed = "<w:p>&\"'{{ number }}{% for x in y %}{_{ x }_}\x07\x0c\x00"
    rendered = word.render(template("事实：{{ v.x }}"), {"v": {"x": word.clean(typed)}})
    assert word.paragraphs(rendered) == ["事实：<w:p>&\"'{{ number }}{% for x in y %}{{ x }}"]


def test_each_line_of_a_value_is_a_paragraph_of_its_own() -> None:
    rendered = word.render(template("{{ v.x }}"), {"v": {"x": word.clean("一\r\n二\n\n三\n")}})
    assert word.paragraphs(rendered) == ["一", "二", "三"]


def test_a_value_that_is_printed_but_missing_stops_the_document() -> None:
    with pytest.raises(Broken, match="document_value_missing") as error:
        lines("{{ v.finding }}")
    assert error.value.facts["value"] == "finding"


def test_a_field_may_be_called_like_a_method() -> None:
    assert word.paragraphs(word.render(template("{{ v.items }}"), {"v": {"items": "三项"}})) == [
        "三项"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ v['__class__'] }}",
        "{{ v|attr('__class__') }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self }}",
        "{{ v.matter.upper() }}",
        "{{ range(1000000000) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 10 ** 1000000 }}",
        "{{ number ~ number }}",
        "{{ [1, 2] }}",
        "{% set x = 1 %}",
        "{% include 'word/settings.xml' %}",
        "{% import 'x' as y %}",
        "{% macro m() %}{% endmacro %}",
        "{% for a in facts recursive %}{% endfor %}",
        "{% for a in v %}{% for b in v %}{% for c in v %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ number",
        "{% if %}",
        "{{ v }}",
        "{{ facts }}",
    ],
)
def test_a_template_may_not_do_anything_but_name_choose_and_repeat(text: str) -> None:
    with pytest.raises(Invalid, match="bad_template"):
        lines(text)


@pytest.mark.parametrize("text", ["{{ number.format }}", "{{ number.__len__ }}", "{{ loop }}"])
def test_nothing_of_an_object_can_be_reached(text: str) -> None:
    with pytest.raises((Invalid, Broken)):
        lines(text)


def test_headers_and_properties_are_held_to_the_same_rules() -> None:
    for bad in (template(header="{{ ''.__class__ }}"), template(title="{{ ''.__class__ }}")):
        with pytest.raises(Invalid, match="bad_template"):
            word.render(bad, VALUES)


def test_a_document_cannot_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "MOST_RENDERED_CHARACTERS", 100_000)
    facts = [{"words": "x" * 100} for _ in range(200)]
    text = "{% for a in facts %}{% for b in facts %}{{ b.words }}{% endfor %}{% endfor %}"
    with pytest.raises(Invalid, match="bad_template"):
        word.render(template(text), {"facts": facts})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a Word document"),
        (b"PK\x03\x04 nothing", "not a Word document"),
        (repacked(lambda name, content: content if name != "word/document.xml" else
                  b'<!DOCTYPE x [<!ENTITY a "b">]>' + content), "document type"),
        (repacked(lambda name, content: content.replace(
            b"</Relationships>",
            b'<Relationship Id="r" Target="http://x/" TargetMode="External"/></Relationships>',
        )), "outside"),
        (repacked(lambda name, content: content, **{"word/vbaProject.bin": b"x"}), "macros"),
        (repacked(lambda name, content: content, big=b"\0" * (21 << 20)), "too large unpacked"),
    ],
    ids=["empty", "no package", "doctype", "outside", "macros", "bomb"],
)  # fmt: skip
def test_a_template_that_is_no_plain_word_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match="bad_template") as error:
        word.check(content)
    assert reason in str(error.value.facts["reason"])


def test_a_template_tells_which_values_it_prints() -> None:
    made = template("{{ v.a }}{% if v.b %}{{ number }}{% endif %}", header="{{ v.c }}{{ p.d }}")
    assert word.names(made, "v") == {"a", "b", "c"}
    assert word.names(made, "p") == {"d"}
