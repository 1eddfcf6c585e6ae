"""The stand-in's own SQLite file: one writer at a time, readers beside it, nothing lost on a kill."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert

metadata = MetaData()

setting = Table("setting", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
counter = Table("counter", metadata, Column("name", Text, primary_key=True), Column("value", Integer, nullable=False))


class Database:
    """Hands out connections; a write waits for the one before it instead of failing as busy."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._writing = threading.Lock()
        with self.writing() as connection:
            metadata.create_all(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first statement on."""
        with self._writing, self._engine.connect() as connection:
            bound = connection.execution_options(writes=True)
            with bound.begin():
                yield bound

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the file throughout."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def remembered(self, name: str) -> str | None:
        """A value kept by `remember`."""
        with self.reading() as connection:
            found: str | None = connection.scalar(select(setting.c.value).where(setting.c.name == name))
        return found

    def remember(self, name: str, value: str) -> None:
        """Keeps a value over restarts."""
        with self.writing() as connection:
            keep(connection, setting, name=name, value=value)

    def close(self) -> None:
        """Gives back every connection."""
        self._engine.dispose()


def keep(connection: Connection, table: Table, **row: Any) -> None:
    """Inserts the row, or replaces the one with the same primary key."""
    statement = insert(table).values(**row)
    key = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in row if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=rest))


def _engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver's own BEGIN would come too late: see _begin
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
