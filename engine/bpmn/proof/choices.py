"""The values tried at a form: one for each way a condition can look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product

from engine.bpmn.proof.reading import DRAFT, Reading, Uses, names_read
from engine.bpmn.syntax import TOKEN_NAMES
from engine.errors import DubanError
from engine.values.process import Field, FieldType, Form
from engine.values.running import CaseFile, Json

#: Stands for any text no condition names.
OTHER = "…"
#: Any two days; conditions compare days with one another and with today.
DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")

Holds = Callable[[str, CaseFile], bool]
#: What tells entered values apart; ``None`` for values that are like no others.
Alike = Callable[[CaseFile], str | None]


class Choices:
    """What may be entered, as far as ways depend on it."""

    def __init__(self, reading: Reading, most: int) -> None:
        self._reading = reading
        self._most = most
        #: Whether more could be entered somewhere than was tried.
        self.cut = False

    def unwritten(self) -> Iterator[dict[str, Json]]:
        """Values of names that nothing in the diagrams writes: they may be anything."""
        names = sorted(self._reading.relevant - self._reading.written)
        domains = [_unknown(name, self._reading.uses[name]) for name in names]
        yield from self._bounded(dict(zip(names, one, strict=True)) for one in product(*domains))

    def entered(
        self, form: Form | None, data: CaseFile, holds: Holds, alike: Alike = lambda _: None
    ) -> Iterator[dict[str, Json]]:
        """What a person may enter in a form; of what ``alike`` finds alike, one."""
        known = set()
        for values in self._bounded(self._entered(form, data, holds)):
            same = alike(values)
            if same is None or same not in known:
                known.add(same)
                yield values

    def _bounded(self, found: Iterator[dict[str, Json]]) -> Iterator[dict[str, Json]]:
        yield from islice(found, self._most)
        self.cut = self.cut or next(found, None) is not None

    def _entered(
        self, form: Form | None, data: CaseFile, holds: Holds
    ) -> Iterator[dict[str, Json]]:
        fields = [
            field
            for field in (form.fields if form is not None else ())
            if field.id in self._reading.relevant and not field.readonly
        ]
        drafts: list[Mapping[str, Json]] = [{}]
        given = (f for f in (form.fields if form else ()) if not f.readonly)
        if any(f.id in self._reading.drafted for f in given):
            drafts = [{DRAFT: "1"}, {DRAFT: "2"}]
        domains = [self.domain(field) for field in fields]
        seen: set[str] = set()
        for values in product(*domains):
            entered = dict(zip((f.id for f in fields), values, strict=True))
            self._hide(fields, entered, data, holds)
            told = str(entered)
            if told in seen or not self._allowed(form, {**data, **entered}, holds):
                continue
            seen.add(told)
            for draft in drafts:
                yield {**entered, **draft}

    def _hide(
        self, fields: list[Field], entered: dict[str, Json], data: CaseFile, holds: Holds
    ) -> None:
        """A field that is not asked for is not filled in."""
        for field in fields:
            if self._known(field.visible_when) and not _true(
                field.visible_when, {**data, **entered}, holds
            ):
                entered[field.id] = None

    def _allowed(self, form: Form | None, values: CaseFile, holds: Holds) -> bool:
        """Whether the checks of the form let it pass, as far as they can be asked."""
        return all(
            _true(check.expression, values, holds)
            for check in (form.checks if form is not None else ())
            if self._known(check.expression)
        )

    def _known(self, expression: str) -> bool:
        # What reads nothing hides what the system fills in: that may be anything.
        names = names_read(expression) if expression else frozenset()
        return bool(names) and names <= self._reading.relevant

    # --- Domains ----------------------------------------------------------------------------

    def domain(self, field: Field) -> list[Json]:
        """The values of a field that conditions can tell apart."""
        uses = self._reading.uses[field.id]
        found = _by_type(field, uses)
        hidden = field.visible_when and not self._known(field.visible_when)
        if not field.required or hidden:
            found = [None, *found]
        return found or [None]


def _true(expression: str, values: CaseFile, holds: Holds) -> bool:
    try:
        return holds(expression, values)
    except DubanError:
        # What cannot be asked here must not keep anything from being tried.
        return True


def _by_type(field: Field, uses: Uses) -> list[Json]:
    texts = [one for one in uses.literals if isinstance(one, str)]
    match field.type:
        case FieldType.CHOICE:
            return _options(field, texts)
        case FieldType.MULTIPLE_CHOICE | FieldType.CHECKLIST:
            singles = _options(field, texts)
            several = [one for one in singles if one in texts]
            return [[one] for one in singles] + ([several] if len(several) > 1 else [])
        case FieldType.YES_NO_NOTE:
            return [{"answer": True, "note": OTHER}, {"answer": False, "note": OTHER}]
        case FieldType.NUMBER | FieldType.MONEY:
            numbers = _numbers(uses)
            return [str(n) for n in numbers] if field.type is FieldType.MONEY else list(numbers)
        case FieldType.DATE:
            return list(DAYS) if uses.compared or uses.literals else [DAYS[0]]
        case FieldType.PERSON | FieldType.BODY:
            return [1, 2] if uses.compared else [1]
        case FieldType.PEOPLE:
            return [[1], [1, 2]]
        case FieldType.FILE:
            return [[1]]
        case FieldType.OPINIONS:
            return [[]]
        case _:
            return [*texts, OTHER] if OTHER not in texts else [*texts]


def _options(field: Field, texts: list[str]) -> list[Json]:
    """The options conditions name, and one they do not."""
    named: list[Json] = [one.value for one in field.options if one.value in texts]
    other: list[Json] = [one.value for one in field.options if one.value not in texts]
    return [*named, *other[:1]]


def _numbers(uses: Uses) -> list[int | float]:
    bounds = _bounds(uses)
    if not bounds:
        return [1, 2] if uses.compared else [1]
    return sorted(uses.points)


def _bounds(uses: Uses) -> list[int | float]:
    return [n for n in uses.literals if isinstance(n, (int, float)) and not isinstance(n, bool)]


def _unknown(name: str, uses: Uses) -> list[Json]:
    """Values of a name no form describes."""
    texts: list[Json] = [one for one in uses.literals if isinstance(one, str)]
    if uses.counted:
        return [[], [1], [1, 2]]
    if _bounds(uses):
        return list(_numbers(uses))
    if texts:
        return texts if name in TOKEN_NAMES else [*texts, OTHER]
    return [None, True, False]


def nearest(uses: Uses, value: Json) -> Json:
    """A number that was computed as the one that stands for all its like: counters have ends."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    bounds = _bounds(uses)
    if not bounds:
        return max(-1, min(value, 2)) if not uses.compared else value
    return max(min(bounds) - 1, min(value, max(bounds) + 1))
