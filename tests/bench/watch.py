"""When each order was committed in the company, seen from outside without holding anything up.

A thread asks SQLite every two milliseconds whether the file has changed (a look at shared memory), and reads the new
companion rows when it has: a commit is seen at most that much, and the read, too late.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

RESOLUTION = 0.002
"""Seconds between two looks."""


class LostError(Exception):
    """Orders are missing in the company, or stand there twice."""


class Commits:
    """Orders by their id and the moment (monotonic seconds) when they were first seen; used as a context manager."""

    def __init__(self, company: Path) -> None:
        self.company = company
        self.seen: dict[str, float] = {}
        self.failure: Exception | None = None
        self._last = 0
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="commits", daemon=True)

    def __enter__(self) -> Self:
        """Watch from now on."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Watch no longer."""
        self._stop.set()
        self._thread.join()

    def wait(self, count: int, *, patience: float) -> None:
        """Until so many orders are there in all.

        Raises:
            LostError: none was added for so many seconds.
        """
        with self._changed:
            while len(self.seen) < count and self.failure is None:
                before = len(self.seen)
                self._changed.wait(patience)
                if len(self.seen) == before and self.failure is None:
                    raise LostError(f"{before} of {count} orders are there, and none came for {patience:.0f} s")
        if self.failure is not None:
            raise self.failure

    def check(self, keys: Collection[str]) -> None:
        """See by plain SQL that exactly these orders are there, each once.

        Raises:
            LostError: they are not; names some.
        """
        with closing(sqlite3.connect(self.company)) as connection:
            found = [key.strip() for (key,) in connection.execute("SELECT extid FROM tdorder")]
            (orders,) = connection.execute("SELECT count(*) FROM somast").fetchone()
        missing, strange = set(keys) - set(found), set(found) - set(keys)
        if missing or strange or len(found) != len(keys) or orders != len(keys):
            raise LostError(
                f"of {len(keys)} orders {len(found)} are announced in the company and {orders} stand in its books; "
                f"missing: {sorted(missing)[:5]}, never sent: {sorted(strange)[:5]}"
            )

    def _run(self) -> None:
        try:
            with closing(sqlite3.connect(self.company, timeout=10)) as connection:
                connection.execute("PRAGMA query_only=ON")
                self._look(connection)
        except sqlite3.Error as error:
            with self._changed:
                self.failure = error
                self._changed.notify_all()

    def _look(self, connection: sqlite3.Connection) -> None:
        version = None
        while not self._stop.is_set():
            (now,) = connection.execute("PRAGMA data_version").fetchone()
            if now != version:
                version = now
                self._read(connection)
            time.sleep(RESOLUTION)

    def _read(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT rowid, extid FROM tdorder WHERE rowid > ? ORDER BY rowid", (self._last,))
        found = rows.fetchall()
        if not found:
            return
        moment = time.monotonic()
        self._last = found[-1][0]
        with self._changed:
            for _, key in found:
                self.seen.setdefault(key.strip(), moment)
            self._changed.notify_all()
