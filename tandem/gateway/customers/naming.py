"""Customer numbers made from the name, as Sage Pro's users make them: SMITH01, ACME02.

A person's number starts with the last name, a company's with its first word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_FORMS = frozenset(
    {"INC", "LLC", "LTD", "LIMITED", "CO", "CORP", "CORPORATION", "COMPANY", "PLC", "GMBH", "AG", "KG", "BV", "NV"}
    | {"SA", "SAS", "SARL", "SL", "SRL", "SPA", "AS", "APS", "AB", "OY", "PTY", "GROUP", "BROS", "SONS", "PARTNERS"}
)
_LEADING = frozenset({"THE", "MR", "MRS", "MS", "DR", "PROF"})
_PLAIN = str.maketrans(
    {"Ø": "O", "Đ": "D", "Ł": "L", "Æ": "AE", "Œ": "OE", "ß": "SS", "ẞ": "SS", "Þ": "TH", "Ð": "D", "Ħ": "H"}
)
_FALLBACK = "CUST"
_DIGITS = 2


def stem(name: str, contact: str = "") -> str:
    """The letters that a customer's number starts with, at any width.

    Args:
        name: The customer's name.
        contact: The person to speak to; the same as the name for a private customer.
    """
    surname, comma, _ = name.partition(",")
    words = _words(surname)
    if not words:
        return _FALLBACK
    person = name.strip().casefold() == contact.strip().casefold() if contact.strip() else _like_person(name, words)
    if person and not comma:
        return words[-1]
    return words[0]


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.upper().translate(_PLAIN))
    letters = "".join(mark for mark in plain if not unicodedata.combining(mark)).replace("'", "")
    words = re.findall(r"[A-Z0-9]+", letters.upper())
    return [word for word in words if word not in _LEADING] or words


def _like_person(name: str, words: list[str]) -> bool:
    return (
        2 <= len(words) <= 3
        and not re.search(r"[&/0-9]", name)
        and all(word.isalpha() and word not in _FORMS for word in words)
    )


def series(letters: str, width: int) -> Iterable[tuple[str, int]]:
    """Prefix and digits of the numbers to try, in turn: SMITH01 to 99, SMITH100 to 999, and on.

    The letters give way to the digits, so that every number fits the width.
    """
    for digits in range(_DIGITS, width):
        yield letters[: width - digits], digits


def following(prefix: str, digits: int, taken: Iterable[str]) -> str | None:
    """The number after the highest one taken in a series; None if the series is full."""
    first = 1 if digits == _DIGITS else 10 ** (digits - 1)
    form = re.compile(rf"{re.escape(prefix)}([0-9]{{{digits}}})")
    numbers = [int(match[1]) for code in taken if (match := form.fullmatch(code))]
    following_number = max(max(numbers, default=0) + 1, first)
    return f"{prefix}{following_number:0{digits}}" if following_number < 10**digits else None
