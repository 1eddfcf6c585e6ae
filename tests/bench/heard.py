"""When Tandem had stored the word of each change: its own stamp in the inbox, on the clock of the wall."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing

import sqlalchemy as sa

from tandem.store import Store
from tandem.store.tables import inbox
from tests.bench.watch import LostError

WATCHER = "stock.updated"


def heard(store_url: str, keys: Collection[str]) -> dict[str, float]:
    """Seconds since 1970 of the first word of each.

    Raises:
        LostError: there was no word of some.
    """
    asked = sa.select(inbox.c.key, sa.func.min(inbox.c.received_at).label("at"))
    asked = asked.where(inbox.c.event_type == WATCHER).group_by(inbox.c.key)
    with closing(Store.open(store_url)) as store:
        rows = store.database.read(lambda tx: tx.execute(asked).all())
    found = {row.key: row.at.timestamp() for row in rows}
    if missing := set(keys) - set(found):
        raise LostError(f"no word of {len(missing)} changes was stored: {sorted(missing)[:5]}")
    return {key: found[key] for key in keys}
