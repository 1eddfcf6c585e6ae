from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tandem.entities import ENTITIES
from tandem.mapping import Workbook
from tandem.mapping.trial import Trial, summary
from tandem.values import dumps, loads

from . import making

CHICAGO = ZoneInfo("America/Chicago")


def trial_of(workbook: Workbook, name: str, zone: ZoneInfo | None = CHICAGO) -> Trial:
    entity = ENTITIES[name]
    return Trial(workbook=workbook, entity=entity, route=entity.routes[0], zone=zone)


def test_case_169_a_dry_run_shows_what_would_happen(workbook: Workbook):
    trial = trial_of(workbook, "order")
    records = [
        making.order(
            orderId="1", note="Ring 🎁", newField=1,
            shippingAddress=making.address(company="Dvořákovy sklady a továrny na nábytek, s. r. o."),
        ),
        making.order(orderId="2", paymentInfo={"method": "klarna"}),
        making.order(orderId="3", totalAmount=Decimal("99.99")),
        making.order(orderId="4", isTest=True),
        making.order(orderId="5", currency=None),
        making.order(orderId="6", status="lost"),
        making.order(orderId="7", customerId=None, email="Ann@x.com", totalAmount=Decimal("32.10")),
    ]  # fmt: skip
    before = dumps(records)
    rows = [trial.run(record) for record in records]
    assert dumps(records) == before
    assert [row.would for row in rows] == ["write", "hold", "hold", "skipped", "hold", "hold", "write"]

    first = rows[0]
    assert [line.target for line in first.lines("truncated")] == ["ShipToAddress.Company"]
    assert [line.target for line in first.lines("removed")] == ["Notes"]
    assert [line.source for line in first.lines("unmapped")] == ["newField"]
    assert first.lines("substituted")[0].note.startswith("'Dvořákovy")
    assert (first.amount, first.written, first.difference) == (Decimal("32.13"), Decimal("32.13"), Decimal(0))
    assert first.payload is not None
    assert first.payload["CustomerNo"] == "(new)"

    assert "'klarna' is not in lookup payment_terms" in rows[1].reasons[0]
    assert rows[2].difference == Decimal("67.86")
    assert "99.99" in rows[2].reasons[0]
    assert rows[4].reasons == ["currency: is missing; currency needs it"] or "currency" in rows[4].reasons[0]
    assert rows[5].reasons[0].startswith("status: ")
    assert rows[6].written == Decimal("32.10")

    counts = summary(rows)
    assert counts["records"] == 7
    assert counts["would"] == {"hold": 4, "skipped": 1, "write": 2}
    assert counts["unmapped"] == 1
    assert counts["totals_different"] == ["3"]
    shown = loads(dumps(first.facts()))
    assert (shown["key"], shown["number"], shown["truncated"][0]["target"]) == ("1", "W1001", "ShipToAddress.Company")
    assert "default" not in shown


def test_a_shipment_is_tried_beside_its_order(workbook: Workbook):
    trial = trial_of(workbook, "shipment")
    assert trial.companion_keys("order", making.shipment()) == ["ord_1"]
    assert trial.companion_keys("order", making.shipment(ExternalOrderId=None)) == []
    row = trial.run(making.shipment(), {"order": [making.order()]})
    assert (row.would, row.number) == ("write", "1Z 999")
    assert row.difference is None
    assert trial.run(making.shipment(), {"order": []}).would == "parked"
    assert trial.run(making.shipment()).would == "parked"
    broken = trial.run(making.shipment(), {"order": [making.order(lineItems=[making.line(unit="crate")])]})
    assert broken.would == "hold"
    assert broken.reasons[0].startswith("lineItems[0].unit: 'crate' is not in lookup units")


def test_stock_is_tried_beside_what_the_shop_has(workbook: Workbook):
    record: dict[str, Any] = {
        "Key": "A|MAIN", "ItemCode": "A", "Location": "MAIN", "OnHand": 7, "Allocated": 0, "OnOrder": 0, "OpenSales": 0,
        "Available": 7, "AvailableComputed": 7, "UpdatedAt": None,
    }  # fmt: skip
    trial = trial_of(workbook, "stock", None)
    assert trial.companion_keys("shelves", record) == ["A|MAIN"]
    assert trial.run(record).would == "skipped"
    level = {"inventoryId": "A|MAIN", "sku": "A", "locationId": "MAIN", "available": 9, "version": 4}
    beside = {
        "product": [{"productId": "p", "sku": "A", "unit": "pair"}], "levels": [level], "shelves": [record],
        "item": [{"ItemCode": "A", "Status": "A", "Class": ""}],
    }  # fmt: skip
    row = trial.run(record, beside)
    assert (row.key, row.would, row.payload) == ("A|MAIN", "write", {"available": 3, "expectedVersion": 4}), row.reasons


def test_a_fault_of_the_sheet_on_the_way_out_holds(workbook: Workbook):
    row = trial_of(workbook, "customer").run(making.customer(firstName="東京"))
    assert row.would == "hold"
    assert row.difference is None


@pytest.mark.parametrize("records", [[], [making.order()]])
def test_a_summary_of_few(workbook: Workbook, records: list[Any]):
    rows = [trial_of(workbook, "order").run(record) for record in records]
    assert summary(rows)["records"] == len(records)
