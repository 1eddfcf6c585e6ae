"""What happens to letters as records come and go: opened, returned to the desk, closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities.state import Fault, State
from tandem.store.desk import letter_versions, letters
from tandem.store.whose import AnyRow, Whose, matching, of


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A record that needs a person; `payload` is the source record, `document` what was to be written."""

    whose: Whose
    source: str
    event_type: str
    state: State
    reason: str
    fault: Fault | None
    at: datetime
    number: str | None = None
    attempts: int = 0
    payload: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    detail: Mapping[str, Any] | None = None


OpenLetters = dict[Whose, AnyRow]


def open_ones(tx: Connection, records: Iterable[Whose]) -> OpenLetters:
    """The open letters of these records, locked."""
    found: OpenLetters = {}
    for condition in matching(letters, records):
        asked = sa.select(letters).where(condition, letters.c.closed_at.is_(None))
        found |= {of(row): row for row in tx.execute(asked.order_by(letters.c.key).with_for_update())}
    return found


def present(tx: Connection, troubles: Sequence[Trouble], standing: OpenLetters) -> int:
    """Puts troubles on the desk: a new letter each, or a return to the one that is open. How many are new."""
    latest = {trouble.whose: trouble for trouble in troubles}
    fresh = [_letter(trouble) for whose, trouble in latest.items() if whose not in standing]
    if fresh:
        tx.execute(sa.insert(letters), fresh)
    again = [(trouble, standing[whose]) for whose, trouble in latest.items() if whose in standing]
    if again:
        tx.execute(_RETURN, [_returned(trouble, row) for trouble, row in again])
        tx.execute(sa.insert(letter_versions), [_history(trouble, row) for trouble, row in again])
    return len(fresh)


def close(tx: Connection, standing: Sequence[AnyRow], how: str, now: datetime) -> None:
    """Closes open letters."""
    if standing:
        tx.execute(
            sa.update(letters)
            .where(letters.c.id.in_([row.id for row in standing]))
            .values(closed_at=now, updated_at=now, closed_how=how)
        )


def stand(tx: Connection, standing: Sequence[AnyRow], now: datetime) -> None:
    """A pass changed nothing and the letter stays: as a new version, so that it can be replayed again."""
    if standing:
        tx.execute(
            sa.update(letters)
            .where(letters.c.id.in_([row.id for row in standing]))
            .values(version=letters.c.version + 1, updated_at=now)
        )


def current(row: AnyRow) -> dict[str, Any] | None:
    """The payload that a replay would use: the last one that came or was edited, else the original."""
    chosen: dict[str, Any] | None = row.original if row.payload is None else row.payload
    return chosen


_RETURN = (
    sa.update(letters)
    .where(letters.c.id == sa.bindparam("letter"))
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in (
                *("state", "reason", "fault", "attempts", "version"),
                *("edited", "payload", "document", "detail", "updated_at"),
            )
        }
    )
)


def _letter(trouble: Trouble) -> dict[str, Any]:
    return {
        **trouble.whose._asdict(),
        "source": str(trouble.source),
        "event_type": trouble.event_type,
        "state": str(trouble.state),
        "reason": trouble.reason,
        "fault": trouble.fault and str(trouble.fault),
        "number": trouble.number,
        "attempts": trouble.attempts,
        "version": 1,
        "edited": False,
        "original": trouble.payload,
        "payload": None,
        "document": trouble.document,
        "detail": dict(trouble.detail or {}),
        "opened_at": trouble.at,
        "updated_at": trouble.at,
        "closed_at": None,
        "closed_how": "",
    }


def _returned(trouble: Trouble, row: AnyRow) -> dict[str, Any]:
    letter = _letter(trouble)
    names = ("state", "reason", "fault", "attempts", "document", "detail", "updated_at")
    changed = _changed(trouble, row)
    return {
        "letter": row.id,
        "new_version": row.version + 1,
        "new_edited": row.edited and not changed,
        "new_payload": trouble.payload if changed else row.payload,
        **{f"new_{name}": letter[name] for name in names},
    }


def _history(trouble: Trouble, row: AnyRow) -> dict[str, Any]:
    changed = _changed(trouble, row)
    return {
        "letter_id": row.id,
        "version": row.version + 1,
        "action": "source-changed" if changed else "returned",
        "who": str(trouble.source) if changed else "",
        "at": trouble.at,
        "before": current(row) if changed else None,
        "after": trouble.payload if changed else None,
    }


def _changed(trouble: Trouble, row: AnyRow) -> bool:
    return trouble.payload is not None and trouble.payload != current(row)
