"""What the ingress has acknowledged, and what it may have heard: by key, in a small database of the watcher's own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, Table, Text, create_engine, delete, event, select
from sqlalchemy.dialects.sqlite import insert

from tandem.gateway.company.rows import chunks

metadata = MetaData()

about = Table("about", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
known = Table(
    "known",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("content", BigInteger, nullable=False),
    Column("turn", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""`turn` counts the acknowledged changes of a record: content that comes back is another event."""

sent = Table(
    "sent",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("content", BigInteger, nullable=False),
    Column("turn", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""What was sent last of a record and not acknowledged: the ingress has it, or it has not."""

ERA = "era"
_BEGUN = "begun "
_KEEP = """
    INSERT INTO known (kind, key, content, turn) VALUES (?, ?, ?, ?)
    ON CONFLICT (kind, key) DO UPDATE SET content = excluded.content, turn = excluded.turn
"""
"""As text: a statement with ON CONFLICT is compiled anew each time, and this one runs with every word acknowledged."""
_MARK = "INSERT OR REPLACE INTO sent (kind, key, content, turn) VALUES (?, ?, ?, ?)"
_UNMARK = "DELETE FROM sent WHERE kind = ? AND key = ?"


class Known(NamedTuple):
    """What was acknowledged of one record."""

    key: str
    content: int
    turn: int


class State:
    """Opens the file, or makes it; `era` tells the events of this file from those of one that was lost."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = _engine(path)
        with self._engine.begin() as connection:
            metadata.create_all(connection)
            made = insert(about).values(name=ERA, value=secrets.token_hex(8))
            connection.execute(made.on_conflict_do_nothing())
            self.era = str(connection.scalar(select(about.c.value).where(about.c.name == ERA)))

    def begun(self, kind: str) -> bool:
        """Whether a first pass of this kind was ended."""
        with self._engine.connect() as connection:
            return connection.scalar(select(about.c.value).where(about.c.name == _BEGUN + kind)) is not None

    def begin(self, kind: str, contents: Mapping[str, int]) -> None:
        """Keeps what a first pass found, all of it or nothing."""
        rows = [{"kind": kind, "key": key, "content": content, "turn": 0} for key, content in contents.items()]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(insert(known), rows)
            connection.execute(insert(about).values(name=_BEGUN + kind, value="yes"))

    def all(self, kind: str) -> Iterable[Known]:
        """Everything known of a kind."""
        return self._rows(known, kind)

    def sent(self, kind: str) -> Iterable[Known]:
        """What was sent of a kind and not acknowledged."""
        return self._rows(sent, kind)

    def _rows(self, table: Table, kind: str) -> Iterable[Known]:
        query = select(table.c.key, table.c.content, table.c.turn).where(table.c.kind == kind)
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                yield Known(*row)

    def keep(self, rows: Sequence[tuple[str, Known]], going: Sequence[tuple[str, Known]] = ()) -> None:
        """Writes down what was acknowledged and what is about to be sent, in one transaction."""
        with self._engine.begin() as connection:
            if rows:
                connection.exec_driver_sql(_KEEP, [(kind, *row) for kind, row in rows])
                connection.exec_driver_sql(_UNMARK, [(kind, row.key) for kind, row in rows])
            if going:
                connection.exec_driver_sql(_MARK, [(kind, *row) for kind, row in going])

    def forget(self, kind: str, keys: Sequence[str]) -> None:
        """Nothing is known of these any more."""
        with self._engine.begin() as connection:
            for some in chunks(keys):
                for table in (known, sent):
                    connection.execute(delete(table).where(table.c.kind == kind, table.c.key.in_(some)))

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")  # a mark that a power cut takes would be a change that nobody is told

    return engine
