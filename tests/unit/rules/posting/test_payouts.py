from __future__ import annotations

from typing import Any

from tandem.entities.receipt import BookedReceipt
from tandem.entities.state import State
from tandem.rules.posting import plan_dispute, plan_payout, plan_receipt, plan_refund
from tests.unit.rules.making import D
from tests.unit.rules.posting.company import Company
from tests.unit.rules.posting.making import (
    back,
    dispute,
    movement,
    paid,
    part,
    payout,
    refund,
    refund_line,
    sold,
    sold_line,
)


def twelve() -> Company:
    """Twelve orders' captures, a refund and a dispute, in one set of books."""
    payments = tuple(paid(f"P-{n}", "100.00") for n in range(1, 13))
    company = Company(sold(sold_line("A", "1200.00", "12"), payments=payments))
    for one in payments:
        company.post(plan_receipt, movement(one))
    company.post(plan_refund, refund(refund_line("A", "1", "20.00"), pays=(back("20.00"),)),
                 policy={"refund_before_invoice": "reduce"})  # fmt: skip
    company.post(plan_dispute, dispute())
    return company


def components() -> list[Any]:
    return [
        *(part("charge", f"P-{n}", "100.00", "3.00") for n in range(1, 13)),
        part("refund", "F-1", "-20.00"),
        part("dispute", "D-1", "-88.00", "15.00"),
    ]


def test_case_164_every_component_is_tied_to_its_document_and_clearing_ends_at_zero() -> None:
    company = twelve()
    made = company.post(plan_payout, payout("1041.00", *components()))
    assert [one.document for one in made.components] == [*(f"R{n}" for n in range(1, 13)), "R13", "J1"]
    assert (made.untied, made.notes) == ((), ())
    assert (company.of("clearing"), company.of("bank")) == (0, D("1041.00"))
    assert company.of("provider_fee") == D("51.00"), "12 x 3.00 and the 15.00 of the dispute, once"
    assert company.refuse(plan_payout, payout("1041.00", *components()), State.NOOP).target == "J2"


def test_case_164_components_that_do_not_make_the_payout_are_held() -> None:
    company = twelve()
    outcome = company.refuse(plan_payout, payout("1040.00", *components()), State.HELD)
    assert outcome.reason == (
        "amount: payout Y-1 says 1040.00, its components come to 1041.00; the difference is -1.00 USD"
    )
    assert outcome.detail == {"stated": D("1040.00"), "computed": D("1041.00"), "difference": D("-1.00")}
    assert company.of("bank") == 0


def test_a_component_without_a_document_is_named_and_the_money_posted() -> None:
    company = twelve()
    made = company.post(plan_payout, payout("1138.00", *components(), part("charge", "P-99", "100.00", "3.00")))
    assert [one.source_id for one in made.untied] == ["P-99"]
    assert made.notes == ("charge P-99 of 100.00 has no document yet",)
    assert company.of("clearing") == D("-100.00"), "what is missing stands open on clearing"


def test_a_component_that_is_not_what_its_receipt_says_is_named() -> None:
    company = Company(sold(sold_line("A", "100.00"), payments=(paid("P-1", "100.00"),)))
    company.post(plan_receipt, movement(company.order.payments[0]))
    made = company.post(plan_payout, payout("98.00", part("charge", "P-1", "99.00", "1.00")))
    assert made.notes == ("charge P-1 of 99.00 is receipt R1 of 100.00: -1.00 apart",)


def test_a_fee_of_its_own_and_an_adjustment_that_nobody_explains() -> None:
    company = twelve()
    company.post(plan_payout, payout("-5.00", part("fee", "", "0", "5.00")))
    assert company.of("provider_fee") == D("20.00")
    odd = payout("7.00", part("adjustment", "X-1", "7.00"), payout_id="Y-2")
    assert (
        "adjustment X-1 of 7.00 of payout Y-2 of 7.00 has no document"
        in company.refuse(plan_payout, odd, State.HELD).reason
    )
    company.post(plan_payout, odd, approved=True)
    assert company.of("write_off") == D("-7.00")


def test_an_order_in_another_currency_leaves_its_clearing_account_by_what_it_stands_at() -> None:
    company = Company(sold(sold_line("A", "1.00")))
    company.receipts["R1"] = BookedReceipt(
        receipt_no="R1", external_id="P-1", tender="creditCard", currency="EUR", amount=D("13.95"), base=D("15.12")
    )
    company.amounts["clearing:creditCard"] = D("15.12")
    company.post(plan_payout, payout("14.80", part("charge", "P-1", "15.10", "0.30")))
    assert (company.of("clearing"), company.of("exchange_difference"), company.of("bank")) == (0, D("0.02"), D("14.80"))


def test_a_payout_in_another_currency_needs_its_rate_and_balances_in_both() -> None:
    company = twelve()
    foreign = payout("9.99", part("charge", "P-1", "10.32", "0.33"), currency="EUR")
    assert "exchange_rate: is missing for EUR on 2026-03-05" in company.refuse(plan_payout, foreign, State.HELD).reason
    made = company.post(plan_payout, foreign.model_copy(update={"exchange_rate": D("1.0837")}))
    bases = {entry.kind: entry.base for entry in made.journal.journal.entries}
    assert bases == {"bank": D("10.83"), "clearing": D("-11.18"), "provider_fee": D("0.35")}


def test_yen_have_no_decimals() -> None:
    company = Company(sold(sold_line("A", "100")), company_currency="JPY")
    odd = payout("99.5", part("charge", "P-1", "99.5"), currency="JPY")
    assert (
        "charge P-1 of 99.5 has more than the 0 decimals of JPY" in company.refuse(plan_payout, odd, State.HELD).reason
    )
