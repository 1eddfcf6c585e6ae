"""Many orders at once: each for itself, in few statements."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError, OperationalError

from tandem.errors import CompanyError
from tandem.gateway.company.faults import Busy, Conflict, Faulty, Locked
from tandem.gateway.models import SalesOrder
from tandem.gateway.orders import grouping
from tandem.gateway.orders.grouping import groups

from .conftest import Desk, line, order


@contextmanager
def counted(desk: Desk) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(desk.company.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(desk.company.engine, "before_cursor_execute", note)


def numbers(outcomes: Sequence[object]) -> list[str]:
    return [o.sales_order_no if isinstance(o, SalesOrder) else type(o).__name__ for o in outcomes]


def test_case_043_one_bad_order_of_500_stops_no_other(desk: Desk) -> None:
    orders = [order(f"S-{n}", line(item="NO-SUCH" if n == 250 else "TEAPOT")) for n in range(500)]
    outcomes = desk.entry.create_many(orders)
    assert isinstance(outcomes[250], Faulty)
    assert sum(isinstance(outcome, SalesOrder) for outcome in outcomes) == 499
    assert [getattr(o, "external_order_id", None) for o in outcomes[:3]] == ["S-0", "S-1", "S-2"]
    assert desk.value("SELECT count(DISTINCT sono) FROM somast") == 499
    assert (
        desk.value("SELECT onorder FROM arcust WHERE custno = 'SMITH01'")
        == f"{Decimal('39.80') * 499 + Decimal('100.10')}"
    )


def test_a_hundred_orders_cost_few_statements(desk: Desk) -> None:
    orders = [order(f"S-{n}", *(line(str(k)) for k in range(20))) for n in range(100)]
    with counted(desk) as statements:
        outcomes = desk.entry.create_many(orders)
    assert all(isinstance(outcome, SalesOrder) for outcome in outcomes)
    assert len(statements) < 50


def test_case_083_five_thousand_lines_are_one_document(desk: Desk) -> None:
    lines = [line(str(n), quantity="1", price="0.01", tax_amount=Decimal("0.01")) for n in range(5000)]
    started = time.process_time()
    made = desk.entry.create(order("S-1", *lines))
    assert time.process_time() - started < 20
    assert len(made.line_items) == 5000
    assert (made.open_amount, made.total_amount) == (Decimal("50.00"), Decimal("100.00"))
    assert desk.sql("SELECT count(*), max(tranlineno), max(transeq) FROM sotran") == [(5000, 5000, "5000")]
    assert [found.line_reference for found in made.line_items[-2:]] == ["4998", "4999"]


def test_the_same_external_order_twice_in_one_batch_is_entered_once(desk: Desk) -> None:
    outcomes = desk.entry.create_many([order("S-1"), order("S-2"), order("S-1")])
    assert numbers(outcomes) == ["1001", "1002", "Conflict"]
    conflict = outcomes[2]
    assert isinstance(conflict, Conflict)
    assert conflict.extra == {"existing": {"SalesOrderNo": "1001"}}


def test_a_bad_first_one_leaves_the_id_to_the_good_second(desk: Desk) -> None:
    outcomes = desk.entry.create_many([order("S-1", line(item="NO-SUCH")), order("S-1")])
    assert numbers(outcomes) == ["Faulty", "1001"]


def test_the_same_given_number_twice_in_one_batch(desk: Desk) -> None:
    outcomes = desk.entry.create_many(
        [order("S-1", sales_order_no="77"), order("S-2", sales_order_no="77"), order("S-3")]
    )
    assert numbers(outcomes) == ["77", "Faulty", "1001"]


def test_a_locked_customer_stops_only_its_own(desk: Desk) -> None:
    desk.sql("UPDATE arcust SET lckstat = 'L' WHERE custno = 'JONES01'")
    outcomes = desk.entry.create_many([order("S-1"), order("S-2", customer_no="JONES01"), order("S-3")])
    assert numbers(outcomes) == ["1001", "Locked", "1002"]
    assert isinstance(outcomes[1], Locked)


def test_a_locked_item_stops_only_its_own(desk: Desk) -> None:
    desk.sql("UPDATE iciloc SET lckstat = 'L' WHERE item = 'CUP'")
    outcomes = desk.under(allocate=True).entry.create_many([order("S-1"), order("S-2", line(item="CUP")), order("S-3")])
    assert numbers(outcomes) == ["1001", "Locked", "1002"]
    assert desk.value("SELECT lsoaloc FROM iciloc WHERE item = 'TEAPOT' AND loctid = 'MAIN'") == "5.0000"


def test_a_group_that_the_database_refuses_is_tried_one_by_one(desk: Desk) -> None:
    def record(_: Connection, made: Sequence[tuple[int, SalesOrder]]) -> None:
        if any(found.external_order_id == "S-2" for _, found in made):
            raise OperationalError("insert", {}, Exception("a trigger says no"))

    outcomes = desk.entry.create_many([order("S-1"), order("S-2"), order("S-3")], record)
    assert numbers(outcomes) == ["1001", "CompanyError", "1002"]
    assert isinstance(outcomes[1], CompanyError)
    assert "a trigger says no" in str(outcomes[1])
    assert desk.count()["somast"] == 2


def test_a_busy_company_is_busy_for_the_whole_group_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def write(_: object) -> None:
        tries.append(1)
        raise Busy("held")

    monkeypatch.setattr(type(desk.company), "write", write)
    assert numbers(desk.entry.create_many([order("S-1"), order("S-2")])) == ["Busy", "Busy"]
    assert len(tries) == 1


def test_the_record_is_called_once_for_each_transaction(desk: Desk) -> None:
    calls: list[list[tuple[int, str]]] = []

    def record(_: Connection, made: Sequence[tuple[int, SalesOrder]]) -> None:
        calls.append([(index, found.sales_order_no) for index, found in made])

    desk.entry.create_many([order("S-1"), order("S-2", line(item="NO-SUCH")), order("S-1"), order("S-3")], record)
    assert calls == [[(0, "1001")], [(3, "1002")]]


def test_each_order_of_a_group_counts_against_the_credit_limit(desk: Desk) -> None:
    orders = [order(f"S-{n}", line(quantity="1", price="150"), customer_no="JONES01") for n in range(4)]
    outcomes = desk.entry.create_many(orders)
    assert [o.release for o in outcomes if isinstance(o, SalesOrder)] == [True, True, False, False]


def test_a_clash_within_a_group_is_settled_one_by_one(desk: Desk) -> None:
    tries = []

    def record(_: Connection, made: Sequence[tuple[int, SalesOrder]]) -> None:
        tries.append(len(made))
        if len(made) > 1:
            raise IntegrityError("insert", {}, Exception("unique"))

    assert numbers(desk.entry.create_many([order("S-1"), order("S-2")], record)) == ["1001", "1002"]
    assert tries == [2, 1, 1]


def test_groups_are_bounded_in_orders_and_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "GROUP_ORDERS", 3)
    monkeypatch.setattr(grouping, "GROUP_LINES", 4)
    small = [order(f"S-{n}") for n in range(4)]
    large = [order(f"L-{n}", *(line(str(k)) for k in range(4))) for n in range(2)]
    made = [[index for index, _ in group] for group in groups([*small, *large])]
    assert made == [[0, 1, 2], [3], [4], [5]]
    assert list(groups([])) == []
