"""Where the raw intake keeps bodies until they are sent: one table, as durable as Tandem's store and nothing more."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Protocol

MAKE = "CREATE TABLE IF NOT EXISTS intake (key TEXT PRIMARY KEY, body {blob} NOT NULL)"


class Keep(Protocol):
    """What both databases do."""

    def write(self, new: Sequence[tuple[str, bytes]], done: Sequence[str]) -> None:
        """Keep the new ones and drop those that are done, in one durable transaction."""
        ...

    def left(self) -> list[str]:
        """What is kept."""
        ...


class SqliteKeep:
    """SQLite with a write-ahead log and full durability; used by one thread at a time."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(MAKE.format(blob="BLOB"))

    def write(self, new: Sequence[tuple[str, bytes]], done: Sequence[str]) -> None:
        """As the protocol says."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT OR IGNORE INTO intake VALUES (?, ?)", new)
        self._connection.executemany("DELETE FROM intake WHERE key = ?", [(key,) for key in done])
        self._connection.execute("COMMIT")

    def left(self) -> list[str]:
        """As the protocol says."""
        return [key for (key,) in self._connection.execute("SELECT key FROM intake ORDER BY rowid")]


class PostgresKeep:
    """PostgreSQL with its own durability; all rows of a group in one statement."""

    def __init__(self, address: str) -> None:
        import psycopg

        self._connection = psycopg.connect(address.replace("+psycopg", ""))
        self._connection.execute(MAKE.format(blob="BYTEA"))
        self._connection.commit()

    def write(self, new: Sequence[tuple[str, bytes]], done: Sequence[str]) -> None:
        """As the protocol says."""
        with self._connection.transaction():
            if new:
                self._connection.execute(
                    "INSERT INTO intake SELECT * FROM unnest(%s::text[], %s::bytea[]) ON CONFLICT DO NOTHING",
                    ([key for key, _ in new], [body for _, body in new]),
                )
            if done:
                self._connection.execute("DELETE FROM intake WHERE key = ANY(%s)", (list(done),))

    def left(self) -> list[str]:
        """As the protocol says."""
        found = [key for (key,) in self._connection.execute("SELECT key FROM intake")]
        self._connection.commit()
        return found


def open_keep(address: str) -> Keep:
    """The table at a SQLAlchemy address of PostgreSQL, or in a SQLite file."""
    return PostgresKeep(address) if address.startswith("postgresql") else SqliteKeep(address)
