"""Pages that list: cost per page as the county grows, from a thousand open tasks upwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bench.databases import Databases
from bench.figures import Figure, Sample, sampled
from bench.stage import Stage, stage
from engine.actor import Actor
from engine.services import cases, inbox, tasks
from engine.values.inbox_pages import InboxQuery, Tab
from engine.work import Work

SIZES = (1_000, 100_000)
LARGE = 1_000_000
#: Cases played; every other one is a copy of one of them.
PLAYED = 40
TIMES = 25


def figures(databases: Databases, home: Path, *, large: bool) -> Iterator[Figure]:
    """Each page at each size, and what the largest costs of the smallest."""
    with stage(databases, "bench_lists", home) as made:
        played = [made.start(number) for number in range(PLAYED)]
        for number, case_id in enumerate(played):
            # Pool and hands, first tasks and later ones.
            for place in range(number % 4):
                made.step(place, made.open_task(case_id))
            if number % 5 == 0:
                with made.office.begin(made.actors["case_lead"]) as work:
                    if number % 4 in (0, 2):
                        tasks.claim(work, made.open_task(case_id))
        sizes = (*SIZES, LARGE) if large else SIZES
        found: dict[str, list[Sample]] = {}
        there = PLAYED
        for size in sizes:
            made.multiply(played, size - there)
            there = size
            for name, page in _pages(made, played[0]).items():
                page()
                found.setdefault(name, []).append(sampled(page, TIMES))
        yield from _told(found, sizes, databases.name)


def _told(found: dict[str, list[Sample]], sizes: tuple[int, ...], kind: str) -> Iterator[Figure]:
    for name, samples in found.items():
        for size, sample in zip(sizes, samples, strict=True):
            yield Figure(
                f"{name}, {size:,} open tasks, {kind}",
                sample.median * 1000,
                "ms",
                sample.spread * 1000,
                note=f"p95 {sample.percentile(95) * 1000:.1f} ms",
            )
        yield Figure(
            f"{name} at {sizes[-1]:,} open tasks, of that at {sizes[0]:,}, {kind}",
            samples[-1].median / samples[0].median,
            "×",
            budget=1.5 if name.startswith("inbox") else None,
        )


def _pages(made: Stage, case_id: int) -> dict[str, Callable[[], object]]:
    lead, head = made.actors["case_lead"], made.actors["dept_head"]

    def read(actor: Actor, ask: Callable[[Work], object]) -> Callable[[], object]:
        def page() -> None:
            with made.office.read(actor) as work:
                ask(work)

        return page

    with made.office.read(lead) as work:
        row = cases.find(work, "王")
    two = row.rows[0].party[:2] if row.rows and len(row.rows[0].party) > 1 else "商贸"
    return {
        "inbox, 50 rows to do": read(lead, lambda work: inbox.page(work, InboxQuery(Tab.TODO))),
        "inbox, 50 rows of the pool": read(
            lead, lambda work: inbox.page(work, InboxQuery(Tab.POOL))
        ),
        "search for a name of two characters": read(head, lambda work: cases.find(work, two)),
        "search for a name nobody has": read(head, lambda work: cases.find(work, "爨鬻")),
        "case page": read(lead, lambda work: cases.page(work, case_id)),
    }
