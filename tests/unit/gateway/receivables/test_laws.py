"""Laws of receivables: distributions balance, no more is invoiced than shipped, none pays more than is open."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict, Faulty
from tandem.gateway.models import DistributionIn, Invoice
from tandem.gateway.orders.amounts import in_base
from tandem.gateway.receivables.distribution import RECEIVABLE, Sides

from .conftest import NUMBERED, Office, application, invoice, raw, receipt

many = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
cents = st.decimals(Decimal(-9999), Decimal(9999), places=2)
rates = st.decimals(Decimal("0.00001"), Decimal(250), places=5)


@st.composite
def distributions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lines of any kinds that sum to zero, some of them receivable."""
    lines = [
        {"Account": "1100", "Amount": draw(cents), "Kind": "receivable"}
        for _ in range(draw(st.integers(min_value=1, max_value=3)))
    ]
    lines += [
        {"Account": draw(st.sampled_from(["4000", "2100", "6900"])), "Amount": draw(cents), "Kind": "revenue"}
        for _ in range(draw(st.integers(min_value=0, max_value=5)))
    ]
    rest = -sum((line["Amount"] for line in lines), Decimal(0))
    return [*lines, {"Account": "4000", "Amount": rest, "Kind": "revenue"}]


@settings(max_examples=300, deadline=None)
@given(distributions(), rates)
def test_a_distribution_balances_in_the_companys_currency_at_any_rate(
    lines: list[dict[str, Any]], rate: Decimal
) -> None:
    parsed = [DistributionIn.model_validate(line) for line in lines]
    owed = sum((line.amount for line in parsed if line.kind == "receivable"), Decimal(0))
    sides = Sides(parsed, RECEIVABLE, owed, rate)
    base = sides.base()
    assert sum(base) == 0
    assert sides.owed_in_base() == in_base(owed, rate, 2), "the receivable is what the document itself comes to"
    for line, amount in zip(parsed, base, strict=True):
        assert abs(amount - line.amount * rate) <= Decimal("0.005") * (len(parsed) + 1), "only cents of rounding move"


@many
@given(distributions(), rates)
def test_whatever_is_entered_sums_to_zero_in_both_currencies(
    office: Office, lines: list[dict[str, Any]], rate: Decimal
) -> None:
    number = office.order()
    office.ship(number, 1, Decimal(100))
    owed = sum((line["Amount"] for line in lines if line["Kind"] == "receivable"), Decimal(0))
    assume(owed >= 0)
    office.sql("UPDATE somast SET currid = 'EUR'")
    more = {"Currency": "EUR", "ExchangeRate": rate, "Distribution": lines, "TotalAmount": owed}
    given_ = invoice(number, {"a": Decimal(1)}, **more)
    given_.line_items[0].extended_price = owed
    (made,) = office.invoices.create_many([given_])
    assert isinstance(made, Invoice), made
    assert office.cents("ardist") == [0] * len(office.cents("ardist"))
    assert office.cents("tddist") == [0] * len(office.cents("tddist"))
    ((base, kept),) = office.sql("SELECT bbal, binvamt FROM armast WHERE trim(invno) = ?", made.invoice_no)
    receivable = "SELECT amount FROM ardist WHERE trim(tranno) = ? AND glacnt = '1100'"
    booked = sum((Decimal(row[0]) for row in office.sql(receivable, made.invoice_no)), Decimal(0))
    assert Decimal(base) == Decimal(kept) == booked


quantities = st.decimals(Decimal("0.5"), Decimal(60), places=1)
steps = st.lists(
    st.tuples(st.just("ship"), st.sampled_from([1, 2]), quantities)
    | st.tuples(st.just("invoice"), st.sampled_from(["a", "b", "ab"]), quantities)
    | st.tuples(st.just("void"), st.integers(min_value=0, max_value=5), st.just(Decimal(0))),
    min_size=3,
    max_size=14,
)


@many
@given(steps)
def test_invoices_of_an_order_never_exceed_what_was_shipped(
    office: Office, steps: list[tuple[str, Any, Decimal]]
) -> None:
    number, shipped, made = office.order(), {1: Decimal(0), 2: Decimal(0)}, list[str]()
    for what, which, quantity in steps:
        if what == "ship":
            shipped[which] += quantity
            office.ship(number, which, shipped[which])
        elif what == "invoice":
            before = invoiced(office, number)
            fits = all(before[line] + quantity <= shipped[line] for line in (" ab".index(one) for one in which))
            (outcome,) = office.invoices.create_many([invoice(number, dict.fromkeys(which, quantity))])
            assert isinstance(outcome, Invoice) is fits, outcome
            if isinstance(outcome, Invoice):
                made.append(outcome.invoice_no)
        elif which < len(made):
            office.sql("UPDATE armast SET arstat = 'V' WHERE trim(invno) = ?", made[which])
        assert all(done <= shipped[line] for line, done in invoiced(office, number).items())


def invoiced(office: Office, number: str) -> dict[int, Decimal]:
    """By order line, what stands on invoices that are not void."""
    rows = office.sql(
        "SELECT l.soline, t.qtyshp FROM artran t JOIN tdinvl l ON l.invno = t.invno AND l.tranlineno = t.tranlineno "
        "JOIN armast m ON m.invno = t.invno WHERE trim(t.sono) = ? AND m.arstat = ''",
        number,
    )
    return {line: sum((Decimal(q) for at, q in rows if at == line), Decimal(0)) for line in (1, 2)}


money = st.decimals(Decimal(-60), Decimal(60), places=2)
payments = st.lists(st.tuples(st.sampled_from(["pay", "apply", "post"]), money), min_size=2, max_size=12)


@many
@given(payments)
def test_nothing_pays_more_than_is_open_and_no_deposit_is_spent_twice(
    office: Office, payments: list[tuple[str, Decimal]]
) -> None:
    number = office.order()
    office.ship(number, 1, Decimal(20))
    (owed,) = office.invoices.create_many([invoice(number, {"a": Decimal(20)})])
    (deposit,) = office.receipts.create_many([receipt("", Decimal("30.00"))])
    assert isinstance(owed, Invoice)
    assert not isinstance(deposit, Exception)
    paid, spent = Decimal(0), Decimal(0)
    for what, amount in payments:
        if what == "pay" and amount:
            (outcome,) = office.receipts.create_many([receipt(owed.invoice_no, amount)])
            fits = 0 <= paid + amount <= 40
            assert isinstance(outcome, Faulty) is not fits, outcome
            paid += amount if fits else 0
        elif what == "apply" and amount > 0:
            try:
                office.apply(deposit.receipt_no, application(owed.invoice_no, amount))
            except Faulty:
                assert paid + amount > 40 or spent + amount > 30
            else:
                paid, spent = paid + amount, spent + amount
        elif what == "post":
            post(office)
        assert 0 <= paid <= 40
        assert spent <= 30
    post(office)
    ((left,),) = office.sql("SELECT balance FROM armast WHERE trim(invno) = ?", owed.invoice_no)
    assert Decimal(left) == 40 - paid
    assert set(office.cents("ardist")) == {0}


def post(office: Office) -> None:
    """A bookkeeper posts all there is: what ARCASH says is taken off the documents."""
    open_ones = {row[0] for row in office.sql("SELECT DISTINCT tranno FROM ardist WHERE arsess = ''")}
    moves = office.sql("SELECT rcptno, invno, amount FROM tdrcpt WHERE invno <> ''")
    for applied, taken, document, amount in office.sql("SELECT applno, rcptno, invno, amount FROM tdappl"):
        moves += [(applied, document, amount), (applied, taken, f"-{amount}")]
    for tranno, document, amount in moves:
        if tranno in open_ones:
            ((balance,),) = office.sql("SELECT balance FROM armast WHERE invno = ?", document)
            office.sql(
                "UPDATE armast SET balance = ? WHERE invno = ?", f"{Decimal(balance) - Decimal(amount):.2f}", document
            )
    office.sql("UPDATE ardist SET arsess = 'S1'")


@pytest.fixture
def gateways(office: Office, tmp_path: Path) -> Iterator[list[Office]]:
    """Two gateways over one file, with connections of their own."""
    path = tmp_path / "company01.db"
    raw(office.company.engine).execute("VACUUM INTO ?", (str(path),))
    made = [Office(Company.connect(f"sqlite:///{path}", NUMBERED)) for _ in range(2)]
    yield made
    for gateway in made:
        gateway.company.close()


def test_two_gateways_that_get_the_same_invoice_enter_it_once(office: Office, gateways: list[Office]) -> None:
    number = gateways[0].order()
    gateways[0].ship(number, 1, Decimal(50))
    same = invoice(number, {"a": Decimal(1)})
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda n: gateways[n % 2].invoices.create_many([same])[0], range(8)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["Conflict"] * 7, "Invoice"]
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Conflict)} == {"duplicate-external-invoice"}


def test_two_gateways_never_number_twice_nor_invoice_more_than_shipped(office: Office, gateways: list[Office]) -> None:
    number = gateways[0].order()
    gateways[0].ship(number, 1, Decimal(10))
    three = [invoice(number, {"a": Decimal(3)}) for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda n: gateways[n % 2].invoices.create_many([three[n]])[0], range(8)))
    made = [outcome.invoice_no for outcome in outcomes if isinstance(outcome, Invoice)]
    assert sorted(made) == ["1", "2", "3"]
    assert sum(isinstance(outcome, Faulty) for outcome in outcomes) == 5


def test_two_gateways_never_give_two_receipts_one_number(office: Office, gateways: list[Office]) -> None:
    with ThreadPoolExecutor(4) as pool:
        deposits = [receipt("", Decimal(5)) for _ in range(12)]
        outcomes = list(pool.map(lambda n: gateways[n % 2].receipts.create_many([deposits[n]])[0], range(12)))
    numbers = sorted(getattr(outcome, "receipt_no", repr(outcome)) for outcome in outcomes)
    assert numbers == [f"R{number:09d}" for number in range(1, 13)]
