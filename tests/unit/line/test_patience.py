"""What becomes of a batch when a side is away: back into its place, unless it is one record that the side fails on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tandem.connectors.pulse import Pulse
from tandem.entities import ENTITIES, System
from tandem.entities.cargo import Cargo, Known
from tandem.entities.state import State
from tandem.errors import ConnectorError, OutcomeUnknown, Paused, RateLimited, Unauthorized, Unavailable
from tandem.line import outage, patience
from tandem.line.batch import Batch
from tandem.rules.retry import Retry
from tandem.settings import Settings
from tandem.store import Event, Store

ORDERS = ENTITIES["order"].route(System.CLARITY)


@dataclass
class Line:
    """A connection without its connectors."""

    settings: Settings
    store: Store
    owner: str = "a"
    name: str = "main"
    retry: Retry = field(default_factory=Retry)
    pulses: dict[System, Pulse] = field(default_factory=dict)

    def put(self, *keys: str) -> None:
        now = datetime.now(UTC)
        for key in keys:
            event = {"event_id": key, "event_type": "order.created", "entity": "order", "key": key, "received_at": now}
            self.store.inbox.put([Event(connection="main", company="01", source=System.CLARITY, **event)])

    def claim(self, limit: int = 100) -> Batch:
        now = datetime.now(UTC)
        found = self.store.inbox.claim(
            "main", "order", System.CLARITY, limit=limit, owner=self.owner, lease_seconds=60, now=now
        )
        return Batch(ENTITIES["order"], ORDERS, [Cargo(message=message) for message in found])


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Any]:
    settings = Settings(_env_file=None, home=tmp_path)
    store = Store.open(settings.store_url)
    yield Line(settings, store)
    store.close()


def error(*, reached: bool = False, side: str | None = "sagepro") -> Unavailable:
    found = Unavailable("Sage Pro gateway: GET orders was answered 500", reached=reached)
    found.side = side
    return found


def looked_in_vain(line: Any, times: int) -> None:
    """So many looks in a row have failed, and the next one is due."""
    for _ in range(times):
        outage.note(line, error(reached=True))
        for pause in line.store.pauses.standing("main"):
            line.store.pauses.probe("main", pause.system, owner=line.owner, now=pause.until, until=pause.until)


def spare(line: Any, batch: Batch, met: ConnectorError, *, again: bool = False) -> None:
    outage.note(line, met)
    patience.spare(line, batch, met, again=again)


def test_case_040_a_batch_goes_back_into_its_place_and_no_attempt_is_counted(line: Any) -> None:
    line.put("1", "2", "3")
    batch = line.claim(2)
    spare(line, batch, error())
    assert len(batch) == 0
    again = line.claim()
    assert [(cargo.message.key, cargo.message.attempts) for cargo in again.cargo] == [("1", 0), ("2", 0), ("3", 0)]


def test_what_was_decided_stays_decided(line: Any) -> None:
    line.put("1", "2")
    batch = line.claim()
    batch.cargo[0].outcome = line.retry.unknown(batch.cargo[0].message, "cut")
    spare(line, batch, error())
    assert [(cargo.message.key, cargo.outcome.state) for cargo in batch.cargo] == [("1", State.UNKNOWN)]
    assert [cargo.message.key for cargo in line.claim().cargo] == ["2"]


def test_a_record_whose_pass_broke_off_before_is_looked_up_next_time(line: Any) -> None:
    line.put("1")
    batch = line.claim()
    spare(line, batch.alone(batch.cargo[0]), error(), again=True)
    (cargo,) = line.claim().cargo
    assert cargo.message.attempts == 1


def test_one_record_that_the_side_fails_on_does_not_stand_before_all_others(line: Any) -> None:
    line.put("1", "2")
    looked_in_vain(line, outage.IN_VAIN)
    assert outage.batch_limit(line, ORDERS, 100) == outage.PROBE
    outage.note(line, error(reached=True))
    line.store.pauses.probe("main", "sagepro", owner="a", now=datetime.max.replace(tzinfo=UTC), until=_later())
    assert outage.batch_limit(line, ORDERS, 100) == outage.SINGLE
    batch = line.claim(outage.SINGLE)
    spare(line, batch, error(reached=True))
    (cargo,) = batch.cargo
    assert cargo.outcome.state is State.RETRY
    pause = outage.standing(line, ORDERS)
    assert pause is not None
    assert cargo.outcome.retry_at >= pause.until - timedelta(seconds=1)


@pytest.mark.parametrize(("status", "left"), [(403, ["2"]), (401, ["1", "2"])])
def test_a_record_that_is_forbidden_waits_by_itself_and_a_refused_key_is_nobodys_fault(
    line: Any, status: int, left: list[str]
) -> None:
    """Else what a firewall takes offence at would be the first record of each look, for ever."""
    line.put("1", "2")
    refused = Unauthorized(f"Sage Pro gateway: POST orders was answered {status}", status=status)
    refused.side = "sagepro"
    looked_in_vain(line, outage.IN_VAIN)
    spare(line, line.claim(outage.SINGLE), refused)
    line.owner = "b"
    assert [cargo.message.key for cargo in line.claim().cargo] == left


def test_a_look_up_that_fails_on_its_own_record_leaves_it_unknown(line: Any) -> None:
    line.put("1")
    looked_in_vain(line, outage.IN_VAIN + 1)
    batch = line.claim()
    batch.cargo[0].known = Known(state=State.UNKNOWN)
    spare(line, batch, error(reached=True))
    assert batch.cargo[0].outcome.state is State.UNKNOWN


@pytest.mark.parametrize(("looks", "reached", "keys"), [(9, False, "1"), (1, True, "1"), (9, True, "12")])
def test_a_side_that_was_not_reached_or_has_just_gone_is_nobodys_fault(
    line: Any, looks: int, reached: bool, keys: str
) -> None:
    line.put(*keys)
    looked_in_vain(line, looks)
    batch = line.claim()
    spare(line, batch, error(reached=reached))
    assert len(batch) == 0
    assert len(line.claim()) == len(keys)


def test_an_error_that_names_no_side_waits_by_the_records_own_timer(line: Any) -> None:
    line.put("1")
    batch = line.claim()
    spare(line, batch, error(side=None))
    assert batch.cargo[0].outcome.state is State.RETRY
    assert line.store.pauses.standing("main") == []


def test_a_call_that_was_never_made_is_no_news(line: Any) -> None:
    asked = RateLimited("Sage Pro gateway: GET orders was answered 429", retry_after=60)
    asked.side = "sagepro"
    outage.note(line, asked)
    (before,) = line.store.pauses.standing("main")
    with pytest.raises(Paused) as caught:
        outage.refuse(line, System.SAGEPRO)
    assert not outage.note(line, caught.value)
    assert line.store.pauses.standing("main") == [before]


def test_an_outcome_that_nobody_knows_is_trouble_of_the_side_too(line: Any) -> None:
    unknown = OutcomeUnknown("Sage Pro gateway: POST orders got no answer (ReadTimeout)")
    unknown.side = "sagepro"
    outage.note(line, unknown)
    assert [pause.system for pause in line.store.pauses.standing("main")] == ["sagepro"]


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)
