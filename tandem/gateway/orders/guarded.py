"""Updates that carry their precondition: a row that moved on in the meantime is not overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, update

from tandem.gateway.company.expressions import amount, is_blank
from tandem.gateway.company.faults import Conflict, Locked
from tandem.gateway.company.rows import Row, changed

Values = dict[str, Any]


def require_unlocked(header: Row, lines: Iterable[Row]) -> None:
    """Let a change pass when nobody has the order open.

    Raises:
        Locked: the header or a line has a lock status.
    """
    if header["lckstat"] or any(row["lckstat"] for row in lines):
        raise Locked(f"sales order {header['sono']} is in use at Sage Pro's screens")


def update_header(connection: Connection, table: Table, sono: str, values: Values) -> None:
    """Change the header of an order that is open and in nobody's hands.

    Raises:
        Conflict: it no longer is.
    """
    where = (table.c.sono == sono, is_blank(table.c.sostat), is_blank(table.c.lckstat))
    _one(connection, table, where, values, f"sales order {sono}")


def update_unpicked_line(connection: Connection, table: Table, sono: str, number: int, values: Values) -> None:
    """Change a line of which nothing is picked or shipped.

    Raises:
        Conflict: the warehouse has begun on it.
    """
    where = (
        table.c.sono == sono,
        table.c.tranlineno == number,
        is_blank(table.c.lckstat),
        amount(table.c.shipqty) == 0,
        amount(table.c.qtyshp) == 0,
    )
    _one(connection, table, where, values, f"line {number} of sales order {sono}")


def update_resting_line(connection: Connection, table: Table, sono: str, number: int, values: Values) -> None:
    """Change a line that nobody is picking now.

    Raises:
        Conflict: somebody is.
    """
    where = (
        table.c.sono == sono,
        table.c.tranlineno == number,
        is_blank(table.c.lckstat),
        amount(table.c.shipqty) == 0,
    )
    _one(connection, table, where, values, f"line {number} of sales order {sono}")


def _one(connection: Connection, table: Table, where: tuple[Any, ...], values: Values, what: str) -> None:
    done = connection.execute(update(table).where(*where).values(changed(table, values)))
    if done.rowcount != 1:
        raise Conflict("order-changed", f"{what} was changed in Sage Pro in this moment; read it again")
