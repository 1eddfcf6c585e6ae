"""What taking and releasing stock do to the rows of demand, inside the transaction that stores or settles a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import Connection

from tandem.entities import ENTITIES
from tandem.entities.cargo import Known
from tandem.entities.declaration import System
from tandem.entities.needs import beyond, needs
from tandem.entities.state import FINAL, State
from tandem.entities.takes import Need
from tandem.rules.judge import GONE_THROUGH
from tandem.store import bulk
from tandem.store.database import Database
from tandem.store.tables import demand, records
from tandem.store.whose import AnyRow, Whose, matching, of
from tandem.versions import is_older

Place = tuple[str, str]
"""Sku and location; no location is that of what nobody has routed yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a state of a record takes; `cause` names what brought it, `known` is what is remembered of the record."""

    whose: Whose
    source: System
    version: str | None
    needs: tuple[Need, ...]
    at: datetime
    cause: str
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What stands of a record's demand, and what is to stand instead."""

    wanted: Wanted
    standing: Sequence[AnyRow]
    needs: tuple[Need, ...]


@dataclass(slots=True)
class Freed:
    """Places where other figures count than before, by connection and company; one cause speaks for all of them.

    Mostly that is less than before. More is told of once it stays: what goes through is taken for tenths of a second.
    """

    cause: str = ""
    places: defaultdict[tuple[str, str], set[Place]] = field(default_factory=lambda: defaultdict(set))

    def add(self, whose: Whose, places: Iterable[Place], cause: str) -> None:
        """These places of a record, by this cause."""
        for place in places:
            self.cause = self.cause or cause
            self.places[whose.connection, whose.company].add(place)


def met(database: Database, tx: Connection, wanted: Sequence[Wanted], fresh: Collection[Whose]) -> Freed:
    """Has events that are being stored take what they need; nothing was ever heard before of the `fresh` records."""
    old = {one.whose for one in wanted}.difference(fresh)
    known = _known(tx, old)
    told = [replace(one, known=known.get(one.whose)) for one in wanted] if old else wanted
    return carry_out(database, tx, changes(tx, told, old))


def changes(tx: Connection, wanted: Iterable[Wanted], old: Collection[Whose] | None = None) -> list[Change]:
    """What has to be written so that each record takes what its newest state needs; only `old` ones may have rows."""
    newest: dict[Whose, Wanted] = {}
    for one in wanted:
        if one.whose not in newest or not is_older(one.version, newest[one.whose].version):
            newest[one.whose] = one
    standing = standing_of(tx, newest if old is None else old)
    made = []
    for whose, one in newest.items():
        rows = standing.get(whose, ())
        fresh = _fresh(one, rows)
        if fresh is not None and (fresh or rows):
            made.append(Change(one, rows, fresh))
    return made


def carry_out(database: Database, tx: Connection, done: Sequence[Change]) -> Freed:
    """Writes the rows and gives what is reserved for less than before; a record's age is that of its first row."""
    freed, rows = Freed(), []
    for condition in matching(demand, (change.wanted.whose for change in done if change.standing)):
        tx.execute(sa.delete(demand).where(condition))
    for change in done:
        one = change.wanted
        since = min((row.taken_at for row in change.standing), default=one.at)
        rows += [_row(one.whose, need, one.version, since) for need in change.needs]
        if change.standing:
            freed.add(one.whose, _less(change.standing, change.needs), one.cause)
    if rows:
        bulk.demanded(database, tx, rows)
    return freed


def standing_of(tx: Connection, whose: Iterable[Whose]) -> dict[Whose, list[AnyRow]]:
    """The rows of these records."""
    found: defaultdict[Whose, list[AnyRow]] = defaultdict(list)
    for condition in matching(demand, whose):
        for row in tx.execute(sa.select(demand).where(condition)):
            found[of(row)].append(row)
    return found


def _fresh(one: Wanted, rows: Sequence[AnyRow]) -> tuple[Need, ...] | None:
    """What is to stand; None to leave what stands alone, because this state is not newer than what is known."""
    if any(_not_newer(one.version, row.version) for row in rows):
        return None
    known = one.known
    if known is None:
        return one.needs
    if _not_newer(one.version, known.version) and (
        known.state in FINAL or known.written or one.version != known.version
    ):
        return None
    if known.state not in GONE_THROUGH or not known.written or known.payload is None:
        return one.needs
    takes = ENTITIES[one.whose.entity].route(one.source).takes
    return beyond(one.needs, needs(takes.payload, known.payload) or ()) if takes else ()


def _not_newer(version: str | None, than: str | None) -> bool:
    return version is not None and (version == than or is_older(version, than))


def _known(tx: Connection, whose: Collection[Whose]) -> dict[Whose, Known]:
    names = ("state", "version", "written", "payload")
    columns = [records.c[name] for name in ("connection", "company", "entity", "key", *names)]
    found = {}
    for condition in matching(records, whose):
        for row in tx.execute(sa.select(*columns).where(condition)):
            values = {name: row._mapping[name] for name in names}
            found[of(row)] = Known(**values | {"state": State(row.state)})
    return found


def _row(whose: Whose, need: Need, version: str | None, since: datetime) -> dict[str, object]:
    return {
        "connection": whose.connection,
        "company": whose.company,
        "entity": whose.entity,
        "key": whose.key,
        "line": need.line,
        "sku": need.sku,
        "location": need.location,
        "quantity": need.quantity,
        "version": version,
        "taken_at": since,
    }


def _less(before: Iterable[AnyRow], after: Iterable[Need]) -> Iterator[Place]:
    had, has = _by_place(before), _by_place(after)
    return (place for place, quantity in had.items() if quantity > has.get(place, 0))


def _by_place(lines: Iterable[AnyRow | Need]) -> Mapping[Place, Decimal]:
    found: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for line in lines:
        found[line.sku, line.location] += line.quantity
    return found
