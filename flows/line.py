"""The line that every use case walks: claim, extract, validate, transform, load, settle."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from prefect import get_run_logger

from tandem.entities import System
from tandem.errors import StoreUnavailable, Unauthorized, Unavailable
from tandem.line import patience
from tandem.line.alarm import alarming
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import utc_now
from tasks.alert import raise_alerts
from tasks.extract import accompany, extract
from tasks.inbox import claim
from tasks.ledger import settle
from tasks.load import load
from tasks.report import Tally
from tasks.transform import announce_parents, compose, link, understand
from tasks.validate import validate


async def carry(
    line: Connection, entity: str, source: System, tally: Tally, keys: Collection[str] | None = None
) -> int:
    """Take what waits for one entity along the line; gives how many records were settled."""
    batch = await claim(line, entity, source, keys)
    if not len(batch):
        return 0
    await _through(line, batch, tally)
    await settle(line, batch)
    if alarming(batch):
        await raise_alerts(line, batch)
    tally.add(batch)
    get_run_logger().info("%s: %s", batch, tally.plain())
    return len(batch)


async def _through(line: Connection, batch: Batch, tally: Tally) -> None:
    try:
        await _stations(line, batch, tally)
    except Unauthorized:
        line.store.inbox.release(line.owner, now=utc_now())
        raise
    except (Unavailable, StoreUnavailable) as outage:
        batch.decide(partial(patience.outage, line, outage))
    except Exception as error:  # noqa: BLE001 - nothing is swallowed: see below
        # A record that breaks a station must not stop the others: each goes alone, and the one that breaks it again
        # becomes a dead letter with the error's name.
        get_run_logger().exception("a station broke on %s", batch)
        if len(batch) == 1:
            batch.decide(partial(patience.broken, error))
            return
        for cargo in batch.open:
            single = batch.alone(cargo)
            await _through(line, single, tally)
            cargo.take(single.cargo[0])


async def _stations(line: Connection, batch: Batch, tally: Tally) -> None:
    await extract(line, batch)
    await validate(line, batch, "inbound")
    await understand(line, batch)
    for parent, keys in (await announce_parents(line, batch)).items():
        await carry(line, parent, batch.route.source, tally, keys)
    await link(line, batch)
    await accompany(line, batch)
    await compose(line, batch)
    await validate(line, batch, "outbound")
    await load(line, batch)
