"""The customer's ship-to of an order: found by exact equality in normal form, else added under the next number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled, shape_of
from tandem.gateway.models import SalesOrderIn
from tandem.gateway.orders.addresses import columns_of, is_blank, place

_COLUMNS = "custno cshipno company contact address1 address2 address3 city addrstate zip country shipvia fob"
_NONE = {"cshipno": "", "shipvia": "", "fob": ""}


@dataclass(slots=True)
class ShipTos:
    """The ship-tos that a group of orders may mean, and those that it adds."""

    company: Company
    known: dict[tuple[str, ...], Row] = field(default_factory=dict)
    numbers: dict[str, set[str]] = field(default_factory=dict)
    added: list[Row] = field(default_factory=list)

    @classmethod
    def read(cls, connection: Connection, company: Company, orders: Sequence[tuple[SalesOrderIn, Row]]) -> ShipTos:
        """The ship-tos of these orders' customers at these orders' postcodes, and all numbers in use."""
        made = cls(company)
        table = company.tables.arcadr
        wanted = [(order, customer) for order, customer in orders if not is_blank(order.ship_to_address)]
        customers = sorted({customer["custno"] for _, customer in wanted})
        codes = sorted({order.ship_to_address.postal_code.strip().lower() for order, _ in wanted})
        for part in chunks(customers):
            for some in chunks(codes):
                zips = func.lower(func.ltrim(func.rtrim(table.c.zip)))
                statement = select(*labelled(table, _COLUMNS)).where(table.c.custno.in_(part), zips.in_(some))
                for row in fetch(connection, statement, table):
                    made.known.setdefault((row["custno"], *place(row)), row)
            numbers = select(*labelled(table, "custno cshipno")).where(table.c.custno.in_(part))
            for row in fetch(connection, numbers):
                made.numbers.setdefault(row["custno"], set()).add(row["cshipno"].strip())
        return made

    def of(self, order: SalesOrderIn, customer: Row) -> Row:
        """Number, carrier and terms of delivery of the order's ship-to; all blank where it is none of the customer's.

        Raises:
            CompanyError: the customer has used up all ship-to numbers.
        """
        address = order.ship_to_address
        if is_blank(address):
            return dict(_NONE)
        columns = columns_of(address)
        key = (customer["custno"], *place(columns))
        found = self.known.get(key)
        if found is None and order.add_ship_to:
            found = self.known[key] = self._add(customer, columns)
        return {name: found[name].strip() for name in _NONE} if found is not None else dict(_NONE)

    def _add(self, customer: Row, columns: Row) -> Row:
        row = {
            "custno": customer["custno"],
            "cshipno": self._next(customer["custno"]),
            "defaship": "N",
            **columns,
            **{name: customer[name] for name in ("terr", "salesmn", "gllink", "taxdist", "taxtbl", "disc", "tax")},
            "entered": self.company.stamp().day,
            "fob": "",
            "shipvia": "",
            **self.company.stamp().added(),
        }
        self.added.append(row)
        return row

    def _next(self, custno: str) -> str:
        used = self.numbers.setdefault(custno, set())
        number = str(max((int(text) for text in used if text.isdecimal()), default=0) + 1)
        width = shape_of(self.company.tables.arcadr).columns["cshipno"].width
        if len(number) > width:
            raise CompanyError(f"arcadr.cshipno holds {width} characters: customer {custno} has no number left")
        used.add(number)
        return number
