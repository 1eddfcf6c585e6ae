"""Prices that take effect on a day: where a company keeps them, behind one protocol.

The columns of Sage Pro's own price tables (ICPRIC, ICPGRP) are not known, so none is guessed: by default a companion
table holds them. A site whose price lists are known gives `Products` another source of this form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Connection, Select, delete, insert, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.models.product import DatedPrice

NO_TABLE = "this company has no table tdprice; `tandem company prepare` adds it"


class PriceLists(Protocol):
    """Prices of items by price list, currency and first day."""

    @property
    def missing(self) -> str:
        """Why nothing can be written here; empty if it can."""
        ...

    def of(self, connection: Connection, items: Sequence[str]) -> Mapping[str, list[DatedPrice]]:
        """All prices of these items, earliest first; an item without any is absent."""
        ...

    def effective(self, days: Iterable[date]) -> Select[Any] | None:
        """The items of which a price takes effect on one of the days, as a query; None: there are no such prices."""
        ...

    def replace(self, connection: Connection, item: str, prices: Sequence[DatedPrice]) -> None:
        """Makes these the only dated prices of an item."""
        ...


class CompanionPrices:
    """Prices in the companion table tdprice; a company that lacks the table has none."""

    def __init__(self, company: Company) -> None:
        self._table = company.tables.tdprice
        self._company = company

    @property
    def missing(self) -> str:
        """As the protocol says."""
        return "" if self._company.tables.has("tdprice") else NO_TABLE

    def of(self, connection: Connection, items: Sequence[str]) -> dict[str, list[DatedPrice]]:
        """As the protocol says; one query for each 500 items."""
        found: dict[str, list[DatedPrice]] = {}
        if self.missing or not items:
            return found
        table = self._table
        asked = select(*labelled(table, "item pricecode currid effdate price")).order_by(
            table.c.item, table.c.effdate, table.c.pricecode, table.c.currid
        )
        for part in chunks(items):
            for row in fetch(connection, asked.where(table.c.item.in_(part)), table):
                found.setdefault(row["item"], []).append(
                    DatedPrice(
                        price_code=row["pricecode"],
                        currency=row["currid"],
                        effective_from=row["effdate"],
                        price=row["price"],
                    )
                )
        return found

    def effective(self, days: Iterable[date]) -> Select[Any] | None:
        """As the protocol says."""
        return None if self.missing else select(self._table.c.item).where(self._table.c.effdate.in_(list(days)))

    def replace(self, connection: Connection, item: str, prices: Sequence[DatedPrice]) -> None:
        """As the protocol says."""
        table = self._table
        connection.execute(delete(table).where(table.c.item == item))
        rows = [
            {
                "item": item,
                "pricecode": price.price_code,
                "currid": price.currency,
                "effdate": price.effective_from,
                "price": price.price,
                "recorded": self._company.clock().isoformat(timespec="seconds"),
            }
            for price in prices
        ]
        if rows:
            connection.execute(insert(table), rows)
