"""Expressions of the ZEN language, with exact numbers on both sides of it.

The engine calculates in exact decimals but hands numbers back as floats, and it takes floats for what they look like.
So a record goes in as JSON text, which it reads exactly, and a number comes out through its own `string(...)`, which
writes every digit. Only the paths that an expression names are handed over: an order of 20 lines costs no more than one
of two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import zen

from tandem.mapping.run import Hindrance
from tandem.mapping.suggest import did_you_mean
from tandem.values import dumps, loads

DIGITS = 28
"""What the engine's decimals can hold; more would be cut without a word."""

_FUNCTIONS = """
abs all avg bool ceil contains count d date dateString dayOfMonth dayOfWeek dayOfYear duration endOf endsWith extract
filter flatMap floor fuzzyMatch isNumeric keys len lower map matches max median merge min mode monthOfYear monthString
none number one rand round some split startOf startsWith string sum time trim trunc type upper values weekOfYear
weekdayString year
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""What the language itself has, to say what would be right when a sheet calls something else."""

_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_CHAIN = re.compile(r"(?<![\w.#$])((?>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))(\s*\()?")
_LONG = re.compile(rf"[0-9][0-9.]{{{DIGITS}}}|[0-9]E[-+]")
_WHY = re.compile(r'"source":"((?:[^"\\]|\\.)*)"')


class ExpressionError(ValueError):
    """An expression that cannot be compiled; the message is one line."""


class Expression:
    """One compiled expression.

    Raises:
        ExpressionError: it is no expression of the language.
    """

    def __init__(self, text: str) -> None:
        fault = zen.validate_expression(text) or zen.validate_expression(f"string({text})")
        if fault is not None:
            raise ExpressionError(_unknown_function(text) or f"{text!r} is no expression: {fault['source']}")
        self.text = text
        self.paths = paths_of(text)
        self._compiled = zen.compile_expression(text)
        self._digits = zen.compile_expression(f"string({text})")

    def __call__(self, record: Mapping[str, Any], _run: object = None) -> Any:
        """The result over this record: exact numbers, never a float.

        Raises:
            Hindrance: the engine refuses, for example to add a text to a number.
        """
        context = context_of(record, self.paths)
        value = self._run(self._compiled.evaluate, context)
        if type(value) is float:
            return exact(self._run(self._digits.evaluate, context))
        return unfloated(value)

    def _run(self, evaluate: Callable[[str], Any], context: str) -> Any:
        try:
            return evaluate(context)
        except Exception as error:  # noqa: BLE001 - the engine raises bare Exception
            raise Hindrance(f"{self.text!r} cannot be worked out: {first_line(error)}", kind="expression") from None


def paths_of(text: str) -> tuple[tuple[str, ...], ...] | None:
    """The paths that an expression names, none of them inside another; None if it may name anything.

    `$root` is the whole record; in template texts and texts with escapes the paths cannot be told apart with
    certainty, and too much does no harm.
    """
    if "$root" in text or "`" in text or "\\" in text:
        return None
    found: set[tuple[str, ...]] = set()
    for chain, called in _CHAIN.findall(_STRING.sub("''", text)):
        names = tuple(chain.split("."))
        names = names[:-1] if called else names
        if names:
            found.add(names)
    return tuple(sorted(path for path in found if not any(path[:n] in found for n in range(1, len(path)))))


def context_of(record: Mapping[str, Any], paths: tuple[tuple[str, ...], ...] | None) -> str:
    """The named parts of the record as JSON for the engine.

    Raises:
        Hindrance: a number has more digits than the engine can hold.
    """
    part = record if paths is None else _picked(record, paths)
    text = dumps(part)
    if _LONG.search(text):
        _refuse_long(part)
    return text


def exact(digits: str) -> int | Decimal:
    """A number as the engine wrote it: `3` is an int, `3.00` a Decimal with two decimals."""
    return Decimal(digits) if "." in digits else int(digits)


def unfloated(value: Any) -> Any:
    """Lists and records without floats.

    Raises:
        Hindrance: a number in them has more digits than a float brings back exactly.
    """
    if isinstance(value, float):
        number = Decimal(repr(value))
        if len(number.as_tuple().digits) > 15:
            raise Hindrance(
                f"a list or record of an expression holds {value!r}, whose last digits are not certain; "
                "give that number a field of its own",
                kind="expression",
            )
        return int(number) if number == number.to_integral_value() else number
    if isinstance(value, list):
        return [unfloated(item) for item in value]
    if isinstance(value, dict):
        return {name: unfloated(item) for name, item in value.items()}
    return value


def first_line(error: Exception) -> str:
    """What the engine complains of, without its trace."""
    line = str(error).splitlines()[0]
    found = _WHY.search(line)
    return str(loads(f'"{found.group(1)}"')) if found else line


def _picked(record: Mapping[str, Any], paths: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for path in paths:
        _pick(record, chosen, path)
    return chosen


def _pick(here: Mapping[str, Any], there: dict[str, Any], path: tuple[str, ...]) -> None:
    name, rest = path[0], path[1:]
    if name not in here:
        return
    if rest and isinstance(here[name], Mapping):
        _pick(here[name], there.setdefault(name, {}), rest)
    else:
        there[name] = here[name]


def _refuse_long(value: Any) -> None:
    if isinstance(value, int | Decimal):
        _sign, digits, exponent = Decimal(value).as_tuple()
        if len(digits) > DIGITS or -int(exponent) > DIGITS:
            raise Hindrance(f"{value} has more digits than an expression can hold; map it by its bare path")
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        _refuse_long(item)


def _unknown_function(text: str) -> str:
    for chain, called in _CHAIN.findall(_STRING.sub("''", text)):
        if called and "." not in chain and chain not in FUNCTIONS:
            return (
                f"{text!r} calls {chain}(), which the expression language does not have"
                f" (text functions such as replace and join go under apply){did_you_mean(chain, FUNCTIONS)}"
            )
    return ""
