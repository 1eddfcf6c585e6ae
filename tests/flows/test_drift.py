"""What no event announced is found all the same, and somebody is told that the events are missing."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tandem.entities.state import State
from tandem.ingress import create_app
from tandem.sandbox.webhooks.outbox import Endpoint
from tandem.store import Alert, Cursor
from tandem.store.tables import inbox
from tests.flows.stack import Stack, served, stack

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()

Heard = Callable[[int], Awaitable[None]]


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack whose shop sends webhooks to a receiver."""
    monkeypatch.setenv("TANDEM_CLARITY_WEBHOOK_SECRETS", SECRET)
    with stack(tmp_path, monkeypatch) as built:
        port = int(built.settings.url_of("ingress").rpartition(":")[2])
        with served(create_app(built.settings, built.store), port):
            yield built


def hooks(line: Stack, on: bool) -> None:
    """Somebody switches the shop's webhooks off, or on again."""
    line.shop.outbox.subscribe(Endpoint(line.shop.outbox.endpoint.url, active=on))


def ago(**amount: float) -> datetime:
    return datetime.now(UTC) - timedelta(**amount)


def ordered(line: Stack, moment: datetime) -> str:
    """Somebody ordered at that moment."""
    line.shop.set_clock(moment)
    order = line.order()
    line.shop.set_clock(None)
    return str(order["orderId"])


async def heard(line: Stack, count: int) -> None:
    """Until so many webhooks are in the inbox."""
    async with asyncio.timeout(60):
        while webhooks(line) < count:
            await asyncio.sleep(0.02)


def webhooks(line: Stack) -> int:
    asked = inbox.select().where(inbox.c.event_type.like("order.%"), inbox.c.event_type != "order.poll")
    return len(line.store.database.read(lambda tx: tx.execute(asked).all()))


def time_passes(line: Stack, amount: timedelta) -> None:
    """Since the last webhook and the last sweep."""
    line.store.cursors.set("main", "announced:order:clarity", Cursor(datetime.now(UTC) - amount))
    moved = inbox.update().values(received_at=datetime.now(UTC) - amount)
    line.store.database.write(lambda tx: tx.execute(moved))


def drift(line: Stack) -> list[Alert]:
    return [alert for alert in line.store.alerts.pending() if alert.key.startswith("unannounced:")]


async def test_case_020_hooks_that_were_off_for_two_hours_cost_no_order_and_are_one_alert(hooked: Stack) -> None:
    first = ordered(hooked, ago(hours=3))
    await heard(hooked, 1)
    assert (await hooked.run())["order APPLIED"] == 1, hooked.reasons()
    time_passes(hooked, timedelta(minutes=150))
    hooks(hooked, on=False)
    silent = [ordered(hooked, ago(minutes=minutes)) for minutes in (120, 90, 60, 30, 15)]
    fresh = ordered(hooked, ago(minutes=1))
    assert (await hooked.run())["order APPLIED"] == 6, hooked.reasons()
    assert {hooked.record("order", key).state for key in [first, *silent, fresh]} == {State.APPLIED}
    assert len(hooked.rows("somast")) == 7, "every order once"
    (alert,) = drift(hooked)
    assert alert.title == "no event of clarity for 150 minutes while polling finds changes"
    assert alert.text.startswith("5 of order had changed and no event had come; the last event of clarity came at ")
    hooks(hooked, on=True)
    assert "order APPLIED" not in await hooked.run()
    (again,) = drift(hooked)
    assert again.count == 1, "what was judged is not judged again"
    assert hooked.store.counters.all()["main", "unannounced order"] == 5


async def test_events_that_come_in_the_normal_way_raise_no_alert(hooked: Stack) -> None:
    ordered(hooked, ago(hours=3))
    await heard(hooked, 1)
    await hooked.run()
    time_passes(hooked, timedelta(minutes=150))
    keys = [ordered(hooked, ago(minutes=minutes)) for minutes in (60, 45, 20, 12, 1)]
    await heard(hooked, 6)
    hooked.shop.set_clock(ago(minutes=11))
    hooked.shop.change_order(keys[0], {"note": "please ring twice"})
    hooked.shop.set_clock(None)
    await heard(hooked, 7)
    assert (await hooked.run())["order APPLIED"] == 5, hooked.reasons()
    await hooked.run()
    assert drift(hooked) == []


async def test_one_event_that_got_lost_is_told_as_that(hooked: Stack) -> None:
    ordered(hooked, ago(hours=3))
    await heard(hooked, 1)
    await hooked.run()
    time_passes(hooked, timedelta(minutes=150))
    hooks(hooked, on=False)
    ordered(hooked, ago(minutes=30))
    hooks(hooked, on=True)
    ordered(hooked, ago(minutes=1))
    await heard(hooked, 2)
    await hooked.run()
    (alert,) = drift(hooked)
    assert alert.title == "events of clarity are missing: polling finds changes that none announced"


async def test_the_first_sweep_expects_no_events_of_the_time_before_it(hooked: Stack) -> None:
    hooks(hooked, on=False)
    for minutes in (120, 60, 15):
        ordered(hooked, ago(minutes=minutes))
    assert (await hooked.run())["order APPLIED"] == 3
    assert drift(hooked) == []


async def test_a_connection_without_webhooks_is_polled_and_nobody_is_told(line: Stack) -> None:
    ordered(line, ago(hours=3))
    await line.run()
    ordered(line, ago(minutes=30))
    assert (await line.run())["order APPLIED"] == 1
    assert drift(line) == []


async def test_case_159_marks_are_the_owners_time_though_our_clock_is_ten_minutes_off(line: Stack) -> None:
    for theirs in (ago(minutes=10), ago(minutes=-10)):
        key = ordered(line, theirs)
        assert (await line.run())["order APPLIED"] == 1
        mark = line.store.cursors.get("main", "order:clarity")
        assert mark is not None
        assert (mark.time, mark.id) == (theirs.replace(microsecond=0), key)


async def test_a_shipment_without_a_true_stamp_is_found_under_its_open_order(line: Stack) -> None:
    """Entered by a batch import: it says that it was last changed twenty years ago."""
    order = line.order({"sku": "ABC-1", "quantity": 3})
    await line.run()
    line.ship({1: 1}, carrier="UPS", tracking="T-1")
    assert (await line.run())["shipment APPLIED"] == 1, line.reasons()
    line.ship({1: 1}, carrier="UPS", tracking="T-2")
    line.plain("update soship set adddate = '2005-01-01', lckdate = '2005-01-01' where trackno = 'T-2'")
    assert "shipment APPLIED" not in await line.run(), "no sweep by time can find it"
    line.store.cursors.set("main", "open:shipment:sagepro", Cursor(ago(minutes=61)))
    assert (await line.run())["shipment APPLIED"] == 1, line.reasons()
    told = line.shop.order(order["orderId"])["fulfillments"]
    assert sorted(x["tracking"][0]["number"] for x in told) == ["T-1", "T-2"]
    await line.run()
    line.store.cursors.set("main", "open:shipment:sagepro", Cursor(ago(minutes=61)))
    assert await line.run() == {}, "a state that is known costs nothing"


async def test_case_021_the_echo_of_our_own_write_is_nothing_new(line: Stack) -> None:
    order = line.order()
    await line.run()
    number = line.record("order", order["orderId"]).target
    line.shop.patch_order(order["orderId"], {"tags": {"erpOrderNumber": number}})
    line.event("order.updated", order["orderId"])
    assert await line.run() == {"order NOOP": 1}
    assert len(line.rows("somast")) == 1


async def test_case_021_an_earlier_error_stays_visible_after_the_echo(line: Stack) -> None:
    order = line.order({"sku": "NO-SUCH", "unitPrice": "5.00", "name": "Ghost"})
    await line.run()
    (before,) = line.store.letters.list()
    line.shop.patch_order(order["orderId"], {"tags": {"erpOrderNumber": "12345"}})
    line.event("order.updated", order["orderId"])
    await line.run()
    (after,) = line.store.letters.list()
    assert (after.id, after.state, after.reason) == (before.id, before.state, before.reason)
    assert line.record("order", order["orderId"]).state == before.state
