"""The station that tells people: pending alerts go out, and stay when the channel is down."""

from __future__ import annotations

from prefect import task

from tandem import alerts
from tandem.line.connection import Connection
from tasks.policies import LOCAL


# No retry: an alert that could not be sent stays in the store and goes out with the next report.
@task(name="alert", task_run_name="alert", **LOCAL)
async def send_alerts(line: Connection) -> int:
    """Send what is pending; gives how many went out."""
    return alerts.send_pending(line.store, line.settings)
