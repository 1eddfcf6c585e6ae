from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from tandem.errors import TandemError
from tandem.quality import Failure, Gate, Verdict
from tandem.quality.suites import SUITES
from tests.unit.quality.records import GOOD, customer, order, product, sales_order, shipment, spoilt, stock

D = Decimal


@pytest.mark.parametrize("suite", SUITES)
def test_good_records_pass(gate: Gate, suite: str) -> None:
    records = [GOOD[suite](str(n)) for n in range(3)]
    verdict = gate.check(suite, records, keys=["1", "2", "3"])
    assert verdict.failures == ()
    assert verdict.ok
    assert (verdict.records, verdict.met) == (3, verdict.expectations)
    assert verdict.expectations > 2


CRITICAL = [
    ("order.inbound", "orderNumber", "", "orderNumber", ""),
    ("order.inbound", "orderDate", "02/03/2026", "orderDate", ""),
    ("order.inbound", "orderDate", "2026-13-02", "orderDate", ""),
    ("order.inbound", "orderDate", None, "orderDate", ""),
    ("order.inbound", "currency", "US$", "currency", ""),
    ("order.inbound", "currency", "USX", "currency", ""),
    ("order.inbound", "currency", "", "currency", ""),
    ("order.inbound", "lineItems", [], "lineItems", ""),
    ("order.inbound", "totalAmount", D("-0.01"), "totalAmount", ""),
    ("order.inbound", "shippingAddress.country", "", "shippingAddress.country", ""),
    ("order.inbound", "lineItems.1.sku", None, "lineItems.sku", "L2"),
    ("order.inbound", "lineItems.0.sku", "   ", "lineItems.sku", "L1"),
    ("order.outbound", "ExternalOrderId", "", "ExternalOrderId", ""),
    ("order.outbound", "CustomerNo", None, "CustomerNo", ""),
    ("order.outbound", "OrderDate", "2026-3-2", "OrderDate", ""),
    ("order.outbound", "TotalAmount", D("27.51"), "TotalAmount", ""),
    ("order.outbound", "LineItems.1.TaxAmount", D("0.49"), "TaxAmount", ""),
    ("order.outbound", "LineItems.1.ItemCode", "", "LineItems.ItemCode", "+shipping-1"),
    ("customer.inbound", "customerId", "", "customerId", ""),
    ("customer.outbound", "Company", "", "Company", ""),
    ("customer.outbound", "ExternalCustomerId", "", "ExternalCustomerId", ""),
    ("shipment.inbound", "SalesOrderNo", "", "SalesOrderNo", ""),
    ("shipment.inbound", "ShipDate", "yesterday", "ShipDate", ""),
    ("shipment.inbound", "Lines", [], "Lines", ""),
    ("shipment.inbound", "Lines.0.Quantity", "0", "Lines.Quantity", "1"),
    ("shipment.inbound", "Lines.0.ItemCode", "", "Lines.ItemCode", "1"),
    ("shipment.outbound", "externalKey", "", "externalKey", ""),
    ("shipment.outbound", "lines", [], "lines", ""),
    ("shipment.outbound", "lines.0.lineId", "", "lines.lineId", "1"),
    ("shipment.outbound", "lines.0.quantity", D(-1), "lines.quantity", "L1"),
    ("product.inbound", "ItemCode", "", "ItemCode", ""),
    ("stock.inbound", "Location", "", "Location", ""),
    ("stock.outbound", "available", D(-1), "available", ""),
    ("stock.outbound", "available", None, "available.given", ""),
    ("inventory_reconciliation", "sagepro", D(0), "sagepro", ""),
    ("inventory_reconciliation", "differences.0.item", "", "differences.item", "0"),
    ("inventory_reconciliation", "differences.0.kind", "odd", "differences.kind", "0"),
    ("inventory_reconciliation", "differences.0.pack", D(0), "differences.pack", "0"),
    ("inventory_reconciliation", "differences.0.difference", D(-3), "differences.apart", "0"),
]

WARNING = [
    ("order.inbound", "email", "nobody", "email", ""),
    ("order.inbound", "subtotal", D("26.00"), "subtotal", ""),
    ("order.inbound", "payments.0.currency", "EUR", "payments.currency", ""),
    ("order.outbound", "PaymentTerms", "", "PaymentTerms", ""),
    ("customer.inbound", "email", "ann at example", "email", ""),
    ("customer.outbound", "Address.Country", "", "Address.Country", ""),
    ("shipment.inbound", "TrackingNo", "", "TrackingNo", ""),
    ("product.inbound", "Price", "-1.00", "Price", ""),
    ("stock.inbound", "OnHand", "-2", "OnHand", ""),
    ("stock.outbound", "expectedVersion", None, "expectedVersion", ""),
    ("inventory_reconciliation", "lasting", D(11), "percent", ""),
    ("inventory_reconciliation", "clarity", D(0), "clarity", ""),
    ("inventory_reconciliation", "differences.0.on_hand", D(-1), "differences.on_hand", "0"),
]


@pytest.mark.parametrize(
    ("suite", "path", "value", "column", "line", "severity"),
    [(*case, "critical") for case in CRITICAL] + [(*case, "warning") for case in WARNING],
)
def test_each_fault_is_found_and_named(
    gate: Gate, suite: str, path: str, value: Any, column: str, line: str, severity: str
) -> None:
    records = [GOOD[suite]("7"), spoilt(GOOD[suite]("8"), path, value), GOOD[suite]("9")]
    verdict = gate.check(suite, records, keys=["K7", "K8", "K9"])
    found = [f for f in verdict.failures if f.column == column]
    assert [(f.index, f.key, f.line, f.severity) for f in found] == [(1, "K8", line, severity)]
    assert column.rsplit(".", maxsplit=1)[-1] in found[0].sentence
    assert {f.key for f in verdict.failures} == {"K8"}, "the others go on"
    assert verdict.ok is (severity == "warning")


def test_case_043_one_bad_record_of_five_hundred(gate: Gate) -> None:
    records = [order(str(n)) for n in range(500)]
    records[321]["lineItems"][1]["sku"] = ""
    verdict = gate.check("order.inbound", records, keys=[r["orderId"] for r in records])
    assert verdict.failures == (
        Failure(
            index=321,
            key="O-321",
            column="lineItems.sku",
            sentence="lineItems.sku must be filled: Sage Pro's item is found by it (line L2 is empty)",
            severity="critical",
            line="L2",
        ),
    )
    assert (verdict.met, verdict.expectations) == (11, 12)


def test_faults_of_one_record_come_together(gate: Gate) -> None:
    bad = spoilt(spoilt(order("1"), "currency", "US$"), "email", "nobody")
    verdict = gate.check("order.inbound", [bad], keys=["O-1"])
    assert list(verdict.by_key()) == ["O-1"]
    assert verdict.by_key()["O-1"] == [
        "currency must be an ISO 4217 code such as USD (it has US$, which does not exist)"
    ]
    assert verdict.by_key("warning")["O-1"][0].endswith("(it has xxxxxx)")


def test_twins_in_a_batch_are_told_of_but_not_stopped(gate: Gate) -> None:
    twins = [customer("1"), customer("2") | {"email": "ANN1@example.com "}, customer("3")]
    verdict = gate.check("customer.inbound", twins, keys=["1", "2", "3"])
    assert [(f.key, f.column, f.severity) for f in verdict.failures] == [
        ("1", "email.owner", "warning"),
        ("2", "email.owner", "warning"),
    ]
    numbers = gate.check("order.inbound", [order("1"), order("1")], keys=["O-1", "O-2"])
    assert {f.column for f in numbers.failures} == {"orderNumber"}
    for suite, record in (("product.inbound", product()), ("stock.inbound", stock())):
        assert not gate.check(suite, [record, record], keys=["a", "b"]).ok


@pytest.mark.parametrize(
    ("suite", "record"),
    [
        ("order.inbound", order() | {"isTest": True, "lineItems": []}),
        ("order.inbound", order() | {"status": "cancelled", "shippingAddress": None}),
        ("order.outbound", sales_order() | {"Cancel": True, "LineItems": []}),
        ("customer.inbound", customer() | {"isDeleted": True, "lastName": "", "firstName": ""}),
        ("shipment.inbound", shipment() | {"Voided": True, "Lines": []}),
        ("shipment.inbound", shipment() | {"ExternalOrderId": None, "Lines": []}),
        ("shipment.outbound", {"externalKey": "S-1", "cancelled": True}),
    ],
)
def test_what_the_rules_set_aside_is_not_judged(gate: Gate, suite: str, record: dict[str, Any]) -> None:
    assert gate.check(suite, [record], keys=["1"]) == Verdict(suite=suite, records=1, expectations=0, met=0)


@pytest.mark.parametrize(
    "record",
    [
        order() | {"customerId": None},  # a guest has an e-mail address
        order() | {"email": None},
        order() | {"shippingAddress": None, "billingAddress": {"country": "US"}},
        spoilt(spoilt(order(), "lineItems.0.requiresShipping", False), "lineItems.1.requiresShipping", False)
        | {"shippingAddress": None},
        order() | {"subtotal": D("25.04")},
        order() | {"totalAmount": D("0.00"), "payments": []},
        order() | {"currency": "JPY", "payments": []},
    ],
)
def test_what_may_be_left_out(gate: Gate, record: dict[str, Any]) -> None:
    assert gate.check("order.inbound", [record], keys=["1"]).failures == ()


def test_somebody_must_have_bought(gate: Gate) -> None:
    nobody = order() | {"customerId": None, "email": ""}
    assert [f.column for f in gate.check("order.inbound", [nobody], keys=["1"]).failures] == ["customerId"]


def test_a_suite_that_does_not_exist_is_named(gate: Gate) -> None:
    with pytest.raises(TandemError, match=r"'refund.inbound'.*order.inbound"):
        gate.check("refund.inbound", [], keys=[])


def test_keys_and_records_must_be_as_many(gate: Gate) -> None:
    with pytest.raises(ValueError, match="longer"):
        gate.check("order.inbound", [order(), order()], keys=["1"])


def test_an_expectation_that_cannot_be_evaluated_is_no_verdict(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    from tandem.quality import gate as module
    from tandem.quality.expect import filled
    from tandem.quality.suites import Suite

    def broken() -> Suite:
        return Suite(
            name="broken.inbound",
            rows=lambda _: [{"line": "", "there": "x"}],
            expectations=[filled("elsewhere", "elsewhere must be filled")],
        )

    monkeypatch.setitem(module.SUITES, "broken.inbound", broken)
    with pytest.raises(TandemError, match="could not be evaluated"):
        gate.check("broken.inbound", [{}], keys=["1"])


def test_threads_share_one_gate(gate: Gate) -> None:
    def one(n: int) -> int:
        bad = [spoilt(order(str(n)), "currency", "?") for n in range(n)]
        return len(gate.check("order.inbound", [*bad, order("x")], keys=[str(i) for i in range(n + 1)]).failures)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, range(6)))
    assert [f // 2 for f in found] == list(range(6)), "each knows its own: a wrong currency and payments in another"


@pytest.mark.parametrize("suite", SUITES)
def test_every_expectation_speaks_to_an_operator(gate: Gate, suite: str) -> None:
    for expectation in SUITES[suite]().expectations:
        assert expectation.description
        assert any(word in expectation.description for word in ("must", "should"))
        severity = getattr(expectation.severity, "value", expectation.severity)
        assert ("should" in expectation.description) is (severity == "warning")


@pytest.mark.parametrize("suite", ["order.inbound", "order.outbound", "shipment.inbound", "shipment.outbound"])
def test_a_batch_in_which_no_record_has_a_line_is_judged_all_the_same(gate: Gate, suite: str) -> None:
    record = GOOD[suite]("1")
    lines = next(name for name in ("lineItems", "LineItems", "Lines", "lines") if name in record)
    verdict = gate.check(suite, [record | {lines: []}], keys=["1"])
    assert not verdict.ok
    assert any("lines" in failure.sentence.lower() for failure in verdict.failures)
