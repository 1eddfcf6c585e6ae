"""The database under the store: connections, transactions, and which faults mean "not now"."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tandem.errors import SettingsError, StoreUnavailable
from tandem.store.tables import connections

T = TypeVar("T")

BUSY_SECONDS = 10
"""How long a SQLite writer waits for the one before it."""

CACHE_KIB, CHECKPOINT_PAGES = 16_384, 4000
"""SQLite's page cache and how long its log may get: keys come in no order, so a full store touches many index pages."""

TRIES = 5
"""Times that a transaction is run which the database took back so that another could go on."""

_CONFLICTS = {"40001", "40P01"}
"""Serialization failure and deadlock; running the transaction again is what PostgreSQL asks for."""


class Database:
    """One engine; `read` and `write` run a function in one transaction each.

    On SQLite a write begins IMMEDIATE (two that begin deferred could not both go on) and writers of this process
    queue at a lock, which is fairer than SQLite's own waiting.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._reading = self.engine.execution_options(tandem_reading=True)
        self._writer = threading.Lock() if self.sqlite else contextlib.nullcontext()
        self._companies: dict[str, str] = {}

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in a transaction that sees one state and writes nothing."""
        return self._run(self._reading, work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in one transaction; it may run again if the database asks for that."""
        with self._writer:
            return self._run(self.engine, work)

    def ping(self) -> None:
        """Asks for nothing but an answer."""
        self.read(lambda tx: tx.execute(sa.select(1)).scalar_one())

    def scrub(self) -> None:
        """Empties SQLite's write-ahead log, which would keep what was overwritten for a while."""
        if self.sqlite:
            with self._writer, contextlib.closing(self.engine.raw_connection()) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def insert(self, table: Table) -> Any:
        """An INSERT of this dialect, which knows ON CONFLICT."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)

    def belongs(self, connection: str, company: str) -> None:
        """Holds a connection to its one company; the first word on it is final.

        Raises:
            SettingsError: it belongs to another.
        """
        known = self._companies.get(connection) or self._company(connection)
        if known is None:
            new = self.insert(connections).values(connection=connection, company=company)
            self.write(lambda tx: tx.execute(new.on_conflict_do_nothing(index_elements=["connection"])))
            known = self.company_of(connection)
        if known != company:
            raise SettingsError(
                f"connection {connection!r} belongs to company {known!r} in this store, not {company!r}: "
                "give the second company a TANDEM_CONNECTION of its own"
            )

    def company_of(self, connection: str) -> str:
        """The company of a connection.

        Raises:
            SettingsError: nothing was ever stored for it.
        """
        found = self._companies.get(connection) or self._company(connection)
        if found is None:
            raise SettingsError(f"the store knows no connection {connection!r}; check TANDEM_CONNECTION")
        return found

    def _company(self, connection: str) -> str | None:
        """As it stands in the store; remembered, because it never changes."""
        asked = sa.select(connections.c.company).where(connections.c.connection == connection)
        found: str | None = self.read(lambda tx: tx.execute(asked).scalar())
        if found is not None:
            self._companies[connection] = found
        return found

    def _run(self, engine: sa.Engine, work: Callable[[Connection], T]) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                with engine.begin() as tx:
                    return work(tx)
            except (DBAPIError, PoolTimeout) as error:
                if _ours(error):
                    raise
                if attempt < TRIES and _sqlstate(error) in _CONFLICTS:
                    time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - two must not meet again at once
                    continue
                raise StoreUnavailable(f"the store cannot be used now: {_first_line(error)}") from error
        raise AssertionError("the last try returns or raises")


def _ours(error: Exception) -> bool:
    """Whether a statement is at fault and not the database; waiting would not mend that."""
    wrong_sql = getattr(getattr(error, "orig", None), "sqlite_errorname", None) == "SQLITE_ERROR"
    return wrong_sql or isinstance(error, IntegrityError | ProgrammingError | DataError)


def _sqlstate(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n")[0]


def _engine(url: str) -> sa.Engine:
    try:
        address = sa.make_url(url)
    except ArgumentError:
        raise SettingsError(
            "TANDEM_DATABASE_URL is no database address (sqlite:///... or postgresql+psycopg://...)"
        ) from None
    kind = address.get_backend_name()
    if kind == "postgresql":
        pool: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 5, "pool_timeout": BUSY_SECONDS}
        psycopg = address.set(drivername="postgresql+psycopg")
        # Parameters are records, and an error's words go to the logs.
        return sa.create_engine(psycopg, hide_parameters=True, connect_args={"connect_timeout": 5}, **pool)
    if kind != "sqlite" or not address.database or address.database == ":memory:":
        raise SettingsError(
            f"TANDEM_DATABASE_URL names {kind}: use sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"
        )
    return _sqlite_engine(address, Path(address.database))


def _sqlite_engine(address: sa.URL, file: Path) -> sa.Engine:
    file.parent.mkdir(parents=True, exist_ok=True)
    wait = {"timeout": BUSY_SECONDS}
    engine = sa.create_engine(address, hide_parameters=True, connect_args=wait, pool_timeout=BUSY_SECONDS)

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("tandem_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: Any) -> None:
    """Switches to the write-ahead log; two processes that do so at once may be told "locked" without waiting."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
