"""Functions that make text fit Sage Pro's columns: the code page first, then the width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tandem.mapping import codepage
from tandem.mapping.folding import fold
from tandem.mapping.functions.arguments import ArgumentFault, count_argument, options
from tandem.mapping.functions.registry import Making, Step, function, noting, on_text, text_of, unread_width
from tandem.mapping.run import Hindrance, Run

_BETWEEN_DIGITS = re.compile(r"(?<=[0-9)])[\s./-]+(?=[0-9(])")


@function("cp1252")
def cp1252(_argument: Any, making: Making) -> Step:
    """In NFC and in characters of code page 1252.

    What does not fit is replaced by the table of codepage.py and the trace keeps the original; a character without
    a replacement holds the record.
    """

    def change(text: str) -> tuple[str, str, str]:
        fitted = codepage.fitted(text)
        foreign = codepage.misfits(fitted)
        if foreign:
            raise Hindrance(
                f"{text!r} has {' '.join(foreign)} which code page 1252 cannot hold; a spelling in Latin letters is "
                "needed",
                kind="not-in-code-page",
            )
        changed = fitted != codepage.composed(text)
        return fitted, "substituted", f"{text!r} became {fitted!r}" if changed else ""

    return noting(making, change)


@function("cp1252_note")
def cp1252_note(_argument: Any, making: Making) -> Step:
    """As cp1252 for free notes: what has no replacement, such as an emoji, is taken out and a mark stands there."""

    def change(text: str) -> tuple[str, str, str]:
        fitted, removed = codepage.noted(text)
        if removed:
            return fitted, "removed", f"{' '.join(removed)} has no form in code page 1252"
        changed = fitted != codepage.composed(text)
        return fitted, "substituted", f"{text!r} became {fitted!r}" if changed else ""

    return noting(making, change)


@function("width", argument="a column as table.column, or the narrowest of several with blanks between them")
def width(argument: Any, making: Making) -> Step:
    """Cut to the width of a column of this company, measured in NFC; the trace says what was cut."""
    limit = making.width(argument)

    def change(text: str) -> tuple[str, str, str]:
        if limit is None:
            raise unread_width(argument)
        return _cut(codepage.composed(text), limit, argument)

    return noting(making, change)


@function("exact", argument="a column as table.column, or the narrowest of several with blanks between them")
def exact(argument: Any, making: Making) -> Step:
    """Must fit a column of this company as it is: what is too long or not in code page 1252 holds the record."""
    limit = making.width(argument)

    def change(text: str) -> str:
        if limit is None:
            raise unread_width(argument)
        whole = codepage.composed(text)
        if len(whole) > limit:
            raise Hindrance(f"{whole!r} has {len(whole)} characters; {argument} holds {limit}", kind="too-long")
        if not codepage.fits(whole):
            raise Hindrance(f"{whole!r} is not in code page 1252", kind="not-in-code-page")
        return whole

    return on_text(change)


@function("rest", argument="a column as table.column, or the narrowest of several with blanks between them")
def rest(argument: Any, making: Making) -> Step:
    """What `width` cuts off for the same column, for a second field that takes it; empty if all fitted."""
    limit = making.width(argument)

    def change(text: str) -> str:
        if limit is None:
            raise unread_width(argument)
        return codepage.composed(text)[limit:].strip()

    return on_text(change)


@function("phone", argument="a column as table.column, or the narrowest of several with blanks between them")
def phone(argument: Any, making: Making) -> Step:
    """A telephone number kept as it was written, unless it is too long for its column.

    Then it first loses the blanks and signs between digits, and only then its end.
    """
    limit = making.width(argument)

    def change(text: str) -> tuple[str, str, str]:
        if limit is None:
            raise unread_width(argument)
        whole = " ".join(codepage.fitted(text).split())
        if len(whole) <= limit:
            return whole, "", ""
        tight = _BETWEEN_DIGITS.sub("", whole)
        if len(tight) <= limit:
            return tight, "substituted", f"{whole!r} became {tight!r} to fit {argument}"
        return _cut(tight, limit, argument)

    return noting(making, change)


@function("line", argument="{take: number of the line, from 1, into: [columns]}")
def line(argument: Any, making: Making) -> Step:
    """One of several address lines, folded into as many columns as this company has.

    With too many lines those neighbours are joined that lose least, the later ones if it makes no difference. A
    column marked with `?` may be absent.
    """
    chosen = options(argument, "take", "into")
    take = count_argument(chosen["take"], "the number of the line, from 1")
    columns = _columns(chosen["into"], making)
    known = [limit for column in columns if (limit := making.width(column)) is not None]

    def step(value: Any, run: Run) -> Any:
        if value is None or take > len(columns):
            return None
        if len(known) < len(columns):
            raise unread_width(columns[0])
        written = [codepage.composed(text_of(item)).strip() for item in value if item is not None]
        lines = fold([text for text in written if text], known)
        text = lines[take - 1] if take <= len(lines) else ""
        shown, kind, note = _cut(text, known[take - 1], columns[take - 1])
        if note:
            run.note(making.place, kind, note)
        return shown

    return step


def _columns(named: Any, making: Making) -> Sequence[str]:
    """The columns that this company has; one marked with `?` may be absent."""
    if not isinstance(named, list) or not named or not all(isinstance(name, str) for name in named):
        raise ArgumentFault("into needs a list of columns such as [soaddr.address1, soaddr.address2]")
    columns = [name.removesuffix("?") for name in named if not name.endswith("?") or making.has(name[:-1])]
    for column in columns:
        making.width(column)
    return columns


def _cut(text: str, limit: int, column: str) -> tuple[str, str, str]:
    if len(text) <= limit:
        return text, "", ""
    cut = text[:limit].rstrip()
    return cut, "truncated", f"{text!r} has {len(text)} characters; {column} holds {limit}; cut to {cut!r}"
