"""Stock read from ICILOC, with what open sales orders still want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from tandem.gateway import etag
from tandem.gateway.catalogue.items import resolve
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
_NO_DEMAND = ("B", "R")
"""Order types that want nothing from stock: quotes and returns."""


def wanting(lines: Table) -> list[ColumnElement[bool]]:
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
        """Every location of one item.

        Raises:
            NotFound: the company has no such item.
        """
        item = resolve(connection, self._tables, [code]).get(code)
        if item is None:
            raise NotFound(f"there is no item {code}")
        table = self._tables.iciloc
        return self._records(connection, self._select().where(table.c.item == item).order_by(table.c.loctid))

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
        """Stock by the moment of its last change."""
        table = self._tables.iciloc
        keys = [table.c.item, table.c.loctid]
        conditions = window.conditions(self._stamp, keys, self._company.policy.zone)
        if codes:
            conditions.append(table.c.item.in_(resolve(connection, self._tables, codes).values()))
        if locations:
            spellings = {spelling for location in locations for spelling in (location, location.upper())}
            conditions.append(table.c.loctid.in_(sorted(spellings)))
        statement = self._select().where(*conditions).order_by(self._stamp, *keys).limit(window.limit + 1)
        page = window.cut(
            fetch(connection, statement, table), lambda row: Place(row["updated"], (row["item"], row["loctid"]))
        )
        return page.map(lambda rows: self._stocks(connection, rows))

    def _select(self) -> Select[Any]:
        return select(*labelled(self._tables.iciloc, _COLUMNS), self._stamp.label("updated"))

    def _records(self, connection: Connection, statement: Select[Any]) -> list[Stock]:
        return self._stocks(connection, fetch(connection, statement, self._tables.iciloc))

    def _stocks(self, connection: Connection, rows: Sequence[Row]) -> list[Stock]:
        wanted = self._open_sales(connection, sorted({row["item"] for row in rows}))
        return [self._stock(row, wanted) for row in rows]

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
        allocated = row["lsoaloc"] + row["lwoaloc"]
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
            updated_at=moment_of_text(row["updated"], self._company.policy.zone),
        )
        return etag.seal(made)
