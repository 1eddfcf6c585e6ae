"""What a person does to one letter: edit, replay, give up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities import ENTITIES
from tandem.entities.cargo import APPROVED, EMBEDDED
from tandem.entities.declaration import System, at
from tandem.entities.state import Fault, State
from tandem.store import proposals, releasing
from tandem.store.correspondence import close, current
from tandem.store.database import Database
from tandem.store.desk import letter_versions, letters
from tandem.store.intake import row_of, store
from tandem.store.model import Event
from tandem.store.reception import announce
from tandem.store.tables import records
from tandem.store.tally import tally
from tandem.store.whose import AnyRow, Whose, matching, of


def row(tx: Connection, letter_id: int, *, locked: bool = False) -> AnyRow:
    """The row of a letter.

    Raises:
        KeyError: there is none of that number, or (for a change) it is closed.
    """
    asked = sa.select(letters).where(letters.c.id == letter_id)
    found = tx.execute(asked.with_for_update() if locked else asked).one_or_none()
    if found is None:
        raise KeyError(f"there is no letter {letter_id}")
    if locked and found.closed_at is not None:
        raise KeyError(f"letter {letter_id} is closed: {found.closed_how}")
    return found


def edit(tx: Connection, letter_id: int, payload: dict[str, Any], who: str, now: datetime) -> int:
    """A new version of the payload; the original and every version before it stay."""
    letter = row(tx, letter_id, locked=True)
    if proposals.is_proposal(letter):
        raise ValueError(f"letter {letter_id} proposes figures that were seen: approve them, or give them up")
    version = int(letter.version) + 1
    change = {"payload": payload, "version": version, "edited": True, "updated_at": now}
    tx.execute(sa.update(letters).where(letters.c.id == letter_id).values(change))
    _note(tx, letter_id, version, "edited", who, now, before=current(letter), after=payload)
    return version


def replay(
    database: Database, tx: Connection, letter_id: int, who: str, now: datetime, *, approve: bool = False
) -> int:
    """1 if the letter went back into the inbox, 0 if it is closed or this version of it went already."""
    asked = sa.select(letters).where(letters.c.id == letter_id, letters.c.closed_at.is_(None))
    letter = tx.execute(asked.with_for_update()).one_or_none()
    if letter is None:
        return 0
    if proposals.is_proposal(letter):
        if approve:
            _note(tx, letter_id, letter.version, "approved", who, now)
        return proposals.accept(database, tx, letter, who, now) if approve else 0
    embedded = letter.event_type.startswith(EMBEDDED)  # no source has this record: it travels in the event
    proposal = letter.detail.get("proposal") if approve else None
    carried = current(letter) if embedded else {"proposal": proposal} if proposal else None
    event = Event(
        connection=letter.connection,
        company=letter.company,
        source=System(letter.source),
        event_id=f"{'approve' if approve else 'replay'}:{letter.id}:{letter.version}",
        event_type=APPROVED if approve and not embedded else letter.event_type,
        entity=letter.entity,
        key=_key(letter),
        body=carried,
        received_at=now,
    )
    edited = current(letter) if letter.edited else None
    new = store(database, tx, [row_of(event) | {"edited": edited}], hurry=True).new
    if new:
        _note(tx, letter_id, letter.version, "approved" if approve else "replayed", who, now)
    return len(new)


def give_up(database: Database, tx: Connection, letter_id: int, reason: str, who: str, now: datetime) -> None:
    """Nobody will mend this one: the record is SKIPPED, and says why."""
    whose = of(row(tx, letter_id))
    fault = row(tx, letter_id).fault or str(Fault.DATA)
    before = _skip(tx, whose, f"given up by {who}: {reason}", fault, now)
    letter = row(tx, letter_id, locked=True)
    close(tx, [letter], f"{proposals.GIVEN_UP}{reason}", now)
    _note(tx, letter_id, letter.version, "given-up", who, now)
    moved = Counter({(whose.connection, whose.entity, state): -1 for state in before})
    moved[whose.connection, whose.entity, str(State.SKIPPED)] += len(before)
    announce(database, tx, releasing.given_up(tx, whose, f"given-up:{letter_id}"), now, moved)
    tally(database, tx, moved)


def _skip(tx: Connection, whose: Whose, reason: str, fault: str, now: datetime) -> list[str]:
    """Locks the record before its letter, as settling does; the state that it was in, if it was another.

    The class of the fault stays: it tells a person's word from a rule's, and no later event undoes the former.
    """
    (condition,) = matching(records, [whose])
    asked = sa.select(records.c.state).where(condition, records.c.state != State.SKIPPED).with_for_update()
    before = list(tx.execute(asked).scalars())
    change = {"state": str(State.SKIPPED), "reason": reason, "fault": fault, "updated_at": now}
    tx.execute(sa.update(records).where(condition).values(change))
    return before


def _key(letter: AnyRow) -> str:
    """A letter whose event named no record is replayed under the key that an edit put into it."""
    if not letter.key.startswith("event:"):
        return str(letter.key)
    route = ENTITIES[letter.entity].route(System(letter.source))
    return str(at(current(letter), route.key) or "")


def _note(
    tx: Connection,
    letter_id: int,
    version: int,
    action: str,
    who: str,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    tx.execute(
        sa.insert(letter_versions).values(
            letter_id=letter_id,
            version=version,
            action=action,
            who=who,
            at=now,
            before=before,
            after=after,
        )
    )
