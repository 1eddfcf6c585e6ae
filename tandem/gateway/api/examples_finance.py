"""Examples of invoices, receipts and journals; they suppose that a piece of line 1 of order 1001 left with S-2001."""

from __future__ import annotations

from typing import Any

_INVOICE: dict[str, Any] = {
    "ExternalInvoiceId": "fulfilment-3001",
    "Type": "invoice",
    "SalesOrderNo": "1001",
    "ShipmentNo": "S-2001",
    "CustomerNo": "SMITH01",
    "InvoiceDate": "2026-03-02",
    "LineItems": [
        {
            "LineReference": "70001",
            "ItemCode": "TEAPOT-RED",
            "Quantity": "1",
            "UnitPrice": "19.90",
            "DiscountPercent": "10",
            "ExtendedPrice": "17.91",
            "TaxAmount": "1.43",
        }
    ],
    "TaxAmount": "1.43",
    "TotalAmount": "19.34",
    "Distribution": [
        {"Account": "1100", "Amount": "19.34", "Kind": "receivable"},
        {"Account": "4000", "Amount": "-17.91", "Kind": "revenue"},
        {"Account": "2100", "Amount": "-1.43", "Kind": "tax"},
    ],
}
_MEMO: dict[str, Any] = {
    **_INVOICE,
    "ExternalInvoiceId": "refund-4001",
    "Type": "creditMemo",
    "AppliesToInvoiceNo": "1",
    "LineItems": [
        {
            "LineReference": "r-1",
            "ItemCode": "TEAPOT-RED",
            "Quantity": "0",
            "UnitPrice": "0",
            "ExtendedPrice": "-2.00",
        }
    ],
    "TaxAmount": "0",
    "TotalAmount": "-2.00",
    "Distribution": [
        {"Account": "1100", "Amount": "-2.00", "Kind": "receivable"},
        {"Account": "4900", "Amount": "2.00", "Kind": "refund"},
    ],
}
_DEPOSIT: dict[str, Any] = {
    "ExternalReceiptId": "payment-8001",
    "CustomerNo": "SMITH01",
    "Amount": "25.00",
    "ReceiptDate": "2026-03-02",
    "ReferenceNo": "tx-8001",
    "Tender": "card",
    "Distribution": [
        {"Account": "1050", "Amount": "25.00", "Kind": "clearing"},
        {"Account": "2300", "Amount": "-25.00", "Kind": "deposit"},
    ],
}
_PAYMENT: dict[str, Any] = {
    **_DEPOSIT,
    "ExternalReceiptId": "payment-8002",
    "InvoiceNo": "1",
    "Amount": "4.34",
    "ReferenceNo": "tx-8002",
    "Distribution": [
        {"Account": "1050", "Amount": "4.34", "Kind": "clearing"},
        {"Account": "1100", "Amount": "-4.34", "Kind": "receivable"},
    ],
}
_JOURNAL: dict[str, Any] = {
    "ExternalJournalId": "payout-9001",
    "JournalDate": "2026-03-02",
    "Description": "Payout 9001",
    "ReferenceNo": "payout-9001",
    "Lines": [
        {"Account": "1000", "Amount": "28.49"},
        {"Account": "6100", "Amount": "0.85", "Description": "Fee"},
        {"Account": "1050", "Amount": "-29.34"},
    ],
}

FINANCE: dict[str, Any] = {
    "Invoice": _INVOICE,
    "InvoiceBatch": {"Items": [{"IdempotencyKey": "refund-4001", "Invoice": _MEMO}]},
    "Receipt": _DEPOSIT,
    "ReceiptBatch": {"Items": [{"IdempotencyKey": "payment-8002", "Receipt": _PAYMENT}]},
    "Application": {
        "ExternalApplicationId": "payment-8001-1",
        "InvoiceNo": "1",
        "Amount": "15.00",
        "ApplicationDate": "2026-03-02",
        "Distribution": [
            {"Account": "2300", "Amount": "15.00", "Kind": "deposit"},
            {"Account": "1100", "Amount": "-15.00", "Kind": "receivable"},
        ],
    },
    "Journal": _JOURNAL,
    "JournalBatch": {
        "Items": [{"IdempotencyKey": "payout-9002", "Journal": {**_JOURNAL, "ExternalJournalId": "payout-9002"}}]
    },
}
"""Request bodies by name, in a sequence that a company with that shipment can be sent."""
