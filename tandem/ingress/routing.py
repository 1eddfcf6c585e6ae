"""From a signed body to the event that is stored."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from tandem.entities import woken_by
from tandem.entities.declaration import Route, System, at
from tandem.entities.needs import Pieces, needs
from tandem.settings import Settings
from tandem.store import Event
from tandem.values import loads, moment_of

PING = "ping"
_STAMPS = frozenset({"updatedDate", "UpdatedAt"})


def event_of(
    body: bytes, *, system: System, event_id: str, settings: Settings, now: datetime, pieces: Pieces | None = None
) -> Event:
    """The event in a signed body; a body that is not JSON is a ping, as some shops send on saving a webhook.

    `pieces` tells how many pieces the units have in which goods are sold.
    """
    envelope = _parsed(body)
    event_type = _type(envelope)
    woken = woken_by(system, event_type)
    data = envelope.get("data") if isinstance(envelope, dict) else None
    record: dict[str, Any] = data if isinstance(data, dict) else {}
    key = _text(at(record, woken[1].key) if woken else record.get(_unused_key(event_type)))
    takes = woken[1].takes if woken else None
    return Event(
        connection=settings.connection,
        company=settings.company,
        source=system,
        event_id=event_id,
        event_type=event_type,
        entity=woken[0].name if woken else None,
        key=woken[1].kept(key) if woken and key else key,
        version=_text(at(record, woken[1].version)) if woken else None,
        body=record if woken and not _thin(record, woken[1]) else None,
        received_at=now,
        occurred_at=_moment(envelope),
        needs=needs(takes.record, record, pieces) if takes else None,
    )


def _unused_key(event_type: str) -> str:
    """Where an event of a type that nobody declared is likely to carry its record's number: returnId, disputeId."""
    return f"{event_type.partition('.')[0]}Id"


def _parsed(body: bytes) -> Any:
    try:
        return loads(body)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _type(envelope: Any) -> str:
    if envelope is None:
        return PING
    named = envelope.get("type") if isinstance(envelope, dict) else None
    return named if isinstance(named, str) and named else "(none)"


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value).strip() or None


def _thin(record: dict[str, Any], route: Route) -> bool:
    """Whether the event only points at the record."""
    pointers = {path.split(".")[0] for path in (route.key, route.version, route.number) if path}
    return record.keys() <= pointers | _STAMPS


def _moment(envelope: Any) -> datetime | None:
    """When it happened, if the sender says so with an offset; a guess would be worse than nothing."""
    stamp = envelope.get("timestamp") if isinstance(envelope, dict) else None
    if not isinstance(stamp, str):
        return None
    try:
        return moment_of(stamp, None)
    except (ValueError, OverflowError):
        return None
