"""Confirmations: each order of the shop is told its number in Sage Pro.

A run of its own, behind all else: the shop announces each of these writes as a change of the order, which says nothing
new and ends as NOOP. Scheduled only where `prefect.yaml` says so, since each confirmation is a call to the shop and an
event back.
"""

from __future__ import annotations

from prefect import flow

from flows.drain import Drain, sweep_and_drain
from tandem.entities import System

LINES = (("confirmation", System.SAGEPRO),)


@flow(name="confirmations", flow_run_name="sweep", persist_result=False)
async def confirmations() -> dict[str, int]:
    """Write the numbers of all sales orders that were entered or changed since the last run."""
    return await sweep_and_drain(Drain(lines=LINES))
