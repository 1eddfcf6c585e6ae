from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.state import State
from tandem.rules.reconciliation import Difference, Disagreement, Document, Reconciliation, Tally, reconcile
from tests.unit.rules.making import D


def document(key: str, amount: str = "10.00", **more: Any) -> Document:
    return Document(
        **{"kind": "order", "key": key, "number": f"N-{key}", "amount": D(amount), "currency": "USD", **more}
    )


def what(result: Reconciliation) -> list[tuple[str, str]]:
    return [(d.key, d.what.value) for d in result.differences]


def test_two_systems_that_agree() -> None:
    shop = [document("A"), document("B", "2.50")]
    company = [document("B", "2.5", number="1002"), document("A", number="1001"), document("", number="1003")]
    result = reconcile(shop, company)
    assert result.differences == result.apart == ()
    assert result.tallies == (
        Tally(
            kind="order", currency="USD", source_count=2, source_amount=D("12.50"), target_count=2,
            target_amount=D("12.50"), by_hand=1,
        ),
    )  # fmt: skip


def test_case_161_exactly_the_planted_differences() -> None:
    day = [document(f"O{n:03}", f"{n}.99") for n in range(200)]
    company = [replace(d, number=f"{n:>10}") for n, d in enumerate(day, 1000)]
    gone = {"O017", "O101", "O199"}
    company = [d for d in company if d.key not in gone]
    company = [replace(d, amount=d.amount + D("0.01")) if d.key == "O050" else d for d in company]
    company.append(replace(company[0], number="      9999"))
    result = reconcile(day, company)
    assert what(result) == [
        ("O000", "duplicate"),
        ("O017", "missing in target"),
        ("O050", "amount differs"),
        ("O101", "missing in target"),
        ("O199", "missing in target"),
    ]
    by_key = {d.key: d for d in result.differences}
    assert by_key["O050"].amount == D("0.01")
    assert by_key["O017"].amount == D("-17.99")
    assert by_key["O000"].target is not None
    assert by_key["O000"].target.number == "      9999"
    (tally,) = result.tallies
    assert tally.target_amount - tally.source_amount == sum(d.amount for d in result.differences)


@pytest.mark.parametrize("state", [State.WAITING, State.RETRY, State.PARKED, State.UNKNOWN, State.HELD, State.DEAD])
def test_what_is_under_way_or_held_is_set_apart(state: State) -> None:
    shop = [document("A"), document("B")]
    company = [document("B", "9.00")]
    states = {("order", "A"): state, ("order", "B"): state}
    result = reconcile(shop, company, states=states)
    assert result.differences == ()
    assert [(d.key, d.state) for d in result.apart] == [("A", state), ("B", state)]


def test_skipped_explains_only_that_it_is_not_there() -> None:
    states = {("order", "A"): State.SKIPPED, ("order", "B"): State.SKIPPED, ("order", "C"): State.APPLIED}
    result = reconcile([document("A"), document("B"), document("C")], [document("B", "9.00")], states=states)
    assert what(result) == [("B", "amount differs"), ("C", "missing in target")]
    assert [d.key for d in result.apart] == ["A"]


def test_no_state_excuses_a_duplicate() -> None:
    company = [document("A", number="1001"), document("A", number="1002")]
    result = reconcile([document("A")], company, states={("order", "A"): State.HELD})
    assert what(result) == [("A", "duplicate")]


def test_cancelled_documents() -> None:
    shop = [
        document("A", status="cancelled"),
        document("B", status="cancelled"),
        document("C"),
        document("D", status="cancelled"),
    ]
    company = [document("B", status="void"), document("C", status="void"), document("D")]
    result = reconcile(shop, company)
    assert what(result) == [("C", "status differs"), ("D", "status differs")]
    assert [d.amount for d in result.differences] == [D("-10.00"), D("10.00")]
    assert (result.tallies[0].source_count, result.tallies[0].target_count) == (1, 1)
    only_there = reconcile([], [document("E", status="void"), document("F")])
    assert what(only_there) == [("F", "missing in source")]
    assert only_there.differences[0].amount == D("10.00")


def test_a_voided_duplicate_is_mended_already() -> None:
    company = [document("A", number="1001", status="void"), document("A", number="1002")]
    assert reconcile([document("A")], company).differences == ()


def test_currencies_are_never_mixed() -> None:
    result = reconcile([document("A", currency="EUR")], [document("A", currency="USD")])
    assert what(result) == [("A", "amount differs")]
    assert [t.currency for t in result.tallies] == ["EUR", "USD"]


def test_kinds_are_kept_apart() -> None:
    result = reconcile([document("A"), document("A", kind="shipment")], [document("A")])
    assert [(d.kind, d.what) for d in result.differences] == [("shipment", Disagreement.MISSING_IN_TARGET)]


def test_the_crosswalk_must_name_the_right_number() -> None:
    shop = [document("A"), document("B"), document("C", status="cancelled")]
    company = [document("A", number="1001"), document("B", number="1002"), document("C", number="1003", status="void")]
    result = reconcile(shop, company, links={("order", "A"): "1001", ("order", "B"): "1009"})
    assert what(result) == [("B", "not linked")]
    doubled = reconcile(
        shop[:1], [document("A", number="1000"), document("A", number="1001")], links={("order", "A"): "1001"}
    )
    assert [(d.what, d.target and d.target.number) for d in doubled.differences] == [(Disagreement.DUPLICATE, "1000")]


def test_pages_that_overlap_do_not_double_anything() -> None:
    shop = [document("A"), document("A"), document("B")]
    assert reconcile(shop, [document("A"), document("B"), document("B")]).differences == ()
    assert what(reconcile([document("A"), document("A", number="N-2")], [document("A")])) == [("A", "duplicate")]


documents = st.builds(
    Document,
    kind=st.sampled_from(["order", "shipment"]),
    key=st.sampled_from("ABCDE"),
    number=st.sampled_from("123"),
    amount=st.integers(0, 3).map(Decimal),
    currency=st.sampled_from(["USD", "EUR"]),
    status=st.sampled_from(["open", "cancelled"]),
)
lists = st.lists(documents, max_size=12)


def mended(
    source: list[Document], target: list[Document], differences: tuple[Difference, ...]
) -> tuple[list[Document], list[Document]]:
    """Both lists after every difference was put right, the source being the one that is believed."""
    source, target = list(source), list(target)
    for found in differences:
        if found.what is Disagreement.DUPLICATE:
            source = [d for d in source if d != found.source]
            target = [d for d in target if d != found.target]
            continue
        target = [d for d in target if d != found.target]
        if found.source is not None:
            number = found.target.number if found.target else f"new-{found.key}"
            target.append(replace(found.source, number=number))
    return source, target


@given(lists, lists)
def test_applying_the_corrections_leaves_no_difference(source: list[Document], target: list[Document]) -> None:
    source, target = list(dict.fromkeys(source)), list(dict.fromkeys(target))
    source = list({(d.kind, d.key, d.number): d for d in source}.values())
    target = list({(d.kind, d.key, d.number): d for d in target}.values())
    found = reconcile(source, target)
    after = reconcile(*mended(source, target, found.differences))
    assert after.differences == ()
    for tally in after.tallies:
        assert (tally.source_count, tally.source_amount) == (tally.target_count, tally.target_amount)


@given(lists, lists)
def test_differences_explain_the_amounts(source: list[Document], target: list[Document]) -> None:
    same_currency = [replace(d, currency="USD") for d in source], [replace(d, currency="USD") for d in target]
    result = reconcile(*same_currency)
    apart = sum((t.target_amount - t.source_amount for t in result.tallies), D(0))
    doubled = sum((d.source.amount for d in result.differences if d.what is Disagreement.DUPLICATE and d.source), D(0))
    assert apart == sum((d.amount for d in result.differences), D(0)) - doubled


@given(st.lists(documents, max_size=4), lists)
def test_the_order_of_the_lists_does_not_matter(source: list[Document], target: list[Document]) -> None:
    source = list({(d.kind, d.key, d.number): d for d in source}.values())
    expected = reconcile(source, target)
    assert all(reconcile(order, target) == expected for order in permutations(source))


@given(lists)
def test_a_system_agrees_with_itself(source: list[Document]) -> None:
    unique = list({(d.kind, d.key): d for d in source}.values())
    assert reconcile(unique, unique).differences == ()
    assert Counter(d.kind for d in unique if d.live) == {
        kind: n
        for kind in ("order", "shipment")
        if (n := sum(t.source_count for t in reconcile(unique, unique).tallies if t.kind == kind))
    }
