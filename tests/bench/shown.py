"""When the shop showed each figure, seen from outside: a thread looks at its file as the one that looks at the company.

A figure is seen at most two milliseconds, and the read, too late.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from tandem.sandbox.shop.tables import scaled
from tests.bench.watch import RESOLUTION, LostError

NEWEST = 'SELECT max("updatedDate") FROM inventory'
CHANGED = (
    'SELECT "inventoryId", available, "updatedDate" FROM inventory WHERE "updatedDate" >= ? ORDER BY "updatedDate"'
)


class Shown:
    """Figures by their key and quantity, and the moment (monotonic seconds) when they were first seen."""

    def __init__(self, shop: Path) -> None:
        self.shop = shop
        self.seen: dict[tuple[str, int], float] = {}
        self.failure: sqlite3.Error | None = None
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shown", daemon=True)

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

    def moments(self, figures: dict[str, Decimal], *, patience: float) -> dict[str, float]:
        """When each of these figures was seen; waits for them.

        Raises:
            LostError: some are missing, and none came for so many seconds.
        """
        wanted = {key: (key, scaled(quantity)) for key, quantity in figures.items()}
        with self._changed:
            while self.failure is None and (missing := [key for key, one in wanted.items() if one not in self.seen]):
                before = len(self.seen)
                if not self._changed.wait_for(lambda: self.failure or len(self.seen) > before, patience):  # noqa: B023
                    some = ", ".join(sorted(missing)[:5])
                    raise LostError(f"{len(missing)} of {len(wanted)} figures never came to the shop: {some}")
        if self.failure is not None:
            raise self.failure
        return {key: self.seen[one] for key, one in wanted.items()}

    def _run(self) -> None:
        try:
            with closing(sqlite3.connect(self.shop, timeout=10)) as connection:
                connection.execute("PRAGMA query_only=ON")
                self._look(connection)
        except sqlite3.Error as error:
            with self._changed:
                self.failure = error
                self._changed.notify_all()

    def _look(self, connection: sqlite3.Connection) -> None:
        (last,), version = connection.execute(NEWEST).fetchone(), None
        while not self._stop.is_set():
            (now,) = connection.execute("PRAGMA data_version").fetchone()
            if now != version:
                version = now
                last = self._read(connection, last)
            time.sleep(RESOLUTION)

    def _read(self, connection: sqlite3.Connection, last: str) -> str:
        rows = connection.execute(CHANGED, (last,)).fetchall()
        moment = time.monotonic()
        with self._changed:
            for key, quantity, _ in rows:
                self.seen.setdefault((key, quantity), moment)
            self._changed.notify_all()
        return str(rows[-1][2]) if rows else last
