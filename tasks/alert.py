"""The station that tells people: pending alerts go out, and stay when the channel is down."""

from __future__ import annotations

import asyncio

from prefect import task

from tandem import alerts
from tandem.line.alarm import alarm
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tasks.policies import LOCAL


# No retry: an alert is asked for in the store, and the record stands on the desk whether or not it was.
@task(name="alarm", task_run_name="alarm for {batch}", **LOCAL)
async def raise_alerts(line: Connection, batch: Batch) -> int:
    """Ask for one alert per cause; gives how many were new."""
    return alarm(line, batch)


# No retry: an alert that could not be sent stays in the store and goes out with the next report.
@task(name="alert", task_run_name="alert", **LOCAL)
async def send_alerts(line: Connection) -> int:
    """Send what is pending; gives how many went out."""
    return await asyncio.to_thread(alerts.send_pending, line.store, line.settings)
