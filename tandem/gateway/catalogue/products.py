"""Products read from ICITEM, and the few fields of one that may be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, false, select, update

from tandem.gateway import etag
from tandem.gateway.catalogue.items import resolve
from tandem.gateway.catalogue.prices import CompanionPrices, PriceLists
from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.faults import Fault, Faulty, Locked, NotFound
from tandem.gateway.company.rows import Row, changed, fetch
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.company.states import advance
from tandem.gateway.company.tables import labelled
from tandem.gateway.fitting import Fitting
from tandem.gateway.listing import Place, Slice, Window
from tandem.gateway.models import Product, ProductIn
from tandem.gateway.models.product import DatedPrice, DatedPriceIn

_COLUMNS = (
    "item itmdesc itmdes2 itmclss plinid stkcode itemstat price lstcost avgcost stdcost stkumid sunmsid sumfact "
    "ionhand lckstat"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which items a list holds: with codes only those, with days only those of which a price takes effect then."""

    codes: Sequence[str] = ()
    days: Sequence[date] = ()


class Products:
    """The item master of one company."""

    def __init__(self, company: Company, *, take_prices: bool, prices: PriceLists | None = None) -> None:
        self._company = company
        self._prices = prices or CompanionPrices(company)
        self._tables = company.tables
        self._take_prices = take_prices
        self._stamp = updated(self._tables.icitem)

    def get(self, connection: Connection, code: str) -> Product:
        """One item by its code, trimmed and case-folded.

        Raises:
            NotFound: the company has no such item.
        """
        return self._products(connection, [self._row(connection, code)])[0]

    def page(self, connection: Connection, window: Window, chosen: Chosen) -> Slice[Product]:
        """Items by the moment of their last change."""
        item = self._tables.icitem.c.item
        conditions = window.conditions(self._stamp, [item], self._company.policy.zone)
        if chosen.codes:
            conditions.append(item.in_(resolve(connection, self._tables, chosen.codes).values()))
        if chosen.days:
            dated = self._prices.effective(chosen.days)
            conditions.append(false() if dated is None else item.in_(dated))
        statement = self._select().where(*conditions).order_by(self._stamp, item).limit(window.limit + 1)
        rows = fetch(connection, statement, self._tables.icitem)
        page = window.cut(rows, lambda row: Place(row["updated"], (row["item"],)))
        return page.map(lambda kept: self._products(connection, kept))

    def update(
        self, connection: Connection, code: str, change: ProductIn, if_match: str | None, version: str = ""
    ) -> Product:
        """Changes what was given and leaves the rest.

        Raises:
            NotFound: the company has no such item.
            PreconditionFailed: the item is not the one that If-Match names.
            Locked: somebody has it open at Sage Pro's screens.
            Faulty: a text does not fit, or prices are not taken here.
            Conflict: a newer state of it was written before.
        """
        row = self._row(connection, code, lock=True)
        before = self._products(connection, [row])[0]
        etag.require(if_match, before.e_tag)
        if row["lckstat"]:
            raise Locked(f"item {row['item']} is in use at Sage Pro's screens")
        advance(connection, self._company, "products", row["item"], version)
        faults = self.faults(change)
        if faults:
            raise Faulty(faults)
        given = {"itmdesc": change.description, "itmdes2": change.description2, "price": change.price}
        values = {name: value for name, value in given.items() if value is not None and value != row[name]}
        dated = None if change.prices is None else [_dated(price, before.currency) for price in change.prices]
        if dated is not None and sorted(dated, key=_place) != sorted(before.prices, key=_place):
            self._prices.replace(connection, row["item"], dated)
        else:
            dated = None
        if values or dated is not None:
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
        given = {"Price": ("icitem.price", change.price), "Prices": ("tdprice.price", change.prices)}
        for field, (column, value) in given.items():
            if value is not None and not self._take_prices:
                message = "is not taken here; set TANDEM_SAGEPRO_TAKE_PRICES to let callers change prices"
                fitting.add(field, column, "prices-not-taken", message, str(value) if field == "Price" else "")
        fitting.number("Price", table, "price", change.price)
        self._dated_faults(fitting, change.prices or ())
        return fitting.faults

    def _dated_faults(self, fitting: Fitting, prices: Sequence[DatedPriceIn]) -> None:
        if not prices:
            return
        if self._prices.missing:
            fitting.add("Prices", "tdprice.price", "no-table", self._prices.missing)
        table, seen = self._tables.tdprice, set()
        for index, price in enumerate(prices):
            field = f"Prices[{index}]"
            fitting.text(f"{field}.PriceCode", table, "pricecode", price.price_code)
            fitting.text(f"{field}.Currency", table, "currid", price.currency)
            fitting.number(f"{field}.Price", table, "price", price.price)
            place = (price.price_code.strip(), price.currency.strip().upper(), price.effective_from)
            if place in seen:
                message = "is the second price of this list and currency from that day"
                fitting.add(f"{field}.EffectiveFrom", "tdprice.effdate", "twice", message, str(price.effective_from))
            seen.add(place)

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

    def _products(self, connection: Connection, rows: Sequence[Row]) -> list[Product]:
        if not rows:
            return []
        dated = self._prices.of(connection, [row["item"] for row in rows])
        table = self._tables.syccomp
        own = select(table.c.currid).where(table.c.compid == self._company.policy.company)
        currency = connection.scalars(own).first() or ""
        return [self._product(row, dated.get(row["item"], []), currency) for row in rows]

    def _product(self, row: Row, dated: Sequence[DatedPrice], currency: str) -> Product:
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
            currency=currency,
            prices=[price.model_copy(update={"currency": price.currency or currency}) for price in dated],
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


def _dated(price: DatedPriceIn, currency: str) -> DatedPrice:
    return DatedPrice(
        price_code=price.price_code.strip(),
        currency=price.currency.strip().upper() or currency,
        effective_from=price.effective_from,
        price=price.price,
    )


def _place(price: DatedPrice) -> tuple[str, str, date]:
    return price.price_code, price.currency, price.effective_from
