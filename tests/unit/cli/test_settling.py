from datetime import UTC, datetime, timedelta

import pytest

from tandem import dispatch
from tandem.cli import settling
from tandem.cli.demo import _clear
from tandem.cli.environment import FILE
from tandem.cli.settling import Settling, TookTooLong
from tandem.entities import System
from tandem.errors import SettingsError
from tandem.store import Event, Store


class Stage:
    left = 0

    def undelivered(self):
        self.left = max(self.left - 1, 0)
        return self.left


class Supervisor:
    tended = 0

    def tend(self):
        self.tended += 1


@pytest.fixture
def waiting(tmp_path, monkeypatch):
    monkeypatch.setattr(settling, "LOOK", 0.001)
    store = Store.open(f"sqlite:///{tmp_path / 'tandem.db'}")
    made = Settling(store, Stage(), Supervisor(), "main", 0.2, lambda _: None)
    woken = []
    monkeypatch.setattr(made, "wake", lambda: woken.append(1))
    made.woken = woken
    yield made
    store.close()


def order(store, key="1"):
    now = datetime.now(UTC) - timedelta(seconds=settling.LATE + 1)
    event = Event(
        connection="main", company="01", source=System.CLARITY, event_id=key, event_type="order.created",
        entity="order", key=key, received_at=now,
    )  # fmt: skip
    store.inbox.put([event])


def test_it_is_quiet_once_all_is_delivered_and_nothing_waits(waiting):
    waiting.stage.left = 3
    waiting.quiet()
    assert waiting.supervisor.tended >= 2
    assert not waiting.woken


def test_what_waits_too_long_is_named_and_somebody_is_called(waiting):
    order(waiting.store)
    with pytest.raises(TookTooLong, match=r"settling: after 0 s still waiting for 1 records to be taken"):
        waiting.quiet()
    assert waiting.woken


def test_a_drain_is_asked_for_where_none_takes_what_waits(waiting, monkeypatch):
    asked = []

    async def wake(entities):
        asked.append(set(entities))

    monkeypatch.setattr(dispatch, "wake", wake)
    order(waiting.store)
    now = datetime.now(UTC)
    waiting.store.drains.enter("run", ["stock"], now + timedelta(seconds=60), connection="main", now=now)
    Settling.wake(waiting)
    Settling.wake(waiting)
    assert asked == [{"order", "shipment"}], "once, and not for what is taken"


def test_shipments_that_nobody_announced_are_seen_to(waiting):
    with pytest.raises(TookTooLong, match="still waiting for 2 shipments"):
        waiting.shipped(["0000000001", "0000000002"])
    assert waiting.woken
    waiting.shipped([])


def test_a_drain_that_lingers_is_waited_for(waiting):
    now = datetime.now(UTC)
    waiting.store.drains.enter("run", ["order"], now + timedelta(seconds=60), connection="main", now=now)
    with pytest.raises(TookTooLong, match="run run lingers"):
        waiting.idle()
    waiting.store.drains.leave("run")
    waiting.idle()


def test_only_a_demos_own_folder_is_cleared(tmp_path):
    home = tmp_path / "demo"
    _clear(home, keep=False)
    home.mkdir()
    _clear(home, keep=False)
    (home / "letters.txt").write_text("mine")
    with pytest.raises(SettingsError, match="holds other things than a demo; give --home an empty folder"):
        _clear(home, keep=False)
    (home / FILE).write_text("")
    _clear(home, keep=True)
    assert (home / "letters.txt").exists()
    _clear(home, keep=False)
    assert not home.exists()
