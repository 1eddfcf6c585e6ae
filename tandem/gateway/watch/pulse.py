"""Whether anything was committed at all since the last look, where the database can tell."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, PoolProxiedConnection

from tandem.errors import CompanyError


class Pulse(Protocol):
    """Something that differs after every commit."""

    def beat(self) -> object | None:
        """The present value; None where the database keeps none, and anything may have changed."""
        ...

    def close(self) -> None:
        """Give back the connection."""
        ...


class Unknown:
    """A database without such a counter."""

    def beat(self) -> object | None:
        """Nothing is known."""
        return None

    def close(self) -> None:
        """There is nothing to give back."""


class DataVersion:
    """SQLite's own counter, which moves when another connection has committed; one look takes some 10 µs."""

    def __init__(self, engine: Engine) -> None:
        self._connection: PoolProxiedConnection = engine.raw_connection()
        raw = self._connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError(f"{type(raw).__name__} is no connection to SQLite")
        self._raw = raw
        self._file = Path(str(engine.url.database))
        self._inode = self._file.stat().st_ino

    def beat(self) -> object:
        """The counter.

        Raises:
            CompanyError: another file stands in the company's place, as after a restore.
        """
        if not self._file.exists() or self._file.stat().st_ino != self._inode:
            raise CompanyError(f"{self._file} is not the file that was opened; it is watched afresh")
        version: int = self._raw.execute("PRAGMA data_version").fetchone()[0]
        return version

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()


def pulse_of(engine: Engine) -> Pulse:
    """The counter of commits of a company's database."""
    return DataVersion(engine) if engine.dialect.name == "sqlite" else Unknown()
