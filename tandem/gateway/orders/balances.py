"""What an order changes in rows of others: the customer's open amount and, by setting, the allocated stock.

Both are read under the write lock and set to exact sums; the database never adds text or floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import Connection, Table, select, update

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Locked
from tandem.gateway.company.rows import Row
from tandem.gateway.orders.masters import Place


def set_onorder(connection: Connection, company: Company, amounts: Mapping[str, Decimal]) -> None:
    """Set arcust.onorder, the sum of a customer's open orders.

    Raises:
        Locked: somebody has opened the customer at Sage Pro's screens since it was read.
    """
    table = company.tables.arcust
    for custno, amount in sorted(amounts.items()):
        done = connection.execute(
            update(table).where(table.c.custno == custno, table.c.lckstat == "").values(onorder=amount)
        )
        if done.rowcount != 1:
            raise Locked(f"customer {custno} is in use at Sage Pro's screens")


def set_allocated(connection: Connection, company: Company, stock: Mapping[Place, tuple[Row, Row]]) -> None:
    """Set iciloc.lsoaloc and iciqty.qsoaloc to what their rows say, which were read in this transaction."""
    for (item, location), (at_location, in_bin) in sorted(stock.items()):
        _set(connection, company.tables.iciloc, {"item": item, "loctid": location}, lsoaloc=at_location["lsoaloc"])
        place = {"item": item, "loctid": location, **{name: in_bin[name] for name in ("qstore", "qbin", "qserial")}}
        _set(connection, company.tables.iciqty, place, qsoaloc=in_bin["qsoaloc"])


def _set(connection: Connection, table: Table, key: Mapping[str, str], **values: Decimal) -> None:
    connection.execute(update(table).where(*(table.c[name] == value for name, value in key.items())).values(values))


def onorder_of(connection: Connection, company: Company, custno: str) -> Decimal:
    """The customer's open amount as it stands, locked for this transaction."""
    table = company.tables.arcust
    statement = select(table.c.onorder).where(table.c.custno == custno).with_hint(table, "WITH (UPDLOCK)", "mssql")
    return connection.execute(statement).scalar_one()
