"""The line that every use case walks: claim, extract, validate, transform, load, settle."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from prefect import get_run_logger

from flows.overtaken import once_more
from tandem.entities import System
from tandem.errors import StoreUnavailable, Unauthorized, Unavailable
from tandem.line import compose as composing
from tandem.line import leasing, outage, patience
from tandem.line.account import account
from tandem.line.alarm import alarming
from tandem.line.batch import Batch
from tandem.line.claim import claim
from tandem.line.connection import Connection
from tandem.store import SettleReport
from tasks.alert import raise_alerts, send_alerts
from tasks.extract import accompany, extract
from tasks.ledger import settle
from tasks.load import load
from tasks.report import Tally
from tasks.together import at, together
from tasks.transform import announce_parents, compose, link, transform
from tasks.validate import validate


async def carry(
    line: Connection, entity: str, source: System, tally: Tally, keys: Collection[str] | None = None
) -> int:
    """Take what waits for one entity (or only these keys) along the line; gives how many records were settled."""
    batch = claim(line, entity, source, keys)
    return await convey(line, batch, tally) if len(batch) else 0


async def convey(line: Connection, batch: Batch, tally: Tally) -> int:
    """Take a claimed batch along the line, in one task run or one for each station; how many records were settled."""
    if batch.few:
        return await together(batch, partial(_convey, line, batch, tally))
    return await _convey(line, batch, tally)


async def _convey(line: Connection, batch: Batch, tally: Tally) -> int:
    """Along the line, and settled.

    Raises:
        StoreUnavailable: what became of the batch could not be written; its leases run out and the next pass looks.
    """
    try:
        batch.decide(patience.deadly)
        try:
            await _through(line, batch, tally)
        finally:
            batch.ticket.end_write()
        if not len(batch):
            return 0  # all of it was given back: a side is away
        report: SettleReport = await at(settle, line, batch)
    except BaseException as error:
        leasing.give_back(line, batch, stopped=not isinstance(error, Exception))
        raise
    finally:
        batch.ticket.leave()
    if alarming(batch):
        await raise_alerts(line, batch)
    tally.add(batch, report.lost)
    if report.lost:
        get_run_logger().warning("%s: %s went to another drain meanwhile", batch, len(report.lost))
    get_run_logger().debug("%s: %s", batch, tally.plain())
    return report.settled


async def _through(line: Connection, batch: Batch, tally: Tally, *, again: bool = False) -> None:
    """Once along the line; `again` for a record whose pass broke off, so that it may have been written already."""
    try:
        if again:
            outage.refuse(line, *outage.systems(batch.route))  # a batch was let through when it was claimed
        await _stations(line, batch, tally)
    except (Unavailable, Unauthorized) as error:
        told = outage.note(line, error)
        patience.spare(line, batch, error, again=again)
    except StoreUnavailable as error:
        told = False
        batch.decide(partial(patience.outage, line, error))
    except Exception as error:  # noqa: BLE001 - nothing is swallowed: see below
        told = False
        # A record that breaks a station must not stop the others: each goes alone, and the one that breaks it again
        # becomes a dead letter with the error's name.
        get_run_logger().error("a station broke on %s: %s", batch, account(error))
        if len(batch) == 1:
            batch.decide(partial(patience.broken, error))
            return
        for cargo in batch.open:
            single = batch.alone(cargo)
            await _through(line, single, tally, again=True)
            batch.take(cargo, single)
    else:
        told = outage.heed(line)
    if told:
        await send_alerts(line)


async def _stations(line: Connection, batch: Batch, tally: Tally) -> None:
    """Each station once; one that has nothing to do is left out, because a task run costs as much as an order."""
    if batch.open:
        await at(extract, line, batch)
    if batch.open:
        await at(validate, line, batch, "inbound")
    if batch.open:
        await at(transform, line, batch)
    if batch.undecided:
        await _parents(line, batch, tally)
    if batch.undecided and batch.route.companions:
        await at(accompany, line, batch)
    if batch.undecided:
        await at(compose, line, batch)
    if batch.open:
        await at(validate, line, batch, "outbound")
    await batch.ticket.turn()
    if batch.open:
        outage.refuse(line, *outage.systems(batch.route))
        leasing.hold(line, batch)
        await at(load, line, batch)
    await once_more(line, batch)


async def _parents(line: Connection, batch: Batch, tally: Tally) -> None:
    """What lacks a parent announces it and takes it along first; parents that are under way are waited for."""
    if not (missing := composing.link(line, batch)):
        return
    for parent in missing:
        await line.traffic.quiet(parent.entity)
    for entity, keys in (await at(announce_parents, line, batch)).items():
        await carry(line, entity, batch.route.source, tally, keys)
    outage.refuse(line, *outage.systems(batch.route))  # or what waits for them would be parked
    await at(link, line, batch)
