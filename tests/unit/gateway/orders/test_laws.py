"""Laws that hold for any order: totals, open amounts, changes, several writers at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Faulty
from tandem.gateway.models import LineItemIn, SalesOrder
from tandem.gateway.orders.amounts import extended

from .conftest import POLICY, Desk, change, line, order, raw

ONORDER = "SELECT onorder FROM arcust WHERE custno = 'SMITH01'"
OPENING = Decimal("100.10")
CENTS = "SELECT coalesce(sum(CAST(replace({0}, '.', '') AS INTEGER)), 0) FROM {1}"

_numbers = count(1)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places)


@st.composite
def line_items(draw: st.DrawFn) -> list[LineItemIn]:
    references = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True))
    return [
        line(
            reference,
            draw(st.sampled_from(["TEAPOT", "SPOON/S", "FREIGHT"])),
            str(draw(decimals("0.0001", "99999", 4))),
            str(draw(decimals("-999", "9999", 4))),
            discount_percent=draw(decimals("0", "100", 3)),
            tax_amount=draw(decimals("0", "99.99", 2)),
        )
        for reference in references
    ]


many = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shown(found: SalesOrder) -> dict[str, tuple[object, ...]]:
    return {
        item.line_reference: (
            item.item_code,
            item.quantity,
            item.open_quantity,
            item.unit_price,
            item.discount_percent,
            item.extended_price,
            item.tax_amount,
        )
        for item in found.line_items
    }


@many
@given(line_items())
def test_what_goes_in_is_what_a_plain_reader_sums(desk: Desk, lines: list[LineItemIn]) -> None:
    before = (desk.value(CENTS.format("ordamt", "somast")), desk.value(CENTS.format("extprice", "sotran")))
    onorder = Decimal(desk.value(ONORDER))
    made = desk.entry.create(order(f"S-{next(_numbers)}", *lines))
    goods = sum((extended(item.quantity, item.unit_price, item.discount_percent) for item in lines), Decimal(0))
    tax = sum((item.tax_amount for item in lines), Decimal(0))
    assert (made.open_amount, made.tax_amount, made.total_amount) == (goods, tax, goods + tax)
    after = (desk.value(CENTS.format("ordamt", "somast")), desk.value(CENTS.format("extprice", "sotran")))
    assert [Decimal(b - a) / 100 for a, b in zip(before, after, strict=True)] == [goods, goods]
    assert Decimal(desk.value(ONORDER)) - onorder == goods


@many
@given(line_items(), st.sampled_from(["total_amount", "tax_amount"]), decimals("0.01", "5", 2))
def test_a_total_that_is_off_by_any_cent_is_refused(
    desk: Desk, lines: list[LineItemIn], member: str, off: Decimal
) -> None:
    good = order(f"S-{next(_numbers)}", *lines)
    with pytest.raises(Faulty):
        desk.entry.create(good.model_copy(update={member: getattr(good, member) + off}))


@many
@given(line_items(), line_items())
def test_a_changed_order_is_the_order_that_would_have_been_entered(
    desk: Desk, first: list[LineItemIn], second: list[LineItemIn]
) -> None:
    onorder = Decimal(desk.value(ONORDER))
    changed_id, fresh_id = f"S-{next(_numbers)}", f"S-{next(_numbers)}"
    number = desk.entry.create(order(changed_id, *first)).sales_order_no
    found = desk.changes.update(number, change(changed_id, *second))
    fresh = desk.entry.create(order(fresh_id, *second))
    assert shown(found) == shown(fresh)
    assert (found.open_amount, found.tax_amount, found.total_amount) == (
        fresh.open_amount,
        fresh.tax_amount,
        fresh.total_amount,
    )
    assert Decimal(desk.value(ONORDER)) - onorder == found.open_amount + fresh.open_amount
    assert desk.changes.update(number, change(changed_id, *second)) == found
    cancelled = desk.changes.update(number, change(changed_id, *second, cancel=True))
    assert cancelled.open_amount == 0
    assert Decimal(desk.value(ONORDER)) - onorder == fresh.open_amount


@pytest.fixture
def file(desk: Desk, tmp_path: Path) -> Iterator[Path]:
    """The stocked company as a file, for writers with connections of their own."""
    path = tmp_path / "company01.db"
    raw(desk.company.engine).execute("VACUUM INTO ?", (str(path),))
    return path


def test_case_119_writers_at_once_never_get_the_same_number(file: Path) -> None:
    """Two gateways with two threads each on one file."""
    gateways = [Desk(Company.connect(f"sqlite:///{file}", POLICY)) for _ in range(2)]

    def enter(number: int) -> str:
        return gateways[number % 2].entry.create(order(f"S-{number}")).sales_order_no

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(enter, range(24)))
    assert sorted(taken) == [str(number) for number in range(1001, 1025)]
    desk = gateways[0]
    with desk.company.read() as connection:
        onorder = connection.exec_driver_sql(ONORDER).scalar_one()
        last = connection.exec_driver_sql("SELECT int1 FROM sosysd").scalar_one()
    assert (onorder, last) == (f"{OPENING + 24 * Decimal('39.80')}", 1024)
    for gateway in gateways:
        gateway.company.close()


def test_two_gateways_that_get_the_same_order_enter_it_once(file: Path) -> None:
    gateways = [Desk(Company.connect(f"sqlite:///{file}", POLICY)) for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda n: gateways[n % 2].entry.create_many([order("S-1")])[0], range(8)))
    assert [type(outcome).__name__ for outcome in sorted(outcomes, key=lambda o: type(o).__name__)] == [
        *["Conflict"] * 7,
        "SalesOrder",
    ]
    for gateway in gateways:
        gateway.company.close()
