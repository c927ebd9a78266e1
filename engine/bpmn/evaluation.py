"""The value of an expression: walks an allowed tree over plain values, everything bounded."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import simpleeval

from engine.bpmn.functions import SIGNATURES
from engine.bpmn.plain import MAX_ITEMS, MAX_TEXT, measure, plain
from engine.bpmn.syntax import CONSTANTS, MAX_NUMBER, Refused, fits, parsed, refuse
from engine.errors import Broken, DubanError
from engine.values.running import Json

MAX_EXPONENT = 64


def evaluate(
    text: str, names: Mapping[str, Json], functions: Mapping[str, Callable[..., Any]]
) -> Any:
    """The value of the expression: JSON, or an :class:`Instant`.

    Raises :class:`Broken` with a code ``expression.…`` and the text for whatever cannot be done.
    """
    try:
        value = _Evaluator(names, functions).value(parsed(text))
        measure(value)
    except Refused as refused:
        raise Broken(refused.code, text=text[:200], **refused.facts) from None
    except DubanError as error:
        raise Broken(error.code, **{**error.facts, "text": text[:200]}) from error
    except ZeroDivisionError:
        raise Broken("expression.division_by_zero", text=text[:200]) from None
    except (LookupError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise Broken("expression.wrong_kind", text=text[:200], reason=str(error)[:200]) from error
    except simpleeval.InvalidExpression as error:
        raise Broken("expression.not_allowed", text=text[:200], what=str(error)[:80]) from error
    return value


class _Evaluator(simpleeval.SimpleEval):
    """Walks an allowed tree; knows no attribute, no method and no value but plain ones."""

    def __init__(
        self, names: Mapping[str, Json], functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        # Deliberately without the inherited constructor: nothing of its vocabulary is wanted.
        self.names = names
        self.functions = functions
        self.operators = _OPERATORS
        self.nodes = {
            ast.Name: self._eval_name,
            ast.UnaryOp: self._eval_unaryop,
            ast.BinOp: self._eval_binop,
            ast.BoolOp: self._eval_boolop,
            ast.Compare: self._eval_compare,
            ast.IfExp: self._eval_ifexp,
            ast.Call: self._eval_call,
            ast.keyword: self._eval_keyword,
            ast.Subscript: self._eval_subscript,
            ast.Slice: self._eval_slice,
            ast.Constant: self._eval_constant,
            ast.List: self._eval_list,
            ast.Tuple: self._eval_list,
            ast.Dict: self._eval_dict,
        }

    def value(self, tree: ast.expr) -> Any:
        return self._eval(tree)

    def _eval(self, node: ast.AST) -> Any:
        handler = self.nodes.get(type(node))
        if handler is None:
            refuse("expression.not_allowed", what=type(node).__name__)
        return handler(node)

    def _eval_name(self, node: ast.Name) -> Json:
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        try:
            value = self.names[node.id]
        except KeyError:
            refuse("expression.unknown_name", name=node.id)
        return plain(value)

    def _eval_call(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in self.functions:
            refuse("expression.unknown_function", name=name)
        if name in SIGNATURES and not fits(name, node):
            refuse("expression.arguments", name=name)
        value = super()._eval_call(node)
        measure(value)
        return value

    def _eval_list(self, node: ast.List | ast.Tuple) -> list[Json]:
        values = [self._eval(element) for element in node.elts]
        measure(values)
        return values

    def _eval_dict(self, node: ast.Dict) -> dict[str, Json]:
        pairs = zip(node.keys, node.values, strict=True)
        values = {self._eval(key): self._eval(value) for key, value in pairs if key is not None}
        measure(values)
        return values


def _number(value: object) -> int | float:
    if not isinstance(value, (int, float)):
        raise TypeError("a number is needed")
    return value


def _add(left: Any, right: Any) -> Json:
    if isinstance(left, str) and isinstance(right, str):
        _room_for(len(left) + len(right), left)
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        _room_for(len(left) + len(right), left)
        return left + right
    return _bounded_number(_number(left) + _number(right))


def _multiply(left: Any, right: Any) -> Json:
    if isinstance(left, (str, list)) or isinstance(right, (str, list)):
        parts, times = (left, right) if isinstance(left, (str, list)) else (right, left)
        if not isinstance(times, int):
            raise TypeError("a whole number is needed")
        _room_for(len(parts) * times, parts)
        return parts * times
    return _bounded_number(_number(left) * _number(right))


def _power(base: Any, exponent: Any) -> Json:
    if abs(_number(exponent)) > MAX_EXPONENT:
        refuse("expression.number_too_big")
    return _bounded_number(_number(base) ** _number(exponent))


def _room_for(length: int, sample: str | list[Json]) -> None:
    if isinstance(sample, str) and length > MAX_TEXT:
        refuse("expression.text_too_long", maximum=MAX_TEXT)
    if isinstance(sample, list) and length > MAX_ITEMS:
        refuse("expression.value_too_large", maximum=MAX_ITEMS)


def _bounded_number(value: Any) -> Json:
    if isinstance(value, complex) or abs(value) > MAX_NUMBER or not math.isfinite(value):
        refuse("expression.number_too_big")
    return value


def _same(left: object, right: object) -> bool:
    """``is``: meant for ``None``, ``True`` and ``False``; other values are compared."""
    return left is right if left is None or right is None else left == right


_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _add,
    ast.Sub: lambda left, right: _bounded_number(_number(left) - _number(right)),
    ast.Mult: _multiply,
    ast.Div: lambda left, right: _bounded_number(_number(left) / _number(right)),
    ast.FloorDiv: lambda left, right: _bounded_number(_number(left) // _number(right)),
    ast.Mod: lambda left, right: _bounded_number(_number(left) % _number(right)),
    ast.Pow: _power,
    ast.Not: operator.not_,
    ast.USub: lambda value: -_number(value),
    ast.UAdd: _number,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, container: operator.contains(container, value),
    ast.NotIn: lambda value, container: not operator.contains(container, value),
    ast.Is: _same,
    ast.IsNot: lambda left, right: not _same(left, right),
}
