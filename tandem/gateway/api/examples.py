"""Examples for the OpenAPI document; a test sends each of them and gets the answer that stands here."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from tandem.gateway.api.examples_finance import FINANCE

_ADDRESS: dict[str, Any] = {
    "Company": "Ann Smith",
    "Address1": "12 Mill Lane",
    "City": "Chicago",
    "State": "IL",
    "PostalCode": "60601",
    "Country": "US",
    "Phone": "+1 312 555 0142",
    "Email": "ann.smith@example.com",
}
_LINE: dict[str, Any] = {
    "LineReference": "70001",
    "ItemCode": "TEAPOT-RED",
    "Quantity": "2",
    "UnitPrice": "19.90",
    "DiscountPercent": "10",
    "ExtendedPrice": "35.82",
    "TaxAmount": "2.87",
    "Taxable": True,
}
_ORDER: dict[str, Any] = {
    "ExternalOrderId": "5001",
    "ExternalOrderNumber": "W-5001",
    "CustomerNo": "SMITH01",
    "OrderDate": "2026-03-02",
    "PurchaseOrderNo": "PO 4711",
    "ShipVia": "UPS GROUND",
    "ShipToAddress": _ADDRESS,
    "LineItems": [
        _LINE,
        {
            "LineReference": "ship-1",
            "ItemCode": "FREIGHT",
            "Quantity": "1",
            "UnitPrice": "5.00",
            "ExtendedPrice": "5.00",
        },
    ],
    "TaxAmount": "2.87",
    "TotalAmount": "43.69",
}
_CHANGED: dict[str, Any] = {
    **_ORDER,
    "LineItems": [{**_LINE, "Quantity": "3", "ExtendedPrice": "53.73", "TaxAmount": "4.30"}],
    "TaxAmount": "4.30",
    "TotalAmount": "58.03",
    "Cancel": False,
}
_CUSTOMER: dict[str, Any] = {
    "ExternalCustomerId": "c-9001",
    "Company": "Ann Smith",
    "Contact": "Ann Smith",
    "Email": "ann.smith@example.com",
    "Phone": "+1 312 555 0142",
    "Address": {
        "Address1": "12 Mill Lane",
        "City": "Chicago",
        "State": "IL",
        "PostalCode": "60601",
        "Country": "US",
    },
    "PaymentTerms": "NET 30",
}
_MOVED: dict[str, Any] = {
    **_CUSTOMER,
    "Address": {**_CUSTOMER["Address"], "Address1": "3 Lake Street", "PostalCode": "60602"},
}
EXAMPLES: dict[str, Any] = {
    "Customer": _CUSTOMER,
    "CustomerUpdate": _MOVED,
    "CustomerBatch": {
        "Items": [
            {
                "IdempotencyKey": "customer-c-9002",
                "Customer": {**_CUSTOMER, "ExternalCustomerId": "c-9002", "Email": "a.smith@example.com"},
            }
        ]
    },
    "CustomerUpdateBatch": {
        "Items": [{"IdempotencyKey": "customer-c-9001-2", "CustomerNo": "SMITH01", "Customer": _MOVED}]
    },
    "ExternalId": {"ExternalCustomerId": "guest:ann.smith@example.com"},
    "SalesOrder": _ORDER,
    "SalesOrderUpdate": _CHANGED,
    "SalesOrderBatch": {"Items": [{"IdempotencyKey": "order-5002", "Order": {**_ORDER, "ExternalOrderId": "5002"}}]},
    "SalesOrderUpdateBatch": {"Items": [{"IdempotencyKey": "order-5001-3", "SalesOrderNo": "1001", "Order": _CHANGED}]},
    "Product": {"Description": "Teapot, red, 1.2 l"},
    "ProductBatch": {
        "Items": [
            {"IdempotencyKey": "product-1", "ItemCode": "TEAPOT-RED", "Product": {"Description": "Teapot, red, 1.2 l"}}
        ]
    },
    "Adjustment": {"Quantity": "-2", "Reason": "broken in transit", "Reference": "RMA 77"},
    "AdjustmentBatch": {
        "Items": [
            {
                "IdempotencyKey": "count-1",
                "ItemCode": "TEAPOT-RED",
                "Location": "MAIN",
                "Adjustment": {"CountedQuantity": "9", "Reason": "counted", "Reference": "COUNT 12"},
            },
            {
                "IdempotencyKey": "count-2",
                "ItemCode": "TEAPOT-RED",
                "Location": "MAIN",
                "Adjustment": {"Quantity": "-40", "Reason": "broken in transit", "Reference": "RMA 78"},
            },
        ]
    },
    **FINANCE,
}
"""Request bodies by name, in a sequence that a fresh company can be sent."""

ITEM = "TEAPOT-RED"
LOCATION = "MAIN"
"""What the examples suppose to be there: one stock item, kept at one location, with ten on hand.
"""

ANSWERS: dict[str, Any] = json.loads(files("tandem.gateway.api").joinpath("examples.json").read_text("utf-8"))
"""What a fresh company answers to them at 10 a.m. in Chicago on 2 March 2026."""
