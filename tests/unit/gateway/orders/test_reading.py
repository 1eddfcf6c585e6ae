"""Reading orders: by number, by external id, by the moment of change; open and in history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.gateway.company.faults import NotFound
from tandem.gateway.listing import Window
from tandem.gateway.models import SalesOrder
from tandem.gateway.orders.listing import OrderQuery, page

from .conftest import START, Desk, change, order, raw


def listed(desk: Desk, limit: int = 100, **query: Any) -> list[SalesOrder]:
    """All pages of a list."""
    since = query.pop("since", None)
    found: list[SalesOrder] = []
    window = Window(limit, since=since)
    while True:
        with desk.company.read() as connection:
            cut = page(connection, desk.reader, OrderQuery(window, **query))
        assert len(cut.items) <= limit
        found.extend(cut.items)
        if cut.end is None:
            return found
        window = Window(limit, since=since, after=cut.end)


def numbers(found: list[SalesOrder]) -> list[str]:
    return [item.sales_order_no for item in found]


def archive(desk: Desk, number: str, *, copy: bool = False) -> None:
    """The period close moves an order to history (or copies it, and marks the open row)."""
    sono = number.rjust(10)
    for open_table, old in (("somast", "soymst"), ("sotran", "soytrn"), ("soaddr", "soyadr"), ("soship", "soyshp")):
        desk.sql(f"INSERT INTO {old} SELECT * FROM {open_table} WHERE sono = ?", sono)
        if not copy:
            desk.sql(f"DELETE FROM {open_table} WHERE sono = ?", sono)
    if copy:
        desk.sql("UPDATE somast SET currhist = 'X' WHERE sono = ?", sono)


@pytest.fixture
def five(desk: Desk) -> Desk:
    """Five orders; the second and third were entered in one second."""
    for number, pause in enumerate((10, 0, 10, 10, 10)):
        desk.entry.create(order(f"S-{number}", customer_no="JONES01" if number == 4 else "SMITH01"))
        desk.wait(pause)
    return desk


def test_an_order_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound, match="there is no sales order 4711, neither open nor in history"):
        desk.get("4711")


def test_a_number_is_read_with_or_without_its_leading_blanks(five: Desk) -> None:
    assert five.get(" 1001").sales_order_no == five.get("1001").sales_order_no == "1001"


def test_a_list_goes_by_the_moment_of_change(five: Desk) -> None:
    assert numbers(listed(five)) == ["1001", "1002", "1003", "1004", "1005"]
    five.changes.update("1002", change("S-1", notes="later"))
    assert numbers(listed(five)) == ["1001", "1003", "1004", "1005", "1002"]


def test_a_change_at_sage_pros_screens_is_seen_by_its_stamp(five: Desk) -> None:
    five.ship("1001", 1, "1.0000")
    found = listed(five)[-1]
    assert (found.sales_order_no, found.status, found.updated_at) == ("1001", "partial", START + timedelta(seconds=40))


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_case_022_no_order_is_lost_or_doubled_between_pages(five: Desk, limit: int) -> None:
    assert numbers(listed(five, limit)) == ["1001", "1002", "1003", "1004", "1005"]


def test_since_takes_in_the_very_second(five: Desk) -> None:
    assert numbers(listed(five, since=START + timedelta(seconds=10))) == ["1002", "1003", "1004", "1005"]
    assert numbers(listed(five, since=START + timedelta(seconds=11))) == ["1004", "1005"]
    assert listed(five, since=START + timedelta(days=1)) == []


def test_case_154_the_hour_that_the_clock_shows_twice_hides_nothing(desk: Desk) -> None:
    for number, minute in enumerate((20, 80)):  # 01:20 before and 01:20 after the clocks went back
        desk.now = datetime(2025, 11, 2, 6, tzinfo=UTC) + timedelta(minutes=minute)
        desk.entry.create(order(f"S-{number}"))
    since = datetime(2025, 11, 2, 6, 50, tzinfo=UTC)  # the clock shows 01:50, later than the second stamp
    assert "1002" in numbers(listed(desk, since=since))


def test_an_order_that_changes_while_pages_are_read_is_seen_later(five: Desk) -> None:
    with five.company.read() as connection:
        first = page(connection, five.reader, OrderQuery(Window(2)))
    five.changes.update("1004", change("S-3", notes="later"))
    assert first.end is not None
    with five.company.read() as connection:
        rest = page(connection, five.reader, OrderQuery(Window(10, after=first.end)))
    assert numbers([*first.items, *rest.items]) == ["1001", "1002", "1003", "1005", "1004"]


def test_by_external_ids_in_bulk(five: Desk) -> None:
    wanted = tuple(f"S-{number}" for number in (3, 1, 99)) + tuple(f"X-{number}" for number in range(600))
    assert numbers(listed(five, external_ids=wanted)) == ["1002", "1004"]
    assert listed(five, external_ids=("X-1",)) == []


def test_by_customer(five: Desk) -> None:
    assert numbers(listed(five, customer_no="jones01 ")) == ["1005"]


def test_by_status(five: Desk) -> None:
    five.ship("1001", 1, "1.0000")
    five.ship("1002", 1, "2.0000")
    five.changes.update("1003", change("S-2", cancel=True))
    found = {status: numbers(listed(five, status=status)) for status in ("open", "partial", "closed", "void")}
    assert found == {"open": ["1004", "1005", "1001"], "partial": ["1001"], "closed": ["1002"], "void": ["1003"]}
    assert {item.sales_order_no: item.status for item in listed(five)} == {
        "1001": "partial",
        "1002": "closed",
        "1003": "void",
        "1004": "open",
        "1005": "open",
    }


def test_history_is_read_by_number_and_listed_when_asked_for(five: Desk) -> None:
    before = five.get("1002")
    archive(five, "1002")
    found = five.get("1002")
    assert (found.history, found.status, found.external_order_id) == (True, "closed", "S-1")
    assert found.line_items == before.line_items
    assert numbers(listed(five)) == ["1001", "1003", "1004", "1005"]
    assert numbers(listed(five, 2, include_history=True)) == ["1001", "1002", "1003", "1004", "1005"]
    assert numbers(listed(five, status="closed", include_history=True)) == ["1002"]
    assert numbers(listed(five, status="open", include_history=True)) == ["1001", "1003", "1004", "1005"]
    assert numbers(listed(five, external_ids=("S-1",), include_history=True)) == ["1002"]


def test_an_order_in_both_tables_is_told_once_as_it_is_in_the_open_one(five: Desk) -> None:
    archive(five, "1002", copy=True)
    assert not five.get("1002").history
    assert numbers(listed(five, include_history=True)) == ["1001", "1002", "1003", "1004", "1005"]


def test_shipments_are_told_with_the_order(five: Desk) -> None:
    rows = [("1001", "P1", 1, ""), ("1001", "P1", 2, "V"), ("1001", "P2", 1, "V")]
    for number, shipment, line_no, status in rows:
        five.sql(
            "INSERT INTO soship (sono, shipno, tranlineno, item, qtyship, shipdate, shipvia, trackno, shpstat) "
            "VALUES (?, ?, ?, 'TEAPOT', '1.0000', '2026-03-03', 'UPS', '1Z', ?)",
            number.rjust(10),
            shipment,
            line_no,
            status,
        )
    found = [(s.shipment_no, s.tracking_no, s.ship_via, s.voided) for s in five.get("1001").shipments]
    assert found == [("P1", "1Z", "UPS", False), ("P2", "1Z", "UPS", True)]
    assert five.get("1002").shipments == []


def test_an_order_entered_in_sage_pro_itself_is_read_as_far_as_it_goes(desk: Desk) -> None:
    desk.sql("INSERT INTO somast (sono, custno, sodate, ordamt) VALUES ('       500', 'SMITH01', '2026-03-01', '5.00')")
    desk.sql("INSERT INTO sotran (sono, tranlineno, item, qtyord, price) VALUES ('       500', 1, 'CUP', '1', '5')")
    found = desk.get("500")
    assert (found.external_order_id, found.external_order_number, found.bill_to_address) == (None, "", None)
    assert (found.line_items[0].line_reference, found.line_items[0].quantity) == ("", 1)
    assert (found.total_amount, found.order_date is not None, found.updated_at) == (Decimal(5), True, None)
    assert found.ship_to_address.city == ""


def test_any_column_that_is_shown_changes_the_tag(five: Desk) -> None:
    tags = {five.get("1001").e_tag}
    for statement in (
        "UPDATE somast SET notes = 'x' WHERE sono = '      1001'",
        "UPDATE sotran SET shipqty = '1.0000' WHERE sono = '      1001'",
        "UPDATE soaddr SET city = 'Waco' WHERE sono = '      1001'",
        "INSERT INTO soship (sono, shipno) VALUES ('      1001', 'P1')",
    ):
        five.sql(statement)
        tags.add(five.get("1001").e_tag)
    assert len(tags) == 5


@pytest.mark.parametrize(
    "query",
    [
        OrderQuery(Window(100, since=START)),
        OrderQuery(Window(100, since=START), status="open"),
        OrderQuery(Window(100, since=START), include_history=True),
        OrderQuery(Window(100)),
    ],
)
def test_a_list_walks_the_index_and_sorts_nothing(five: Desk, query: OrderQuery) -> None:
    plans = _plans(five, query)
    assert len(plans) == (2 if query.include_history else 1)
    for plan in plans:
        assert any("_updated" in step for step in plan)
        assert not any("TEMP B-TREE" in step for step in plan)
        if query.window.since is not None:
            assert any("SEARCH" in step and "_updated (<expr>>?" in step for step in plan)


def _plans(desk: Desk, query: OrderQuery) -> list[list[str]]:
    from sqlalchemy import event

    seen: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if "LIMIT" in statement:
            seen.append((statement, values))

    event.listen(desk.company.engine, "before_cursor_execute", note)
    with desk.company.read() as connection:
        page(connection, desk.reader, query)
    event.remove(desk.company.engine, "before_cursor_execute", note)
    driver = raw(desk.company.engine)
    return [[row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}", values)] for sql, values in seen]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stamps=st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), max_size=12),
    old=st.sets(st.integers(0, 11)),
    limit=st.integers(1, 5),
)
def test_pages_hold_every_order_once_in_order_of_change(
    desk: Desk, stamps: list[tuple[int, int]], old: set[int], limit: int
) -> None:
    """Model test: orders entered and changed in any seconds, some in history, in pages of any size."""
    desk.sql("DELETE FROM somast")
    desk.sql("DELETE FROM soymst")
    expected = []
    for index, (added, touched) in enumerate(stamps):
        number = str(97 + index)  # from two digits to three: sorted as numbers, not as text
        changed = ("2026-03-02", f"10:00:0{touched}") if touched >= 0 else ("", "")
        desk.sql(
            f"INSERT INTO {'soymst' if index in old else 'somast'} (sono, adddate, addtime, lckdate, lcktime) "
            "VALUES (?, '2026-03-02', ?, ?, ?)",
            number.rjust(10),
            f"10:00:0{added}",
            *changed,
        )
        expected.append((changed[1] or f"10:00:0{added}", int(number)))
    assert numbers(listed(desk, limit, include_history=True)) == [str(number) for _, number in sorted(expected)]
