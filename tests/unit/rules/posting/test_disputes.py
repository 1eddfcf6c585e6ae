from __future__ import annotations

import pytest

from tandem.entities.state import State
from tandem.rules.posting import plan_dispute
from tests.unit.rules.making import D
from tests.unit.rules.posting.company import Company
from tests.unit.rules.posting.making import back, dispute, paid, refund, sold, sold_line


def charged(**more: object) -> Company:
    return Company(sold(sold_line("A", "88.00"), payments=(paid("P-1", "88.00"),), **more))


def test_case_110_opened_it_stands_with_the_provider_and_the_fee_is_an_expense() -> None:
    company = charged()
    made = company.post(plan_dispute, dispute())
    assert [(x.external_id, x.journal_date) for x in made.journals] == [("dispute.opened-D-1", "2026-03-10")]
    assert (company.of("disputed"), company.of("provider_fee")) == (D("88.00"), D("15.00"))
    assert company.amounts["clearing:creditCard"] == D("-103.00")
    assert company.refuse(plan_dispute, dispute(), State.NOOP).target == "J1"


def test_case_110_won_the_money_comes_back_and_the_fee_by_the_processors_rule() -> None:
    for policy, fee in (({}, D("15.00")), ({"fee_returned": True}, D(0))):
        company = charged()
        company.post(plan_dispute, dispute())
        company.post(plan_dispute, dispute("won"), policy=policy)
        assert (company.of("disputed"), company.of("provider_fee"), company.of("clearing")) == (0, fee, -fee)
        company.refuse(plan_dispute, dispute("won"), State.NOOP)


def test_case_110_lost_it_is_written_off() -> None:
    company = charged()
    company.post(plan_dispute, dispute())
    made = company.post(plan_dispute, dispute("lost"))
    assert [x.journal_date for x in made.journals] == ["2026-04-10"]
    assert (company.of("disputed"), company.of("dispute_loss"), company.of("clearing")) == (0, D("88.00"), D("-103.00"))


def test_case_110_the_end_heard_of_first_posts_both_and_the_beginning_nothing_more() -> None:
    company = charged()
    made = company.post(plan_dispute, dispute("won"))
    assert [x.external_id for x in made.journals] == ["dispute.opened-D-1", "dispute.won-D-1"]
    company.refuse(plan_dispute, dispute(), State.NOOP)
    assert (company.of("disputed"), company.of("clearing")) == (0, D("-15.00"))


def test_case_111_on_an_order_already_refunded_it_is_held_and_told() -> None:
    company = charged()
    company.shop["refunds"] = [refund(pays=(back("88.00"),))]
    outcome = company.refuse(plan_dispute, dispute(), State.HELD)
    assert outcome.news == "paid_twice"
    assert outcome.reason == (
        "order O-1: refunds of 88.00 and disputes of 88.00 come to 176.00 USD, but only 88.00 was captured; "
        "88.00 would be paid twice"
    )
    assert company.journals == []
    company.post(plan_dispute, dispute(), approved=True)


def test_case_111_a_refund_of_another_part_is_no_second_payment() -> None:
    company = Company(sold(sold_line("A", "100.00"), payments=(paid("P-1", "100.00"),)))
    company.shop["refunds"] = [refund(pays=(back("12.00"),))]
    company.post(plan_dispute, dispute())


def test_a_dispute_of_no_payment_known_or_without_its_day_is_held() -> None:
    payments = (paid("P-1", "50.00"), paid("P-2", "50.00", method="paypal"))
    company = Company(sold(sold_line("A", "100.00"), payments=payments))
    reason = company.refuse(plan_dispute, dispute(payment_id="P-9"), State.HELD).reason
    assert reason == "payment_id: dispute D-1 names P-9, and order O-1 was paid by creditCard, paypal"
    assert "won without a day" in charged().refuse(plan_dispute, dispute("won", closed_on=""), State.HELD).reason
    assert charged().post(plan_dispute, dispute(payment_id="P-9")).journals, "one tender: no doubt"


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_a_dispute_comes_to_zero_in_the_companys_currency_too(currency: str) -> None:
    company = charged(currency="EUR", exchange_rate=D("1.0837"))
    company.order = company.order.model_copy(update={"payments": (paid("P-1", "88.00", currency=currency),)})
    company.post(plan_dispute, dispute(currency=currency))
    company.post(plan_dispute, dispute("won", currency=currency), policy={"fee_returned": True})
    assert company.of("disputed", base=True) == company.of("clearing", base=True) == 0


def test_a_dispute_in_a_third_currency_is_held() -> None:
    company = charged()
    company.order = company.order.model_copy(update={"payments": (paid("P-1", "88.00", currency="SEK"),)})
    reason = company.refuse(plan_dispute, dispute(currency="SEK"), State.HELD).reason
    assert reason == "currency: the dispute is in SEK, order O-1 in USD and the company's books in USD"
