from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

import engine.bpmn
from engine.bpmn import schema, xml
from engine.errors import BadDefinition

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:duban="urn:duban:bpmn:1" targetNamespace="t">'
)


def refused(data: bytes):
    with pytest.raises(BadDefinition) as caught:
        xml.parse(data, name="x.bpmn")
    (finding,) = caught.value.findings
    assert finding.file == "x.bpmn"
    return finding


def in_utf(text: str, encoding: str) -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "gb2312", "big5", "utf-16"])
def test_chinese_text_is_read_in_the_encodings_offices_use(encoding):
    root = xml.parse(in_utf('<a name="催告">受理</a>', encoding), name="x")
    assert (root.get("name"), root.text) == ("催告", "受理")


def test_a_byte_order_mark_is_no_obstacle():
    root = xml.parse(b"\xef\xbb\xbf" + "<a>受理</a>".encode(), name="x")
    assert root.text == "受理"


def test_comments_and_processing_instructions_are_left_out():
    root = xml.parse(b"<?p q?><!--c--><a><!--c--><?p q?><b/></a>", name="x")
    assert [child.tag for child in root] == ["b"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "xml.not_xml"),
        (b"   ", "xml.not_xml"),
        (b"plain words", "xml.not_xml"),
        (b"%PDF-1.4", "xml.not_xml"),
        (b"PK\x03\x04", "xml.not_xml"),
        (bytes(2_000_000), "xml.not_xml"),
        (bytes(range(256)) * 100, "xml.not_xml"),
        (b"<a>", "xml.not_xml"),
        (b"<a></b>", "xml.not_xml"),
        (b"<a>\x01</a>", "xml.not_xml"),
        (b"<a>\x00</a>", "xml.not_xml"),
        (b"<a>&undefined;</a>", "xml.not_xml"),
        (b'<a b="1" b="2"/>', "xml.not_xml"),
        (b"<a>\xff\xfe</a>", "xml.not_xml"),
        ("<a>受</a>".encode("gbk"), "xml.not_xml"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "xml.encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "xml.encoding"),
        ('<?xml version="1.0" encoding="IBM037"?><a/>'.encode("cp037"), "xml.not_xml"),
        (b"<a/>" + b" " * xml.MAX_BYTES, "xml.too_large"),
        (b"<a>" * 100 + b"</a>" * 100, "xml.too_complex"),
        (b"<a>" * 200_000, "xml.not_xml"),
        (b"<a>" + b"<b/>" * 400_000 + b"</a>", "xml.too_complex"),
        (
            b"<a " + b" ".join(b'a%d=""' % n for n in range(100_000)) + b"/>",
            "xml.too_complex",
        ),
    ],
    ids=range(23),
)
def test_whatever_is_no_honest_xml_is_a_finding(data, rule):
    assert refused(data).rule == rule


LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        b'<?xml version="1.0"?>\n' + LAUGHS,
        LAUGHS.decode().encode("utf-16"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS.decode()).encode("utf-16"),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a PUBLIC "-//x" "http://127.0.0.1:9/x"><a/>',
        b"<!DOCTYPE a><a/>",
    ],
)
def test_a_document_type_is_refused_whatever_it_says(data):
    assert refused(data).rule == "xml.doctype"


def test_a_finding_names_the_line():
    assert refused(b"<a>\n<b>\n</c></a>").line == 3
    assert refused(b'<?xml version="1.0"?>\n\n<!DOCTYPE a><a/>').line == 3


# --- Schema ---


def complaints(text: str):
    return schema.complaints(
        xml.parse((HEAD + text + "</bpmn:definitions>").encode(), name="x"), "x"
    )


def test_a_diagram_that_obeys_the_schema_has_no_complaints():
    assert complaints('<bpmn:process id="p"><bpmn:startEvent id="s"/></bpmn:process>') == ()


def test_a_breach_of_the_standard_is_told_with_its_line():
    (finding,) = complaints('\n<bpmn:process id="p">\n<bpmn:oops/></bpmn:process>')
    assert (finding.rule, finding.line) == ("xml.schema", 3)
    assert "oops" in finding.facts["reason"]
    assert "http" not in finding.facts["reason"]


def test_our_own_extension_is_validated_too():
    found = complaints(
        '<bpmn:process id="p"><bpmn:extensionElements>\n<duban:lane role="x"/>\n'
        '<duban:field id="a" label="b" required="maybe" colour="red"/>'
        "</bpmn:extensionElements></bpmn:process>"
    )
    assert sorted((finding.line, finding.facts["reason"].split(":")[0]) for finding in found) == [
        (2, "Element 'lane'"),
        (3, "Element 'field', attribute 'colour'"),
        (3, "Element 'field', attribute 'required'"),
    ]


def test_extensions_of_others_are_left_alone():
    assert (
        complaints(
            '<bpmn:process id="p" xmlns:c="urn:c" c:x="1"><bpmn:extensionElements><c:y/>'
            "</bpmn:extensionElements></bpmn:process>"
        )
        == ()
    )


def test_a_location_named_in_the_file_is_never_opened(tmp_path):
    trap = tmp_path / "trap.xsd"
    text = (
        f'<bpmn:process id="p" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
        f'i:schemaLocation="urn:c {trap.as_uri()}"><bpmn:extensionElements>'
        '<y xmlns="urn:c"/></bpmn:extensionElements></bpmn:process>'
    )
    assert complaints(text) == ()
    trap.write_text("<broken")
    assert complaints(text) == ()


def test_thousands_of_breaches_end_at_once_and_are_cut_off():
    tasks = "".join(f'<bpmn:task id="a{n % 3}" zz="1" yy="2"/>' for n in range(20_000))
    found = complaints(f'<bpmn:process id="p">{tasks}</bpmn:process>')
    assert [finding.rule for finding in found] == [
        *["structure.duplicate_id"] * schema.MAX_COMPLAINTS,
        *["xml.schema"] * schema.MAX_COMPLAINTS,
    ]


# --- The descriptor for editors says what the schema says ---

XSD = "{http://www.w3.org/2001/XMLSchema}"
TYPES = {
    "xsd:token": "String",
    "xsd:string": "String",
    "xsd:boolean": "Boolean",
    "xsd:nonNegativeInteger": "Integer",
}


def test_moddle_descriptor_and_schema_agree():
    folder = Path(engine.bpmn.__file__).parent
    descriptor = json.loads((folder / "duban.json").read_text("utf-8"))
    root = etree.parse(folder / "duban.xsd").getroot()
    assert descriptor["uri"] == root.get("targetNamespace") == xml.DUBAN
    assert descriptor["xml"] == {"tagAlias": "lowerCase"}
    elements = {element.get("name"): element for element in root.iterchildren(f"{XSD}element")}
    types = {kind["name"].lower(): kind for kind in descriptor["types"]}
    assert set(elements) == set(types)
    for name, element in elements.items():
        properties = types[name].get("properties", [])
        attributes = {p["name"]: p["type"] for p in properties if p.get("isAttr")}
        assert attributes == {
            attribute.get("name"): TYPES[attribute.get("type", "")]
            for attribute in element.iter(f"{XSD}attribute")
        }
        children = {p["type"].lower() for p in properties if p.get("isMany")}
        assert children == {e.get("ref") for e in element.iter(f"{XSD}element") if e.get("ref")}
        has_text = element.find(f".//{XSD}simpleContent") is not None
        assert has_text == any(p.get("isBody") for p in properties)
        top_level = "superClass" in types[name]
        assert top_level == (name not in ("option", "parameter"))
        assert top_level == bool(types[name].get("meta", {}).get("allowedIn"))
