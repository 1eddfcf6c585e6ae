from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tandem.entities.ledger import KINDS
from tandem.errors import SheetError
from tandem.gateway.company.chart import ACCOUNTS
from tandem.mapping import Workbook

from .conftest import MAPPINGS, Bench

FACETS = {"store": "web", "tax": "", "currency": "USD", "tender": ""}


def rest(*without: str) -> str:
    return "\n".join(f"  {kind}: 9-{number:03}" for number, kind in enumerate(sorted(KINDS - {*without})))


@pytest.fixture
def chart(bench: Bench) -> Any:
    """A chart of these rows; all kinds that the text does not name have an account each."""

    def write(text: str = "", *named: str, head: str = "") -> Bench:
        bench.write("accounts.yaml", f"{head}accounts:\n{rest(*named)}\n{text}")
        return bench

    return write


def account(bench: Bench, kind: str, **facets: str) -> str | None:
    return bench.load().account(kind, FACETS | facets)


def decide(bench: Bench, *rules: tuple[str, str]) -> None:
    """A decision table over the tender with the output account."""
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "in", "name": "Tender", "type": "expression", "field": "tender"}],
        "outputs": [{"id": "out", "name": "Account", "type": "expression", "field": "account"}],
        "rules": [{"_id": str(n), "in": tender, "out": found} for n, (tender, found) in enumerate(rules)],
    }
    nodes = [
        {"id": "i", "name": "in", "type": "inputNode"},
        {"id": "t", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "o", "name": "out", "type": "outputNode"},
    ]
    edges = [{"id": "1", "sourceId": "i", "targetId": "t"}, {"id": "2", "sourceId": "t", "targetId": "o"}]
    bench.write("rules/accounts.json", json.dumps({"nodes": nodes, "edges": edges}))


def test_the_shipped_chart_has_an_account_for_every_kind_and_the_company_has_each() -> None:
    workbook, faults = Workbook.inspect(MAPPINGS, accounts=ACCOUNTS)
    assert faults == []
    assert workbook is not None
    assert {workbook.account(kind, FACETS) for kind in KINDS} <= set(ACCOUNTS)
    assert workbook.account("clearing", FACETS | {"tender": "PayPal "}) == "1060"
    assert workbook.account("engraving", FACETS) is None


def test_the_first_row_that_fits_counts(chart: Any) -> None:
    bench = chart(
        """
  revenue:
    - {store: eu, tax: [DE, FR], account: 4020}
    - {store: EU, account: 4010}
    - {currency: CAD, account: "04005"}
    - {account: 4000-000}
""",
        "revenue",
    )
    assert account(bench, "revenue", store="eu", tax="de") == "4020"
    assert account(bench, "revenue", store="eu") == "4010"
    assert account(bench, "revenue", currency="CAD") == "04005"
    assert account(bench, "revenue") == "4000-000"


def test_case_067_a_kind_of_the_shop_without_an_account_is_found_before_it_comes(chart: Any) -> None:
    head = "kinds: {lookup: charges}\n"
    bench = chart(head=head)
    bench.write("lookups/charges.yaml", "values: {shipping: FREIGHT, engraving: ENGRAVE}\n")
    assert bench.faults() == ["accounts.yaml:3: accounts: lacks 'engraving', an amount that can come: it would be held"]
    chart("  engraving: 4300\n", head=head)
    assert bench.faults() == []


def test_every_kind_that_tandem_posts_needs_one(chart: Any) -> None:
    assert [fault.split(": ", 1)[1] for fault in chart("", "tip", "tax").faults()] == [
        f"accounts: lacks {kind!r}, an amount that can come: it would be held" for kind in ("tax", "tip")
    ]


def test_an_open_end_is_a_fault_and_a_closed_list_is_none(chart: Any) -> None:
    rows = "  clearing:\n    - {tender: paypal, account: 1060}\n    - {tender: card, store: web, account: 1050}\n"
    (fault,) = chart(rows, "clearing").faults()
    assert "clearing: has no account for" in fault
    assert "tender of any other kind" in fault
    assert "end with a row without conditions" in fault
    closed = "values: {tender: [paypal, card], store: [web]}\n"
    assert chart(rows, "clearing", head=closed).faults() == []
    (fault,) = chart(rows, "clearing", head="values: {tender: [paypal, card, klarna], store: [web]}\n").faults()
    assert "has no account for store 'web', tender 'klarna'" in fault


def test_the_values_of_a_lookup_are_all_there_are(chart: Any) -> None:
    rows = "  clearing:\n    - {tender: [paypal], account: 1060}\n"
    bench = chart(rows, "clearing", head="values: {tender: {lookup: terms}}\n")
    bench.write("lookups/terms.yaml", "values: {PayPal: Prepaid}\n")
    assert bench.faults() == []
    bench.write("lookups/terms.yaml", "values: {PayPal: Prepaid, card: Prepaid}\n")
    assert "has no account for tender 'card'" in bench.faults()[0]


def test_a_row_that_is_never_reached_is_a_fault(chart: Any) -> None:
    rows = "  tip:\n    - {store: [eu, us], account: 1}\n    - {store: eu, tax: DE, account: 2}\n    - {account: 3}\n"
    (fault,) = chart(rows, "tip").faults()
    assert fault.endswith("accounts.tip[1]: tip: is never reached, row 1 takes all of it")


def test_where_a_table_is_not_enough_a_decision_table_is_asked(chart: Any) -> None:
    rows = "  clearing:\n    - {decide: accounts}\n    - {account: 1050}\n"
    bench = chart(rows, "clearing")
    decide(bench, ("'paypal', 'klarna'", "'1060'"), ("", "''"))
    assert (account(bench, "clearing", tender="klarna"), account(bench, "clearing")) == ("1060", "1050")
    _workbook, faults = Workbook.inspect(bench.folder, accounts=["1050", "9-000"], complete=False)
    assert any("account '1060' of clearing is not in the ledger (GLACNT)" in str(fault) for fault in faults)


def test_a_decision_table_that_may_say_nothing_proves_nothing(chart: Any) -> None:
    bench = chart("  clearing: [{decide: accounts}]\n", "clearing")
    decide(bench, ("'paypal'", "'1060'"), ("", "''"))
    assert "clearing: has no account for any amount" in bench.faults()[0]
    decide(bench, ("'paypal'", "'1060'"), ("", "'1050'"))
    assert bench.faults() == []
    decide(bench, ("'paypal'", "tender"), ("", "'1050'"))
    assert "has no account for any amount" in bench.faults()[0], "what is worked out cannot be proven"


def test_a_decision_that_cannot_be_worked_out_gives_no_account(chart: Any) -> None:
    bench = chart("  clearing:\n    - {decide: accounts}\n    - {account: 1050}\n", "clearing")
    decide(bench, ("", "tender + 1"))
    assert account(bench, "clearing", tender="x") is None


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("  tip: [{stor: web, account: 1}]", "is not known here; did you mean 'store'?"),
        ("  tip: 1.50", "needs the number of an account as text"),
        ("  tip: [{store: web}]", "needs either account or decide"),
        ("  tip: [{decide: nowhere}]", "there is no decision table 'nowhere'"),
        ("  tip: ''", "needs the number of an account as text"),
    ],
)
def test_slips_of_the_pen_are_named(chart: Any, rows: str, message: str) -> None:
    bench = chart(rows + "\n", "tip")
    assert any(message in fault for fault in bench.faults()), bench.faults()


def test_a_lookup_or_an_output_that_is_not_there(chart: Any) -> None:
    bench = chart("  tip: [{decide: accounts, take: konto}]\n", "tip", head="kinds: {lookup: charges}\n")
    decide(bench, ("", "'1'"))
    faults = "\n".join(bench.faults())
    assert "kinds: there is no lookup 'charges'; none is known" in faults
    assert "accounts.tip[0].take: accounts decides no 'konto'; known are 'account'" in faults


def test_without_a_chart_nothing_is_posted_and_a_whole_folder_needs_one(bench: Bench, tmp_path: Path) -> None:
    bench.write("lookups/x.yaml", "values: {a: b}\n")
    assert account(bench, "revenue") is None
    with pytest.raises(SheetError, match=r"accounts\.yaml: is missing: no amount would have an account"):
        Workbook.load(bench.folder)


def test_each_account_must_be_in_the_ledger(chart: Any) -> None:
    bench = chart("  tip: 2400\n", "tip")
    known = [f"9-{n:03}" for n in range(len(KINDS))]
    _workbook, faults = Workbook.inspect(bench.folder, accounts=[*known, "2401"], complete=False)
    assert [(fault.where, fault.message) for fault in faults] == [
        ("accounts.tip", "account '2400' of tip is not in the ledger (GLACNT); did you mean '2401'?")
    ]
    assert Workbook.inspect(bench.folder, accounts=[*known, "2400 "], complete=False)[1] == []
