"""What the shop may sell: never more than is there, in whole units of its own, and kits as far as their parts reach."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.state import Fault, Outcome, State
from tandem.entities.stock import Stock, StockLevel, absent, kin, pairs
from tandem.rules import Circumstances, Facts
from tandem.rules.stock import in_units, plan

Kits = Mapping[str, str]


def table(kits: Kits) -> Any:
    return lambda name: dict(kits) if name == "kits" else {}


def stock(sku: str = "A", on_hand: str = "10", allocated: str = "0", open_sales: str = "0", **more: Any) -> Stock:
    there = Decimal(on_hand)
    fields = {"key": f"{sku}|MAIN", "sku": sku, "location": "MAIN", "shop_location": "WEB", **more}
    return Stock(
        on_hand=there,
        allocated=Decimal(allocated),
        open_sales=Decimal(open_sales),
        available=there - Decimal(allocated),
        available_computed=there - Decimal(open_sales),
        **fields,
    )


def shelf(of: Stock) -> dict[str, Any]:
    return of.model_dump(include={"key", "sku", "location", "available", "available_computed"})


def around(*shelves: Stock, kits: Kits | None = None, **more: Any) -> Circumstances:
    companions = {
        "product": [{"sku": shelves[0].sku, "pack": more.pop("pack", 1), "deleted": False}],
        "levels": more.pop("levels", []),
        "item": {"status": more.pop("status", "sold"), "product_class": ""},
        "shelves": [shelf(one) for one in shelves],
    }
    return Circumstances(companions=companions | more.pop("companions", {}), lookup=table(kits or {}), **more)


def quantity(*shelves: Stock, **more: Any) -> Decimal:
    level = plan(shelves[0], around(*shelves, **more))
    assert isinstance(level, StockLevel), level
    return level.quantity


def outcome(of: Stock, where: Circumstances) -> Outcome:
    found = plan(of, where)
    assert isinstance(found, Outcome), found
    return found


def test_case_139_five_on_hand_and_seven_allocated_is_none() -> None:
    assert quantity(stock(on_hand="5", allocated="7")) == 0


def test_case_140_a_receipt_of_fifty_leaves_fifty_one_and_not_eighty() -> None:
    assert quantity(stock(on_hand="30", allocated="29")) == 1
    assert quantity(stock(on_hand="80", allocated="29")) == 51


def test_case_141_what_is_taken_and_not_in_sage_pro_yet_is_not_sold_again() -> None:
    assert quantity(stock(open_sales="4"), taken={("A", "MAIN"): Decimal(3)}) == 3
    assert quantity(stock(), taken={("a ", "MAIN"): Decimal(3), ("A", "EAST"): Decimal(5)}) == 7


def test_allocations_and_open_sales_are_the_same_orders_and_count_once() -> None:
    assert quantity(stock(allocated="2", open_sales="6")) == 4


def test_work_orders_count_beside_open_sales() -> None:
    """Two on a work order, three on sales orders of which none is allocated."""
    made = stock(allocated="2", open_sales="3")
    assert quantity(made.model_copy(update={"available_computed": Decimal(5)})) == 5


def test_safety_stock_is_kept_back() -> None:
    assert quantity(stock(), policy={"safety_stock": 3}) == 7
    assert quantity(stock(on_hand="2"), policy={"safety_stock": 3}) == 0


def test_case_135_less_than_nothing_on_hand_is_none_and_is_said() -> None:
    level = plan(stock(on_hand="-4"), around(stock(on_hand="-4")))
    assert isinstance(level, StockLevel)
    assert (level.quantity, level.notes) == (0, ("4 pieces of A are promised or kept back beyond what is there",))


def test_case_136_a_part_of_a_piece_is_not_sold() -> None:
    assert quantity(stock(on_hand="7.75")) == 7
    assert quantity(stock(on_hand="7.75"), facts=Facts(quantity_scale=1)) == Decimal("7.7")
    assert quantity(stock(on_hand="35"), pack=12) == 2


def test_case_143_the_version_that_was_read_goes_with_the_write() -> None:
    level = plan(stock(), around(stock(), levels=[here(4, 7), here(99, 1, location="EAST")]))
    assert isinstance(level, StockLevel)
    assert (level.expected, level.number) == (7, "A|WEB")
    assert plan(stock(), around(stock())).expected == 0  # type: ignore[union-attr]


def here(available: int, version: int, location: str = "WEB") -> dict[str, Any]:
    return {"number": f"A|{location}", "sku": "A", "location": location, "available": available, "version": version}


def test_case_150_what_the_shop_holds_already_is_not_written_again() -> None:
    assert outcome(stock(), around(stock(), levels=[here(10, 7)])).state is State.NOOP


@pytest.mark.parametrize("status", ["blocked", "discontinued"])
def test_case_146_a_blocked_or_discontinued_item_has_none(status: str) -> None:
    assert quantity(stock(), status=status) == 0
    assert quantity(stock(), companions={"item": None}) == 0
    assert quantity(stock(), policy={"sold": False}) == 0


def test_case_148_what_the_shop_does_not_sell_is_left_aside() -> None:
    for found in ([], [{"sku": "A", "deleted": True}]):
        where = around(stock(), companions={"product": found})
        assert outcome(stock(), where).reason == "the shop has no product A"
    still = outcome(stock(), around(stock(), companions={"product": []}, levels=[here(40, 7)]))
    assert (still.state, still.reason.split(":")[0]) == (
        State.HELD,
        "the shop has no product A and still shows 40 of it at WEB",
    )
    deleted = around(stock(), companions={"product": [{"sku": "A", "deleted": True}]}, levels=[here(40, 7)])
    assert outcome(stock(), deleted).state is State.SKIPPED, "the shop took it off its list"
    quarantine = stock(shop_location="")
    assert outcome(quarantine, around(quarantine)).reason == "the shop does not sell from location MAIN"


def test_case_144_what_sage_pro_no_longer_keeps_is_none() -> None:
    record = absent("A|MAIN")
    assert record is not None
    assert (record["ItemCode"], record["Location"], record["Gone"]) == ("A", "MAIN", True)
    gone = stock(on_hand="0", gone=True)
    assert quantity(gone, levels=[here(4, 7)]) == 0
    assert outcome(gone, around(gone)).state is State.SKIPPED
    assert absent("no bar") is None


# Kits


KIT = {"KIT": "2 x P1 + 1 x P2 + 4 x P3"}


def parts(*on_hand: str, kit: Stock | None = None) -> list[Stock]:
    return [kit or stock("KIT", "0"), *(stock(f"P{n}", number) for n, number in enumerate(on_hand, 1))]


def test_case_147_twenty_five_nine_and_forty_make_nine_kits() -> None:
    assert quantity(*parts("25", "9", "40"), kits=KIT) == 9


def test_assembled_kits_are_sold_beside_those_that_the_parts_make() -> None:
    assert quantity(*parts("25", "9", "40", kit=stock("KIT", "3")), kits=KIT) == 12
    assert quantity(*parts("25", "0", "40", kit=stock("KIT", "3")), kits=KIT) == 3


def test_kits_that_are_sold_and_not_assembled_take_their_parts() -> None:
    kit = stock("KIT", "0", open_sales="4")
    assert quantity(*parts("25", "9", "40", kit=kit), kits=KIT) == 5
    part = stock("P1", "25")
    assert quantity(part, kit, kits=KIT) == 17
    assert quantity(*parts("25", "9", "40"), kits=KIT, taken={("KIT", "MAIN"): Decimal(4)}) == 5


def test_two_kits_of_one_part_do_not_sell_it_twice() -> None:
    kits = {"KIT": "1 x P1", "SET": "2 x P1"}
    kit, part, other = stock("KIT", "0"), stock("P1", "10"), stock("SET", "0", open_sales="3")
    assert quantity(kit, part, other, kits=kits) == 4


def test_a_kit_that_sage_pro_keeps_nowhere_is_made_of_its_parts() -> None:
    assert quantity(stock("KIT", "0", gone=True), *parts("25", "9", "40")[1:], kits=KIT) == 9


def test_a_kit_without_a_shelf_that_is_sold_and_not_in_sage_pro_yet_takes_its_parts() -> None:
    kits, sold = {"KIT": "2 x SHELF"}, {("KIT", "MAIN"): Decimal(3), ("SHELF", "MAIN"): Decimal(0)}
    kit, part = stock("KIT", "0", gone=True), stock("SHELF", "10")
    beside = {"shelves": [shelf(part)]}
    assert quantity(kit, kits=kits, taken=sold, companions=beside) == 2
    assert quantity(part, kits=kits, taken=sold) == 4


def test_an_assembled_kit_that_a_bigger_kit_is_sold_of_is_not_sold_again() -> None:
    kits = {"KIT": "2 x SHELF", "BIG": "1 x KIT", "HUGE": "1 x BIG"}
    kit, part, sold = stock("KIT", "2"), stock("SHELF", "0"), {("BIG", "MAIN"): Decimal(2)}
    assert quantity(kit, part, stock("BIG", "0"), kits=kits, taken=sold) == 0
    assert quantity(kit, stock("SHELF", "7"), kits=kits, taken=sold) == 3
    assert quantity(stock("SHELF", "7"), stock("KIT", "0"), kits=kits, taken=sold) == 3, "four are for the KITs in BIGs"
    assert quantity(stock("SHELF", "7"), stock("KIT", "1"), kits=kits, taken={("HUGE", "MAIN"): Decimal(2)}) == 5


def test_a_kit_that_is_a_part_of_itself_is_held() -> None:
    kits = {"A": "1 x B", "B": "2 x A", "C": "1 x A"}
    for sku in ("A", "B"):
        found = outcome(stock(sku), around(stock(sku), kits=kits))
        assert (found.state, found.fault) == (State.HELD, Fault.CONFIGURATION)
        assert f"{sku} is a part of itself" in found.reason
    assert quantity(stock("C", "0"), stock("A", "4"), kits=kits) == 4


@pytest.mark.parametrize("told", [-3, "-0.5", "three", "NaN", "Infinity"])
def test_a_safety_stock_that_is_none_is_held(told: object) -> None:
    found = outcome(stock(on_hand="2"), around(stock(on_hand="2"), policy={"safety_stock": told}))
    assert (found.state, found.fault) == (State.HELD, Fault.CONFIGURATION)
    assert "zero or more is needed" in found.reason


def test_a_change_of_a_part_announces_its_kits_and_a_change_of_a_kit_its_parts() -> None:
    kits = table({**KIT, "SET": "1 x P1", "OTHER": "1 x P9"})
    assert kin(stock("P1"), kits) == ["KIT|MAIN", "SET|MAIN"]
    assert kin(stock("KIT"), kits) == ["P1|MAIN", "P2|MAIN", "P3|MAIN", "SET|MAIN"]
    assert kin(stock("P2"), kits) == ["KIT|MAIN"]
    assert kin(stock("Z"), kits) == []
    assert pairs(stock("P2"), kits) == [("P2", "MAIN"), ("KIT", "MAIN")]
    nested = table({"KIT": "2 x P1", "BIG": "1 x KIT + 1 x P2", "BAG": "1 x P1"})
    assert kin(stock("BIG"), nested) == ["BAG|MAIN", "KIT|MAIN", "P1|MAIN", "P2|MAIN"]
    assert pairs(stock("BAG"), nested) == [(sku, "MAIN") for sku in ("BAG", "BIG", "KIT", "P1")]


@pytest.mark.parametrize("text", ["P1", "0 x P1", "two x P1", "2 x ", "2 x P1 +"])
def test_a_kit_without_a_recipe_is_held_and_its_parts_go_on(text: str) -> None:
    kit = stock("KIT")
    found = outcome(kit, around(kit, kits={"KIT": text}))
    assert (found.state, found.fault) == (State.HELD, Fault.CONFIGURATION)
    assert "KIT needs parts such as `2 x SHELF + 1 x FRAME`" in found.reason
    assert quantity(stock("P1"), kits={"KIT": text}) == 10


# Laws

pieces = st.decimals(-1000, 100_000, places=4)
packs = st.decimals("0.5", 144, places=2)


@given(pieces, packs)
def test_units_never_hold_more_pieces_than_there_are_and_leave_less_than_one_unit(
    there: Decimal, pack: Decimal
) -> None:
    units = in_units(there, pack)
    assert units >= 0
    assert units * pack <= max(there, Decimal(0))
    assert max(there, Decimal(0)) - units * pack < pack


@given(pieces, pieces, packs)
def test_more_pieces_never_make_fewer_units(there: Decimal, more: Decimal, pack: Decimal) -> None:
    low, high = sorted((there, more))
    assert in_units(low, pack) <= in_units(high, pack)


counts = st.integers(-20, 200).map(str)
promised = st.integers(0, 50)


@given(counts, promised, promised, promised, promised)
def test_what_is_published_and_all_that_is_promised_fit_what_is_there(
    there: str, allocated: int, wanted: int, taken: int, safety: int
) -> None:
    found = quantity(
        stock(on_hand=there, allocated=str(allocated), open_sales=str(wanted)),
        taken={("A", "MAIN"): Decimal(taken)},
        policy={"safety_stock": safety},
    )
    assert found == max(int(there) - max(allocated, wanted) - taken - safety, 0)


@given(st.lists(counts, min_size=3, max_size=3), promised, promised)
def test_kits_and_what_is_left_of_a_part_never_take_more_than_there_is(
    on_hand: list[str], sold: int, kits_on_order: int
) -> None:
    kit = stock("KIT", "0", open_sales=str(kits_on_order))
    shelves = parts(*on_hand, kit=kit)
    made = quantity(*shelves, kits=KIT, taken={("P1", "MAIN"): Decimal(sold)})
    for number, there in zip((2, 1, 4), on_hand, strict=True):
        promise = sold if number == 2 else 0
        assert made == 0 or (made + kits_on_order) * number <= int(there) - promise
