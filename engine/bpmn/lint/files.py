"""Rules on what files hold besides standard BPMN: our extension, used where it has a meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from lxml import etree

from engine.bpmn import xml
from engine.bpmn.lint.subject import found
from engine.values.process import Finding

#: Elements of ours that stand inside others of ours.
_PARTS = {"option": "field", "parameter": "operation"}


def extensions(root: xml.Element, file: str) -> Iterator[Finding]:
    """``xml.unknown_extension`` and ``xml.extension_place``."""
    places = _places()
    for element in root.iter():
        line, near = xml.line_of(element), xml.nearest_id(element)
        for attribute in element.attrib:
            if etree.QName(attribute).namespace == xml.DUBAN:
                tag = "@" + etree.QName(attribute).localname
                yield found("xml.unknown_extension", file, line=line, element=near, tag=tag)
        if xml.namespace(element) != xml.DUBAN:
            continue
        tag = xml.local(element)
        if tag not in places:
            yield found("xml.unknown_extension", file, line=line, element=near, tag=tag)
        elif not _stands_right(element, places[tag]):
            yield found("xml.extension_place", file, line=line, element=near, tag=tag)


def _stands_right(element: xml.Element, allowed: frozenset[str]) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    part_of = _PARTS.get(xml.local(element))
    if part_of is not None:
        return parent.tag == xml.duban(part_of)
    holder = parent.getparent()
    return (
        parent.tag == xml.bpmn("extensionElements")
        and holder is not None
        and xml.namespace(holder) == xml.BPMN
        and xml.local(holder) in allowed
    )


@cache
def _places() -> Mapping[str, frozenset[str]]:
    """Where each element of ours may stand, as the descriptor for editors says."""
    descriptor = json.loads(Path(xml.__file__).with_name("duban.json").read_text("utf-8"))
    return {
        kind["name"].lower(): frozenset(
            name.removeprefix("bpmn:")[0].lower() + name.removeprefix("bpmn:")[1:]
            for name in kind.get("meta", {}).get("allowedIn", ())
        )
        for kind in descriptor["types"]
    }
