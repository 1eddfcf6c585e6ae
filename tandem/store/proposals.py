"""Proposals: what a comparison would have written and a person must decide about, as letters of their own.

A proposal stands beside the record that it is about: the record goes its way meanwhile. Accepted, it goes into the
inbox under the record's key with the figures that were shown; the plan writes it only if it finds the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities.cargo import APPROVED, PROPOSED
from tandem.entities.declaration import System
from tandem.entities.state import Fault, State
from tandem.store import correspondence
from tandem.store.correspondence import Trouble
from tandem.store.database import Database
from tandem.store.desk import letters
from tandem.store.intake import row_of, store
from tandem.store.model import Event
from tandem.store.whose import AnyRow, Whose, of

GIVEN_UP = "given up: "
"""How a letter is closed that a person refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What would be written for the record of this key; `figures` are what a person sees and accepts."""

    key: str
    reason: str
    figures: Mapping[str, Any]


def propose(
    database: Database,
    connection: str,
    company: str,
    entity: str,
    source: System,
    proposals: Sequence[Proposal],
    now: datetime,
) -> int:
    """Lays these on the desk in place of those that lay there of this entity; how many letters are new.

    What a person refused is not asked again as long as its figures are the same.
    """
    database.belongs(connection, company)
    prefix = f"{PROPOSED}{entity}:"
    mine = (letters.c.connection == connection, letters.c.entity == entity, letters.c.event_type == prefix)

    def lay_out(tx: Connection) -> int:
        refused = _refused(tx, mine)
        wanted = {
            Whose(connection, company, entity, prefix + one.key): one
            for one in proposals
            if refused.get(prefix + one.key) != dict(one.figures)
        }
        open_ones = tx.execute(sa.select(letters).where(*mine, letters.c.closed_at.is_(None)).with_for_update()).all()
        standing = {of(row): row for row in open_ones}
        gone = [row for whose, row in standing.items() if whose not in wanted]
        correspondence.close(tx, gone, "not proposed any more", now)
        moved = [
            _trouble(whose, source, prefix, one, now)
            for whose, one in sorted(wanted.items())
            if whose not in standing or standing[whose].document != dict(one.figures)
        ]
        return correspondence.present(tx, moved, standing)

    return database.write(lay_out)


def accept(database: Database, tx: Connection, letter: AnyRow, who: str, now: datetime) -> int:
    """Puts a proposal into the inbox as approved by this person, and closes its letter; 1 if it was not there yet."""
    event = Event(
        connection=letter.connection,
        company=letter.company,
        source=System(letter.source),
        event_id=f"accept:{letter.id}:{letter.version}",
        event_type=APPROVED,
        entity=letter.entity,
        key=letter.key.removeprefix(letter.event_type),
        body={"proposal": letter.document},
        received_at=now,
    )
    correspondence.close(tx, [letter], f"accepted by {who}", now)
    return len(store(database, tx, [row_of(event)], hurry=True).new)


def is_proposal(letter: AnyRow) -> bool:
    """Whether a letter is one of these."""
    return str(letter.event_type).startswith(PROPOSED)


def _refused(tx: Connection, mine: Sequence[sa.ColumnElement[bool]]) -> dict[str, Any]:
    """What was proposed last under each key that a person refused."""
    asked = sa.select(letters.c.key, letters.c.document).where(*mine, letters.c.closed_how.startswith(GIVEN_UP))
    return {row.key: row.document for row in tx.execute(asked.order_by(letters.c.id))}


def _trouble(whose: Whose, source: System, prefix: str, one: Proposal, now: datetime) -> Trouble:
    return Trouble(
        whose=whose,
        source=str(source),
        event_type=prefix,
        state=State.HELD,
        reason=one.reason,
        fault=Fault.DATA,
        at=now,
        number=one.key,
        document=dict(one.figures),
    )
