"""Leases: looked at before a late write, and given back as what they are."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import System
from tandem.entities.state import State
from tandem.errors import StoreUnavailable
from tandem.line import leasing
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.traffic import Traffic
from tandem.rules.retry import Retry
from tandem.store import Event, Store
from tandem.values import utc_now

LANE = ("order", System.CLARITY)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Connection]:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    known: dict[str, Any] = {
        "name": "main",
        "owner": "a",
        "store": store,
        "retry": Retry(),
        "traffic": Traffic(),
        "settings": SimpleNamespace(lease_seconds=60),
    }
    yield cast("Connection", SimpleNamespace(**known))
    store.close()


def claimed(line: Connection, *keys: str, owner: str = "a", lease: float = 60) -> Batch:
    now = utc_now()
    line.store.inbox.put(
        [
            Event(
                connection="main",
                company="01",
                source=System.CLARITY,
                event_id=f"event {key}",
                event_type="order.created",
                entity="order",
                key=key,
                received_at=now,
            )
            for key in keys
        ]
    )
    messages = line.store.inbox.claim(
        "main", *LANE, limit=9, owner=owner, lease_seconds=lease, now=now + timedelta(seconds=1)
    )
    entity = ENTITIES["order"]
    cargo = [Cargo(message=message) for message in messages]
    return Batch(entity, entity.route(System.CLARITY), cargo, line.traffic.enter(LANE))


def test_a_batch_that_waited_long_and_lost_its_lease_is_not_written(line: Connection) -> None:
    batch = claimed(line, "1", "2", lease=-10)
    batch.claimed -= timedelta(seconds=31)
    other = claimed(line, owner="b")
    assert len(other) == 2
    leasing.hold(line, batch)
    assert [cargo.outcome.state for cargo in batch.cargo if cargo.outcome] == [State.RETRY] * 2
    assert batch.open == []


def test_one_that_is_still_held_is_prolonged_and_written(line: Connection) -> None:
    batch = claimed(line, "1", lease=2)
    batch.claimed -= timedelta(seconds=31)
    leasing.hold(line, batch)
    assert len(batch.open) == 1
    later = line.store.inbox.claim(
        "main", *LANE, limit=9, owner="b", lease_seconds=60, now=utc_now() + timedelta(seconds=30)
    )
    assert later == []


async def test_told_to_stop_what_was_perhaps_sent_counts_and_what_was_not_does_not(line: Connection) -> None:
    sent = claimed(line, "1")
    await sent.ticket.turn()
    leasing.give_back(line, sent, stopped=True)
    sent.ticket.leave()
    (message,) = claimed(line, owner="b").cargo
    assert (message.message.attempts, message.message.cuts) == (1, 0)
    prepared = claimed(line, "2")
    leasing.give_back(line, prepared, stopped=True)
    (message,) = claimed(line, owner="b").cargo
    assert (message.message.attempts, message.message.cuts) == (0, 0)


def test_what_broke_a_pass_is_a_cut(line: Connection) -> None:
    leasing.give_back(line, claimed(line, "1"), stopped=False)
    (cargo,) = claimed(line, owner="b").cargo
    assert (cargo.message.attempts, cargo.message.cuts) == (1, 1)


def test_only_the_batch_itself_is_given_back(line: Connection) -> None:
    first, second = claimed(line, "1"), claimed(line, "2")
    leasing.give_back(line, first, stopped=True)
    assert line.store.status().leased == 1
    leasing.renew(line)
    leasing.give_back(line, second, stopped=True)
    assert line.store.status().leased == 0


def test_a_record_taken_alone_is_looked_at_as_late_as_its_batch(line: Connection) -> None:
    batch = claimed(line, "1", lease=-10)
    batch.claimed -= timedelta(seconds=31)
    claimed(line, owner="b")
    single = batch.alone(batch.cargo[0])
    leasing.hold(line, single)
    assert single.open == [], "it is another's by now"


def test_what_was_given_back_is_not_prolonged_while_others_are_under_way(line: Connection) -> None:
    broken, _busy = claimed(line, "1"), claimed(line, "2")
    leasing.give_back(line, broken, stopped=False)
    leasing.renew(line)
    assert [cargo.message.key for cargo in claimed(line, owner="b").cargo] == ["1"]


def test_what_could_not_be_given_back_is_let_go_by_the_next_renewal(
    line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prolonged with the rest, it would be nobody's for as long as the run has other work."""
    broken, _busy = claimed(line, "1"), claimed(line, "2")

    def away(*_ids: int, **_named: object) -> int:
        raise StoreUnavailable("database is locked")

    with monkeypatch.context() as outage:
        outage.setattr(line.store.inbox, "extend", away)
        leasing.give_back(line, broken, stopped=False)
        with pytest.raises(StoreUnavailable):
            leasing.renew(line)
    leasing.renew(line)
    (cargo,) = claimed(line, owner="b").cargo
    assert (cargo.message.key, cargo.message.cuts) == ("1", 1)
    assert line.traffic.adrift == set()
