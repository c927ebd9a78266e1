"""A diagram as a picture (SVG) with the way a case took, for paper and packages without scripts."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from html import escape

from engine.bpmn import xml

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"

#: fill and stroke by how an element stands; words stand beside colours in the legend.
_DRESS = {
    "passed": ("#dbeafe", "#1d4ed8"),
    "present": ("#fef3c7", "#b45309"),
    "cancelled": ("#f3f4f6", "#6b7280"),
}
_AHEAD = ("#ffffff", "#4b5563")
_LETTER, _LINE = 11, 14


def svg(
    source: bytes, file: str, states: Mapping[str, str], flows: Collection[str], title: str
) -> str:
    """The drawing of a file. ``states`` are passed, present or cancelled by element id.

    A file without a drawing gives an empty picture.
    """
    root = xml.parse(source, name=file)
    known = {one.get("id", ""): one for one in root.iter() if isinstance(one.tag, str)}
    shapes = [(one, _bounds(one)) for one in root.iter(f"{{{_DI}}}BPMNShape")]
    edges = [(one, _points(one)) for one in root.iter(f"{{{_DI}}}BPMNEdge")]
    width, height = _extent([box for _, box in shapes if box], [p for _, p in edges])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
        f' aria-label="{escape(title)}" font-family="sans-serif" font-size="{_LETTER}">',
        f"<title>{escape(title)}</title>",
    ]
    boxes = [(known.get(one.get("bpmnElement", "")), box) for one, box in shapes if box]
    for element, box in boxes:
        if element is not None and xml.local(element) in ("participant", "lane"):
            parts += _frame(element, box)
    for one, points in edges:
        parts += _edge(points, one.get("bpmnElement", "") in flows)
    for element, box in boxes:
        if element is not None and xml.local(element) not in ("participant", "lane"):
            state = states.get(element.get("id", ""), "")
            parts += _node(element, box, *_DRESS.get(state, _AHEAD))
    return "".join([*parts, "</svg>"])


_Box = tuple[float, float, float, float]


def _bounds(shape: xml.Element) -> _Box | None:
    found = shape.find(f"{{{_DC}}}Bounds")
    if found is None:
        return None
    x, y, w, h = (_number(found.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, w, h


def _points(edge: xml.Element) -> list[tuple[float, float]]:
    return [(_number(p.get("x")), _number(p.get("y"))) for p in edge.iter(f"{{{_DD}}}waypoint")]


def _number(text: str | None) -> float:
    try:
        found = float(text or 0)
    except ValueError:
        return 0.0
    return found if math.isfinite(found) and abs(found) < 1e6 else 0.0


def _extent(boxes: list[_Box], lines: list[list[tuple[float, float]]]) -> tuple[int, int]:
    right = [x + w for x, _, w, _ in boxes] + [x for line in lines for x, _ in line]
    below = [y + h for _, y, _, h in boxes] + [y for line in lines for _, y in line]
    return int(max(right, default=0)) + 20, int(max(below, default=0)) + 40


def _frame(element: xml.Element, box: _Box) -> Iterator[str]:
    x, y, w, h = box
    yield f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="none" stroke="#9ca3af"/>'
    name = escape(element.get("name", ""))
    cx, cy = x + 14, y + h / 2
    yield f'<text transform="translate({cx} {cy}) rotate(-90)" text-anchor="middle">{name}</text>'


def _edge(points: list[tuple[float, float]], taken: bool) -> Iterator[str]:
    if len(points) < 2:
        return
    path = " ".join(f"{x},{y}" for x, y in points)
    ink, thick = ("#1d4ed8", 2.5) if taken else ("#9ca3af", 1)
    yield f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="{thick}"/>'
    (x0, y0), (x1, y1) = points[-2], points[-1]
    turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
    yield (
        f'<path d="M0 0L-8 -4L-8 4Z" fill="{ink}"'
        f' transform="translate({x1} {y1}) rotate({turn:.1f})"/>'
    )


def _node(element: xml.Element, box: _Box, fill: str, ink: str) -> Iterator[str]:
    x, y, w, h = box
    kind = xml.local(element)
    dress = f'fill="{fill}" stroke="{ink}" stroke-width="1.5"'
    name = element.get("name", "")
    if kind.endswith("Gateway"):
        corners = f"{x + w / 2},{y} {x + w},{y + h / 2} {x + w / 2},{y + h} {x},{y + h / 2}"
        yield f'<polygon points="{corners}" {dress}/>'
        yield from _words(name, x + w / 2, y + h + _LINE, 90)
    elif kind.endswith("Event"):
        yield f'<circle cx="{x + w / 2}" cy="{y + h / 2}" r="{w / 2}" {dress}/>'
        yield from _words(name, x + w / 2, y + h + _LINE, 90)
    elif kind == "textAnnotation":
        yield from _words(xml.text(element.find(xml.bpmn("text"))), x + w / 2, y + _LINE, w)
    else:
        back = 'fill="none" stroke="#6b7280"' if kind == "subProcess" and w > 150 else dress
        yield f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="8" {back}/>'
        high = y + _LINE if kind == "subProcess" and w > 150 else None
        lines = _broken(name, w - 10)
        top = high if high is not None else y + h / 2 - (len(lines) - 1) * _LINE / 2 + 4
        yield from _words(name, x + w / 2, top, w - 10)


def _words(text: str, x: float, y: float, width: float) -> Iterator[str]:
    for number, line in enumerate(_broken(text, width)):
        yield f'<text x="{x}" y="{y + number * _LINE}" text-anchor="middle">{escape(line)}</text>'


def _broken(text: str, width: float) -> list[str]:
    room = max(2, int(width // _LETTER))
    return [text[at : at + room] for at in range(0, min(len(text), 6 * room), room)]
