"""The dead-letter desk: what a person must look at, mend and put back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities.declaration import System
from tandem.entities.state import Fault, State
from tandem.store import mending, proposals
from tandem.store.correspondence import current
from tandem.store.database import Database
from tandem.store.desk import letter_versions, letters
from tandem.store.masking import masked
from tandem.store.model import Letter, LetterVersion
from tandem.store.proposals import Proposal
from tandem.store.whose import AnyRow
from tandem.values import utc_now


class Letters:
    """Records that are HELD or DEAD; they open and close with the records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(
        self,
        *,
        connection: str | None = None,
        entity: str | None = None,
        state: State | None = None,
        fault: Fault | None = None,
        closed: bool = False,
        limit: int = 500,
        after: int = 0,
    ) -> list[Letter]:
        """Open letters (with `closed`, all of them), the oldest first; the next page goes on `after` an id."""
        asked = sa.select(letters).where(letters.c.id > after).order_by(letters.c.id).limit(limit)
        if not closed:
            asked = asked.where(letters.c.closed_at.is_(None))
        for column, wanted in (
            (letters.c.connection, connection),
            (letters.c.entity, entity),
            (letters.c.state, state),
            (letters.c.fault, fault),
        ):
            if wanted is not None:
                asked = asked.where(column == str(wanted))
        return [_letter(row) for row in self._database.read(lambda tx: tx.execute(asked).all())]

    def show(self, letter_id: int) -> Letter:
        """One letter with its history.

        Raises:
            KeyError: there is none of that number.
        """
        return self._database.read(lambda tx: _letter(mending.row(tx, letter_id), _history(tx, letter_id)))

    def edit(self, letter_id: int, payload: dict[str, Any], who: str, now: datetime) -> int:
        """Puts a payload in place of the source record for the next replay; the number of the new version.

        Raises:
            KeyError: there is no open letter of that number.
        """
        return self._database.write(lambda tx: mending.edit(tx, letter_id, masked(payload), who, now))

    def replay(self, letter_ids: Iterable[int], who: str, now: datetime, *, approve: bool = False) -> int:
        """Puts open letters back into the inbox; how many were. Asking again for the same version does nothing.

        `approve` lets pass what policy holds, and accepts a proposal; what does not add up is held all the same.
        """
        wanted = sorted(set(letter_ids))
        return self._database.write(
            lambda tx: sum(
                mending.replay(self._database, tx, letter_id, who, now, approve=approve) for letter_id in wanted
            )
        )

    def propose(
        self,
        connection: str,
        company: str,
        entity: str,
        source: System,
        proposed: Sequence[Proposal],
        now: datetime,
    ) -> int:
        """Lays proposals on the desk in place of those of this entity that lie there; how many letters are new."""
        return proposals.propose(self._database, connection, company, entity, source, proposed, now)

    def give_up(self, letter_id: int, reason: str, who: str, now: datetime | None = None) -> None:
        """Closes a letter for good; its record becomes SKIPPED with the reason.

        Raises:
            KeyError: there is no open letter of that number.
            ValueError: no reason is given.
        """
        if not reason.strip():
            raise ValueError("giving up needs a reason that whoever looks for the record can read")
        moment = now or utc_now()
        self._database.write(lambda tx: mending.give_up(self._database, tx, letter_id, reason, who, moment))


def _history(tx: Connection, letter_id: int) -> tuple[LetterVersion, ...]:
    asked = sa.select(letter_versions).where(letter_versions.c.letter_id == letter_id)
    found = tx.execute(asked.order_by(letter_versions.c.id))
    return tuple(LetterVersion(**{name: row._mapping[name] for name in LetterVersion.__slots__}) for row in found)


def _letter(row: AnyRow, history: tuple[LetterVersion, ...] = ()) -> Letter:
    values = {name: row._mapping[name] for name in Letter.__slots__ if name != "history"}
    return Letter(
        **values
        | {
            "source": System(row.source),
            "state": State(row.state),
            "fault": row.fault and Fault(row.fault),
            "payload": current(row),
            "history": history,
        }
    )
