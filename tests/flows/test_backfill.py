"""Backfill: a range or a list, behind live traffic, and first as a dry run."""

import pytest
from pydantic import ValidationError

from flows.backfill import Range, backfill
from tests.flows.stack import Stack


async def test_a_dry_run_writes_nothing_anywhere(line: Stack) -> None:
    order = line.order()
    counts = await backfill(Range(ids=(order["orderId"], "ord_404")))
    assert counts == {"WOULD BE WRITTEN": 1, "NOT FOUND": 1}
    assert line.rows("somast") == line.rows("arcust") == []
    assert line.store.status().counts == {}


async def test_a_backfill_of_ids_applies_each_once_however_often(line: Stack) -> None:
    orders = [line.order(email=f"c{n}@example.com") for n in range(5)]
    chosen = Range(ids=tuple(order["orderId"] for order in orders), dry_run=False)
    assert (await backfill(chosen))["order APPLIED"] == len(orders)
    assert await backfill(chosen) == {"order NOOP": len(orders)}
    assert len(line.rows("somast")) == len(orders)


async def test_a_backfill_of_a_range_takes_what_was_made_in_it(line: Stack) -> None:
    order = line.order()
    tally = await backfill(Range(since="2000-01-01T00:00:00Z", dry_run=False))
    assert tally["order APPLIED"] == 1
    assert line.record("order", order["orderId"]).target


async def test_stock_is_backfilled_by_its_places_and_by_when_it_changed(line: Stack) -> None:
    place = ("ABC-1|MAIN",)
    assert await backfill(Range(entity="stock", ids=(*place, "NONE|MAIN"))) == {"WOULD BE WRITTEN": 1, "NOT FOUND": 1}
    assert await backfill(Range(entity="stock", ids=place, dry_run=False)) == {"stock APPLIED": 1}
    line.plain("update iciloc set adddate = '', addtime = '', lckdate = '', lcktime = '' where rtrim(item) = 'ABC-2'")
    changed = Range(entity="stock", since="2000-01-01T00:00:00Z", dry_run=False)
    assert await backfill(changed) == {"stock APPLIED": 2, "stock NOOP": 1}, "what bears no stamp is left to a count"
    assert (await backfill(Range(entity="stock", until="2099-01-01T00:00:00Z", dry_run=False)))["stock APPLIED"] == 1


@pytest.mark.parametrize(
    "fields", [{}, {"ids": ("1",), "since": "2000-01-01T00:00:00Z"}, {"since": "2000-01-01T00:00:00"}]
)
def test_a_range_that_chooses_nothing_both_ways_or_without_an_offset_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Range.model_validate(fields)
