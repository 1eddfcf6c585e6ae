"""What an order changes in rows of others: the customer's open amount and, by setting, the allocated stock.

Both are read under the write lock and set to exact sums; the database never adds text or floats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlalchemy import Connection, Table, select, update

from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import is_blank
from tandem.gateway.company.faults import Locked
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.orders.amounts import total
from tandem.gateway.orders.masters import Place
from tandem.values import ZERO

_BIN = ("qserial", "qstore", "qbin")


def set_onorder(connection: Connection, company: Company, amounts: Mapping[str, Decimal]) -> None:
    """Set arcust.onorder, the sum of a customer's open orders, as it was computed from rows read in this transaction.

    Raises:
        Locked: somebody has the customer open at Sage Pro's screens.
    """
    table = company.tables.arcust
    for custno, amount in sorted(amounts.items()):
        unlocked = (table.c.custno == custno, is_blank(table.c.lckstat))
        if connection.execute(update(table).where(*unlocked).values(onorder=amount)).rowcount != 1:
            raise Locked(f"customer {custno} is in use at Sage Pro's screens")


def lower_onorder(connection: Connection, company: Company, custno: str, amount: Decimal) -> None:
    """Take an amount off the customer's open orders.

    Raises:
        Locked: somebody has the customer open at Sage Pro's screens.
    """
    if not amount:
        return
    table = company.tables.arcust
    statement = select(table.c.onorder).where(table.c.custno == custno).with_hint(table, "WITH (UPDLOCK)", "mssql")
    standing = connection.execute(statement).scalar_one()
    set_onorder(connection, company, {custno: total((standing, -amount))})


def open_stock(lines: Iterable[Row]) -> dict[Place, Decimal]:
    """Open quantities of stocked lines by item and location."""
    found: dict[Place, Decimal] = {}
    for row in lines:
        if row["stkcode"] != "N":
            place = (row["item"], row["loctid"])
            found[place] = found.get(place, ZERO) + row["qtyord"]
    return found


def allocate(connection: Connection, company: Company, changes: Mapping[Place, Decimal]) -> None:
    """Add to iciloc.lsoaloc and iciqty.qsoaloc what open orders took, or take away what they gave back.

    Raises:
        Locked: somebody has the item open at Sage Pro's screens.
    """
    wanted = {place: change for place, change in changes.items() if change}
    items = sorted({item for item, _ in wanted})
    stock, bins = stock_rows(connection, company, items), bin_rows(connection, company, items)
    for place, change in sorted(wanted.items()):
        for row in stock.get(place, [])[:1]:
            set_stock(connection, company, place, row, row["lsoaloc"] + change)
        for row in bins.get(place, [])[:1]:
            set_bin(connection, company, place, row, row["qsoaloc"] + change)


def stock_rows(connection: Connection, company: Company, items: list[str]) -> dict[Place, list[Row]]:
    """The ICILOC rows of items, by place, with what they allocate."""
    return _by_place(connection, company.tables.iciloc, "item loctid lsoaloc lckstat", items)


def bin_rows(connection: Connection, company: Company, items: list[str]) -> dict[Place, list[Row]]:
    """The ICIQTY rows of items, by place and in the order of their bins, with what they allocate."""
    found = _by_place(connection, company.tables.iciqty, "item loctid qstore qbin qserial qsoaloc", items)
    return {place: sorted(rows, key=lambda row: [row[name] for name in _BIN]) for place, rows in found.items()}


def set_stock(connection: Connection, company: Company, place: Place, row: Row, quantity: Decimal) -> None:
    """Set what an ICILOC row allocates.

    Raises:
        Locked: somebody has the item open at Sage Pro's screens.
    """
    if row["lckstat"]:
        raise Locked(f"item {place[0]} at {place[1]} is in use at Sage Pro's screens")
    _set(connection, company.tables.iciloc, place, lsoaloc=quantity)


def set_bin(connection: Connection, company: Company, place: Place, row: Row, quantity: Decimal) -> None:
    """Set what an ICIQTY row allocates."""
    where = {name: row[name] for name in _BIN}
    _set(connection, company.tables.iciqty, place, where, qsoaloc=quantity)


def _by_place(connection: Connection, table: Table, columns: str, items: list[str]) -> dict[Place, list[Row]]:
    found: dict[Place, list[Row]] = {}
    for part in chunks(items):
        statement = select(*labelled(table, columns)).where(table.c.item.in_(part))
        for row in fetch(connection, statement.with_hint(table, "WITH (UPDLOCK)", "mssql"), table):
            found.setdefault((row["item"], row["loctid"]), []).append(row)
    return found


def _set(
    connection: Connection, table: Table, place: Place, where: Mapping[str, str] | None = None, **values: Decimal
) -> None:
    key = {"item": place[0], "loctid": place[1], **(where or {})}
    connection.execute(update(table).where(*(table.c[name] == value for name, value in key.items())).values(values))
