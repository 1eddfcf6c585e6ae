"""The OpenAPI document: complete, and its examples are what the gateway really answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import update

from tandem.gateway.api.examples import ANSWERS, EXAMPLES
from tandem.gateway.app import create_app
from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.gateway.company.rows import insert_all

from .conftest import client_of, settings_of, stock

MOMENT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


async def story(folder: Path) -> dict[str, Any]:
    """The answers that a fresh company gives to the examples, sent in turn at one fixed moment."""
    settings = settings_of(folder, sagepro_invoice_numbers="sysdata")
    with time_machine.travel(MOMENT, tick=False):
        create_company(settings.company_url, Policy.of(settings))
        app = create_app(settings)
        stock(app.state.context.company, {"TEAPOT-RED": "10"})
        async with client_of(app) as api:
            told = await told_by(api, app)
    app.state.context.company.close()
    return told


async def told_by(api: httpx.AsyncClient, app: FastAPI) -> dict[str, Any]:
    async def send(method: str, path: str, example: str = "") -> Any:
        body = {"json": EXAMPLES[example]} if example else {}
        answer = await api.request(method, path, **body)
        assert answer.is_success, answer.text
        return answer.json()

    faulty = {**EXAMPLES["SalesOrder"], "OrderDate": "yesterday"}
    told = {
        "Faults": (await api.post("/orders", json=faulty)).json(),
        "CustomerEntered": await send("POST", "/customers", "Customer"),
        "CustomerLinked": await send("POST", "/customers/SMITH01/external-ids", "ExternalId"),
        "CustomerChanged": await send("PUT", "/customers/SMITH01", "CustomerUpdate"),
        "CustomerResults": await send("POST", "/customers/batch", "CustomerBatch"),
        "CustomerPage": await send("GET", "/customers?email=ann.smith@example.com"),
        "SalesOrderEntered": await send("POST", "/orders", "SalesOrder"),
        "SalesOrderResults": await send("POST", "/orders/batch", "SalesOrderBatch"),
        "SalesOrderChanged": await send("PUT", "/orders/1001", "SalesOrderUpdate"),
        "SalesOrderPage": await send("GET", "/orders?limit=1"),
    }
    for path, example in (("/customers/batch", "CustomerUpdateBatch"), ("/orders/batch", "SalesOrderUpdateBatch")):
        results = (await send("PUT", path, example))["Results"]
        assert [result["Status"] for result in results] == [200]
    context = app.state.context
    row = {"sono": "1001", "shipno": "S-2001", "tranlineno": 1, "custno": "SMITH01", "item": "TEAPOT-RED"}
    row |= {"loctid": "MAIN", "qtyship": Decimal(1), "shipdate": date(2026, 3, 2), "shipvia": "UPS GROUND"}
    row |= {"trackno": "1Z999AA10123456784", **context.company.stamp().added()}
    with context.company.write() as connection:
        insert_all(connection, context.company.tables.soship, [row])
        lines = context.company.tables.sotran
        shipped = update(lines).where(lines.c.sono == "1001", lines.c.tranlineno == 1)
        connection.execute(shipped.values(qtyshp=Decimal(1), qtyord=Decimal(2)))
    told |= {
        "InvoiceEntered": await send("POST", "/invoices", "Invoice"),
        "InvoiceResults": await send("POST", "/invoices/batch", "InvoiceBatch"),
        "ReceiptEntered": await send("POST", "/receipts", "Receipt"),
        "ReceiptResults": await send("POST", "/receipts/batch", "ReceiptBatch"),
        "ReceiptApplied": await send("POST", "/receipts/R000000001/applications", "Application"),
        "JournalEntered": await send("POST", "/journals", "Journal"),
        "JournalResults": await send("POST", "/journals/batch", "JournalBatch"),
        "InvoicePage": await send("GET", "/invoices?salesOrderNo=1001&status=unposted&type=invoice"),
        "ReceiptPage": await send("GET", "/receipts?customerNo=SMITH01&limit=1"),
        "JournalPage": await send("GET", "/journals?externalJournalId=payout-9001"),
        "AccountPage": await send("GET", "/accounts?limit=3"),
    }
    return told | {
        "Shipment": await send("GET", "/shipments/S-2001"),
        "ShipmentPage": await send("GET", "/shipments"),
        "ProductChanged": await send("PUT", "/products/TEAPOT-RED", "Product"),
        "ProductPage": await send("GET", "/products?itemCode=teapot-red"),
        "ProductResults": await send("PUT", "/products/batch", "ProductBatch"),
        "StockAdjusted": await send("PUT", "/inventory/TEAPOT-RED/MAIN", "Adjustment"),
        "StockPage": await send("GET", "/inventory?itemCode=TEAPOT-RED"),
        "AdjustmentResults": await send("POST", "/inventory/batch", "AdjustmentBatch"),
    }


async def test_the_examples_are_true(tmp_path: Path) -> None:
    told = await story(tmp_path)
    assert told == ANSWERS, "if the answers are right, write them anew: " + json.dumps(told, indent=1)


@pytest.fixture
async def document(api: httpx.AsyncClient) -> dict[str, Any]:
    answer = await api.get("http://gateway/openapi.json")
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_of_the_contract_is_there(document: dict[str, Any]) -> None:
    prefix = "/api/v1/sagepro"
    assert sorted(name.replace(prefix, "") for name, _ in operations(document)) == [
        "GET /accounts",
        "GET /customers",
        "GET /customers/{customer_no}",
        "GET /health",
        "GET /inventory",
        "GET /inventory/{item_code}",
        "GET /invoices",
        "GET /invoices/{invoice_no}",
        "GET /journals",
        "GET /journals/{journal_no}",
        "GET /orders",
        "GET /orders/{sales_order_no}",
        "GET /products",
        "GET /products/{item_code}",
        "GET /receipts",
        "GET /receipts/{receipt_no}",
        "GET /schema",
        "GET /shipments",
        "GET /shipments/{shipment_no}",
        "POST /customers",
        "POST /customers/batch",
        "POST /customers/{customer_no}/external-ids",
        "POST /inventory/batch",
        "POST /invoices",
        "POST /invoices/batch",
        "POST /journals",
        "POST /journals/batch",
        "POST /orders",
        "POST /orders/batch",
        "POST /receipts",
        "POST /receipts/batch",
        "POST /receipts/{receipt_no}/applications",
        "PUT /customers/batch",
        "PUT /customers/{customer_no}",
        "PUT /inventory/{item_code}/{location}",
        "PUT /orders/batch",
        "PUT /orders/{sales_order_no}",
        "PUT /products/batch",
        "PUT /products/{item_code}",
    ]


def test_every_operation_says_who_may_and_what_may_go_wrong(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
        responses = operation["responses"]
        open_to_all = name.endswith("/health")
        assert ("security" in operation) is not open_to_all, name
        assert {"422", "500", "503"} <= set(responses), name
        assert ("401" in responses) is not open_to_all, name
        for status, response in responses.items():
            if int(status) >= 400:
                assert set(response["content"]) == {"application/problem+json"}, f"{name} {status}"
        if name.startswith(("POST", "PUT")):
            assert operation["requestBody"]["required"], name
            assert {"400", "413", "415"} <= set(responses), name
            if not name.endswith("/batch"):
                headers = {p["name"]: p for p in operation["parameters"] if p["in"] == "header"}
                assert headers["Idempotency-Key"]["required"], name


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for child in node.values():
                yield from references(child)
        elif isinstance(node, list):
            for child in node:
                yield from references(child)

    for reference in set(references(document)):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    seen = 0
    for name, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
            whole = {**dialect, **content["schema"], "components": document["components"]}
            validator = jsonschema_rs.validator_for(whole)
            for example in content.get("examples", {}):
                value = document["components"]["examples"][example]["value"]
                assert list(validator.iter_errors(value)) == [], f"{name} {example}"
                seen += 1
    assert seen > 40


def test_no_internal_name_leaks(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert "HTTPValidationError" not in text
    assert "tandem.gateway" not in text
