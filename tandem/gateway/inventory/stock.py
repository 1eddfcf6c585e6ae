"""Stock read from ICILOC, with what open sales orders still want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, select

from tandem.gateway import etag
from tandem.gateway.catalogue.items import folded, resolve
from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.faults import NotFound
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.company.tables import labelled
from tandem.gateway.listing import Place, Slice, Window
from tandem.gateway.models import Stock
from tandem.values import ZERO

_COLUMNS = "item loctid lonhand lsoaloc lwoaloc lonordr"
_NEVER = "9999-12-31 23:59:59"
"""Stands for the stamp of what no row of ICILOC keeps: after any other."""
_NO_DEMAND = ("B", "R")
"""Order types that want nothing from stock: quotes and returns."""


def wanting(lines: FromClause) -> list[ColumnElement[bool]]:
    """What a sales order line must meet to want something from stock."""
    conditions: list[ColumnElement[bool]] = [lines.c.sostat == "", lines.c.sotype.not_in(_NO_DEMAND)]
    if "currhist" in lines.c:
        conditions.append(lines.c.currhist != "X")
    return conditions


class Inventory:
    """Quantities by item and location of one company."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._tables = company.tables
        self._stamp = updated(company.tables.iciloc)

    def of_item(self, connection: Connection, code: str) -> list[Stock]:
        """Every location of one item that keeps it, or that open orders want it from.

        Raises:
            NotFound: the company has no such item.
        """
        item = resolve(connection, self._tables, [code]).get(code)
        if item is None:
            raise NotFound(f"there is no item {code}")
        table = self._tables.iciloc
        rows = fetch(connection, self._select().where(table.c.item == item), table)
        rows += self._unkept(connection, [item], ())
        return self._stocks(connection, sorted(rows, key=lambda row: str(row["loctid"])))

    def at(self, connection: Connection, item: str, location: str) -> Stock:
        """One item at one location, both spelt as the company does.

        Raises:
            NotFound: the item is not kept there.
        """
        table = self._tables.iciloc
        found = self._records(connection, self._select().where(table.c.item == item, table.c.loctid == location))
        if not found:
            raise NotFound(f"item {item} is not kept at location {location}")
        return found[0]

    def page(
        self, connection: Connection, window: Window, *, codes: Sequence[str], locations: Sequence[str]
    ) -> Slice[Stock]:
        """Stock by the moment of its last change.

        Where items are asked for by code, what open orders want of them from a location that does not keep them comes
        after all others: nobody stamps it.
        """
        table = self._tables.iciloc
        keys = [table.c.item, table.c.loctid]
        conditions = window.conditions(self._stamp, keys, self._company.policy.zone)
        spellings = sorted({spelling for location in locations for spelling in (location, location.upper())})
        items = sorted(set(resolve(connection, self._tables, codes).values())) if codes else []
        if codes:
            conditions.append(table.c.item.in_(items))
        if spellings:
            conditions.append(table.c.loctid.in_(spellings))
        statement = self._select().where(*conditions).order_by(self._stamp, *keys).limit(window.limit + 1)
        rows = fetch(connection, statement, table)
        if items and window.since is None and len(rows) <= window.limit:
            rows += [row for row in self._unkept(connection, items, spellings) if _follows(row, window.after)]
        page = window.cut(rows, _place)
        return page.map(lambda rows: self._stocks(connection, rows))

    def _select(self) -> Select[Any]:
        return select(*labelled(self._tables.iciloc, _COLUMNS), self._stamp.label("updated"))

    def _records(self, connection: Connection, statement: Select[Any]) -> list[Stock]:
        return self._stocks(connection, fetch(connection, statement, self._tables.iciloc))

    def _stocks(self, connection: Connection, rows: Sequence[Row]) -> list[Stock]:
        wanted = self._open_sales(connection, sorted({row["item"] for row in rows}))
        return [self._stock(row, wanted) for row in rows]

    def _unkept(self, connection: Connection, items: Sequence[str], locations: Sequence[str]) -> list[Row]:
        """What open orders want of these items from locations that do not keep them, as rows of nothing."""
        kept, table = set[tuple[str, str]](), self._tables.iciloc
        wanted = self._open_sales(connection, items)
        for part in chunks(sorted({item for item, _ in wanted})):
            places = select(table.c.item, table.c.loctid).where(table.c.item.in_(part))
            kept |= {(item, folded(place)) for item, place in connection.execute(places)}
        return [
            dict.fromkeys(_COLUMNS.split(), ZERO) | {"item": item, "loctid": place, "updated": _NEVER}
            for item, place in sorted(wanted)
            if place and (item, folded(place)) not in kept and (not locations or place in locations)
        ]

    def _open_sales(self, connection: Connection, items: Sequence[str]) -> Mapping[tuple[str, str], Decimal]:
        """Open quantities of sales order lines by item and location, added up exactly."""
        lines = self._tables.sotran
        wanted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for part in chunks(items):
            conditions = [lines.c.item.in_(part), *wanting(lines)]
            statement = select(lines.c.item, lines.c.loctid, lines.c.qtyord).where(*conditions)
            for item, location, quantity in connection.execute(statement):
                wanted[item, location] += quantity
        return wanted

    def _stock(self, row: Row, wanted: Mapping[tuple[str, str], Decimal]) -> Stock:
        item, location, on_hand = row["item"], row["loctid"], row["lonhand"]
        open_sales = wanted.get((item, location), ZERO)
        allocated, gone = row["lsoaloc"] + row["lwoaloc"], row["updated"] == _NEVER
        made = Stock(
            e_tag="",
            key=f"{item}|{location}",
            item_code=item,
            location=location,
            on_hand=on_hand,
            allocated=allocated,
            on_order=row["lonordr"],
            open_sales=open_sales,
            available=on_hand - allocated,
            available_computed=on_hand - open_sales - row["lwoaloc"],
            gone=gone,
            updated_at=None if gone else moment_of_text(row["updated"], self._company.policy.zone),
        )
        return etag.seal(made)


def _place(row: Row) -> Place:
    return Place(row["updated"], (row["item"], row["loctid"]))


def _follows(row: Row, after: Place | None) -> bool:
    """Whether a row that nobody stamps comes after the end of the page before."""
    return after is None or after.stamp != _NEVER or after.key < (row["item"], row["loctid"])
