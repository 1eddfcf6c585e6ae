"""`tandem backfill`: a range of dates or ids through a use case, as a flow run that the Prefect UI shows."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tandem.errors import TandemError
from tandem.values import dumps, utc_now

if TYPE_CHECKING:
    from tandem.store import Store
    from tandem.store.backfills import Backfill

LOOK_SECONDS = 1.0


class BackfillFailed(TandemError):
    """The flow run ended in another state than Completed."""


class NoSuchBackfill(TandemError):
    """No backfill of this name could be paused or resumed."""

    exit_code = 2


def backfill(
    entity: Annotated[str, typer.Argument(help="customer, order, shipment or stock")] = "order",
    since: Annotated[
        str | None, typer.Option(help="Made (stock: changed) from this moment on, ISO 8601 with offset")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Made (stock: changed) up to this moment, ISO 8601 with offset")
    ] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="A number in the source system; repeat")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show every backfill and how far it is")] = False,
    pause: Annotated[str | None, typer.Option(help="Stop this backfill at its mark; what waits of it stays")] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this backfill where it stopped")] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the run to end")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Bring a range of records over, behind all live traffic; what is over already stays as it is.

    A number of stock is item and location, such as `POT|MAIN`. Products go both ways: the catalogue's own sweep matches
    them, and `tandem unlinked product` lists what is left. The same range again goes on where it was paused or cut off,
    and begins anew once it was done.
    """
    if listed or pause is not None:
        _over_store(pause, as_json=json)
        return
    if resume is not None:
        chosen = _chosen(resume)
    else:
        chosen = {"entity": entity, "since": since, "until": until, "ids": ids or [], "dry_run": dry_run}
    result = asyncio.run(_run(chosen, wait=wait))
    sys.stdout.write(dumps(result) + "\n" if json else f"{result['run']}: {result['state']}\n")
    if wait and result["state"] != "Completed":
        raise BackfillFailed(f"backfill run {result['run']} ended {result['state']}: {result['message']}")


def _store() -> tuple[Store, str]:
    from tandem.settings import settings
    from tandem.store import Store

    return Store.open(settings().store_url), settings().connection


def _over_store(pause: str | None, *, as_json: bool) -> None:
    store, connection = _store()
    try:
        if pause is not None and not store.backfills.pause(connection, pause, utc_now()):
            raise NoSuchBackfill(f"no backfill {pause!r} is under way; `tandem backfill --list` shows all")
        jobs = [job for job in store.backfills.all(connection) if pause in (None, job.name)]
    finally:
        store.close()
    if as_json:
        sys.stdout.write(dumps({"backfills": [asdict(job) for job in jobs]}) + "\n")
        return
    sys.stdout.write("".join(f"{_sentence(job)}\n" for job in jobs) or "There was no backfill yet.\n")


def _sentence(job: Backfill) -> str:
    chosen = job.chosen
    what = f"{len(chosen['ids'])} ids" if chosen["ids"] else f"{chosen['since'] or '…'} to {chosen['until'] or '…'}"
    changed = job.updated_at.isoformat(timespec="seconds")
    return f"{job.name}: {job.entity} {what}: {job.state}, {job.stored} stored, mark {job.mark or 'none'}, {changed}"


def _chosen(name: str) -> dict[str, Any]:
    """What was chosen for a backfill, as its run takes it."""
    store, connection = _store()
    try:
        job = store.backfills.get(connection, name)
    finally:
        store.close()
    if job is None:
        raise NoSuchBackfill(f"there is no backfill {name!r}; `tandem backfill --list` shows all")
    return {"entity": job.entity, **job.chosen, "dry_run": False}


async def _run(chosen: dict[str, Any], *, wait: bool) -> dict[str, Any]:
    from tandem import dispatch

    run = await dispatch.start(dispatch.BACKFILL, {"range": chosen})
    started = time.monotonic()
    while wait and not run.final:
        await asyncio.sleep(LOOK_SECONDS)
        run = await dispatch.look(run.id)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{run.name}: {run.state}, {time.monotonic() - started:.0f} s ")
    return {"run": run.name, "id": str(run.id), "state": run.state, "message": run.message}
