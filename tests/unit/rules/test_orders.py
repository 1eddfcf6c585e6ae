from __future__ import annotations

import time
from decimal import Decimal

import pytest

from tandem.entities import ENTITIES
from tandem.entities.cargo import Known
from tandem.entities.order import DocumentLine, OrderDocument
from tandem.entities.state import State
from tandem.rules import PLANS
from tandem.rules.order_lines import ROUNDING, is_ours
from tandem.rules.payments import capture_state, receipts
from tests.unit.rules.making import D, around, charge, line, order, payment, placed, refused, written


def by_id(document: OrderDocument) -> dict[str, DocumentLine]:
    return {x.line_id: x for x in document.lines}


def test_an_ordinary_order_goes_through_as_it_is() -> None:
    document = placed(
        order(line("L1", "12.50", "3", tax="3.00")), policy={"location": "EAST", "payment_terms": "NET30"}
    )
    (only,) = document.lines
    assert (only.kind, only.quantity, only.unit_price, only.amount, only.tax) == (
        "goods", D(3), D("12.50"), D("37.50"), D("3.00"),
    )  # fmt: skip
    assert only.taxable
    assert not only.free
    assert (document.location, document.payment_terms, document.release, document.cancelled) == (
        "EAST", "NET30", True, False,
    )  # fmt: skip
    assert document.notes == ()


def test_case_007_cancelled_before_it_was_entered() -> None:
    outcome = refused(order(line("L1", "5.00"), status="cancelled", cancel_reason="customer changed their mind"))
    assert outcome.state is State.SKIPPED
    assert "cancelled" in outcome.reason
    assert "changed their mind" in outcome.reason


def test_an_order_that_was_entered_is_cancelled_there() -> None:
    document = placed(order(line("L1", "5.00"), status="cancelled"), known=written())
    assert document.cancelled
    assert document.notes == ("cancelled in the shop",)


def test_a_cancelled_order_that_may_have_been_entered_is_looked_for() -> None:
    gone = order(line("L1", "5.00"), status="cancelled")
    assert placed(gone, doubtful=True).cancelled
    assert placed(gone, known=Known(state=State.UNKNOWN)).cancelled
    assert refused(gone, known=Known(state=State.HELD)).state is State.SKIPPED


def test_a_cancellation_goes_through_though_nothing_adds_up_any_more() -> None:
    document = placed(order(line("L1", "5.00", "0", total="0.00"), status="cancelled", total="99.00"), known=written())
    (only,) = document.lines
    assert (only.kind, only.amount, document.total) == ("rounding", D(0), D(0))


def test_case_052_discount_of_the_whole_order() -> None:
    lines = [line(f"L{n}", "33.33") for n in (1, 2, 3)]
    document = placed(order(*lines, discount_total="10.00", total="89.99"))
    assert [x.amount for x in document.lines] == [D("29.99"), D("30.00"), D("30.00")]
    assert "discount of 10.00 was shared out" in document.notes[0]


def test_case_054_discount_passes_over_the_free_line() -> None:
    lines = [line("L1", "19.90"), line("L2", "0.00"), line("L3", "10.10")]
    document = placed(order(*lines, discount_total="5.00", total="25.00"))
    assert [x.amount for x in document.lines] == [D("16.58"), D("0.00"), D("8.42")]


def test_a_discount_that_does_not_explain_the_total_is_not_shared() -> None:
    outcome = refused(order(line("L1", "33.33"), discount_total="10.00", total="20.00"))
    assert outcome.state is State.HELD


def test_case_056_prices_that_include_tax() -> None:
    document = placed(order(line("L1", "9.99", tax="1.66"), taxes_included=True))
    (only,) = document.lines
    assert (only.unit_price, only.amount, only.tax) == (D("8.33"), D("8.33"), D("1.66"))
    assert document.total == D("9.99")


def test_prices_that_include_tax_with_discount_and_freight() -> None:
    an_order = order(
        line("L1", "12.00", "2", discount="6.00", tax="3.00"),
        charges=(charge("shipping", "6.00", tax="1.00", method="UPS"),),
        taxes_included=True,
    )
    document = placed(an_order)
    lines = by_id(document)
    assert (lines["L1"].unit_price, lines["L1"].discount_percent, lines["L1"].amount) == (D("10"), D("25"), D("15.00"))
    assert lines["+shipping-1"].amount == D("5.00")
    assert (document.total, document.tax) == (D("24.00"), D("4.00"))


def test_case_057_discount_before_tax() -> None:
    sold = line("L1", "100.00", discount="20.00", tax="8.00")
    document = placed(order(sold, total="88.00"))
    assert (document.total, document.lines[0].discount_percent) == (D("88.00"), D("20"))
    outcome = refused(order(sold, total="90.00"))
    assert outcome.state is State.HELD
    assert "90.00" in outcome.reason
    assert "88.00" in outcome.reason


def test_case_058_tax_of_the_shop_is_posted() -> None:
    """Line by line 8.5 % makes 71.06, the shop computed 71.05 on the whole."""
    lines = [
        line("L1", "598.89", tax="50.91"),
        line("L2", "329.84", tax="28.04"),
        line("L3", "-59.89", tax="-5.09"),
        line("L4", "-32.98", tax="-2.80"),
    ]
    assert sum(x.tax for x in lines) == D("71.06")
    document = placed(order(*lines, tax_total="71.05"))
    assert document.tax == D("71.05")
    rounding = by_id(document)[ROUNDING]
    assert (rounding.kind, rounding.amount, rounding.tax) == ("rounding", D(0), D("-0.01"))
    assert document.total == D("835.86") + D("71.05")


@pytest.mark.parametrize(("scale", "rounding"), [(2, D("0.01")), (4, None)])
def test_case_060_three_pieces_for_ten(scale: int, rounding: Decimal | None) -> None:
    document = placed(order(line("L1", "3.333333", "3", total="10.00")), price_scale=scale)
    found = by_id(document).get(ROUNDING)
    assert (found.amount if found else None) == rounding
    assert document.total == D("10.00")


def test_case_062_three_at_293_for_878() -> None:
    document = placed(order(line("L1", "2.93", "3", total="8.78")))
    lines = by_id(document)
    assert (lines["L1"].unit_price, lines["L1"].amount) == (D("2.93"), D("8.79"))
    assert lines[ROUNDING].amount == D("-0.01")
    assert document.total == D("8.78")
    assert "rounding line of -0.01" in document.notes


def test_case_064_total_off_by_three_cents_or_by_five() -> None:
    document = placed(order(line("L1", "50.00"), total="50.03"))
    assert by_id(document)[ROUNDING].amount == D("0.03")
    outcome = refused(order(line("L1", "50.00"), total="55.00"))
    assert outcome.state is State.HELD
    assert all(figure in outcome.reason for figure in ("55.00", "50.00", "5.00"))
    assert outcome.detail == {"shop_total": D("55.00"), "computed_total": D("50.00"), "difference": D("5.00")}


def test_the_rounding_limit_is_a_setting() -> None:
    an_order = order(line("L1", "50.00"), total="50.03")
    assert refused(an_order, rounding_limit=D("0.02")).state is State.HELD
    assert placed(an_order, rounding_limit=D("0.03")).total == D("50.03")


def test_tax_that_the_lines_do_not_carry_is_held() -> None:
    outcome = refused(order(line("L1", "50.00", tax="1.00"), tax_total="4.00"))
    assert outcome.state is State.HELD
    assert "tax_total" in outcome.reason


def test_tax_stated_for_the_whole_order_is_shared_out() -> None:
    document = placed(order(line("L1", "20.00"), line("L2", "10.00"), tax_total="1.00"))
    assert [x.tax for x in document.lines] == [D("0.67"), D("0.33")]
    assert "shared out over its lines by amount" in document.notes[0]


@pytest.mark.parametrize("line_of_zero", [True, False])
def test_case_065_free_shipping(line_of_zero: bool) -> None:
    an_order = order(line("L1", "20.00"), charges=(charge("shipping", "7.95", discount="7.95", method="GROUND"),))
    document = placed(an_order, free_freight_line=line_of_zero)
    assert [x.kind for x in document.lines] == (["goods", "shipping"] if line_of_zero else ["goods"])
    assert document.order.charges[0].method == "GROUND"
    assert document.total == D("20.00")


def test_case_067_each_charge_to_its_own_line() -> None:
    kinds = ("shipping", "tip", "duty", "surcharge", "engraving")
    charges = tuple(charge(kind, f"{n}.00", tax="0.10") for n, kind in enumerate(kinds, 1))
    document = placed(order(line("L1", "20.00"), charges=(*charges, charge("tip", "9.00"))))
    found = {x.line_id: (x.kind, x.amount, x.tax) for x in document.lines if x.kind != "goods"}
    assert found == {
        "+shipping-1": ("shipping", D("1.00"), D("0.10")),
        "+tip-1": ("tip", D("2.00"), D("0.10")),
        "+duty-1": ("duty", D("3.00"), D("0.10")),
        "+surcharge-1": ("surcharge", D("4.00"), D("0.10")),
        "+engraving-1": ("engraving", D("5.00"), D("0.10")),
        "+tip-2": ("tip", D("9.00"), D("0")),
    }
    assert all(is_ours(line_id) for line_id in found)


def test_case_068_everything_free() -> None:
    document = placed(order(line("L1", "30.00", "2", discount="60.00"), line("L2", "0.00")))
    lines = by_id(document)
    assert document.total == 0
    assert (lines["L1"].free, lines["L1"].unit_price, lines["L1"].discount_percent) == (True, D("30.00"), D(100))
    assert not lines["L2"].free, "what has no price is not given away"
    assert receipts(document.order) == ()
    assert document.notes == ("free of charge: line L1",)


def test_case_070_selling_a_gift_card() -> None:
    document = placed(order(line("L1", "50.00", gift_card=True, requires_shipping=False)))
    (only,) = document.lines
    assert (only.kind, only.amount, only.tax, only.taxable) == ("gift_card", D("50.00"), D(0), False)


def test_case_071_authorised_is_not_received() -> None:
    payments = [payment("authorization", "100.00")]
    assert receipts(order(line("L1", "100.00"), payments=tuple(payments))) == ()
    payments += [payment("capture", "60.00"), payment("capture", "40.00", status="pending")]
    an_order = order(line("L1", "100.00"), payments=tuple(payments))
    document = placed(an_order)
    assert document.release
    assert document.notes == ("authorised 100.00, captured 60.00, 40.00 not captured yet",)
    assert [p.amount for p in receipts(an_order)] == [D("60.00")]
    assert capture_state(an_order) == (D("100.00"), D("60.00"), D("40.00"), D("60.00"))
    captured = order(line("L1", "100.00"), payments=(*payments[:2], payment("capture", "40.00")))
    assert placed(captured).notes == ()


def test_case_074_rate_missing() -> None:
    foreign = {"currency": "EUR", "shop_currency": "USD"}
    outcome = refused(order(line("L1", "13.95"), **foreign))
    assert outcome.state is State.HELD
    assert "exchange_rate" in outcome.reason
    assert "2026-03-02" in outcome.reason
    assert refused(order(line("L1", "13.95"), **foreign, exchange_rate="0")).state is State.HELD
    document = placed(order(line("L1", "13.95"), **foreign, exchange_rate="1.0832"))
    assert (document.order.currency, document.order.exchange_rate, document.total) == ("EUR", D("1.0832"), D("13.95"))


def test_a_rate_to_another_currency_than_the_companys_does_not_count() -> None:
    outcome = refused(order(line("L1", "13.95"), currency="EUR", shop_currency="DKK", exchange_rate="7.46"))
    assert "DKK" in outcome.reason


def test_case_075_tax_exempt_with_a_certificate() -> None:
    document = placed(order(line("L1", "40.00"), tax_exempt=True, tax_exempt_code="TX-99"))
    assert (document.tax, document.order.tax_exempt_code) == (D(0), "TX-99")
    assert not any(x.taxable for x in document.lines)
    assert document.notes == ()
    assert "certificate" in placed(order(line("L1", "40.00"), tax_exempt=True)).notes[0]
    taxed = refused(order(line("L1", "40.00", tax="2.00"), tax_exempt=True))
    assert "tax_exempt" in taxed.reason


def test_case_077_quantity_zero_after_an_edit() -> None:
    document = placed(order(line("L1", "10.00", "2"), line("L2", "7.00", "0")))
    assert [x.line_id for x in document.lines] == ["L1"]
    assert document.notes == ("line L2: quantity zero, left out",)
    assert document.total == D("20.00")
    assert "none is left" in refused(order(line("L2", "7.00", "0"))).reason


def test_case_078_negative_quantity() -> None:
    an_order = order(line("L1", "10.00", "3"), line("L2", "4.00", "-1"))
    outcome = refused(an_order)
    assert outcome.state is State.HELD
    assert "line L2 quantity" in outcome.reason
    document = placed(an_order, policy={"negative_quantity": "return"})
    assert (by_id(document)["L2"].quantity, by_id(document)["L2"].amount) == (D(-1), D("-4.00"))


def test_case_080_bundle_into_its_parts() -> None:
    parts = [
        line("P1", "60.00", total="0.00", bundle_parent="B"),
        line("P2", "45.00", total="0.00", bundle_parent="B"),
        line("P3", "15.00", total="0.00", bundle_parent="B"),
    ]
    document = placed(order(line("B", "99.00", tax="8.17"), *parts))
    assert {x.line_id: x.amount for x in document.lines} == {"P1": D("49.50"), "P2": D("37.13"), "P3": D("12.37")}
    assert [x.discount_percent for x in document.lines] == [D("17.5"), D("17.489"), D("17.533")]
    assert document.tax == D("8.17")
    assert document.notes == ("line B: bundle SKU-B is entered as its 3 parts",)


def test_a_bundle_dearer_than_its_parts_and_one_whose_parts_have_no_price() -> None:
    dear = placed(order(line("B", "90.00"), line("P1", "40.00", total="0.00", bundle_parent="B")))
    assert (dear.lines[0].unit_price, dear.lines[0].discount_percent) == (D("90"), D(0))
    parts = [line(f"P{n}", "0.00", total="0.00", bundle_parent="B") for n in (1, 2)]
    assert [x.amount for x in placed(order(line("B", "5.01"), *parts)).lines] == [D("2.51"), D("2.50")]


def test_a_part_whose_bundle_is_gone_stands_for_itself() -> None:
    document = placed(order(line("B", "99.00", "0"), line("P1", "60.00", bundle_parent="B")))
    assert [x.line_id for x in document.lines] == ["P1"]


def test_case_081_case_of_twelve() -> None:
    document = placed(order(line("L1", "31.00", "2", pack="12")))
    (only,) = document.lines
    assert (only.quantity, only.unit_price, only.amount) == (D(24), D("2.5833"), D("62.00"))


def test_case_081_many_cases_keep_their_total() -> None:
    """The price of a piece times 12,000 would be 0.40 short, more than a rounding line may carry."""
    document = placed(order(line("L1", "10.00", "1000", pack="12")))
    (only,) = document.lines
    assert (only.quantity, only.amount) == (D(12000), D("10000.00"))
    assert abs(only.unit_price - D(10) / 12) < D("0.001")


def test_case_083_five_thousand_lines() -> None:
    lines = [line(f"L{n}", "3.333333", "3", total="10.00", tax="0.83") for n in range(5000)]
    an_order = order(*lines)
    began = time.process_time()
    document = placed(an_order)
    assert len(document.lines) == 5000
    assert document.total == D("54150.00")
    assert time.process_time() - began < 5


def test_case_083_five_thousand_lines_that_leave_something_over_each() -> None:
    """At two decimals each leaves 0.01, 50.00 in all: prices nearby make them whole, and one document is left."""
    lines = [line(f"L{n}", "3.333333", "3", total="10.00") for n in range(5000)]
    document = placed(order(*lines), price_scale=2)
    assert len(document.lines) == 5000
    assert all(x.amount == D("10.00") for x in document.lines)


def test_case_087_test_order() -> None:
    outcome = refused(order(line("L1", "10.00"), is_test=True, total="1.00"))
    assert outcome.state is State.SKIPPED
    assert outcome.reason.startswith("test")


def test_case_088_purchase_order_terms_without_payment() -> None:
    document = placed(
        order(line("L1", "10.00"), purchase_order="PO-7", payment_method="purchaseOrder"),
        policy={"payment_terms": "NET 30"},
    )
    assert (document.payment_terms, document.order.purchase_order, document.release) == ("NET 30", "PO-7", True)
    assert document.order.payments == ()


def test_case_093_fraud_hold_and_release() -> None:
    sold = line("L1", "10.00")
    kept = placed(order(sold, status="onHold"))
    assert not kept.release
    assert "kept from the warehouse" in kept.notes[0]
    assert placed(order(sold, status="open"), known=written()).release
    assert not placed(order(sold), policy={"release": False}).release


def test_policy_holds_until_a_person_has_looked() -> None:
    an_order = order(line("L1", "10.00"))
    policy = {"hold_reason": "total: above 10,000, a person must release it"}
    outcome = refused(an_order, policy=policy)
    assert (outcome.state, outcome.reason) == (State.HELD, policy["hold_reason"])
    assert placed(an_order, policy=policy, approved=True).total == D("10.00")
    assert refused(order(line("L1", "10.00"), total="99.00"), policy=policy, approved=True).state is State.HELD


@pytest.mark.parametrize(("quantity", "pack"), [("1.5", "1"), ("0.5", "1"), ("1", "0.5"), ("0.25", "2")])
def test_fractional_quantities_need_a_unit_that_allows_them(quantity: str, pack: str) -> None:
    an_order = order(line("L1", "10.00", quantity, pack=pack))
    outcome = refused(an_order)
    assert "line L1 quantity" in outcome.reason
    assert "whole number" in outcome.reason
    assert placed(an_order, quantity_scale=3).lines[0].quantity == D(quantity) * D(pack)


def test_quantities_finer_than_the_column_are_held() -> None:
    assert "at most 3 decimals" in refused(order(line("L1", "10.00", "0.0005")), quantity_scale=3).reason


def test_half_a_case_of_twelve_is_six_pieces() -> None:
    assert placed(order(line("L1", "12.00", "0.5", pack="12"))).lines[0].quantity == D(6)


def test_every_fault_is_named_at_once() -> None:
    outcome = refused(
        order(
            line("L1", "10.00", "1.5"),
            line("L1", "10.00", "2", total="5.00"),
            line("L3", "10.00", pack="-1"),
            currency="EUR",
            total="25.005",
        ),
        policy={"hold_reason": "segment: wholesale orders are looked at"},
    )
    for said in ("stands 2 times", "whole number", "makes 20.00", "pack", "exchange_rate", "2 decimals", "segment"):
        assert said in outcome.reason


@pytest.mark.parametrize("figure", ["1E+12", "1E-11", "-1E+400"])
def test_damaged_figures_never_reach_the_arithmetic(figure: str) -> None:
    an_order = order(line("L1", "10.00"), charges=(charge("tip", "1.00"),), payments=(payment("sale", figure),))
    assert "payment" in refused(an_order).reason
    assert "total" in refused(order(line("L1", "10.00"), total=figure)).reason
    assert "unit_price" in refused(order(line("L1", "10.00").model_copy(update={"unit_price": D(figure)}))).reason


def test_what_the_columns_cannot_hold_even_closely_is_held() -> None:
    outcome = refused(order(line("L1", "100.37")), price_scale=0, discount_scale=0, rounding_limit=D("0.00"))
    assert outcome.state is State.HELD
    assert "columns cannot hold" in outcome.reason
    assert set(outcome.detail) == {"shop_total", "computed_total", "difference"}


def test_a_line_priced_in_fractions_that_the_shop_shows_in_cents() -> None:
    """A thousand at a third: the shop shows 0.33, its total is right, and 3.33 are no rounding."""
    document = placed(order(line("L1", "0.33", "1000", total="333.33")))
    assert by_id(document)["L1"].amount == D("333.33")


def test_currencies_without_cents_share_out_whole_units() -> None:
    lines = [line(f"L{n}", "1000") for n in (1, 2, 3)]
    document = placed(
        order(*lines, currency="JPY", shop_currency="JPY", discount_total="100", total="2900"), company_currency="JPY"
    )
    assert [x.amount for x in document.lines] == [D(966), D(967), D(967)]


def test_plans_by_entity() -> None:
    assert set(PLANS) == set(ENTITIES)
    assert isinstance(PLANS["order"](order(line("L1", "1.00")), around()), OrderDocument)
