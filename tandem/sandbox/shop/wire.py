"""How records stand on the wire: exact numbers, and date-times in the shop's zone with or without their offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tandem.sandbox.shop.refusal import invalid

_OFFSETS = tuple(
    re.compile(ending + r'":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"')
    for ending in ("Date", "At")
)
"""A field whose name ends so is a date-time; a pattern that begins with plain text is searched fast."""


def stamp(moment: datetime, zone: ZoneInfo) -> str:
    """As records are kept: the shop's wall clock, with the offset that makes it one instant."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def instant(text: str) -> str:
    """A kept date-time in the form that sorts and compares."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(body: str, *, offset: bool) -> str:
    """The kept JSON text of a record as the wire has it."""
    if offset:
        return body
    for pattern in _OFFSETS:
        ending = pattern.pattern.split('"', 1)[0]
        body = pattern.sub(rf'{ending}":"\1"', body)
    return body


def read_moment(text: Any, zone: ZoneInfo, field: str, *, later: bool = False) -> datetime:
    """A date-time from a request; without an offset it is the shop's, in the hour that comes twice the earlier one.

    Raises:
        ShopError: it is none; names the field.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise invalid(field, f"{text!r} is no ISO 8601 date-time such as 2026-03-02T10:11:12") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone, fold=int(later))
    return moment.astimezone(UTC)


def kept_dates(value: Any, zone: ZoneInfo, path: str = "") -> Any:
    """A record from outside with every date-time as it is kept.

    Raises:
        ShopError: a field named like a date-time holds something else; names it.
    """
    if isinstance(value, list):
        return [kept_dates(item, zone, f"{path}[{index}]") for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, item in value.items():
        inner = f"{path}.{name}" if path else str(name)
        if name in ("customFields", "tags"):
            made[name] = item
        elif name.endswith(("Date", "At")) and item is not None:
            made[name] = stamp(read_moment(item, zone, inner), zone)
        else:
            made[name] = kept_dates(item, zone, inner)
    return made
