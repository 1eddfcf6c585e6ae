from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tandem.rules.tax import by_amount, by_rate, share_out
from tandem.values import round_to
from tests.unit.rules.making import D

money = st.decimals("-100000", "100000", places=2)


def test_case_056_price_that_includes_tax() -> None:
    assert by_rate(D("9.99"), D("0.20")) == (D("8.33"), D("1.66"))
    assert round_to(D("8.33") * D("0.20"), 2) == D("1.67"), "computing the tax anew would charge 10.00"


@given(money, st.sampled_from([D("0"), D("0.05"), D("0.085"), D("0.19"), D("0.20"), D("0.25")]))
def test_a_split_keeps_the_total(gross: Decimal, rate: Decimal) -> None:
    split = by_rate(gross, rate)
    assert split.net + split.tax == gross
    assert abs(split.net * (1 + rate) - gross) <= D("0.01")


@given(money, money, st.booleans())
def test_a_stated_tax_is_never_changed(total: Decimal, tax: Decimal, included: bool) -> None:
    split = by_amount(total, tax, included=included)
    assert split.tax == tax
    assert split.net == (total - tax if included else total)


@given(money, st.lists(money, min_size=1, max_size=20))
def test_tax_of_the_whole_order_lands_on_its_lines(tax: Decimal, amounts: list[Decimal]) -> None:
    assert sum(share_out(tax, amounts)) == tax
