"""The company's books as the people at the screens see them: rows to look up, to add and to change, all stamped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    and_,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    update,
)

from tandem.errors import TandemError
from tandem.sandbox.warehouse.columns import blank, of_declared
from tandem.values import utc_now

NUMBER_WIDTH = 10
TABLES = (
    *("arcust", "somast", "sotran", "soaddr", "soship"),
    *("icitem", "iciloc", "iciqty", "icloct", "ictran", "sysdata", "icsysd"),
)

Row = dict[str, Any]


class WarehouseError(TandemError):
    """What a person at the screens cannot do; the message names the record and the reason."""


def numbered(number: str | int) -> str:
    """A document number as Sage Pro keeps it: to the right of its ten places."""
    return str(number).strip().rjust(NUMBER_WIDTH)


class Page:
    """The books held open by one person for one entry; closed, it is all written or none of it."""

    def __init__(self, connection: Connection, tables: dict[str, Table], user: str, now: datetime) -> None:
        self._connection = connection
        self._tables = tables
        self._user = user
        self.now = now

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The rows that have all of these values."""
        sought = self._tables[table]
        query = select(sought).where(and_(True, *(sought.c[name] == value for name, value in where.items())))
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def one(self, table: str, **where: Any) -> Row:
        """The only row with these values.

        Raises:
            WarehouseError: there is none.
        """
        found = self.rows(table, **where)
        if not found:
            key = ", ".join(f"{name} {str(value).strip()!r}" for name, value in where.items())
            raise WarehouseError(f"{table} has no record with {key}")
        return found[0]

    def highest(self, table: str, column: str) -> str:
        """The last value of a column as text sorts it; blank in an empty table."""
        return str(self._connection.scalar(select(func.max(self._tables[table].c[column]))) or "")

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """New rows; what is not given is blank, and each is stamped with who added it and when."""
        into = self._tables[table]
        stamp = {"adduser": self._user, "adddate": self.now.date(), "addtime": f"{self.now:%H:%M:%S}"}
        blanks = {column.name: blank(column.type) for column in into.columns}
        known = {name: value for name, value in stamp.items() if name in blanks}
        if rows:
            self._connection.execute(insert(into), [{**blanks, **known, **row} for row in rows])

    def change(self, table: str, where: Row, **values: Any) -> None:
        """New values for the rows with this key, stamped with who changed them and when."""
        at = self._tables[table]
        stamp = {"lckuser": self._user, "lckdate": self.now.date(), "lcktime": f"{self.now:%H:%M:%S}"}
        known = {name: value for name, value in stamp.items() if name in at.columns}
        sought = and_(*(at.c[name] == value for name, value in where.items()))
        self._connection.execute(update(at).where(sought).values({**known, **values}))

    def next_numbers(self, module: str, count: int) -> list[str]:
        """So many fresh numbers of a module's counter, whose mirror in the company is kept up with it.

        Raises:
            WarehouseError: the counter row is missing.
        """
        rows = [row for row in self.rows("sysdata") if row["sysid"].startswith(module)]
        if not rows:
            raise WarehouseError(f"sysdata has no counter row for {module}")
        sysid, last = rows[0]["sysid"], rows[0]["int1"]
        for table in ("sysdata", f"{module.lower()}sysd"):
            self.change(table, {"sysid": sysid}, int1=last + count)
        return [numbered(number) for number in range(last + 1, last + count + 1)]


class Books:
    """Opens the company's database; one entry at a time, and readers beside it."""

    def __init__(
        self, url: str, zone: ZoneInfo, *, user: str = "WHSE", clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._engine = _engine(url)
        self._zone = zone
        self._user = user
        self._clock = clock
        self._writing = threading.Lock()
        self._known: dict[str, Table] | None = None

    @contextmanager
    def open(self) -> Iterator[Page]:
        """A page to read and write on; nobody else writes meanwhile."""
        with self._writing:
            tables = self._tables()
            with self._engine.connect() as connection, connection.begin():
                yield Page(connection, tables, self._user, self._clock().astimezone(self._zone))

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def _tables(self) -> dict[str, Table]:
        if self._known is None:
            self._known = _look_at(self._engine)
        return self._known


def _look_at(engine: Engine) -> dict[str, Table]:
    """The tables as the database itself describes them.

    Raises:
        WarehouseError: one that the people work with is missing.
    """
    inspector = inspect(engine)
    if missing := sorted(set(TABLES) - set(inspector.get_table_names())):
        raise WarehouseError(
            f"the company database has no table {', '.join(missing)}; `tandem company create` makes it"
        )
    with engine.connect() as connection:
        declared = {name: _declared(connection, name) for name in TABLES}
    return {
        name: Table(
            name,
            MetaData(),
            *(
                Column(column["name"], of_declared(declared[name].get(column["name"], "")) or column["type"])
                for column in inspector.get_columns(name)
            ),
        )
        for name in TABLES
    }


def _declared(connection: Connection, table: str) -> dict[str, str]:
    """SQLite's own words for the columns' types, which SQLAlchemy does not know."""
    if connection.dialect.name != "sqlite":
        return {}
    return {row[1]: row[2] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # or the driver would begin by itself, too late to hold the write lock
        raw.execute("PRAGMA synchronous=NORMAL")  # with the company's write-ahead log nothing is half written

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
