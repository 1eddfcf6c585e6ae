"""What both connectors read off a record: a field that must be there, a moment, the form that keys compare in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tandem.connectors.protocol import Record
from tandem.errors import Refused, SettingsError
from tandem.values import moment_of


def normal(value: str) -> str:
    """The form in which keys and e-mail addresses compare: no blanks at the ends, case folded."""
    return value.strip().casefold()


def broken(path: str, what: str) -> Refused:
    """An answer that does not have the agreed form; no retry mends that."""
    problem = {"code": "unexpected-answer", "errors": [{"field": path, "code": "unexpected", "message": what}]}
    return Refused(f"the answer does not have the agreed form: {path} {what}", status=200, problem=problem)


def record_of(value: Any, path: str) -> Record:
    """The value as one record.

    Raises:
        Refused: it is something else; names the path.
    """
    if not isinstance(value, dict):
        raise broken(path, "is not an object")
    return value


def items_of(value: Any, path: str, name: str) -> list[Record]:
    """The records of a list answer, which stand under `name`.

    Raises:
        Refused: there is no such list, or one of its entries is not a record.
    """
    items = record_of(value, path).get(name)
    if not isinstance(items, list):
        raise broken(f"{path}.{name}", "is not a list")
    return [record_of(item, f"{path}.{name}[{index}]") for index, item in enumerate(items)]


def field_of(record: Record, resource: str, name: str) -> str:
    """A field without which a record cannot be handled, as text.

    Raises:
        Refused: it is missing, empty, or no text or number.
    """
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise broken(f"{resource}.{name}", "is missing or empty")
    return str(value)


def moment_in(record: Record, resource: str, name: str, zone: ZoneInfo | None, setting: str) -> datetime:
    """A date-time field as aware UTC.

    Raises:
        SettingsError: it has no offset and the connection has no zone; names the setting.
        Refused: it is missing, or is no date-time.
    """
    text = field_of(record, resource, name)
    try:
        naive = datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        raise broken(f"{resource}.{name}", "is not an ISO 8601 date-time") from None
    if naive and zone is None:
        raise SettingsError(f"{resource}.{name} has no offset: set {setting} to the time zone of that system")
    return moment_of(text, zone)


def grouped(
    records: Iterable[Record],
    references: Iterable[str],
    carried: Callable[[Record], Collection[str]],
    key: Callable[[Record], str],
) -> dict[str, list[Record]]:
    """The records by each reference that they carry, of those asked for; a record that a page repeats counts once."""
    asked = set(references)
    found: dict[str, dict[str, Record]] = {}
    for record in records:
        for reference in asked.intersection(carried(record)):
            found.setdefault(reference, {})[key(record)] = record
    return {reference: list(some.values()) for reference, some in found.items()}


def instant(moment: datetime) -> str:
    """An instant as ISO 8601 UTC with Z.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be asked for")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def spellings(values: Iterable[str]) -> list[str]:
    """Each value without blanks at its ends, as it is, in capitals and in small letters; each spelling once."""
    forms = (form for value in values for bare in [value.strip()] for form in (bare, bare.upper(), bare.lower()))
    return list(dict.fromkeys(forms))


def equal_in(
    records: Iterable[Record], field: str, values: Iterable[str], key: Callable[[Record], str]
) -> dict[str, list[Record]]:
    """The records whose field equals each value, blanks at the ends and case apart; a value without any is absent."""
    found: dict[str, dict[str, Record]] = {}
    for record in records:
        found.setdefault(normal(str(record.get(field) or "")), {})[key(record)] = record
    return {value: list(found[normal(value)].values()) for value in values if normal(value) in found}
