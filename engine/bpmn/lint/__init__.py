"""Checks definitions before they are published: :func:`check` for bytes, :func:`check_paths`.

Whatever the bytes are, the answer is findings, in an order that depends on nothing else.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from engine.bpmn import limits, xml
from engine.bpmn.bundle import Bundle, gather
from engine.bpmn.lint import (
    calls,
    constant_conditions,
    day_units,
    decisions,
    drawing,
    duties,
    expressions,
    files,
    forms,
    operations,
    roles,
    staffing,
    steps,
    structure,
    timers,
)
from engine.bpmn.lint.subject import Known, Subject, found, known_together
from engine.bpmn.model import Diagram, Process
from engine.values.process import Catalogue, Finding, Severity

#: One file is told of this many findings; more would help nobody.
MOST_FINDINGS = 200
#: One family of rules stops after this many findings about one process.
MOST_LOOKED_AT = 5_000
#: What may be read of the files beside the ones that are checked, to see what those call.
MAX_BESIDE_FILES = 60
MAX_BESIDE_BYTES = 4_000_000

_PROCESS_RULES = (
    structure.check,
    calls.check,
    roles.check,
    forms.check,
    steps.check,
    duties.check,
    timers.check,
    expressions.check_process,
    operations.check,
    constant_conditions.check,
    day_units.check,
    staffing.check,
)


def check(
    sources: Mapping[str, bytes],
    catalogue: Catalogue,
    *,
    beside: Mapping[str, bytes] | None = None,
) -> tuple[Finding, ...]:
    """All findings about the sources, by file and line.

    ``beside`` are files the sources may call and which are not judged themselves.
    """
    bundle = gather({**(beside or {}), **sources})
    findings = list(bundle.findings)
    for file, root in bundle.roots.items():
        findings += islice(files.extensions(root, file), MOST_LOOKED_AT)
    small, too_large = _of_bearable_size(bundle)
    findings += too_large
    known = known_together(small)
    findings += calls.check_running(small)
    for file, diagram in small.diagrams.items():
        if file in sources:
            findings += _diagram(small, diagram, catalogue, known)
    for file, root in small.roots.items():
        if file in sources and file not in bundle.diagrams:
            findings += decisions.check_file(small, root, file, known)
    return _in_order(finding for finding in findings if finding.file in sources)


def _of_bearable_size(bundle: Bundle) -> tuple[Bundle, list[Finding]]:
    """The bundle without diagrams so large that looking at them costs too much."""
    findings, diagrams = [], {}
    for file, diagram in bundle.diagrams.items():
        nodes = sum(len(process.nodes) + 1 for process in diagram.processes)
        flows = sum(len(process.flows) for process in diagram.processes)
        if nodes > limits.MAX_NODES_TOGETHER or flows > 5 * limits.MAX_NODES_TOGETHER:
            told = {"maximum": str(limits.MAX_NODES_TOGETHER)}
            findings.append(found("limits.nodes_together", file, line=1, **told))
            continue
        large = [process for process in diagram.processes if _too_large(process)]
        if not large:
            diagrams[file] = diagram
        for process in large:
            findings.append(
                found(
                    "limits.nodes",
                    file,
                    line=process.line,
                    element=process.id,
                    maximum=str(limits.MAX_NODES),
                )
            )
    processes = {
        id: process for id, process in bundle.processes.items() if process.file in diagrams
    }
    return replace(bundle, diagrams=diagrams, processes=processes), findings


def _too_large(process: Process) -> bool:
    return len(process.nodes) > limits.MAX_NODES or len(process.flows) > 5 * limits.MAX_NODES


def _diagram(
    bundle: Bundle, diagram: Diagram, catalogue: Catalogue, known: Mapping[str, Known]
) -> Iterator[Finding]:
    if not diagram.processes:
        yield found("structure.no_process", diagram.file, line=1)
    for process in diagram.processes:
        if bundle.processes[process.id] is not process:
            yield found(
                "structure.duplicate_process",
                diagram.file,
                line=process.line,
                element=process.id,
                id=process.id,
                other=bundle.processes[process.id].file,
            )
            continue
        # A pool that is only there to be drawn has nothing to run.
        if not process.nodes and len(diagram.processes) > 1:
            continue
        subject = Subject(bundle, diagram, process, catalogue, known[process.id])
        for rules in _PROCESS_RULES:
            yield from islice(rules(subject), MOST_LOOKED_AT)
    yield from drawing.check(diagram)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted, each once, and not more of one file than anybody reads."""
    by_key = {_key(finding): finding for finding in findings}
    by_file: dict[str, list[Finding]] = {}
    for key in sorted(by_key):
        by_file.setdefault(by_key[key].file, []).append(by_key[key])
    return tuple(finding for found in by_file.values() for finding in _worst(found))


def _worst(findings: list[Finding]) -> list[Finding]:
    """As many as are told; an error is never cut off in favour of a warning."""
    by_severity = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
    return sorted(by_severity[:MOST_FINDINGS], key=_key)


def _key(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.file,
        finding.line or 0,
        finding.rule,
        finding.element or "",
        tuple(sorted(finding.facts.items())),
    )


# --- Files --------------------------------------------------------------------------------------


def check_paths(paths: Iterable[Path | str], catalogue: Catalogue) -> tuple[Finding, ...]:
    """All findings about files, and about every .bpmn and .dmn file in folders.

    Files of one folder may call each other. What cannot be read is a finding too.
    """
    folders: dict[Path, dict[str, bytes]] = {}
    findings: list[Finding] = []
    for path in _expanded(Path(path) for path in paths):
        data = _bytes_of(path)
        if data is None:
            findings.append(found("xml.unreadable", str(path)))
        else:
            folders.setdefault(path.parent, {})[str(path)] = data
    for folder, sources in folders.items():
        beside = _beside(folder, sources) if _calls_others(sources) else {}
        findings += check(sources, catalogue, beside=beside)
    return tuple(findings)


def finding_dict(finding: Finding, sentence: str) -> dict[str, Any]:
    """A finding as ``run.py lint --json`` prints it, with its sentence worded by the caller."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "element": finding.element,
        "sentence": sentence,
    }


def _expanded(paths: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = (file for suffix in ("*.bpmn", "*.dmn") for file in path.rglob(suffix))
            found.update(dict.fromkeys(sorted(inside)))
        else:
            found[path] = None
    return list(found)


def _bytes_of(path: Path) -> bytes | None:
    """At most one byte more than may be read; ``None`` for what is no readable ordinary file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            return file.read(xml.MAX_BYTES + 1)
    except OSError:
        return None


def _calls_others(sources: Mapping[str, bytes]) -> bool:
    squeezed = (data.replace(b"\0", b"") for data in sources.values())
    return any(b"calledElement" in data or b"decision" in data for data in squeezed)


def _beside(folder: Path, sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Other definitions of the folder, as many as may be read."""
    found: dict[str, bytes] = {}
    total = 0
    for path in sorted((*folder.glob("*.bpmn"), *folder.glob("*.dmn"))):
        if str(path) in sources:
            continue
        data = _bytes_of(path)
        total += len(data or b"")
        if len(found) >= MAX_BESIDE_FILES or total > MAX_BESIDE_BYTES:
            break
        if data is not None:
            found[str(path)] = data
    return found
