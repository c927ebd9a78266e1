"""Text as it can be kept: databases refuse some characters, and no document can hold them."""

from __future__ import annotations

import re

#: Characters outside XML 1.0: control characters besides tab and line ends, halves of pairs,
#: and two that are none. PostgreSQL takes neither NUL nor halves.
_UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def keepable(text: str) -> str:
    """The text without what can be neither stored nor printed; nobody could see it anyway."""
    return _UNKEEPABLE.sub("", text)
