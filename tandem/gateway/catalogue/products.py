"""Products read from ICITEM, and the few fields of one that may be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, update

from tandem.gateway import etag
from tandem.gateway.catalogue.items import resolve
from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.faults import Fault, Faulty, Locked, NotFound
from tandem.gateway.company.rows import Row, changed, fetch
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.company.tables import labelled
from tandem.gateway.fitting import Fitting
from tandem.gateway.listing import Place, Slice, Window
from tandem.gateway.models import Product, ProductIn

_COLUMNS = (
    "item itmdesc itmdes2 itmclss plinid stkcode itemstat price lstcost avgcost stdcost stkumid sunmsid sumfact "
    "ionhand lckstat"
)


class Products:
    """The item master of one company."""

    def __init__(self, company: Company, *, take_prices: bool) -> None:
        self._company = company
        self._tables = company.tables
        self._take_prices = take_prices
        self._stamp = updated(self._tables.icitem)

    def get(self, connection: Connection, code: str) -> Product:
        """One item by its code, trimmed and case-folded.

        Raises:
            NotFound: the company has no such item.
        """
        return self._product(self._row(connection, code))

    def page(self, connection: Connection, window: Window, codes: Sequence[str]) -> Slice[Product]:
        """Items by the moment of their last change; with codes, only those."""
        item = self._tables.icitem.c.item
        conditions = window.conditions(self._stamp, [item], self._company.policy.zone)
        if codes:
            conditions.append(item.in_(resolve(connection, self._tables, codes).values()))
        statement = self._select().where(*conditions).order_by(self._stamp, item).limit(window.limit + 1)
        rows = fetch(connection, statement, self._tables.icitem)
        page = window.cut(rows, lambda row: Place(row["updated"], (row["item"],)))
        return page.map(lambda kept: [self._product(row) for row in kept])

    def update(self, connection: Connection, code: str, change: ProductIn, if_match: str | None) -> Product:
        """Changes what was given and leaves the rest.

        Raises:
            NotFound: the company has no such item.
            PreconditionFailed: the item is not the one that If-Match names.
            Locked: somebody has it open at Sage Pro's screens.
            Faulty: a text does not fit, or prices are not taken here.
        """
        row = self._row(connection, code, lock=True)
        etag.require(if_match, self._product(row).e_tag)
        if row["lckstat"]:
            raise Locked(f"item {row['item']} is in use at Sage Pro's screens")
        faults = self.faults(change)
        if faults:
            raise Faulty(faults)
        given = {"itmdesc": change.description, "itmdes2": change.description2, "price": change.price}
        values = {name: value for name, value in given.items() if value is not None and value != row[name]}
        if values:
            table = self._tables.icitem
            stamped = changed(table, {**values, **self._company.stamp().touched()})
            connection.execute(update(table).where(table.c.item == row["item"]).values(stamped))
        return self.get(connection, row["item"])

    def faults(self, change: ProductIn) -> list[Fault]:
        """Everything that is wrong with a change: a text that does not fit, a price that is not taken here."""
        fitting, table = Fitting(), self._tables.icitem
        fitting.text("Description", table, "itmdesc", change.description or "")
        fitting.text("Description2", table, "itmdes2", change.description2 or "")
        if change.description is not None and not change.description.strip():
            fitting.add("Description", "icitem.itmdesc", "blank", "must not be empty")
        if change.price is not None and not self._take_prices:
            message = "is not taken here; set TANDEM_SAGEPRO_TAKE_PRICES to let callers change prices"
            fitting.add("Price", "icitem.price", "prices-not-taken", message, str(change.price))
        fitting.number("Price", table, "price", change.price)
        return fitting.faults

    def _select(self) -> Select[Any]:
        return select(*labelled(self._tables.icitem, _COLUMNS), self._stamp.label("updated"))

    def _row(self, connection: Connection, code: str, *, lock: bool = False) -> Row:
        table = self._tables.icitem
        item = resolve(connection, self._tables, [code]).get(code)
        statement = self._select().where(table.c.item == item)
        if lock:
            statement = statement.with_hint(table, "WITH (UPDLOCK)", "mssql")
        rows = fetch(connection, statement, table) if item is not None else []
        if not rows:
            raise NotFound(f"there is no item {code}")
        return rows[0]

    def _product(self, row: Row) -> Product:
        made = Product(
            e_tag="",
            item_code=row["item"],
            description=row["itmdesc"],
            description2=row["itmdes2"],
            class_=row["itmclss"],
            product_line=row["plinid"],
            stocked=row["stkcode"] == "Y",
            status=row["itemstat"],
            price=row["price"],
            last_cost=row["lstcost"],
            average_cost=row["avgcost"],
            standard_cost=row["stdcost"],
            stock_unit=row["stkumid"],
            sales_unit=row["sunmsid"],
            sales_factor=row["sumfact"],
            on_hand=row["ionhand"],
            updated_at=moment_of_text(row["updated"], self._company.policy.zone),
        )
        return etag.seal(made)
