from datetime import timedelta

from tandem.store import Alert, Cursor
from tests.unit.store.conftest import START, Desk


def test_a_cursor_is_where_it_was_put(desk: Desk) -> None:
    cursors = desk.store.cursors
    assert cursors.get("main", "order") is None
    cursors.set("main", "order", Cursor(START, "17"))
    cursors.set("main", "order", Cursor(START + timedelta(microseconds=1), "18"))
    cursors.set("west", "order", Cursor(START))
    assert cursors.get("main", "order") == Cursor(START + timedelta(microseconds=1), "18")
    assert cursors.get("west", "order") == Cursor(START, "")


def test_counters_add_up_by_connection(desk: Desk) -> None:
    desk.store.counters.add("main", "refused clarity signature")
    desk.store.counters.add("main", "refused clarity signature", 4)
    desk.store.counters.add_all({("main", "x"): 2, ("west", "x"): 3, ("west", "y"): 0})
    assert desk.store.counters.all("main") == {("main", "refused clarity signature"): 5, ("main", "x"): 2}
    assert desk.store.counters.all()["west", "x"] == 3
    assert ("west", "y") not in desk.store.counters.all()


def test_drains_are_up_until_their_time_is_over(desk: Desk) -> None:
    drains, soon = desk.store.drains, START + timedelta(seconds=10)
    drains.enter("a", {"order", "customer"}, soon, connection="main", now=START)
    drains.enter("b", {"shipment"}, soon, now=START)
    assert [d.owner for d in drains.up(START)] == ["a", "b"]
    assert drains.up(START)[0].entities == {"order", "customer"}
    assert [d.owner for d in drains.up(START, "west")] == ["b"]
    assert drains.beat("a", soon + timedelta(seconds=10))
    assert [d.owner for d in drains.up(soon)] == ["a"]
    drains.leave("a")
    assert drains.up(START, "main") == drains.up(START, "west")
    assert not drains.beat("a", soon), "who left must enter again"
    drains.enter("b", {"order"}, soon, now=START)
    assert [d.entities for d in drains.up(START)] == [frozenset({"order"})]


def test_case_174_an_alert_stays_until_it_was_sent(desk: Desk) -> None:
    alerts = desk.store.alerts
    assert alerts.add("main", "gateway-down", "Sage Pro is away", "since 9:00", START)
    (alert,) = alerts.pending()
    assert alert == Alert(
        id=alert.id,
        connection="main",
        key="gateway-down",
        title="Sage Pro is away",
        text="since 9:00",
        count=1,
        attempts=0,
        created_at=START,
    )
    alerts.failed([alert.id], "channel down")
    (alert,) = alerts.pending()
    assert alert.attempts == 1
    alerts.sent([alert.id], START)
    assert alerts.pending() == []


def test_an_outage_is_one_alert_and_not_a_thousand(desk: Desk) -> None:
    alerts = desk.store.alerts
    asked = [alerts.add("main", "gateway-down", "away", f"try {n}", START) for n in range(5)]
    assert asked == [True, False, False, False, False]
    (alert,) = alerts.pending()
    assert (alert.count, alert.text) == (5, "try 4")
    alerts.sent([alert.id], START)
    half_an_hour, two_hours = START + timedelta(minutes=30), START + timedelta(hours=2)
    assert not alerts.add("main", "gateway-down", "away", "still", half_an_hour)
    assert alerts.pending() == []
    assert alerts.add("main", "gateway-down", "away", "still", two_hours)
    assert alerts.add("west", "gateway-down", "away", "there too", two_hours)
    assert len(alerts.pending()) == 2
    assert len(alerts.pending(limit=1)) == 1
