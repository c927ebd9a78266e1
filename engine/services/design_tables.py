"""A draft as a table of steps that can be changed without drawing."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn import edits as bpmn_edits
from engine.bpmn.outline import outline
from engine.errors import NotFound
from engine.services import designs
from engine.store import designs as store
from engine.values.design_pages import Saved
from engine.values.edits import Edit, StepRow
from engine.work import Work


def table(work: Work, process_id: str) -> tuple[StepRow, ...]:
    """The steps of a procedure: of its draft, or of the newest version."""
    page = designs.page(work, process_id)
    return outline(page.xml, page.main)


def step(work: Work, process_id: str, element: str) -> StepRow:
    """One of them. Raises NotFound ``no_such_step``."""
    for row in table(work, process_id):
        if row.element == element:
            return row
    raise NotFound("no_such_step", element=element[:80])


def edit(work: Work, process_id: str, edits: Iterable[Edit], revision: int) -> Saved:
    """Change the draft. Raises as :func:`engine.bpmn.edits.apply` and :func:`designs.save`."""
    designs.manage(work)
    row = designs.opened(work, process_id)
    files = store.sources(work.session, row.id)
    changed = bpmn_edits.apply(files.pop(row.main), row.main, edits)
    return designs.save(work, process_id, changed, files, revision)
