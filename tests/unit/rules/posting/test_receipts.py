from __future__ import annotations

import pytest

from tandem.entities.state import State
from tandem.rules.posting import plan_invoice, plan_receipt
from tests.unit.rules.making import D, shipment
from tests.unit.rules.posting.company import Company
from tests.unit.rules.posting.making import movement, paid, sold, sold_line


def test_case_069_gift_card_and_card_are_two_receipts_and_no_discount() -> None:
    card = paid("P-1", "75.00", kind="sale")
    gift = paid("P-2", "25.00", kind="giftCard", method="giftCard")
    company = Company(sold(sold_line("A", "100.00"), payments=(card, gift)))
    invoice = company.post(plan_invoice, shipment(("A", "1")))
    made = [company.post(plan_receipt, movement(one)) for one in (card, gift)]
    assert invoice.total == D("100.00")
    assert [(one.amount, one.invoice_no) for one in made] == [(D("75.00"), "INV1"), (D("25.00"), "INV1")]
    assert (company.of("gift_card"), company.of("clearing")) == (D("25.00"), D("75.00"))
    assert (company.of("receivable"), company.of("discount")) == (0, 0)


def test_store_credit_is_a_liability_too() -> None:
    credit = paid("P-1", "10.00", kind="storeCredit", method="storeCredit")
    company = Company(sold(sold_line("A", "10.00"), payments=(credit,)))
    company.post(plan_receipt, movement(credit))
    assert (company.of("store_credit"), company.of("deposit")) == (D("10.00"), D("-10.00"))


def test_case_071_two_captures_are_two_receipts_and_nothing_is_posted_before() -> None:
    promise = paid("A-1", "100.00", kind="authorization")
    first, second = paid("P-1", "60.00", parent_id="A-1"), paid("P-2", "40.00", parent_id="A-1")
    company = Company(sold(sold_line("A", "100.00", "10"), payments=(promise,)))
    company.refuse(plan_receipt, movement(promise), State.SKIPPED)
    company.order = company.order.model_copy(update={"payments": (promise, first)})
    company.post(plan_invoice, shipment(("A", "6")))
    company.post(plan_receipt, movement(first))
    told = company.refuse(plan_receipt, movement(promise), State.SKIPPED)
    assert "authorised 100.00, captured 60.00, 40.00 not captured yet" in told.reason
    company.order = company.order.model_copy(update={"payments": (promise, first, second)})
    company.post(plan_invoice, shipment(("A", "4"), shipment_no="S-2"))
    company.post(plan_receipt, movement(second))
    assert [one.amount for one in company.receipts.values()] == [D("60.00"), D("40.00")]
    assert (company.of("receivable"), company.of("deposit"), company.of("clearing")) == (0, 0, D("100.00"))


def test_case_072_the_end_of_an_authorisation_is_told() -> None:
    payments = (
        paid("A-1", "100.00", kind="authorization"),
        paid("P-1", "60.00"),
        paid("V-1", "40.00", kind="void"),
    )
    company = Company(sold(sold_line("A", "100.00"), payments=payments))
    outcome = company.refuse(plan_receipt, movement(payments[2]), State.SKIPPED)
    assert outcome.news == "uncaptured"
    assert "authorised 100.00, captured 60.00; 40.00 USD will not come and is not invoiced" in outcome.reason
    assert company.receipts == {}


@pytest.mark.parametrize("status", ["pending", "failure"])
def test_nothing_is_posted_before_a_capture_succeeds(status: str) -> None:
    company = Company(sold(sold_line("A", "10.00")))
    outcome = company.refuse(plan_receipt, movement(paid("P-1", "10.00", status=status)), State.SKIPPED)
    assert status in outcome.reason
    assert company.refuse(plan_receipt, movement(paid("P-2", "5.00", kind="refund")), State.SKIPPED).reason


def test_a_deposit_is_applied_when_its_invoice_comes() -> None:
    one = paid("P-1", "100.00")
    company = Company(sold(sold_line("A", "100.00", "3"), payments=(one,)))
    company.post(plan_receipt, movement(one))
    company.refuse(plan_receipt, movement(one), State.NOOP)
    for number, pieces in ((1, "1"), (2, "2")):
        company.post(plan_invoice, shipment(("A", pieces), shipment_no=f"S-{number}"))
        applied = company.post(plan_receipt, movement(one)).applications
        assert [x.invoice_no for x in applied] == [f"INV{number}"]
    assert (company.of("deposit"), company.of("receivable"), company.of("clearing")) == (0, 0, D("100.00"))
    company.refuse(plan_receipt, movement(one), State.NOOP)


def test_a_receipt_larger_than_its_invoice_is_a_deposit_first() -> None:
    one = paid("P-1", "100.00")
    company = Company(sold(sold_line("A", "100.00", "4"), payments=(one,)))
    company.post(plan_invoice, shipment(("A", "1")))
    made = company.post(plan_receipt, movement(one))
    assert (made.invoice_no, company.of("deposit")) == ("", D("-100.00"))
    company.post(plan_receipt, movement(one))
    assert (company.of("deposit"), company.of("receivable")) == (D("-75.00"), 0)


def test_more_than_the_order_costs_is_kept_and_told() -> None:
    one, two = paid("P-1", "10.00"), paid("P-2", "10.00")
    company = Company(sold(sold_line("A", "10.00"), payments=(one, two)))
    company.post(plan_receipt, movement(one))
    made = company.post(plan_receipt, movement(two))
    assert made.notes == ("20.00 USD received on an order of 10.00: 10.00 too much",)
    assert company.of("deposit") == D("-20.00")


def test_a_capture_that_brings_nothing_in_is_held() -> None:
    company = Company(sold(sold_line("A", "10.00")))
    assert "brings nothing in" in company.refuse(plan_receipt, movement(paid("P-1", "-1.00")), State.HELD).reason


def test_a_payment_whose_order_is_not_there_yet_waits() -> None:
    around = Company(sold(sold_line("A", "1.00"))).around()
    around.companions.pop("order")  # type: ignore[attr-defined]
    assert plan_receipt(movement(paid("P-1", "1.00")), around).state is State.PARKED


# currencies


def euros(**more: object) -> Company:
    rate = D("409.53") / D("13.95")
    order = sold(sold_line("A", "13.95"), currency="EUR", shop_currency="DKK", exchange_rate=rate, **more)
    return Company(order, company_currency="DKK")


def test_case_073_the_order_stays_in_its_currency_and_the_difference_is_one_of_exchange() -> None:
    one = paid("P-1", "409.48", currency="DKK")
    company = euros(payments=(one,))
    invoice = company.post(plan_invoice, shipment(("A", "1")))
    receivable = next(x for x in invoice.journal.entries if x.kind == "receivable")
    assert (invoice.currency, receivable.amount, receivable.base) == ("EUR", D("13.95"), D("409.53"))
    made = company.post(plan_receipt, movement(one))
    entries = {x.kind: (x.amount, x.base) for x in made.journal.entries}
    assert entries == {
        "clearing": (D("13.95"), D("409.48")),
        "receivable": (D("-13.95"), D("-409.53")),
        "exchange_difference": (D("0"), D("0.05")),
    }
    assert (company.of("receivable"), company.of("receivable", base=True)) == (0, 0)


def test_case_073_a_deposit_in_the_shops_currency_ends_at_zero_too() -> None:
    one = paid("P-1", "409.48", currency="DKK")
    company = euros(payments=(one,))
    company.post(plan_receipt, movement(one))
    company.post(plan_invoice, shipment(("A", "1")))
    company.post(plan_receipt, movement(one))
    for kind in ("deposit", "receivable"):
        assert (company.of(kind), company.of(kind, base=True)) == (0, 0)
    assert company.of("exchange_difference", base=True) == D("0.05")


def test_case_073_a_part_in_the_shops_currency_counts_at_the_orders_rate() -> None:
    one = paid("P-1", "200.00", currency="DKK")
    company = euros(payments=(one,))
    assert company.post(plan_receipt, movement(one)).amount == D("6.81")


def test_a_third_currency_is_held_with_all_three() -> None:
    company = euros()
    reason = company.refuse(plan_receipt, movement(paid("P-1", "12.00", currency="SEK")), State.HELD).reason
    assert reason == "currency: the money is in SEK, order O-1 in EUR and the company's books in DKK"


@pytest.mark.parametrize("rate", [None, "0", "-1"])
def test_case_074_without_the_rate_of_its_day_an_order_is_held(rate: str | None) -> None:
    order = sold(sold_line("A", "13.95"), currency="EUR", exchange_rate=None if rate is None else D(rate))
    company = Company(order)
    for plan, record in ((plan_invoice, shipment(("A", "1"))), (plan_receipt, movement(paid("P-1", "13.95")))):
        outcome = company.refuse(plan, record, State.HELD)
        assert outcome.reason == "exchange_rate: is missing for EUR on 2026-03-02; give the rate to USD"


def test_a_rate_to_a_currency_that_the_company_does_not_keep_is_held() -> None:
    order = sold(sold_line("A", "13.95"), currency="EUR", shop_currency="DKK", exchange_rate=D(7))
    assert "leads to DKK" in Company(order).refuse(plan_invoice, shipment(("A", "1")), State.HELD).reason


def test_case_160_imported_late_it_keeps_the_rate_of_its_own_day() -> None:
    order = sold(sold_line("A", "100.00", "2"), currency="EUR", exchange_rate=D("1.10"), business_date="2026-02-27")
    company = Company(order)
    made = [company.post(plan_invoice, shipment(("A", "1"), shipment_no=f"S-{n}", shipped_on=f"2026-03-0{n}"))
            for n in (2, 5)]  # fmt: skip
    assert [(one.exchange_rate, one.journal.rate) for one in made] == [(D("1.10"), D("1.10"))] * 2
    assert company.of("receivable", base=True) == D("110.00")


@pytest.mark.parametrize(("currency", "whole", "shares"), [
    ("JPY", "1000", ("333", "334", "333")), ("KWD", "10.000", ("3.333", "3.334", "3.333")),
])  # fmt: skip
def test_minor_units_of_yen_and_dinars(currency: str, whole: str, shares: tuple[str, ...]) -> None:
    order = sold(sold_line("A", whole, "3"), currency=currency, shop_currency=currency)
    company = Company(order, company_currency=currency, amount_scale=3)
    made = [company.post(plan_invoice, shipment(("A", "1"), shipment_no=f"S-{n}")) for n in range(3)]
    assert [one.total for one in made] == [D(share) for share in shares]
    finer = paid("P-1", "0.0001", currency=currency)
    assert "has more than" in company.refuse(plan_receipt, movement(finer), State.HELD).reason


def test_what_the_companys_columns_cannot_hold_is_held() -> None:
    order = sold(sold_line("A", "10.005", "1"), currency="KWD", shop_currency="KWD")
    outcome = Company(order, company_currency="KWD").refuse(plan_invoice, shipment(("A", "1")), State.HELD)
    assert outcome.reason == "lines: 10.005 KWD has more than the 2 decimals of Sage Pro"
