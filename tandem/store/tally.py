"""Numbers that are kept as things change, because counting afterwards takes too long."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping

from sqlalchemy import Connection

from tandem.store import bulk
from tandem.store.database import Database

SHARDS = 16


def count(database: Database, tx: Connection, numbers: Mapping[tuple[str, str], int]) -> None:
    """Adds to the counters of (connection, name)."""
    rows = [{"connection": connection, "name": name, "n": n} for (connection, name), n in sorted(numbers.items()) if n]
    if rows:
        bulk.counted(database, tx, rows)


def tally(database: Database, tx: Connection, moved: Mapping[tuple[str, str, str], int]) -> None:
    """Adds to the number of records of (connection, entity, state); the process has its shard."""
    shard = zlib.crc32(str(os.getpid()).encode()) % SHARDS
    rows = [
        {"connection": connection, "entity": entity, "state": str(state), "shard": shard, "n": n}
        for (connection, entity, state), n in sorted(moved.items())
        if n
    ]
    if rows:
        bulk.tallied(database, tx, rows)
