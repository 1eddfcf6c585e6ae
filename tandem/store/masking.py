"""Card numbers never reach the disk: 13 to 19 digits that satisfy Luhn are masked but for the last four."""

from __future__ import annotations

import re
from typing import Any

_RUN = re.compile(r"\d(?:[ -]?\d){12,}")
_THIRTEEN = b"0" * 13
_DIGITS = bytes(ord("0") if chr(code).isdecimal() else code for code in range(128)) + bytes(range(128, 256))
_GROUP = re.compile(r"\d+")
_NUMBERS_OF_RECORDS = frozenset(
    {
        *("sku", "itemcode", "barcode", "gtin", "ean", "upc"),
        *("ordernumber", "salesorderno", "shipmentno", "trackingno", "externalkey", "linereference"),
    }
)
"""Fields that hold numbers of things: one in ten of such a length passes Luhn by chance, and masked it is lost."""


def suspicious(text: str) -> bool:
    """Whether a text holds enough digits in a row for a card number; most documents do not, and are done with.

    Every document is asked, and a pattern that is tried at each digit takes a third of the time of storing an event: so
    that of plain texts is tried where enough digits are left side by side once blanks and hyphens are gone.
    """
    if text.isascii() and _THIRTEEN not in text.encode().translate(_DIGITS, b" -"):
        return False
    return _RUN.search(text) is not None


def masked(value: Any, field: str = "") -> Any:
    """A JSON document of plain types with card numbers masked; identifiers of records are left alone."""
    if isinstance(value, dict):
        return {_text(str(name)): masked(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(inner, field) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value) if _names_a_record(field) else _text(value)
    return _number(value, field)


def _number(value: Any, field: str) -> Any:
    if isinstance(value, int):
        plain = str(value)
        return value if _names_a_record(field) or _text(plain) == plain else _text(plain)
    if hasattr(value, "as_tuple"):
        return value
    return _text(value.isoformat() if hasattr(value, "isoformat") else str(value))


def _names_a_record(field: str) -> bool:
    folded = field.casefold()
    return folded.endswith("id") or folded in _NUMBERS_OF_RECORDS


def _text(text: str) -> str:
    return _RUN.sub(_mask_run, text) if len(text) > 12 else text


def _mask_run(match: re.Match[str]) -> str:
    """Masks every stretch of whole digit groups that is a card number, the longest first."""
    run = match.group()
    groups = [found.span() for found in _GROUP.finditer(run)]
    result, done, first = "", 0, 0
    while first < len(groups):
        last = _card_ending(run, groups, first)
        if last is not None:
            start, end = groups[first][0], groups[last][1]
            result += run[done:start] + _stars(run[start:end])
            done, first = end, last
        first += 1
    return result + run[done:]


def _card_ending(run: str, groups: list[tuple[int, int]], first: int) -> int | None:
    best, digits = None, ""
    for last in range(first, len(groups)):
        digits += run[slice(*groups[last])]
        if len(digits) > 19:
            break
        if len(digits) >= 13 and _luhn(digits):
            best = last
    return best


def _luhn(digits: str) -> bool:
    total = sum(int(d) for d in digits[-1::-2])
    total += sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return total % 10 == 0


def _stars(card: str) -> str:
    digits = [character for character in card if character.isdigit()]
    return "*" * (len(digits) - 4) + "".join(digits[-4:])
