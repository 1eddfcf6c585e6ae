"""Connections to a company: what each database needs to be a safe place for money."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from tandem.errors import CompanyError

LOCK_SECONDS = 10
WRITE_OPTION = "tandem_write"
_MSSQL_BUSY = (1205, 1222)  # deadlock victim; lock request time-out


def open_engine(address: str, *, new: bool = False, transactions: bool = True) -> Engine:
    """An engine for a company's address: SQLite with WAL and full durability, SQL Server with a lock time-out.

    Without `transactions` none is ever begun: each statement stands by itself, as on FoxPro's tables.

    Raises:
        CompanyError: the address cannot be read, names a database that the gateway does not speak to, or a file
            that is not there (unless it is to be `new`: SQLite would make an empty one).
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise CompanyError(
            "TANDEM_SAGEPRO_DATABASE_URL is no database address such as sqlite:///company01.db or "
            "mssql+pymssql://user:password@host/PRO01"
        ) from None
    if url.get_backend_name() == "sqlite":
        if not new and not _in_memory(url) and not Path(str(url.database)).is_file():
            raise CompanyError(f"there is no company at {url.database}; `tandem company create` makes the embedded one")
        return _sqlite(url, transactions)
    if url.get_backend_name() == "mssql":
        return _mssql(url, transactions)
    raise CompanyError(f"a company cannot be kept in {url.get_backend_name()}: sqlite or mssql is needed")


def _sqlite(url: URL, transactions: bool) -> Engine:
    options: dict[str, Any] = {"poolclass": StaticPool} if _in_memory(url) else {"pool_size": 10, "max_overflow": 30}
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False}, **options
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}")
        cursor.close()

    if transactions:
        event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(WRITE_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _in_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _mssql(url: URL, transactions: bool) -> Engine:
    level: dict[str, Any] = {} if transactions else {"isolation_level": "AUTOCOMMIT"}
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, **level)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET LOCK_TIMEOUT {LOCK_SECONDS * 1000}; SET XACT_ABORT ON")
        cursor.close()

    return engine


def is_busy(error: DBAPIError) -> bool:
    """Whether another writer held the database for longer than we wait."""
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        return "locked" in str(original) or "busy" in str(original)
    code = original.args[0] if original is not None and original.args else None
    return code in _MSSQL_BUSY
