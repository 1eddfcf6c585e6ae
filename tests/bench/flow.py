"""A flow run per order, the way most people would write it: fetch, map, post, each a task that is tried again."""

from __future__ import annotations

import os
from typing import Any

import httpx
from prefect import flow, task

GATEWAY = "/api/v1/sagepro"


def _gateway() -> httpx.Client:
    headers = {"Authorization": f"Bearer {os.environ['TANDEM_SAGEPRO_API_KEY']}"}
    port = int(os.environ["TANDEM_PORT_BASE"]) + 1
    return httpx.Client(base_url=f"http://127.0.0.1:{port}{GATEWAY}", headers=headers, timeout=30)


@task(retries=3, retry_delay_seconds=2)
def fetch(order_id: str) -> dict[str, Any]:
    """The order as the shop has it."""
    headers = {"Authorization": f"Bearer {os.environ['TANDEM_CLARITY_TOKEN']}"}
    answer = httpx.get(f"{os.environ['TANDEM_CLARITY_URL']}/api/v1/orders/{order_id}", headers=headers, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())


@task(retries=3, retry_delay_seconds=2)
def customer_number(email: str) -> str:
    """The company's number of the customer."""
    with _gateway() as gateway:
        answer = gateway.get("/customers", params={"email": email})
        answer.raise_for_status()
        return str(answer.json()["Items"][0]["CustomerNo"])


@task
def translate(order: dict[str, Any], customer: str) -> dict[str, Any]:
    """The order as the company wants it."""
    to = order["shippingAddress"]
    name = f"{to['firstName']} {to['lastName']}"
    lines = [
        {
            "LineReference": line["lineId"],
            "ItemCode": line["sku"],
            "Description": line["name"],
            "Quantity": line["quantity"],
            "UnitPrice": line["unitPrice"],
            "ExtendedPrice": line["lineTotal"],
            "TaxAmount": round(sum(tax["amount"] for tax in line["taxLines"]), 2),
            "Taxable": bool(line["taxLines"]),
        }
        for line in order["lineItems"]
    ]
    lines += [
        {
            "LineReference": f"shipping-{number}",
            "ItemCode": "FREIGHT",
            "Quantity": 1,
            "UnitPrice": line["amount"],
            "ExtendedPrice": line["amount"],
            "TaxAmount": line["taxAmount"],
        }
        for number, line in enumerate(order["shippingLines"])
    ]
    return {
        "ExternalOrderId": order["orderId"],
        "ExternalOrderNumber": order["orderNumber"],
        "CustomerNo": customer,
        "OrderDate": order["orderDate"][:10],
        "Currency": order["currency"],
        "ShipToAddress": {
            "Company": name,
            "Contact": name,
            "Address1": to["address1"],
            "City": to["city"],
            "State": to["region"],
            "PostalCode": to["postalCode"],
            "Country": to["country"],
        },
        "LineItems": lines,
        "TaxAmount": order["taxTotal"],
        "TotalAmount": order["totalAmount"],
    }


@task(retries=3, retry_delay_seconds=2)
def post(document: dict[str, Any]) -> str:
    """Enter the order; gives its number."""
    key = {"Idempotency-Key": f"flow-{document['ExternalOrderId']}"}
    with _gateway() as gateway:
        answer = gateway.post("/orders", json=document, headers=key)
        answer.raise_for_status()
        return str(answer.json()["SalesOrderNo"])


@flow(name="sync-order")
def sync_order(order_id: str) -> str:
    """One order from the shop into the company."""
    order = fetch(order_id)
    return post(translate(order, customer_number(order["email"])))
