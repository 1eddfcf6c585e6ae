from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.cargo import Known
from tandem.entities.declaration import System
from tandem.entities.product import DatedPrice, Product, ProductDocument
from tandem.entities.state import Outcome, State
from tandem.rules import Circumstances, Facts
from tandem.rules.products import plan, shown

D = Decimal
SHOWN: dict[str, Any] = {"name": "Teapot", "unit_price": D("19.90"), "currency": "USD"}


def product(**fields: Any) -> Product:
    return Product.model_validate({"sku": "ABC-1", "name": "Teapot", "price": D("19.90"), "currency": "USD", **fields})


def decide(what: Product | None = None, listing: dict[str, Any] | None = SHOWN, **around: Any) -> Any:
    facts = Facts(**around.pop("facts", {}))
    circumstances = {"source": System.SAGEPRO, "companions": {"listing": listing}, "facts": facts, "found": "p1"}
    return plan(what or product(), Circumstances(**{**circumstances, **around}))


def test_what_the_shop_shows_already_is_linked_and_not_written() -> None:
    first = decide()
    assert (first.state, first.target) == (State.APPLIED, "p1")
    assert first.reason.startswith("linked by equal sku")
    again = decide(known=Known(state=State.APPLIED, target="p1", written=True))
    assert (again.state, again.target) == (State.NOOP, "p1")


def test_only_what_differs_is_a_reason_to_write() -> None:
    assert decide(product(name="Other")) == ProductDocument(product=product(name="Other"), unit_price=D("19.90"))
    assert decide(product(price=D("20.00"))).unit_price == D("20.00")
    assert decide(product(), {**SHOWN, "published": False}).state is State.APPLIED, "the shop may hide what it likes"
    assert decide(product(price=None)).state is State.APPLIED


@pytest.mark.parametrize(
    ("price", "old", "facts", "held"),
    [
        ("0.00", "19.90", {}, True),
        ("0.00", "19.90", {"zero_prices": True, "price_jump": D(0)}, False),
        ("0.00", None, {}, True),
        ("-1.00", "19.90", {"zero_prices": True, "price_jump": D(0)}, True),
        ("199.00", "19.90", {}, True),
        ("198.99", "19.90", {}, False),
        ("1.99", "19.90", {}, True),
        ("2.00", "19.90", {}, False),
        ("40.00", "19.90", {"price_jump": D(2)}, True),
        ("4000.00", "19.90", {"price_jump": D(0)}, False),
        ("5.00", "0.00", {}, False),
        ("5.00", None, {}, False),
    ],
)
def test_the_guard_over_prices(price: str, old: str | None, facts: dict[str, Any], held: bool) -> None:
    decision = decide(product(price=D(price)), {**SHOWN, "unit_price": old and D(old)}, facts=facts)
    assert isinstance(decision, Outcome) is held
    if held:
        assert decision.state is State.HELD
        assert price in decision.reason
        assert (old or "none") in decision.reason


def test_a_person_lets_a_price_pass_but_not_one_below_zero_or_in_another_currency() -> None:
    held = decide(product(price=D("0.00")))
    assert held.detail == {"proposal": {"price": "0.00"}}
    seen = {"approved": True, **held.detail}
    assert decide(product(price=D("0.00")), **seen).unit_price == D("0.00")
    assert decide(product(price=D("0.01")), **seen).state is State.HELD, "that is not the price that was seen"
    assert decide(product(price=D("0.00")), approved=True).state is State.HELD
    below = {"approved": True, "proposal": {"price": "-1.00"}}
    assert decide(product(price=D("-1.00")), **below).state is State.HELD
    same = {"approved": True, "proposal": {"price": "21.00"}}
    foreign = decide(product(price=D("21.00")), {**SHOWN, "currency": "EUR"}, **same)
    assert "USD and EUR" in foreign.reason


def test_the_guard_compares_prices_of_the_same_unit() -> None:
    case = {**SHOWN, "unit_price": D("60.00"), "pack": D(12)}
    assert decide(product(price=D("5.50")), case).unit_price == D("66.00")
    assert decide(product(price=D("60.00")), case).state is State.HELD


def test_what_cannot_be_sold_is_unpublished_whatever_its_price() -> None:
    off = decide(product(price=D("0.00")), policy={"published": False})
    assert (off.published, off.unit_price) == (False, None)
    assert decide(listing={**SHOWN, "published": False}, policy={"published": False}).state is State.APPLIED
    assert decide(listing={**SHOWN, "published": False}, policy={"published": True}).published is True


def test_what_the_shop_lacks() -> None:
    assert decide(listing=None).state is State.SKIPPED
    assert decide(listing=None, facts={"hold_unmatched": True}).state is State.HELD
    made = decide(listing=None, facts={"create_products": True})
    assert (made.create, made.published, made.unit_price) == (True, False, D("19.90"))
    assert decide(product(price=D(0)), None, facts={"create_products": True}).state is State.HELD
    assert decide(listing=None, facts={"create_products": True}, policy={"published": False}).state is State.SKIPPED
    gone = Known(state=State.APPLIED, target="p9", written=True)
    assert "no product p9 any more" in decide(listing=None, facts={"create_products": True}, known=gone).reason
    deleted = decide(listing={**SHOWN, "deleted": True}, facts={"create_products": True})
    assert (deleted.state, "deleted" in deleted.reason) == (State.SKIPPED, True)


def test_policy_may_set_aside_or_hold() -> None:
    assert decide(policy={"skip_reason": "a service"}).reason == "a service"
    assert decide(policy={"hold_reason": "look first"}).state is State.HELD
    assert isinstance(decide(product(name="x"), policy={"hold_reason": "look first"}, approved=True), ProductDocument)


def test_a_counterpart_that_cannot_be_understood_is_held() -> None:
    assert "pack" in decide(listing={**SHOWN, "pack": "many"}).reason


def back(item: dict[str, Any] | None, **fields: Any) -> Any:
    what = Product.model_validate({"sku": "ABC-1", **fields})
    return plan(what, Circumstances(source=System.CLARITY, companions={"item": item}, found="ABC-1"))


def test_back_to_sage_pro_go_the_shops_words_and_nothing_else() -> None:
    assert back({"description": "old"}, description="new") == ProductDocument(
        product=Product(sku="ABC-1", description="new")
    )
    assert back({"description": "same"}, description="same").state is State.APPLIED
    assert back({"description": "theirs"}).state is State.APPLIED, "no words wipe no words"
    assert back(None, description="new").state is State.SKIPPED
    assert "stays" in back({"description": ""}, description="new", deleted=True).reason


def dated(day: str, price: str, **fields: Any) -> DatedPrice:
    return DatedPrice(effective_from=date.fromisoformat(day), price=D(price), currency="USD", **fields)


def test_a_price_is_in_force_from_its_day_on() -> None:
    prices = (dated("2026-12-10", "30"), dated("2026-12-01", "21"), dated("2026-11-01", "9", price_code="W"))
    what = product(prices=prices)
    for day, price in (("2026-11-30", "19.90"), ("2026-12-01", "21"), ("2026-12-09", "21"), ("2026-12-10", "30")):
        assert what.as_of(date.fromisoformat(day)).price == D(price)
    assert what.as_of(date(2026, 12, 1)).prices == ()
    assert product(prices=prices, price_code="W").as_of(date(2026, 12, 1)).price == D(9)
    assert product(prices=prices, currency="EUR").as_of(date(2026, 12, 1)).price == D("19.90")


@given(st.decimals(0, 100_000, places=4))
def test_no_digit_of_a_price_is_lost_and_two_stand_there_at_least(price: Decimal) -> None:
    assert shown(price) == price
    assert -int(shown(price).as_tuple().exponent) >= 2
