"""What orders are checked against and copied from, read for a whole group of orders in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from tandem.gateway.catalogue.items import resolve
from tandem.gateway.company.calendar import Calendar
from tandem.gateway.company.company import Company
from tandem.gateway.company.currency import own_currency
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.models import SalesOrderIn

_CUSTOMER = (
    "custno company contact address1 address2 address3 city addrstate zip country phone email terr salesmn pterms "
    "pdisc pdays pnet disc tax taxcode taxdist taxtbl pricecode currency gllink balance onorder credlimit lckstat"
)
_ITEM = "item itmdesc itmclss stkcode taxcode stdcost stkumid sunmsid sumfact"
_STOCK = "item loctid slsdcst gllink"
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Masters:
    """Everything that a group of orders refers to, as the company has it inside this transaction."""

    currency: str
    customers: dict[str, Row]
    items: dict[str, Row]
    stock: dict[Place, Row]
    bins: frozenset[Place]
    locations: dict[str, str]
    default_location: str
    entered: dict[str, str]
    used_numbers: frozenset[str]
    calendar: Calendar

    @classmethod
    def read(cls, connection: Connection, company: Company, orders: Sequence[SalesOrderIn]) -> Masters:
        """The masters that these orders name.

        Raises:
            CompanyError: the company record is missing or has no currency.
        """
        reading = _Reading(connection, company)
        codes = resolve(connection, company.tables, {line.item_code for order in orders for line in order.line_items})
        locations = reading.locations()
        wanted = {_key(line.location or order.location) for order in orders for line in order.line_items}
        wanted = {locations[name] for name in (*wanted, _key(company.policy.location)) if name in locations}
        items = reading.items(codes)
        places = (sorted({row["item"] for row in items.values()}), sorted(wanted))
        return cls(
            currency=own_currency(connection, company),
            customers=reading.customers({_key(order.customer_no) for order in orders}),
            items=items,
            stock=reading.stock(*places),
            bins=reading.bins(*places),
            locations=locations,
            default_location=company.policy.location,
            entered=reading.entered({order.external_order_id for order in orders}),
            used_numbers=reading.used({order.sales_order_no.strip() for order in orders} - {""}),
            calendar=Calendar.read(connection, company, {order.order_date for order in orders}),
        )

    def customer(self, order: SalesOrderIn) -> Row | None:
        """The order's customer; numbers are upper-case in Sage Pro."""
        return self.customers.get(_key(order.customer_no))

    def item(self, code: str) -> Row | None:
        """The item that a code means."""
        return self.items.get(code)

    def location(self, *names: str) -> str | None:
        """The company's spelling of the first location named, else of the default one; None if it has no such."""
        named = next((name for name in names if name.strip()), self.default_location)
        return self.locations.get(_key(named))


def _key(code: str) -> str:
    return code.strip().upper()


class _Reading:
    def __init__(self, connection: Connection, company: Company) -> None:
        self._connection = connection
        self._company = company
        self._tables = company.tables

    def customers(self, numbers: set[str]) -> dict[str, Row]:
        table = self._tables.arcust
        rows = self._rows(table, _CUSTOMER, "custno", numbers, locked=True)
        return {row["custno"].upper(): row for row in rows}

    def items(self, codes: dict[str, str]) -> dict[str, Row]:
        rows = {row["item"]: row for row in self._rows(self._tables.icitem, _ITEM, "item", codes.values())}
        return {code: rows[item] for code, item in codes.items()}

    def stock(self, items: Sequence[str], locations: Sequence[str]) -> dict[Place, Row]:
        rows = self._places(self._tables.iciloc, _STOCK, items, locations)
        return {(row["item"], row["loctid"]): row for row in rows}

    def bins(self, items: Sequence[str], locations: Sequence[str]) -> frozenset[Place]:
        rows = self._places(self._tables.iciqty, "item loctid", items, locations)
        return frozenset((row["item"], row["loctid"]) for row in rows)

    def locations(self) -> dict[str, str]:
        names = self._connection.execute(select(self._tables.icloct.c.loctid)).scalars()
        return {name.upper(): name for name in names}

    def entered(self, external_ids: set[str]) -> dict[str, str]:
        rows = self._rows(self._tables.tdorder, "extid sono", "extid", external_ids)
        return {row["extid"]: row["sono"] for row in rows}

    def used(self, numbers: set[str]) -> frozenset[str]:
        both = (self._tables.somast, self._tables.soymst)
        return frozenset(row["sono"] for table in both for row in self._rows(table, "sono", "sono", numbers))

    def _rows(self, table: Table, columns: str, key: str, values: Iterable[str], *, locked: bool = False) -> list[Row]:
        rows: list[Row] = []
        for part in chunks(sorted(set(values))):
            statement = select(*labelled(table, columns)).where(table.c[key].in_(part))
            if locked:  # read to be written in the same transaction
                statement = statement.with_hint(table, "WITH (UPDLOCK)", "mssql")
            rows.extend(fetch(self._connection, statement, table))
        return rows

    def _places(self, table: Table, columns: str, items: Sequence[str], locations: Sequence[str]) -> list[Row]:
        rows: list[Row] = []
        for part in chunks(items):
            statement = select(*labelled(table, columns)).where(table.c.item.in_(part), table.c.loctid.in_(locations))
            rows.extend(fetch(self._connection, statement.distinct(), table))
        return rows
