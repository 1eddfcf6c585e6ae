"""Waking a drain: one when none is on its way, however many ask, and whatever became of the runs before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.states import Completed, Crashed, Pending, Running, Scheduled

from tandem import dispatch
from tandem.errors import SettingsError, Unavailable
from tandem.values import utc_now


@flow(name="order-to-fulfillment")
def stand_in() -> None:
    """Never run: only its runs are looked at."""


@pytest.fixture
async def client() -> AsyncIterator[PrefectClient]:
    """A server that knows the live deployment and none of its runs."""
    async with get_client() as opened:
        number = await opened.create_flow(stand_in)
        deployment = await opened.create_deployment(flow_id=number, name="live")
        yield opened
        for run in await runs(opened):
            await opened.delete_flow_run(run)
        await opened.delete_deployment(deployment)


async def runs(client: PrefectClient) -> list[UUID]:
    live = DeploymentFilter(name=DeploymentFilterName(any_=["live"]))
    return [run.id for run in await client.read_flow_runs(deployment_filter=live)]


async def woken() -> UUID:
    run = await dispatch.wake({"order"})
    assert run is not None
    return run.id


async def test_none_on_its_way_one_is_started_and_then_no_other(client: PrefectClient) -> None:
    first = await woken()
    assert await dispatch.wake({"order"}) is None, "it is scheduled"
    await client.set_flow_run_state(first, Pending(), force=True)
    assert await dispatch.wake({"order"}) is None
    await client.set_flow_run_state(first, Running(), force=True)
    assert await dispatch.wake({"order"}) is None, "it is about to enter the register"
    assert await runs(client) == [first]


async def test_each_entity_wakes_the_drain_that_takes_it(client: PrefectClient) -> None:
    number = await client.create_flow_from_name("inventory")
    deployment = await client.create_deployment(flow_id=number, name="inventory-live")
    woken = await dispatch.wake({"stock"})
    assert woken is not None
    assert (await client.read_flow_run(woken.id)).deployment_id == deployment
    assert await runs(client) == [], "no drain of orders was asked for"
    assert await dispatch.wake({"stock", "order"}) is None, "one of the two is on its way: the caller looks again"
    assert len(await runs(client)) == 1
    await client.delete_flow_run(woken.id)
    await client.delete_deployment(deployment)


async def test_two_that_wake_at_once_start_one(client: PrefectClient) -> None:
    found = await asyncio.gather(*(dispatch.wake({"order"}) for _ in range(4)))
    assert len({run.id for run in found if run}) == 1
    assert len(await runs(client)) == 1


@pytest.mark.parametrize("state", [Completed, Crashed])
async def test_a_run_that_ended_does_not_stand_in_the_way(client: PrefectClient, state: object) -> None:
    first = await woken()
    await client.set_flow_run_state(first, state(), force=True)  # type: ignore[operator]
    second = await woken()
    assert second != first


@pytest.mark.parametrize("state", [Pending, Running])
async def test_a_run_that_stands_still_does_not_stand_in_the_way(
    client: PrefectClient, state: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine died: the server never hears of it again."""
    first = await woken()
    await client.set_flow_run_state(first, state(), force=True)  # type: ignore[operator]
    assert await dispatch.wake({"order"}) is None
    later = utc_now() + dispatch.COMING_UP + timedelta(seconds=1)
    monkeypatch.setattr(dispatch, "utc_now", lambda: later)
    second = await woken()
    assert second != first
    assert await dispatch.wake({"order"}) is None, "the second one is on its way"


async def test_the_same_key_asks_for_the_same_run(client: PrefectClient) -> None:
    first = await dispatch.start(dispatch.LIVE, {"options": {"live": True}}, key="after:one")
    again = await dispatch.start(dispatch.LIVE, {"options": {"live": True}}, key="after:one")
    assert again.id == first.id
    assert (await dispatch.look(first.id)).final is False
    await client.set_flow_run_state(first.id, Scheduled(), force=True)
    assert (await dispatch.start(dispatch.LIVE, key="after:other")).id != first.id


async def test_a_deployment_that_is_not_there_and_a_server_that_does_not_answer(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="prefect deploy"):
        await dispatch.start("order-to-fulfillment/other")

    def down(*_args: object, **_named: object) -> object:
        import httpx

        raise httpx.ConnectError("no route")

    monkeypatch.setattr(PrefectClient, "read_flow_runs", down)
    monkeypatch.setattr(PrefectClient, "read_deployment_by_name", down)
    with pytest.raises(Unavailable):
        await dispatch.wake()
    with pytest.raises(Unavailable):
        await dispatch.start(dispatch.LIVE)
