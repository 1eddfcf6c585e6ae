"""When the goods of each order were reserved, seen from outside: its first row in the store's table of demand.

A row lives from the transaction that stores the order's event until the one that settles it: tenths of a second.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from tandem.store.tables import demand
from tests.bench.watch import RESOLUTION

TAKEN = sa.select(demand.c.key).where(demand.c.entity == "order").distinct()
VERSION = "PRAGMA data_version"


class Reserved:
    """Orders by their id and the moment (monotonic seconds) when they were first seen to take goods."""

    def __init__(self, store_url: str) -> None:
        self.seen: dict[str, float] = {}
        self.failure: Exception | None = None
        self._url = store_url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reserved", daemon=True)

    def __enter__(self) -> Self:
        """Watch from now on."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Watch no longer.

        Raises:
            Exception: the store could not be read.
        """
        self._stop.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                self._look(connection)
            engine.dispose()
        except sa.exc.SQLAlchemyError as error:
            self.failure = error

    def _look(self, connection: sa.Connection) -> None:
        sqlite, version = connection.dialect.name == "sqlite", None
        while not self._stop.is_set():
            now = connection.exec_driver_sql(VERSION).scalar() if sqlite else object()  # PostgreSQL tells no version
            if now != version:
                version = now
                keys = connection.execute(TAKEN).scalars().all()
                moment = time.monotonic()
                for key in keys:
                    self.seen.setdefault(key, moment)
            time.sleep(RESOLUTION)
