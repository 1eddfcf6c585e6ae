"""Databases read by their own drivers alone: no line of Tandem's code between a table and a check."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

Row = tuple[Any, ...]


class Reader:
    """Asks one database for rows; each question is a transaction of its own."""

    def __init__(self, address: str) -> None:
        self._postgres = address.replace("postgresql+psycopg://", "postgresql://", 1) if "://" in address else ""
        self._file = address

    @classmethod
    def of(cls, url: str) -> Reader:
        """By the address that Tandem was given."""
        return cls(url.removeprefix("sqlite:///"))

    def rows(self, query: str) -> list[Row]:
        """All that the query finds."""
        if self._postgres:
            with psycopg.connect(self._postgres) as connection:
                return connection.execute(query).fetchall()
        where = f"{Path(self._file).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(where, uri=True, timeout=30)) as connection:
            return connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        """The only value that the query finds."""
        return self.rows(query)[0][0]


def exact(value: Any) -> Decimal:
    """A number of a table, whatever type its column has; a float would have lost digits already.

    Raises:
        TypeError: it is a float.
    """
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float: money and quantities are exact")
    return Decimal(str(value or 0))
