"""Source records and payloads as flat rows: one for the record itself, then one for each of its lines.

In a row None means "does not apply to this row" and is passed over by every expectation; a field that is missing or
blank is the empty text, which no expectation of presence lets through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tandem.entities.declaration import at
from tandem.values import decimal_of

Row = dict[str, Any]

KEYS = ("record", "line")
"""The columns that name a row: the record's business key, and the line within it."""


def text(record: Any, path: str) -> str:
    """The text at a dotted path without blanks around it; empty for what is missing or no text."""
    value = _value(record, path)
    if type(value) is str:  # nearly always, and asking about all the kinds takes ten times as long
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return str(value).strip()


def _value(record: Any, path: str) -> Any:
    """As `at`, by the short way where there is one: a batch asks this tens of thousands of times."""
    return record.get(path) if type(record) is dict and "." not in path else at(record, path)


def text_or_none(record: Any, path: str) -> str | None:
    """As `text`, but a field that may be left out does not apply when it is."""
    return text(record, path) or None


def shape(record: Any, path: str) -> str | None:
    """As `text_or_none` for personal data: letters become x and digits 9, which is all that a pattern needs.

    Validations are kept in the Data Docs, where nobody would look for what must be erased.
    """
    found = text_or_none(record, path)
    return None if found is None else "".join(_mask(character) for character in found)


def _mask(character: str) -> str:
    if character.isdigit():
        return "9"
    return "x" if character.isalpha() else character


def fingerprint(record: Any, path: str) -> str | None:
    """Equal for equal personal data, letter case and blanks around it aside, and no way back."""
    found = text_or_none(record, path)
    return None if found is None else hashlib.sha256(found.casefold().encode()).hexdigest()[:12]


def number(record: Any, path: str) -> Decimal | None:
    """The exact number at a dotted path; None for what is missing or none, which the typed model reports."""
    value = _value(record, path)
    if type(value) is Decimal and value.is_finite():
        return value
    try:
        return decimal_of(value)
    except ValueError:
        return None


def parts(record: Any, path: str) -> list[Mapping[str, Any]]:
    """The records in the list at a dotted path; what is no record counts as an empty one."""
    found = at(record, path)
    if not isinstance(found, list | tuple):
        return []
    return [part if isinstance(part, Mapping) else {} for part in found]


def total(numbers: Iterable[Decimal | None]) -> Decimal:
    """The sum of the numbers that there are."""
    return sum((n for n in numbers if n is not None), Decimal(0))


def difference(says: Decimal | None, makes: Decimal, *, limit: Decimal = Decimal(0)) -> str | None:
    """How far a stated figure is from what it should be, exactly and as text; "0" within the limit."""
    if says is None:
        return None
    apart = says - makes
    return "0" if abs(apart) <= limit else str(apart)


def table(head: Row, lines: Sequence[Row], *, ids: Sequence[str]) -> list[Row]:
    """The rows of one record, all with the same columns; `ids` name the lines."""
    of_line = list(lines[0]) if lines else []
    first: Row = {"line": "", **head, **dict.fromkeys(of_line)}
    blank = dict.fromkeys(head)
    rest = [{"line": name, **blank, **line} for name, line in zip(ids, lines, strict=True)]
    return [first, *rest]
