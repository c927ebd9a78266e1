"""Names and sentences for samples, put together by chance from ``samples.toml``."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path


class Names:
    """A source of Chinese names and sentences."""

    def __init__(self, chance: random.Random) -> None:
        self._words = tomllib.loads((Path(__file__).parent / "samples.toml").read_text("utf-8"))
        self._chance = chance

    def person(self) -> str:
        """A person's name of two or three characters."""
        given = self._chance.choices(self._words["given"], k=self._chance.choice((1, 2, 2, 2)))
        return f"{self._one('surnames')}{''.join(given)}"

    def firm(self) -> str:
        """A firm's name."""
        return "".join(self._one(key) for key in ("places", "marks", "trades", "kinds"))

    def party(self) -> str:
        """Whoever a case concerns."""
        return self.firm() if self._chance.random() < 0.5 else self.person()

    def title(self) -> str:
        """What a case is about."""
        return f"{self.firm()}反映{self._one('subjects')}"

    def sentence(self) -> str:
        """A sentence for a long text."""
        return self._one("sentences")

    def law(self) -> tuple[str, str]:
        """A law and an article."""
        return self._words["law"], self._words["article"]

    def _one(self, key: str) -> str:
        found: str = self._chance.choice(self._words[key])
        return found
