"""What belongs to the safe language: an allow-listed part of Python's expression syntax.

Nothing is evaluated here. Length, depth and number of parts are bounded before anything else is
looked at, so any text whatever is judged at once.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from keyword import kwlist
from threading import Lock
from typing import NoReturn

from engine.bpmn.functions import SIGNATURES
from engine.values.running import Json

#: Before Python 3.13, trees made by two threads at once can end in a SystemError (CPython issue
#: 106905): they count the depth of both in one place.
_ONE_AT_A_TIME = Lock()

MAX_CHARACTERS = 500
MAX_NODES = 120
MAX_DEPTH = 30
#: The largest number, written or computed.
MAX_NUMBER = 10**18

KNOWN_FUNCTIONS = frozenset(SIGNATURES)
CONSTANTS: Mapping[str, Json] = {"true": True, "false": False, "null": None}
#: Names a token carries after a timer with ``duban:escalation`` sent it: which rung, which step.
TOKEN_NAMES = frozenset(
    ("level", "step", "step_name", "step_role", "step_body", "step_due", "step_people")
)
#: Names that must not be ids of fields or targets of assignments.
RESERVED = KNOWN_FUNCTIONS.union(CONSTANTS, kwlist, ("case", "value", "self"), TOKEN_NAMES)

#: How people write the syntax that is most often tried and not allowed.
_WRITTEN = {
    "Attribute": "a.b",
    "GeneratorExp": "for",
    "JoinedStr": "f'…'",
    "Lambda": "lambda",
    "ListComp": "for",
    "NamedExpr": ":=",
    "Set": "{…}",
    "SetComp": "for",
    "DictComp": "for",
    "Starred": "*",
}
_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
#: Python reads 1if as 1 if, with a warning on the console.
_RUN_TOGETHER = re.compile(
    r"(?<!\w)(?>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[A-Za-z_]", re.ASCII
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Is,
    ast.IsNot,
    ast.IfExp,
    ast.Call,
    ast.keyword,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Subscript,
    ast.Slice,
)


@dataclass(frozen=True)
class Problem:
    """Why a text is not an expression of the language; ``line`` counts within a script."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    line: int = 1


class Refused(Exception):
    """The text is not in the language."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(value)[:80] for name, value in facts.items()}


def refuse(code: str, **facts: object) -> NoReturn:
    """Raise :class:`Refused`."""
    raise Refused(code, **facts)


def parsed(text: str) -> ast.expr:
    """The syntax tree of an expression, every node of it allowed. Raises :class:`Refused`."""
    text = text.strip()
    if not text:
        refuse("expression.empty")
    if len(text) > MAX_CHARACTERS:
        refuse("expression.too_long", maximum=MAX_CHARACTERS)
    tree = _parsed(text)
    if isinstance(tree, Problem):
        refuse(tree.code, **tree.facts)
    return tree


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr | Problem:
    try:
        return _parse(text)
    except Refused as refused:
        return Problem(refused.code, refused.facts)


def _parse(text: str) -> ast.expr:
    if "\\" in text:
        refuse("expression.not_allowed", what="\\")
    # Python reads ſtr as str and ｌｅｎ as len; people do not.
    if strange := next((sign for sign in _TEXTS.sub("", text) if not sign.isascii()), None):
        refuse("expression.not_allowed", what=strange)
    if _RUN_TOGETHER.search(_TEXTS.sub("''", text)):
        refuse("expression.syntax", column=1)
    try:
        with _ONE_AT_A_TIME:
            tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        refuse("expression.syntax", column=error.offset or 1)
    except (ValueError, RecursionError, MemoryError):
        refuse("expression.syntax", column=1)
    for node in _bounded(tree):
        _allow(node)
    return tree.body


def _bounded(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes, without recursion; refuses trees that are too large or too deep."""
    count = 0
    level: list[ast.AST] = [tree]
    for _depth in range(MAX_DEPTH + 1):
        if not level:
            return
        # Operators and contexts are shared objects without size of their own.
        count += sum(isinstance(node, (ast.expr, ast.keyword)) for node in level)
        if count > MAX_NODES:
            refuse("expression.too_many_parts", maximum=MAX_NODES)
        yield from level
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    refuse("expression.too_deep", maximum=MAX_DEPTH)


def _allow(node: ast.AST) -> None:
    if not isinstance(node, _ALLOWED):
        kind = type(node).__name__
        refuse("expression.not_allowed", what=_WRITTEN.get(kind, kind))
    match node:
        case ast.Name(id=name) if not _NAME.fullmatch(name):
            refuse("expression.not_allowed", what=name)
        case ast.Constant(value=value):
            _allow_constant(value)
        case ast.Call(func=called, args=arguments, keywords=keywords):
            if not isinstance(called, ast.Name):
                refuse("expression.not_allowed", what="call")
            named = [keyword.arg for keyword in keywords]
            if None in named or any(isinstance(argument, ast.Starred) for argument in arguments):
                refuse("expression.not_allowed", what="*")
        case ast.Dict(keys=keys):
            for key in keys:
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    refuse("expression.not_allowed", what="{}")
        case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str())):
            refuse("expression.not_allowed", what="%")


def _allow_constant(value: object) -> None:
    if value is None or isinstance(value, (bool, str)):
        return
    if isinstance(value, (int, float)):
        if abs(value) > MAX_NUMBER or not math.isfinite(value):
            refuse("expression.number_too_big")
        return
    refuse("expression.not_allowed", what=type(value).__name__)


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Calls in the order they are written."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(call.func, ast.Name):
            yield call.func.id, call


def check(text: str, known_functions: Collection[str] = KNOWN_FUNCTIONS) -> tuple[Problem, ...]:
    """What is wrong with the expression, as far as that shows without values."""
    try:
        tree = parsed(text)
    except Refused as refused:
        return (Problem(refused.code, refused.facts),)
    problems = []
    for name, call in _calls(tree):
        if name not in known_functions:
            problems.append(Problem("expression.unknown_function", {"name": name}))
        elif name in SIGNATURES and not fits(name, call):
            problems.append(Problem("expression.arguments", {"name": name}))
    problems += [
        Problem("expression.function_as_value", {"name": name})
        for name in sorted(_names(tree) & set(known_functions))
    ]
    return tuple(problems)


def fits(name: str, call: ast.Call) -> bool:
    """Whether the call gives the function as many arguments as it takes."""
    signature = SIGNATURES[name]
    keywords = [keyword.arg for keyword in call.keywords]
    known = all(keyword in signature.keywords for keyword in keywords)
    # A keyword names the last place, so a call may not fill that place twice.
    twice = bool(keywords) and len(call.args) == signature.most
    given = len(call.args) + len(keywords)
    return (
        known
        and not twice
        and len(call.args) >= min(signature.least, 1)
        and (signature.least <= given <= signature.most)
    )


def _names(tree: ast.AST) -> frozenset[str]:
    called = {id(call.func) for _name, call in _calls(tree)}
    return frozenset(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in CONSTANTS
    )


def names_read(text: str) -> frozenset[str]:
    """The names whose values the expression reads; none if it is not an expression."""
    try:
        return _names(parsed(text))
    except Refused:
        return frozenset()


def limits_named(text: str) -> tuple[str | None, ...]:
    """The key of each ``limit(…)`` call in order; ``None`` where the key is not a plain text."""
    try:
        tree = parsed(text)
    except Refused:
        return ()
    keys: list[str | None] = []
    for name, call in _calls(tree):
        if name == "limit":
            first = call.args[0] if call.args else None
            literal = first.value if isinstance(first, ast.Constant) else None
            keys.append(literal if isinstance(literal, str) else None)
    return tuple(keys)
