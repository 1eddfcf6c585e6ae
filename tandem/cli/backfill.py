"""`tandem backfill`: a range of dates or ids through a use case, as a flow run that the Prefect UI shows."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Annotated, Any

import typer

from tandem.errors import TandemError
from tandem.values import dumps

LOOK_SECONDS = 1.0


class BackfillFailed(TandemError):
    """The flow run ended in another state than Completed."""


def backfill(
    entity: Annotated[str, typer.Argument(help="customer, order or shipment")] = "order",
    since: Annotated[str | None, typer.Option(help="Made from this moment on, ISO 8601 with offset")] = None,
    until: Annotated[str | None, typer.Option(help="Made up to this moment, ISO 8601 with offset")] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="A number in the source system; repeat")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing")] = False,
    wait: Annotated[bool, typer.Option(help="Wait for the run to end")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Bring a range of records over, behind all live traffic; what is over already stays as it is."""
    chosen = {"entity": entity, "since": since, "until": until, "ids": ids or [], "dry_run": dry_run}
    result = asyncio.run(_run(chosen, wait=wait))
    sys.stdout.write(dumps(result) + "\n" if json else f"{result['run']}: {result['state']}\n")
    if wait and result["state"] != "Completed":
        raise BackfillFailed(f"backfill run {result['run']} ended {result['state']}: {result['message']}")


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
