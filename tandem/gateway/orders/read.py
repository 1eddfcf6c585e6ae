"""Sales orders read in bulk: header, lines, address, shipments and companion rows, open or from history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.custom import allowed
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.faults import Busy, NotFound
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.models import SalesOrder
from tandem.gateway.orders.present import RELEASED, Parts, sales_order

HEADER = (
    "sono custno sodate ordate shipvia cshipno ponum pterms tax exempt ordamt shpamt sostat defloc currid exchrat "
    "release notes currhist adddate addtime lckstat"
)
LINE = (
    "sono tranlineno item descrip qtyord origqtyord qtyshp shipqty price disc extprice origextpri rqdate loctid "
    "taxable stkcode sostat lckstat"
)
_ADDRESS = "sono adtype company contact address1 address2 address3 city addrstate zip country phone email"
_SHIPMENT = "sono shipno shipdate shipvia trackno shpstat"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tables of open orders, or those of history."""

    header: Table
    line: Table
    address: Table
    shipment: Table | None
    history: bool


@dataclass(slots=True)
class OrderReader:
    """Reads sales orders of one company."""

    company: Company
    open: Shelf = field(init=False)
    old: Shelf = field(init=False)

    def __post_init__(self) -> None:
        tables = self.company.tables
        soship = tables.soship if tables.has("soship") else None
        soyshp = tables.soyshp if tables.has("soyshp") else None
        self.open = Shelf(tables.somast, tables.sotran, tables.soaddr, soship, history=False)
        self.old = Shelf(tables.soymst, tables.soytrn, tables.soyadr, soyshp, history=True)

    def get(self, connection: Connection, number: str) -> SalesOrder:
        """One order by its number, open or in history.

        Raises:
            NotFound: there is none.
        """
        number = number.strip()
        found = self.by_number(connection, [number])
        if number not in found:
            raise NotFound(f"there is no sales order {number}, neither open nor in history")
        return found[number]

    def by_number(self, connection: Connection, numbers: Sequence[str]) -> dict[str, SalesOrder]:
        """Orders by number; one that stands in both open table and history is told as it is in the open one."""
        found = self._on(connection, self.open, numbers)
        missing = [number for number in numbers if number not in found]
        return {**found, **self._on(connection, self.old, missing)} if missing else found

    def _on(self, connection: Connection, shelf: Shelf, numbers: Sequence[str]) -> dict[str, SalesOrder]:
        found: dict[str, SalesOrder] = {}
        for part in chunks([number for number in numbers if number]):
            for parts in self.parts(connection, shelf, part):
                found[parts.header["sono"]] = sales_order(parts, self.company.policy.zone)
        return found

    def parts(self, connection: Connection, shelf: Shelf, numbers: Sequence[str]) -> list[Parts]:
        """All rows of the orders with these numbers on one shelf.

        Raises:
            Busy: one of them was cut off while it was entered and cannot be brought to an end now.
        """
        self.require_settled(set(numbers) & set(self.company.unsettled.values()))
        tables = self.company.tables
        custom = [name for name in allowed(self.company, tables.somast) if name in shelf.header.c]
        headers = self._headers(connection, shelf, numbers, " ".join(custom))
        if not headers:
            return []
        lines = _by_order(self._rows(connection, shelf.line, LINE, numbers, "tranlineno"))
        addresses = _by_order(self._rows(connection, shelf.address, _ADDRESS, numbers))
        companions = _by_order(self._rows(connection, tables.tdorder, "sono extid extnumber contact", numbers))
        references = _by_order(self._rows(connection, tables.tdline, "sono tranlineno lineref taxamt", numbers))
        bill_tos = _by_order(self._rows(connection, tables.tdaddr, None, numbers))
        ships = shelf.shipment
        shipments = _by_order(self._rows(connection, ships, _SHIPMENT, numbers, "shipno")) if ships is not None else {}
        return [
            Parts(
                header=header,
                lines=lines.get(header["sono"], []),
                addresses=addresses.get(header["sono"], []),
                companion=next(iter(companions.get(header["sono"], [])), None),
                references={row["tranlineno"]: row for row in references.get(header["sono"], [])},
                bill_to=next(iter(bill_tos.get(header["sono"], [])), None),
                shipments=shipments.get(header["sono"], []),
                custom=tuple(custom),
                history=shelf.history,
            )
            for header in headers
        ]

    def require_settled(self, numbers: Collection[str]) -> None:
        """Let a read pass that touches no order which is only partly there.

        Raises:
            Busy: it does touch one.
        """
        if numbers:
            raise Busy(f"sales order {min(numbers)} was cut off while it was entered and is not whole yet; ask again")

    def _headers(self, connection: Connection, shelf: Shelf, numbers: Sequence[str], custom: str) -> list[Row]:
        table = shelf.header
        columns = labelled(table, f"{HEADER} {custom}")
        statement = select(*columns, updated(table).label("updated")).where(table.c.sono.in_(numbers))
        headers = fetch(connection, statement, table)
        if "release" not in table.c:  # a site without the column sends every order to its warehouse
            return [{**header, "release": RELEASED} for header in headers]
        return headers

    def _rows(
        self, connection: Connection, table: Table, columns: str | None, numbers: Sequence[str], order: str = "sono"
    ) -> list[Row]:
        statement = select(*labelled(table, columns)).where(table.c.sono.in_(numbers))
        return fetch(connection, statement.order_by(table.c.sono, table.c[order]), table)


def _by_order(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["sono"], []).append(row)
    return found
