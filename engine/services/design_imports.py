"""Files of procedures: taken in from wherever they were drawn, and given out."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from engine.bpmn import blank, imports, xml
from engine.errors import Invalid
from engine.services import callees, design_changes, design_openings, designs, shipped
from engine.store import designs as store
from engine.values.design_pages import Design, Saved
from engine.values.imports import Choice, Ignored, Offer
from engine.work import Work

MOST_FILES = 60
#: How an archive that is damaged, encrypted or packed in a rare way fails.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError),
    *(ValueError, LookupError),
)
_ARCHIVE = b"PK\x03\x04"


@dataclass(frozen=True)
class Foreign:
    """What a draft says in another tool's way."""

    offers: tuple[Offer, ...]
    ignored: tuple[Ignored, ...]


def take_in(work: Work, data: bytes, process_id: str = "") -> Design:
    """A new draft of a file, or of an archive with a diagram and its tables.

    ``process_id`` is the identifier it gets here; unless given, its own. For a procedure that has
    a draft already the draft becomes what the file holds; of a published one a draft is begun.

    Raises BadDefinition with findings; Invalid ``bad_archive``, ``no_diagram``, or per field as
    :func:`design_openings.create`.
    """
    designs.manage(work)
    diagram, tables = _opened(data)
    found = blank.process_id(diagram, "import.bpmn")
    if not found:
        raise Invalid("no_diagram")
    wanted = process_id.strip() or found
    if wanted != found:
        diagram = imports.renamed(diagram, "import.bpmn", found, wanted)
    row = store.open_of(work.session, wanted)
    wrong = design_openings.unusable(work, wanted)
    if wrong and wrong["process"].code != "process_exists":
        raise Invalid(fields=wrong)
    if wrong and row is None:
        row = store.get(work.session, design_openings.open_draft(work, wanted).id)
    if row is not None:
        designs.save(work, wanted, diagram, tables, row.revision)
        return designs.shown(work, designs.opened(work, wanted))
    main = f"{wanted}.bpmn"
    files = designs.files_of(main, diagram, tables)
    designs.refuse_unreadable(files, main, wanted)
    name = (blank.process_name(diagram, main) or wanted)[:200]
    made = design_openings.add(work, wanted, name, main, files, origin="imported")
    return designs.shown(work, made)


def foreign(work: Work, process_id: str) -> Foreign:
    """What of the draft is another tool's: what can be taken over, and what does nothing."""
    page = designs.page(work, process_id)
    roles = {role.code: (role.zh, role.en) for role in shipped.county_roles(work.office).values()}
    return Foreign(imports.offers(page.xml, page.main, roles), imports.ignored(page.xml, page.main))


def take_over(work: Work, process_id: str, choices: Iterable[Choice], revision: int) -> Saved:
    """Write what was confirmed in our own way. Raises as :func:`imports.taken_over` and a save."""
    designs.manage(work)
    row = designs.opened(work, process_id)
    files = store.sources(work.session, row.id)
    changed = imports.taken_over(files.pop(row.main), row.main, choices)
    return designs.save(work, process_id, changed, files, revision)


def given_out(work: Work, process_id: str, of: str) -> tuple[str, bytes]:
    """Name and bytes of the diagram at a point: ``draft``, ``version-3``. Raises NotFound."""
    designs.look(work)
    found = design_changes.point(work, process_id, of)
    return f"{process_id}-{found.key}.bpmn", found.xml


def archive(work: Work, process_id: str, of: str) -> tuple[str, bytes]:
    """The same with its decision tables and the procedures it calls, as an archive."""
    designs.look(work)
    found = design_changes.point(work, process_id, of)
    files = {**callees.of(work, found.files, found.main), **found.files}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in sorted(files.items()):
            out.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return f"{process_id}-{found.key}.zip", packed.getvalue()


def _opened(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The diagram and the tables of what was sent."""
    if not data.startswith(_ARCHIVE):
        return xml.as_utf8(data, name="import.bpmn"), {}
    files = _unpacked(data)
    diagrams = {name: one for name, one in files.items() if name.endswith((".bpmn", ".xml"))}
    if not diagrams:
        raise Invalid("no_diagram")
    # What others in the archive call is published on its own.
    called = [
        name
        for name, one in diagrams.items()
        if any(
            f'calledElement="{blank.process_id(one, name)}"'.encode() in other
            for there, other in diagrams.items()
            if there != name
        )
    ]
    main = next((name for name in diagrams if name not in called), next(iter(diagrams)))
    tables = {
        name: xml.as_utf8(one, name=name) for name, one in files.items() if name.endswith(".dmn")
    }
    return xml.as_utf8(diagrams[main], name=main), tables


def _unpacked(data: bytes) -> dict[str, bytes]:
    """Files of an archive by their last name; never more than a draft may hold."""
    found: dict[str, bytes] = {}
    left = designs.MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as sent:
            entries = [one for one in sent.infolist() if not one.is_dir()]
            if len(entries) > MOST_FILES:
                raise Invalid("bad_archive")
            for entry in entries:
                with sent.open(entry) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Invalid("bad_archive")
                found[entry.filename.replace("\\", "/").rpartition("/")[2]] = content
    except _UNREADABLE as error:
        raise Invalid("bad_archive") from error
    return found
