"""Asks Prefect for flow runs: wakes a live drain, starts a backfill, tells what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tandem.entities import ENTITIES
from tandem.errors import SettingsError, Unavailable
from tandem.values import utc_now

LIVE = "order-to-fulfillment/live"
BACKFILL = "backfill/backfill"

COMING_UP = timedelta(seconds=30)
"""From the start of a run's process until the run stands in the register of drains."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A flow run as the Prefect server knows it."""

    id: UUID
    name: str
    state: str
    final: bool
    succeeded: bool
    message: str = ""


def addressed() -> bool:
    """Whether this process knows a Prefect server; without one, asking would start one for the length of a question."""
    from prefect.settings import get_current_settings

    return get_current_settings().api.url is not None


async def start(deployment: str, parameters: dict[str, Any] | None = None, *, key: str | None = None) -> Run:
    """Ask for a run of a deployment; the same `key` asks for the same run.

    Raises:
        SettingsError: the server does not know the deployment.
        Unavailable: the server does not answer.
    """
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    try:
        async with get_client() as client:
            found = await client.read_deployment_by_name(deployment)
            run = await client.create_flow_run_from_deployment(
                found.id, parameters=parameters or {}, idempotency_key=key
            )
    except ObjectNotFound:
        raise SettingsError(f"Prefect has no deployment {deployment!r}; run `prefect deploy --all`") from None
    except httpx.HTTPError as error:
        raise Unavailable(f"the Prefect server does not answer: {type(error).__name__}") from None
    return _run(run)


async def wake(entities: Iterable[str] = ()) -> Run | None:
    """Ask for a live drain of each kind that these entities need, unless one is on its way; none named: that of orders.

    Gives None when one of them was on its way already: whether it takes what waits is to be looked at again.

    Whether one is up already stands in the register of drains, where the caller looks first. Two that ask at the same
    moment see the same newest run, and the run that comes after it is one.

    Raises:
        Unavailable: the server does not answer.
        SettingsError: the server does not know the deployment.
    """
    runs = [await _wake(drain) for drain in sorted({ENTITIES[entity].drain for entity in entities}) or [LIVE]]
    return runs[0] if all(runs) else None


async def _wake(deployment: str) -> Run | None:
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterName,
        FlowFilter,
        FlowFilterName,
    )
    from prefect.client.schemas.sorting import FlowRunSort

    flow_name, deployment_name = deployment.split("/")
    try:
        async with get_client() as client:
            newest = await client.read_flow_runs(
                flow_filter=FlowFilter(name=FlowFilterName(any_=[flow_name])),
                deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[deployment_name])),
                sort=FlowRunSort.EXPECTED_START_TIME_DESC,
                limit=20,
            )
    except httpx.HTTPError as error:
        raise Unavailable(f"the Prefect server does not answer: {type(error).__name__}") from None
    if any(_comes_up(run) for run in newest):
        return None
    return await start(deployment, key=f"wake:after:{newest[0].id if newest else 'none'}")


def _comes_up(run: Any) -> bool:
    """Whether a run has yet to enter the register of drains.

    One that is older has entered it, is about to end, or died with its machine and stays RUNNING for ever: none of
    these takes what waits.
    """
    state = run.state
    if state is None or state.is_final():
        return False
    return bool(state.is_scheduled() or utc_now() - state.timestamp < COMING_UP)


async def look(run_id: UUID) -> Run:
    """What became of a run."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        return _run(await client.read_flow_run(run_id))


def _run(run: Any) -> Run:
    state = run.state
    return Run(
        id=run.id,
        name=run.name,
        state=state.name if state else "Scheduled",
        final=bool(state and state.is_final()),
        succeeded=bool(state and state.is_completed()),
        message=(state.message or "") if state else "",
    )
