from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tandem.mapping import Workbook

from .conftest import MAPPINGS, Bench

ORDER: dict[str, Any] = {
    "total": Decimal("100.00"),
    "currency": "USD",
    "customer_group": "",
    "ship_to": {"country": "DE", "region": ""},
    "lines": [{"sku": "A"}],
}


def tables() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((MAPPINGS / "rules" / "order.json").read_text(encoding="utf-8"))
    return content


def test_the_tables_of_orders(workbook: Workbook):
    assert workbook.decide("order", ORDER) == {"location": "", "hold_reason": "", "payment_terms": ""}
    assert workbook.decide("order", ORDER | {"customer_group": "wholesale"})["payment_terms"] == "Net 30"
    held = workbook.decide("order", ORDER | {"total": Decimal("50000.01")})
    assert held["hold_reason"].startswith("the total is above 50000")
    assert workbook.decide("order", ORDER | {"total": Decimal("50000.00")})["hold_reason"] == ""
    trade = ORDER | {"total": Decimal("50000.01"), "customer_group": "trade"}
    assert workbook.decide("order", trade)["hold_reason"] == ""


def test_the_tables_of_customers(workbook: Workbook):
    assert workbook.decide("customer", {"group": "wholesale"}) == {"price_code": "W", "payment_terms": "Net 30"}
    assert workbook.decide("customer", {"group": None}) == {"price_code": "", "payment_terms": ""}


def test_an_entity_without_a_table_decides_nothing(workbook: Workbook):
    assert workbook.decide("shipment", {}) == {}


def test_numbers_of_a_table_are_exact(bench: Bench):
    content = tables()
    content["nodes"][1]["content"]["rules"][-1]["warehouse_out0"] = "1.25"
    bench.write("rules/order.json", json.dumps(content))
    assert bench.load().decide("order", ORDER)["location"] == Decimal("1.25")


def test_what_cannot_be_worked_out_holds_the_record(bench: Bench):
    content = tables()
    content["nodes"][1]["content"]["rules"][-1]["warehouse_out0"] = "upper(total)"
    bench.write("rules/order.json", json.dumps(content))
    assert bench.load().decide("order", ORDER) == {
        "hold_reason": "rules/order.json: decision table order gives no location: "
        "its cell cannot be worked out for this record"
    }
    assert (
        bench.load().decide("order", {"total": Decimal("1" * 30)})["hold_reason"].startswith("rules/order.json: 1111")
    )


def test_what_the_engine_refuses_holds_the_record(bench: Bench):
    bench.write("rules/order.json", (MAPPINGS / "rules" / "order.json").read_text(encoding="utf-8"))
    reason = bench.load().decide("order", ORDER | {"currency": "\ud800", "customer_group": "\ud800"})["hold_reason"]
    assert reason.startswith("rules/order.json: decision table order cannot be worked out: ")


def test_a_field_whose_table_cannot_be_worked_out_is_a_hindrance(bench: Bench):
    content = tables()
    content["nodes"][1]["content"]["rules"][-1]["warehouse_out0"] = "upper(total)"
    bench.write("rules/order.json", json.dumps(content))
    (fault,) = bench.map("value: {decide: order, take: location}", ORDER).faults
    assert (fault.field, fault.kind) == ("decision table order", "expression")


def test_a_sheet_takes_an_output(bench: Bench):
    bench.write("rules/customer.json", (MAPPINGS / "rules" / "customer.json").read_text(encoding="utf-8"))
    mapped = bench.map(
        "code: {decide: customer, take: price_code}\nterms: {decide: customer, take: payment_terms}",
        {"group": "wholesale"},
    )
    assert mapped.value == {"code": "W", "terms": "Net 30"}


def test_a_table_that_looks_at_everything_is_given_everything(bench: Bench):
    content = tables()
    del content["nodes"][1]["content"]["inputs"][0]["field"]
    content["nodes"][1]["content"]["rules"].insert(
        0, {"_id": "0", "warehouse_in0": "currency == 'USD'", "warehouse_out0": "lines[0].sku"}
    )
    bench.write("rules/order.json", json.dumps(content))
    assert bench.load().decide("order", ORDER)["location"] == "A"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda c: c["nodes"][1]["content"]["rules"][0].update(warehouse_in0="'US"),
            "under 'Customer group': Unexpected EOF",
        ),
        (lambda c: c["nodes"][1]["content"]["rules"][0].update(warehouse_out0="MAIN +"), "under 'Location'"),
        (
            lambda c: c["nodes"][1]["content"]["rules"][0].update(warehouse_in0=7),
            "a cell is text; put quotes around it",
        ),
        (lambda c: c["nodes"][1]["content"]["rules"][0].update(gone="''"), "belongs to no column of the table"),
        (lambda c: c.pop("nodes"), "is no decision model: it has no list of nodes"),
        (lambda c: c.pop("edges"), "is no decision model that the engine can use"),
        (lambda c: c["nodes"][1]["content"].pop("rules"), "nodes[1].content.rules: is missing; a table has inputs"),
        (lambda c: c["nodes"][1].pop("content"), "nodes[1].content.inputs: is missing; a table has inputs"),
        (lambda c: c["nodes"][1]["content"].update(hitPolicy="collect"), "hitPolicy: must be 'first', not 'collect'"),
        (
            lambda c: c["nodes"][1]["content"]["rules"][0].update(warehouse_out0=" "),
            "an output needs a value; write ''",
        ),
        (lambda c: c["nodes"][1]["content"]["rules"][0].pop("warehouse_out0"), "an output needs a value; write ''"),
        (lambda c: c["nodes"][1]["content"]["rules"].pop(), "the last rule must hold for every record"),
        (lambda c: c["nodes"][1]["content"]["rules"].clear(), "the last rule must hold for every record"),
    ],
)
def test_a_table_is_checked(bench: Bench, change: Any, fault: str):
    content = tables()
    change(content)
    bench.write("rules/order.json", json.dumps(content))
    assert any(fault in found and found.startswith("rules/order.json") for found in bench.faults())


@pytest.mark.parametrize("text", ["{", "[1]", "7"])
def test_what_is_no_model_is_refused(bench: Bench, text: str):
    bench.write("rules/order.json", text)
    (found,) = bench.faults()
    assert found.startswith("rules/order.json: is no")
