"""One change of the shop: records, events and counters that are committed together or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from tandem.sandbox.database import counter
from tandem.sandbox.shop.refusal import missing
from tandem.sandbox.shop.tables import RESOURCES, Overlay, Resource, notification
from tandem.values import loads

Record = dict[str, Any]

CHUNK = 500
"""Values in one `IN`, well below what SQLite takes."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event to be: `text` is the whole record as it was when it happened."""

    type: str
    resource: Resource
    record: Record
    text: str


class Transaction:
    """Writes are gathered and go out together, which makes placing many orders at once cheap."""

    def __init__(self, connection: Connection, stamp: str) -> None:
        self.connection = connection
        self.stamp = stamp
        self.events: list[Happening] = []
        self._texts: dict[tuple[str, str], str] = {}
        self._counters: dict[str, int] | None = None
        self._new: dict[str, list[Record]] = defaultdict(list)

    def number(self, name: str, many: int = 1) -> int:
        """The next number of a counter, or the first of so many; none is ever given twice."""
        if self._counters is None:
            self._counters = {row.name: row.value for row in self.connection.execute(select(counter))}
        first = self._counters.get(name, 0) + 1
        self._counters[name] = first + many - 1
        return first

    def id_of(self, resource: Resource) -> str:
        """A new id."""
        return f"{resource.prefix}_{self.number(resource.name):06d}"

    def add(self, resource: Resource, record: Record, cart: str = "", overlay: Overlay | None = None) -> None:
        """A new record."""
        self._new[resource.name].append(self._row(resource, record, overlay) | {"cart": cart})

    def save(self, resource: Resource, record: Record, cart: str | None = None, *, honestly: bool = False) -> None:
        """A changed record; what was planted in it stays, unless it is saved honestly."""
        self._flush_records()
        key = resource.table.c[resource.key] == record[resource.key]
        planted = "" if honestly else self.connection.scalar(select(resource.table.c.overlay).where(key))
        row = self._row(resource, record, loads(planted) if planted else None)
        self.connection.execute(update(resource.table).where(key).values(row if cart is None else row | {"cart": cart}))

    def remove(self, resource: Resource, key: str) -> None:
        """Takes a record out for good."""
        self._flush_records()
        self.connection.execute(delete(resource.table).where(resource.table.c[resource.key] == key))

    def find(self, resource: Resource, key: str) -> Record | None:
        """The record with this id."""
        found = self.where(resource, resource.key, [key])
        return found[0] if found else None

    def need(self, resource: Resource, key: str) -> Record:
        """The record with this id.

        Raises:
            ShopError: 404.
        """
        found = self.find(resource, key)
        if found is None:
            raise missing(resource.name, key)
        return found

    def where(self, resource: Resource, column: str, values: Iterable[str]) -> list[Record]:
        """The records whose column has one of the values, oldest id first."""
        self._flush_records()
        table, asked = resource.table, list(values)
        found = []
        for start in range(0, len(asked), CHUNK):
            some = table.c[column].in_(asked[start : start + CHUNK])
            query = select(func.coalesce(table.c.honest, table.c.body)).where(some).order_by(table.c[resource.key])
            found += [loads(body) for body in self.connection.scalars(query)]
        return found

    def cart(self, resource: Resource, key: str) -> str:
        """What the record was made from; empty where it was put in as it is."""
        self._flush_records()
        query = select(resource.table.c.cart).where(resource.table.c[resource.key] == key)
        return self.connection.scalar(query) or ""

    def emit(self, event: str, resource: Resource, record: Record) -> None:
        """An event about a record that was added or saved just before."""
        text = self._texts[resource.name, record[resource.key]]
        self.events.append(Happening(event, resource, dict(record), text))

    def mail(self, **row: str) -> None:
        """A mail to the customer."""
        self.connection.execute(insert(notification).values(row))

    def forget_mails(self, order_id: str) -> None:
        """Erases to whom the mails of an order went."""
        of_order = notification.c.orderId == order_id
        self.connection.execute(update(notification).where(of_order).values(to=""))

    def flush(self) -> None:
        """Writes what was gathered."""
        self._flush_records()
        if self._counters:
            rows = [{"name": name, "value": value} for name, value in self._counters.items()]
            self.connection.execute(insert(counter).prefix_with("OR REPLACE"), rows)

    def _row(self, resource: Resource, record: Record, overlay: Overlay | None) -> dict[str, Any]:
        row = resource.row(record, overlay)
        self._texts[resource.name, record[resource.key]] = row["body"]
        return row

    def _flush_records(self) -> None:
        for name, rows in self._new.items():
            if rows:
                self.connection.execute(insert(RESOURCES[name].table), rows)
        self._new.clear()


def by(records: Sequence[Record], field: str) -> dict[str, Record]:
    """The records under the value of a field."""
    return {record[field]: record for record in records}


def moment_text(moment: datetime) -> str:
    """An instant as events carry it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
