"""What a document template is filled with: the case file in words, whole or for the public."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.rules import documents as paper
from engine.rules import redaction
from engine.rules.documents import DocumentType
from engine.services import deputies, word, wording
from engine.services.dockets import Docket
from engine.services.wording import PublicWords, Words
from engine.store import people
from engine.store.bodies import Body
from engine.values.process import Disclosure
from engine.values.running import Json
from engine.work import Work


@dataclass(frozen=True)
class Addressee:
    """To whom a document goes."""

    name: str = ""
    body_id: int | None = None
    #: Field that gives the name, when it is the party's.
    field: str = ""


@dataclass(frozen=True)
class Sheet:
    """What a template is filled with."""

    work: Work
    docket: Docket
    kind: DocumentType
    issuer: Body
    addressee: Addressee
    number: str
    title: str
    more: Mapping[str, Json]

    @property
    def said(self) -> list[str]:
        """The further values in words."""
        return list(self.further.values())

    @property
    def further(self) -> dict[str, str]:
        """The further values in words, by name."""
        return {
            name: wording.told(self.work, self.docket, name, value)
            for name, value in self.more.items()
        }

    def context(self, values: Words) -> dict[str, object]:
        """Everything a template may name (docs/documents.md)."""
        return self._context(values, str)

    def public_context(self) -> dict[str, object]:
        """The same as the public may read it."""
        values = PublicWords(
            self.work,
            self.docket.description,
            self.docket.data,
            whole=self.kind.disclosure is Disclosure.PUBLIC,
        )
        # Titles and parameters come from expressions: nobody knows which fields they carry.
        return self._context(
            values, lambda text: redaction.text(wording.withheld(self.docket, text))
        )

    def _context(self, values: Words, loose: Callable[[str], str]) -> dict[str, object]:
        process = self.docket.description.process
        by = self.work.actor.person_id
        today = self.work.today
        return {
            "number": self.number,
            "title": word.clean(loose(self.title)),
            "issuer": self.issuer.name,
            "recipient": word.clean(
                values.disclosed(self.addressee.field, self.addressee.name)
                if self.addressee.field
                else loose(self.addressee.name)
            ),
            "date": paper.day(today),
            "date_in_characters": paper.day_in_characters(today),
            "process": process.name,
            "officer": _signed(self.work, by),
            "case": _CaseFacts(self.docket, values),
            "basis": [
                {"law": basis.law, "article": basis.article, "text": basis.text}
                for basis in process.basis
            ],
            "v": values,
            "p": {name: word.clean(loose(text)) for name, text in self.further.items()},
        }


def _signed(work: Work, by: int | None) -> str:
    """Who signs, with whom they stand in for, as papers print it."""
    name = people.names_of_people(work.session, [by or 0]).get(by or 0, "")
    absent = deputies.acting_for(work)
    return f"{name}（代{absent}）" if absent and name else name


class _CaseFacts(Mapping[str, str]):
    """Number, title and party; the latter two are values of fields and as hidden as they are."""

    def __init__(self, docket: Docket, values: Words) -> None:
        process = docket.description.process
        self._values = values
        self._facts = {
            "number": ("", docket.number),
            "title": (process.title, docket.title),
            "party": (process.party, docket.party),
            "started": ("", wording.plain(docket.started_at.isoformat())),
        }

    def __getitem__(self, name: str) -> str:
        field, text = self._facts[name]
        if not field:
            return text
        self._values.asked.add(field)
        return word.clean(self._values.disclosed(field, text))

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)
