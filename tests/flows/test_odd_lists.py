"""A list that one side cannot give in the agreed form stops no other line."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from flows import polling
from flows.order_to_fulfillment import Options, order_to_fulfillment
from flows.polling import Poll
from tandem.connectors.records import broken
from tandem.connectors.sagepro import SageProConnector
from tandem.entities.state import State
from tandem.errors import Refused, StoreUnavailable
from tandem.settings import settings
from tests.flows.stack import Stack


@pytest.fixture
def odd(line: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The gateway's list of shipments has an entry without its number."""

    async def changed(*_args: Any, **_named: Any) -> AsyncIterator[list[dict[str, Any]]]:
        raise broken("shipments.ShipmentNo", "is missing or empty")
        yield []

    monkeypatch.setattr(SageProConnector, "changed", changed)
    return line


async def test_a_sweep_drains_all_the_same_and_has_failed(odd: Stack) -> None:
    line = odd
    key = line.order()["orderId"]
    with pytest.raises(Refused, match="ShipmentNo is missing"):
        await line.run()
    assert line.record("order", key).state is State.APPLIED
    assert line.store.pauses.standing("main") == [], "it answers: that is no outage"


async def test_a_live_run_goes_on(odd: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    line = odd
    monkeypatch.setenv("TANDEM_LINGER_SECONDS", "2")
    monkeypatch.setenv("TANDEM_POLL_SECONDS", "0.1")
    settings.cache_clear()
    line.event("order.created", line.order()["orderId"])
    assert (await order_to_fulfillment(Options(live=True)))["order APPLIED"] == 1


async def test_what_ended_a_round_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that was away for a moment must not keep a run from draining for ever after."""

    async def poll(*_args: Any) -> None:
        raise StoreUnavailable("database is locked")

    async def nobody_is_wanted(*_args: Any) -> None: ...

    monkeypatch.setattr(polling, "_poll", poll)
    monkeypatch.setattr(polling.Rousing, "look", nobody_is_wanted)
    rounds = Poll()
    rounds.start(SimpleNamespace(store=None, name="main"), ())  # type: ignore[arg-type]
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable):
        rounds.again()
    assert rounds.again()
