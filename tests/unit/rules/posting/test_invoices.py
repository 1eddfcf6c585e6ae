from __future__ import annotations

import pytest

from tandem.entities.order import OrderDocument
from tandem.entities.sold import TaxShare
from tandem.entities.state import Fault, State
from tandem.rules.posting import plan_invoice, plan_receipt, plan_unshipped, sold_of
from tests.unit.rules.making import D, charge, line, order, payment, placed, shipment
from tests.unit.rules.posting.company import Company
from tests.unit.rules.posting.making import movement, paid, sold, sold_line


def test_case_094_shares_of_a_line_add_up_to_it() -> None:
    company = Company(sold(sold_line("A", "89.00", "3", tax="7.13", discount="1.00")))
    one = company.post(plan_invoice, shipment(("A", "1")))
    two = company.post(plan_invoice, shipment(("A", "2"), shipment_no="S-2"))
    assert [one.tax, two.tax] == [D("2.38"), D("4.75")]
    assert [one.lines[0].amount, two.lines[0].amount] == [D("29.67"), D("59.33")]
    assert (one.total, two.total) == (D("32.05"), D("64.08"))
    assert company.of("receivable") == company.order.total == D("96.13")
    assert (company.of("revenue"), company.of("discount"), company.of("tax")) == (D("-90.00"), D("1.00"), D("-7.13"))


def test_revenue_is_recognised_with_the_shipment_and_not_before() -> None:
    document = placed(order(line("A", "10.00")))
    company = Company(sold_of(document))
    assert company.of("revenue") == 0
    company.post(plan_receipt, movement(paid("P-1", "10.00")))
    assert (company.of("revenue"), company.of("deposit")) == (D(0), D("-10.00"))
    invoice = company.post(plan_invoice, shipment(("A", "1"), shipped_on="2026-03-07"))
    assert (company.of("revenue"), invoice.invoice_date) == (D("-10.00"), "2026-03-07")


@pytest.mark.parametrize("kind", ["tip", "duty", "surcharge", "giftWrap"])
def test_case_067_each_fee_goes_to_its_own_account(kind: str) -> None:
    an_order = order(line("A", "10.00"), charges=(charge("shipping", "5.00"), charge(kind, "2.00", tax="0.20")))
    company = Company(sold_of(placed(an_order)))
    company.post(plan_invoice, shipment(("A", "1")))
    assert (company.of(kind), company.of("shipping"), company.of("tax")) == (D("-2.00"), D("-5.00"), D("-0.20"))


def test_case_067_a_kind_without_an_account_is_held_and_not_folded_into_freight() -> None:
    an_order = order(line("A", "10.00"), charges=(charge("shipping", "5.00"), charge("engraving", "2.00")))
    company = Company(sold_of(placed(an_order), store="web"))
    outcome = company.refuse(plan_invoice, shipment(("A", "1")), State.HELD)
    assert outcome.fault is Fault.CONFIGURATION
    assert outcome.reason == (
        "accounts: 'engraving' has no account for store 'web', tax '', currency 'USD', tender ''; "
        "add it to accounts.yaml"
    )
    assert company.of("shipping") == 0


def test_case_068_a_free_order_is_invoiced_at_nothing_and_brings_no_receipt() -> None:
    document = placed(order(line("A", "20.00", discount="20.00")))
    assert document.lines[0].free
    company = Company(sold_of(document))
    invoice = company.post(plan_invoice, shipment(("A", "1")))
    assert (invoice.total, company.of("receivable")) == (D("0.00"), D(0))
    assert (company.of("revenue"), company.of("discount")) == (D("-20.00"), D("20.00"))
    assert company.receipts == {}


def test_goods_without_a_price_are_entered_with_nothing_on_their_accounts() -> None:
    company = Company(sold(sold_line("A", "0.00", "2")))
    invoice = company.post(plan_invoice, shipment(("A", "2")))
    assert [(one.kind, one.amount) for one in invoice.journal.entries] == [("receivable", D(0)), ("revenue", D(0))]


def test_case_070_a_gift_card_sold_is_a_liability_without_shipment_revenue_or_tax() -> None:
    company = Company(sold_of(placed(order(line("G", "50.00", gift_card=True, requires_shipping=False)))))
    invoice = company.post(plan_unshipped, company.order)
    assert (invoice.total, company.of("gift_card"), company.of("revenue")) == (D("50.00"), D("-50.00"), D(0))
    assert (company.of("tax"), dict(company.stock)) == (D(0), {})
    company.refuse(plan_unshipped, company.order, State.NOOP)


def test_case_070_beside_goods_it_comes_with_the_first_invoice_and_keeps_the_tax_that_the_shop_charged() -> None:
    an_order = order(line("A", "10.00", "2"), line("G", "50.00", gift_card=True, tax="1.00"))
    company = Company(sold_of(placed(an_order)))
    company.refuse(plan_unshipped, company.order, State.SKIPPED)
    company.post(plan_invoice, shipment(("A", "1")))
    assert (company.of("gift_card"), company.of("revenue"), company.of("tax")) == (D(-50), D(-10), D(-1))
    company.post(plan_invoice, shipment(("A", "1"), shipment_no="S-2"))
    assert (company.of("gift_card"), company.of("revenue")) == (D(-50), D(-20))


def test_charges_come_with_the_first_invoice_and_the_rounding_line_with_the_last() -> None:
    an_order = order(line("A", "2.93", "3", total="8.78"), charges=(charge("shipping", "5.00"),))
    document = placed(an_order)
    assert [one.kind for one in document.lines] == ["goods", "shipping", "rounding"]
    company = Company(sold_of(document))
    one = company.post(plan_invoice, shipment(("A", "1"), shipment_no="S-9"))
    two = company.post(plan_invoice, shipment(("A", "2"), shipment_no="S-10"))
    assert [x.kind for x in one.lines] == ["goods", "shipping"]
    assert [(x.kind, x.amount) for x in two.lines] == [("goods", D("5.86")), ("rounding", D("-0.01"))]
    assert one.total + two.total == an_order.total


def test_case_080_a_bundle_is_invoiced_by_its_parts() -> None:
    parts = [line(n, price, total="0.00", bundle_parent="B") for n, price in (("1", "60"), ("2", "45"), ("3", "15"))]
    company = Company(sold_of(placed(order(line("B", "99.00", tax="8.00"), *parts))))
    first = company.post(plan_invoice, shipment(("1", "1"), ("2", "1")))
    company.post(plan_invoice, shipment(("3", "1"), shipment_no="S-2"))
    assert [one.amount for one in first.lines] == [D("49.50"), D("37.13")]
    assert (company.of("revenue") + company.of("discount"), company.of("tax")) == (D("-99.00"), D("-8.00"))
    assert company.of("receivable") == D("107.00")


def test_never_more_than_is_open_and_the_difference_is_told() -> None:
    company = Company(sold(sold_line("A", "30.00", "3")))
    invoice = company.post(plan_invoice, shipment(("A", "4")))
    assert (invoice.lines[0].quantity, invoice.total) == (D(3), D("30.00"))
    assert invoice.notes == ("line A: 4 shipped, 3 open; the rest is not invoiced",)
    outcome = company.refuse(plan_invoice, shipment(("A", "1"), shipment_no="S-2"), State.HELD)
    assert "1 shipped, 0 open" in outcome.reason


def test_a_substitute_is_not_invoiced_and_named() -> None:
    company = Company(sold(sold_line("A", "30.00", "3"), sold_line("+shipping-1", "5.00", kind="shipping")))
    outcome = company.refuse(plan_invoice, shipment(("X", "1"), ("+shipping-1", "1")), State.HELD)
    assert "1 of SKU-X shipped, which is not on the order" in outcome.reason
    assert company.invoices == {}


def test_the_same_shipment_twice_is_one_invoice() -> None:
    company = Company(sold(sold_line("A", "30.00", "3")))
    company.post(plan_invoice, shipment(("A", "3")))
    assert company.refuse(plan_invoice, shipment(("A", "3")), State.NOOP).target == "INV1"


def test_a_voided_shipment_is_credited_once_and_shipped_again() -> None:
    company = Company(sold(sold_line("A", "0.05", "2", tax="0.05"), sold_line("+tip-1", "1.00", kind="tip")))
    company.post(plan_invoice, shipment(("A", "1")))
    company.post(plan_invoice, shipment(("A", "1"), shipment_no="S-2"))
    memo = company.post(plan_invoice, shipment(("A", "1"), voided=True))
    assert (memo.type, memo.applies_to, memo.total) == ("creditMemo", "INV1", D("-1.06"))
    company.refuse(plan_invoice, shipment(("A", "1"), voided=True), State.NOOP)
    company.post(plan_invoice, shipment(("A", "1"), shipment_no="S-3"))
    assert company.of("receivable") == company.order.total == D("1.10")
    assert (company.of("revenue"), company.of("tax"), company.of("tip")) == (D("-0.05"), D("-0.05"), D("-1.00"))


def test_a_shipment_voided_before_its_invoice_is_passed_over() -> None:
    company = Company(sold(sold_line("A", "1.00")))
    assert (
        "before it was invoiced"
        in company.refuse(plan_invoice, shipment(("A", "1"), voided=True), State.SKIPPED).reason
    )


def test_an_order_that_is_not_the_shops_or_not_there_yet() -> None:
    company = Company(sold(sold_line("A", "1.00")))
    company.refuse(plan_invoice, shipment(("A", "1"), order_id=""), State.SKIPPED)
    around = company.around()
    around.companions.clear()  # type: ignore[attr-defined]
    outcome = plan_invoice(shipment(("A", "1")), around)
    assert (outcome.state, "O-1" in outcome.reason) == (State.PARKED, True)


def test_taxes_go_to_their_codes_and_end_at_what_the_shop_stated() -> None:
    codes = (TaxShare(code="CA", amount=D("6.00")), TaxShare(code="LA", amount=D("1.13")))
    company = Company(sold(sold_line("A", "89.00", "3", taxes=codes)))
    company.account = lambda kind, facets: f"{kind}:{facets['tax']}" if kind == "tax" else kind
    one = company.post(plan_invoice, shipment(("A", "1")))
    assert sorted(x.account for x in one.journal.entries if x.kind == "tax") == ["tax:CA", "tax:LA"]
    company.post(plan_invoice, shipment(("A", "2"), shipment_no="S-2"))
    assert (company.amounts["tax:CA"], company.amounts["tax:LA"]) == (D("-6.00"), D("-1.13"))


def test_the_codes_of_a_planned_order_and_where_its_rounding_of_tax_goes() -> None:
    document = placed(order(line("A", "10.00", tax="0.70"), line("B", "5.00", tax="0.35"), tax_total="1.06"))
    taxes = {"A": (TaxShare(code="CA", amount=D("0.70")),), "B": (TaxShare(code="NV", amount=D("0.35")),)}
    found = {x.line_id: [(t.code, t.amount) for t in x.taxes] for x in sold_of(document, taxes=taxes).lines}
    assert found == {"A": [("CA", D("0.70"))], "B": [("NV", D("0.35"))], "+rounding": [("CA", D("0.01"))]}


def test_case_072_what_an_expired_authorisation_was_to_pay_is_not_invoiced() -> None:
    payments = (
        paid("A-1", "100.00", kind="authorization"),
        paid("P-1", "60.00", parent_id="A-1"),
        paid("V-1", "40.00", kind="void", parent_id="A-1"),
    )
    company = Company(sold(sold_line("A", "100.00", "10"), payments=payments))
    company.post(plan_invoice, shipment(("A", "6")))
    outcome = company.refuse(plan_invoice, shipment(("A", "4"), shipment_no="S-2"), State.HELD)
    assert outcome.news == "uncaptured"
    assert "100.00 USD would be invoiced, but 60.00 was received and 0.00 is still authorised" in outcome.reason
    assert (outcome.detail["invoiced"], outcome.detail["covered"]) == (D("100.00"), D("60.00"))
    assert company.of("receivable") == D("60.00")
    company.post(plan_invoice, shipment(("A", "4"), shipment_no="S-2"), approved=True)


def test_case_086_twins_are_invoiced_each_for_itself() -> None:
    twins = [Company(sold(sold_line("A", "10.00"), order_id=number)) for number in ("O-1", "O-2")]
    made = [
        company.post(plan_invoice, shipment(("A", "1"), shipment_no=f"S-{company.order.order_id}", order_id="O-1"))
        for company in twins
    ]
    assert [one.order_id for one in made] == ["O-1", "O-2"]
    assert len({one.external_id for one in made}) == 2


def test_packs_are_invoiced_in_pieces() -> None:
    document = placed(order(line("A", "24.00", "2", pack="12", tax="3.00"), payments=(payment("sale", "51.00"),)))
    assert isinstance(document, OrderDocument)
    company = Company(sold_of(document))
    company.post(plan_invoice, shipment(("A", "7")))
    company.post(plan_invoice, shipment(("A", "17"), shipment_no="S-2"))
    assert (company.of("receivable"), company.of("tax")) == (D("51.00"), D("-3.00"))
