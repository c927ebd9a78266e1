"""Passwords: kept as scrypt digests with their parameters, compared in constant time."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import secrets

from engine.errors import Invalid

#: 2**15 blocks of 8: 32 MB and about 60 ms; RFC 7914 with the cost of today's recommendations.
COST, BLOCKS, LANES = 15, 8, 1
SHORTEST, LONGEST = 10, 256
#: Letters and figures that cannot be mistaken for one another, for passwords that are read out.
_LEGIBLE = "abcdefghijkmnpqrstuvwxyz23456789"


def digest(password: str) -> str:
    """What is stored: ``scrypt$cost$blocks$lanes$salt$hash``."""
    salt = secrets.token_bytes(16)
    hashed = _scrypt(password, salt, COST, BLOCKS, LANES)
    return f"scrypt${COST}${BLOCKS}${LANES}${_text(salt)}${_text(hashed)}"


def matches(stored: str, password: str) -> bool:
    """Whether it is the password. Takes as long when nothing is stored as when something is."""
    try:
        name, cost, blocks, lanes, salt, hashed = (stored or _nobodys()).split("$")
        if name != "scrypt":
            return False
        expected = base64.b64decode(hashed)
        given = _scrypt(
            password[:LONGEST], base64.b64decode(salt), int(cost), int(blocks), int(lanes)
        )
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(given, expected) and bool(stored)


def outdated(stored: str) -> bool:
    """Whether it was stored with other parameters than those of today."""
    return not stored.startswith(f"scrypt${COST}${BLOCKS}${LANES}$")


def stamp(stored: str) -> str:
    """Changes with the password and does not tell it: what a session carries."""
    return hashlib.sha256(f"stamp:{stored}".encode()).hexdigest()[:32]


def check(password: str, login: str) -> None:
    """Raises Invalid ``weak_password`` (with the least length) for one that is easily guessed."""
    plain = password.casefold()
    if (
        not SHORTEST <= len(password) <= LONGEST
        or len(set(plain)) < 5
        or (login and login.casefold() in plain)
    ):
        raise Invalid("weak_password", minimum=SHORTEST)


def invented() -> str:
    """A password nobody can guess, easy to copy from a screen: 4 groups, 79 bits."""
    groups = ("".join(secrets.choice(_LEGIBLE) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


@functools.cache
def _nobodys() -> str:
    return digest(secrets.token_hex(16))


def _scrypt(password: str, salt: bytes, cost: int, blocks: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << cost,
        r=blocks,
        p=lanes,
        maxmem=256 << 20,
        dklen=32,
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
