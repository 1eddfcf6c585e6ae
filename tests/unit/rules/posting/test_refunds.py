from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tandem.entities.refund import Refund
from tandem.entities.state import State
from tandem.rules.posting import plan_invoice, plan_receipt, plan_refund, plan_return, sold_of
from tests.unit.rules.making import D, line, order, placed, shipment
from tests.unit.rules.posting.company import Company
from tests.unit.rules.posting.making import (
    NOON,
    back,
    dispute,
    movement,
    paid,
    refund,
    refund_line,
    returned,
    sold,
    sold_line,
)


def settled(*lines: Any, payments: tuple[Any, ...] = (), **more: Any) -> Company:
    """An order that is shipped, invoiced and paid for."""
    whole = sold(*lines, **more)
    payments = payments or (paid("P-1", str(whole.total), currency=whole.currency),)
    company = Company(whole.model_copy(update={"payments": payments}))
    company.post(plan_invoice, shipment(*((x.line_id, str(x.quantity)) for x in whole.lines if x.ships)))
    for one in payments:
        company.post(plan_receipt, movement(one))
    assert company.of("receivable") == company.of("deposit") == 0
    return company


def three(**more: Any) -> Company:
    return settled(sold_line("A", "89.00", "3", tax="7.13", discount="1.00"), **more)


def give(company: Company, one: Refund, **around: Any) -> Any:
    """The refund as the shop has it, posted."""
    company.shop["refunds"] = [*(x for x in company.shop["refunds"] if x.refund_id != one.refund_id), one]
    return company.post(plan_refund, one, **around)


def test_case_098_one_of_three_with_its_share_of_discount_and_tax_goes_back_on_the_shelf() -> None:
    company = three()
    made = give(company, refund(refund_line("A", "1", restock=True, location="RET"), pays=(back("32.05"),)))
    memo = made.credits[0]
    assert (memo.type, memo.applies_to, memo.total, memo.tax) == ("creditMemo", "INV1", D("-32.05"), D("-2.38"))
    assert (memo.lines[0].quantity, memo.lines[0].amount) == (D(-1), D("-29.67"))
    assert [(x.line_id, x.location, x.quantity) for x in made.movements] == [("A", "RET", D(1))]
    assert (company.of("refund"), company.of("tax")) == (D("29.67"), D("-4.75"))
    assert (company.of("receivable"), company.of("clearing")) == (0, D("64.08"))


def test_case_098_three_refunds_of_one_piece_give_back_the_line_to_the_cent() -> None:
    company = three()
    for n, amount in enumerate(("32.05", "32.04", "32.04")):
        give(company, refund(refund_line("A", "1", restock=True), refund_id=f"F-{n}", pays=(back(amount),)))
    assert (company.of("refund"), company.of("tax"), company.of("clearing")) == (D("89.00"), 0, 0)
    assert company.stock["A"] == 3


def test_case_098_a_location_that_the_refund_does_not_name_is_that_of_the_policy() -> None:
    made = give(three(), refund(refund_line("A", "1", restock=True), pays=(back("32.05"),)),
                policy={"return_location": "RETURNS"})  # fmt: skip
    assert made.movements[0].location == "RETURNS"


def test_case_099_without_restock_it_goes_to_its_own_account_and_stock_stays() -> None:
    company = three()
    made = give(company, refund(refund_line("A", "1"), pays=(back("32.05"),)))
    assert made.movements == ()
    assert (company.of("returns_no_restock"), company.of("refund")) == (D("29.67"), 0)


def test_case_101_more_than_was_captured_is_held_over_all_refunds() -> None:
    company = three()
    give(company, refund(refund_line("A", "2", restock=True), pays=(back("64.09"),)))
    again = refund(refund_line("A", "1", restock=True), refund_id="F-2", pays=(back("40.00"),))
    outcome = company.refuse(plan_refund, again, State.HELD)
    assert outcome.reason == (
        "order O-1: refunds of 64.09 + 40.00 come to 104.09 USD, but only 96.13 was captured; 7.96 would be paid twice"
    )
    assert (outcome.detail["captured"], outcome.detail["paid_back"]) == (D("96.13"), D("104.09"))
    assert company.of("clearing") == D("32.04")
    assert company.refuse(plan_refund, again, State.HELD, approved=True), "what does not add up is not waived"


def test_case_102_nothing_while_pending_and_one_credit_on_success() -> None:
    company = three()
    one = refund(refund_line("A", "1"), pays=(back("32.05"),), status="pending")
    assert "is pending" in company.refuse(plan_refund, one, State.SKIPPED).reason
    assert len(company.invoices) == 1
    final = one.model_copy(update={"status": "success"})
    give(company, final)
    company.refuse(plan_refund, final, State.NOOP)
    assert len(company.invoices) == 2
    failed = one.model_copy(update={"status": "failure", "refund_id": "F-9"})
    company.refuse(plan_refund, failed, State.SKIPPED)


def test_a_refund_of_which_only_the_credit_was_entered_is_finished() -> None:
    company = three()
    one = refund(refund_line("A", "1", restock=True), pays=(back("32.05"),))
    made = plan_refund(one, company.around())
    company.enter(made.credits[0])
    rest = company.post(plan_refund, one)
    assert (rest.credits, rest.paid_back) == ((), made.paid_back)
    assert (company.of("receivable"), company.of("clearing")) == (0, D("64.08"))


@pytest.mark.parametrize(
    ("given", "pays", "kind"),
    [({"shipping": "5.00"}, "5.00", "shipping"), ({"tax": "2.00"}, "2.00", "tax"), ({}, "3.00", "refund")],
)
def test_case_104_shipping_tax_or_an_amount_alone(given: dict[str, str], pays: str, kind: str) -> None:
    company = settled(sold_line("A", "89.00", "3", tax="7.13"), sold_line("+shipping-1", "5.00", kind="shipping"))
    before = company.of(kind)
    made = give(company, refund(pays=(back(pays),), **given))
    assert (company.of(kind) - before, made.movements) == (D(pays), ())
    assert made.credits[0].total == -D(pays)
    assert made.credits[0].lines[0].quantity == 0
    assert company.of("receivable") == 0


def test_case_105_back_by_tender_as_the_shops_transactions_say() -> None:
    company = settled(
        sold_line("A", "100.00"),
        payments=(paid("P-1", "75.00"), paid("P-2", "25.00", kind="giftCard", method="giftCard")),
    )
    made = give(company, refund(pays=(back("15.00"), back("25.00", "giftCard"))))
    assert [(x.tender, x.amount) for x in made.paid_back] == [("creditCard", D("-15.00")), ("giftCard", D("-25.00"))]
    assert {x.applies_to for x in made.paid_back} == {"refund-F-1"}
    assert (company.of("clearing"), company.of("gift_card"), company.of("receivable")) == (D("60.00"), 0, 0)


def test_case_106_before_the_invoice_it_waits_and_no_credit_is_made() -> None:
    one = paid("P-1", "30.00")
    company = Company(sold(sold_line("A", "30.00", "3"), payments=(one,)))
    company.post(plan_receipt, movement(one))
    asked = refund(refund_line("A", "1", "10.00", restock=True), pays=(back("10.00"),))
    outcome = company.refuse(plan_refund, asked, State.PARKED)
    assert "10.00 USD of it is not invoiced yet (invoiced 0 of 30.00)" in outcome.reason
    assert company.invoices == {}
    company.post(plan_invoice, shipment(("A", "3")))
    give(company, asked)
    assert company.stock["A"] == 1


def test_case_106_by_policy_the_order_is_reduced_and_paid_back_out_of_the_deposit() -> None:
    one = paid("P-1", "30.00")
    company = Company(sold(sold_line("A", "30.00", "3"), payments=(one,)))
    company.post(plan_receipt, movement(one))
    asked = refund(refund_line("A", "1", "10.00", restock=True), pays=(back("10.00"),))
    made = give(company, asked, policy={"refund_before_invoice": "reduce"})
    assert (made.credits, made.movements, made.reductions) == ((), (), {"A": D(1)})
    assert (company.of("deposit"), company.of("clearing"), company.of("receivable")) == (D("-20.00"), D("20.00"), 0)
    company.refuse(plan_refund, asked, State.NOOP, policy={"refund_before_invoice": "reduce"})


def test_case_106_more_than_the_deposit_holds_is_not_paid_out_of_it() -> None:
    company = Company(sold(sold_line("A", "30.00", "3"), payments=(paid("P-1", "30.00"),)))
    asked = refund(refund_line("A", "1", "10.00"), pays=(back("10.00"),))
    outcome = company.refuse(plan_refund, asked, State.HELD, policy={"refund_before_invoice": "reduce"})
    assert "10.00 is to be paid back before it is invoiced, but the deposit holds 0" in outcome.reason


def test_case_111_on_an_order_with_a_dispute_is_paid_twice() -> None:
    company = three()
    company.shop["disputes"] = [dispute(amount=D("88.00"))]
    outcome = company.refuse(plan_refund, refund(refund_line("A", "1"), pays=(back("32.05"),)), State.HELD)
    assert outcome.news == "paid_twice"
    assert "refunds of 32.05 and disputes of 88.00 come to 120.05 USD, but only 96.13 was captured" in outcome.reason


def test_case_112_it_keeps_its_own_day_so_that_a_closed_period_is_seen() -> None:
    """The gateway holds or moves by policy what lies in a closed period; a plan never changes the day by itself."""
    made = give(three(), refund(refund_line("A", "1"), pays=(back("32.05"),), refunded_on="2026-01-31"))
    assert {made.credits[0].invoice_date, made.paid_back[0].receipt_date} == {"2026-01-31"}


def test_pieces_of_two_invoices_are_credited_on_each() -> None:
    one = paid("P-1", "30.00")
    company = Company(sold(sold_line("A", "30.00", "3"), payments=(one,)))
    for number, pieces in ((1, "1"), (2, "2")):
        company.post(plan_invoice, shipment(("A", pieces), shipment_no=f"S-{number}"))
    company.post(plan_receipt, movement(one))
    company.post(plan_receipt, movement(one))
    made = give(company, refund(refund_line("A", "2", restock=True), pays=(back("20.00"),)))
    assert [(x.external_id, x.applies_to, x.total) for x in made.credits] == [
        ("refund-F-1", "INV1", D("-10.00")), ("refund.2-F-1", "INV2", D("-10.00")),
    ]  # fmt: skip


def test_more_pieces_than_are_left_are_held() -> None:
    company = three()
    give(company, refund(refund_line("A", "2", "10.00", tax="0.00", restock=True), pays=(back("10.00"),)))
    asked = refund(refund_line("A", "2", "10.00", tax="0.00"), refund_id="F-2", pays=(back("10.00"),))
    reason = company.refuse(plan_refund, asked, State.HELD).reason
    assert "5.00 USD and 1 pieces are more than is left of what was invoiced (96.13, 5.00 of it credited now)" in reason


def test_stated_amounts_above_the_invoice_are_held_with_both_figures() -> None:
    company = settled(sold_line("A", "10.00"), sold_line("B", "90.00", ships=False, kind="goods"))
    asked = refund(refund_line("A", "1", "150.00"), pays=(back("100.00"),))
    reason = company.refuse(plan_refund, asked, State.HELD).reason
    assert reason == "refund F-1: would take 150.00 from invoice INV1, of which 100.00 is left"


def test_what_is_paid_back_short_is_held_unless_something_is_owed() -> None:
    company = three()
    asked = refund(refund_line("A", "3", "89.00", tax="7.13"), pays=(back("90.00"),))
    reason = company.refuse(plan_refund, asked, State.HELD).reason
    assert "pay back 90.00, the lines, shipping and tax of refund F-1 come to 96.13; 6.13 USD is left" in reason
    unpaid = Company(sold(sold_line("A", "30.00", "3")))
    unpaid.post(plan_invoice, shipment(("A", "3")))
    made = unpaid.post(plan_refund, refund(refund_line("A", "1", "10.00", restock=True)))
    assert (made.paid_back, unpaid.of("receivable")) == ((), D("20.00"))


def test_cents_between_lines_and_transactions_are_rounding() -> None:
    company = three()
    give(company, refund(refund_line("A", "1", "29.67", tax="2.38"), pays=(back("32.06"),)))
    assert (company.of("rounding"), company.of("receivable")) == (D("0.01"), 0)


def test_a_bundle_is_refunded_by_its_parts_and_packs_by_their_pieces() -> None:
    parts = [line(n, price, total="0.00", bundle_parent="B") for n, price in (("1", "60"), ("2", "45"), ("3", "15"))]
    document = placed(order(line("B", "99.00", "2", tax="8.00"), *parts, line("C", "24.00", pack="12")))
    one = sold_of(document)
    one = one.model_copy(update={"payments": (paid("P-1", str(one.total)),)})
    company = settled(*one.lines)
    made = give(company, refund(refund_line("B", "2", "198.00", tax="8.00", restock=True),
                                refund_line("C", "1", restock=True), pays=(back("230.00"),)))  # fmt: skip
    assert dict(company.stock) == {"1": D(1), "2": D(1), "3": D(1), "C": D(12)}
    assert made.credits[0].total == D("-230.00")


def test_a_gift_card_taken_back_is_no_longer_owed() -> None:
    company = settled(sold_line("A", "10.00"), sold_line("G", "50.00", kind="gift_card"))
    give(company, refund(refund_line("G", "1", "50.00"), pays=(back("50.00"),)))
    assert (company.of("gift_card"), company.of("refund"), dict(company.stock)) == (0, 0, {})


def test_a_gift_card_sold_at_a_discount_is_taken_back_at_its_face() -> None:
    company = settled(sold_line("A", "10.00"), sold_line("G", "90.00", "2", kind="gift_card", discount="10.00"))
    for n in (1, 2):
        give(company, refund(refund_line("G", "1", "45.00"), pays=(back("45.00"),), refund_id=f"F-{n}"))
    assert (company.of("gift_card"), company.of("discount"), company.of("receivable")) == (0, 0, 0)


def test_prices_that_include_tax_give_it_back_once() -> None:
    company = settled(sold_line("A", "100.00", "2", tax="20.00"), sold_line("+shipping-1", "5.00", kind="shipping",
                      tax="1.00"), taxes_included=True)  # fmt: skip
    give(company, refund(refund_line("A", "1", "60.00", tax="10.00"), shipping="6.00", tax="11.00",
                         pays=(back("66.00"),)))  # fmt: skip
    assert (company.of("returns_no_restock"), company.of("shipping"), company.of("tax")) == (50, 0, -10)


def test_a_refund_in_the_shops_currency_gives_back_all_of_the_order() -> None:
    rate = D("409.53") / D("13.95")
    whole = sold(sold_line("A", "13.95"), currency="EUR", shop_currency="DKK", exchange_rate=rate,
                 payments=(paid("P-1", "409.48", currency="DKK"),))  # fmt: skip
    company = Company(whole, company_currency="DKK")
    company.post(plan_invoice, shipment(("A", "1")))
    company.post(plan_receipt, movement(whole.payments[0]))
    give(company, refund(refund_line("A", "1"), pays=(back("409.48"),), currency="DKK"))
    for kind in ("receivable", "clearing", "exchange_difference"):
        assert (company.of(kind), company.of(kind, base=True)) == (0, 0), kind


def test_an_unknown_line_and_an_order_that_is_not_there() -> None:
    company = three()
    outcome = company.refuse(plan_refund, refund(refund_line("X", "1")), State.HELD)
    assert outcome.reason == "refund F-1: names line X, which order O-1 does not have"
    assert "gives nothing back" in company.refuse(plan_refund, refund(), State.SKIPPED).reason


# returns


def test_case_107_a_return_without_a_refund_moves_stock_and_no_money() -> None:
    company = three()
    before = dict(company.amounts)
    made = company.post(plan_return, returned(("A", "1")))
    assert (made.credits, dict(company.stock), dict(company.amounts)) == ((), {"A": D(1)}, before)
    company.refuse(plan_return, returned(("A", "1"), status="requested", return_id="T-2"), State.SKIPPED)
    company.refuse(plan_return, returned(("A", "1"), restock=False, return_id="T-3"), State.SKIPPED)
    assert (
        "4 of SKU-A came back, but 3 were shipped"
        in company.refuse(plan_return, returned(("A", "4"), return_id="T-4"), State.HELD).reason
    )


@pytest.mark.parametrize("return_first", [True, False])
@pytest.mark.parametrize("heard_first", ["return", "refund"])
def test_goods_of_a_refund_and_its_return_go_back_once(return_first: bool, heard_first: str) -> None:
    company = three()
    goods = returned(("A", "2"), refund_id="F-1", received_at=NOON + timedelta(days=6 if return_first else 8))
    money = refund(refund_line("A", "1", restock=True), pays=(back("32.05"),))
    company.shop |= {"returns": [goods], "refunds": [money]}
    steps = [(plan_return, goods), (plan_refund, money)]
    for plan, record in steps if heard_first == "return" else reversed(steps):
        company.run(plan, record)
    assert company.stock["A"] == 2


def test_a_return_waits_for_a_refund_that_may_put_the_goods_back() -> None:
    company = three()
    goods = returned(("A", "1"), refund_id="F-1", received_at=NOON + timedelta(days=8))
    company.refuse(plan_return, goods, State.PARKED)
    company.shop["refunds"] = [refund(refund_line("A", "1", restock=True), status="pending")]
    company.refuse(plan_return, goods, State.PARKED)
    company.shop["refunds"] = [refund(refund_line("A", "1", restock=True), status="failure")]
    assert company.post(plan_return, goods).movements[0].quantity == 1


def test_case_108_an_exchange_is_a_return_a_new_order_and_the_difference() -> None:
    company = settled(sold_line("A", "40.00"))
    goods = returned(("A", "1"), exchange_order_id="O-2")
    made = company.post(plan_return, goods)
    assert (made.carried_to, made.credits[0].total, dict(company.stock)) == ("O-2", D("-40.00"), {"A": D(1)})
    assert made.credits[0].reference == "exchanged for O-2"
    company.refuse(plan_return, goods, State.NOOP)
    extra = paid("P-2", "5.00")
    dearer = Company(sold(sold_line("B", "45.00"), order_id="O-2", payments=(extra,)))
    dearer.post(plan_invoice, shipment(("B", "1"), order_id="O-2"))
    assert dearer.post(plan_receipt, movement(extra, "O-2")).invoice_no == "INV1"
    assert company.of("receivable") + dearer.of("receivable") == 0


def test_case_108_with_a_refund_the_refund_makes_the_credit() -> None:
    company = settled(sold_line("A", "40.00"))
    money = refund(refund_line("A", "1", "40.00"))
    company.shop |= {"returns": [returned(("A", "1"), refund_id="F-1", exchange_order_id="O-2")]}
    made = give(company, money)
    assert (made.paid_back, made.credits[0].total, company.of("receivable")) == ((), D("-40.00"), D("-40.00"))
    assert company.post(plan_return, company.shop["returns"][0]).credits == ()


def test_an_exchange_of_what_was_credited_before_is_held() -> None:
    company = settled(sold_line("A", "40.00"))
    give(company, refund(refund_line("A", "1", "40.00"), pays=(back("40.00"),)))
    outcome = company.refuse(plan_return, returned(("A", "1"), exchange_order_id="O-2"), State.HELD)
    assert "40.00 of it was credited before or never invoiced; 0 is left to carry to order O-2" in outcome.reason
