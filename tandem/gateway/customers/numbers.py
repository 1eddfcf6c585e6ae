"""The next free customer number of a name, taken under a lock: two creators never get the same."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from tandem.errors import CompanyError
from tandem.gateway.company.limits import width_of
from tandem.gateway.company.tables import Tables
from tandem.gateway.customers.naming import following, series, stem


def next_number(connection: Connection, tables: Tables, *, name: str, contact: str) -> str:
    """A number made from the name that no customer has.

    The caller's write transaction is the lock: SQLite has one writer, and on SQL Server the range of the series is
    held until commit.

    Raises:
        CompanyError: every number of the name's series is in use.
    """
    letters = stem(name, contact)
    for prefix, digits in series(letters, width_of(tables.arcust, "custno")):
        number = following(prefix, digits, _taken(connection, tables, prefix, digits))
        if number is not None:
            return number
    raise CompanyError(f"arcust.custno: every number that starts with {letters} is in use")


def _taken(connection: Connection, tables: Tables, prefix: str, digits: int) -> list[str]:
    """The numbers of a series: of the highest few one is surely the last, unless letters stand among them."""
    table = tables.arcust
    statement = (
        select(table.c.custno)
        .with_hint(table, "WITH (UPDLOCK, HOLDLOCK)", "mssql")
        .where(
            table.c.custno.between(f"{prefix}{'0' * digits}", f"{prefix}{'9' * digits}"),
            func.length(table.c.custno) == len(prefix) + digits,
        )
        .order_by(table.c.custno.desc())
    )
    highest = list(connection.scalars(statement.limit(1)))
    if all(number[len(prefix) :].isdecimal() for number in highest):
        return highest
    return list(connection.scalars(statement))
