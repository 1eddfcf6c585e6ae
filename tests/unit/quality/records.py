"""Records without a fault, one of each kind, as the systems send them and as they are written."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

D = Decimal


def order(number: str = "1") -> dict[str, Any]:
    return {
        "orderId": f"O-{number}",
        "orderNumber": number,
        "orderDate": "2026-03-02T10:11:12",
        "status": "open",
        "isTest": False,
        "customerId": "C-1",
        "email": "ann@example.com",
        "currency": "USD",
        "subtotal": D("25.00"),
        "totalAmount": D("27.50"),
        "shippingAddress": {"country": "US"},
        "lineItems": [
            {"lineId": "L1", "sku": "ABC-1", "quantity": D(2), "unitPrice": D("10.00"), "requiresShipping": True},
            {"lineId": "L2", "sku": "ABC-2", "quantity": D(1), "unitPrice": D("5.00"), "requiresShipping": True},
        ],
        "payments": [{"currency": "USD"}],
    }


def sales_order(number: str = "1") -> dict[str, Any]:
    return {
        "ExternalOrderId": f"O-{number}",
        "CustomerNo": "LEE01",
        "OrderDate": "2026-03-02",
        "PaymentTerms": "NET 30",
        "LineItems": [
            {"LineReference": "L1", "ItemCode": "ABC-1", "ExtendedPrice": D("20.00"), "TaxAmount": D("2.00")},
            {"LineReference": "+shipping-1", "ItemCode": "FREIGHT", "ExtendedPrice": D("5.00"), "TaxAmount": D("0.50")},
        ],
        "TaxAmount": D("2.50"),
        "TotalAmount": D("27.50"),
    }


def customer(number: str = "1") -> dict[str, Any]:
    return {"customerId": f"C-{number}", "firstName": "Ann", "lastName": "Lee", "email": f"ann{number}@example.com"}


def customer_in(number: str = "1") -> dict[str, Any]:
    return {"ExternalCustomerId": f"C-{number}", "Company": "Lee & Sons", "Address": {"Country": "US"}}


def shipment(number: str = "1") -> dict[str, Any]:
    return {
        "ShipmentNo": f"S-{number}",
        "SalesOrderNo": "1002",
        "ExternalOrderId": "O-1",
        "ShipDate": "2026-03-03",
        "TrackingNo": f"1Z{number}",
        "Voided": False,
        "Lines": [{"LineNo": 1, "ItemCode": "ABC-1", "Quantity": "2"}],
    }


def fulfilment(number: str = "1") -> dict[str, Any]:
    return {"externalKey": f"S-{number}", "lines": [{"lineId": "L1", "quantity": D(2)}]}


def product(number: str = "1") -> dict[str, Any]:
    return {"ItemCode": f"ABC-{number}", "Description": "A thing", "Price": "10.00"}


def confirmation(number: str = "1") -> dict[str, Any]:
    return {"SalesOrderNo": f"100{number}", "ExternalOrderId": f"ord_{number}"}


def told(number: str = "1") -> dict[str, Any]:
    return {"customFields": {"erpOrderNo": f"100{number}"}}


def listing(number: str = "1") -> dict[str, Any]:
    return {"name": f"Thing {number}", "unitPrice": D("10.00")}


def stock(number: str = "1") -> dict[str, Any]:
    return {"Key": f"ABC-{number}|MAIN", "ItemCode": f"ABC-{number}", "Location": "MAIN", "OnHand": "3"}


def level(number: str = "1") -> dict[str, Any]:
    return {"available": D(number), "expectedVersion": 7}


def reconciled(number: str = "1") -> dict[str, Any]:
    line = {"item": f"ABC-{number}", "key": f"abc-{number}|main", "kind": "drift", "on_hand": D(9), "pack": D(1)}
    line |= {"expected": D(9), "shown": D(7), "difference": D(-2)}
    return {"sagepro": D(100), "clarity": D(99), "compared": D(100), "lasting": D(1), "differences": [line]}


GOOD = {
    "order.inbound": order,
    "order.outbound": sales_order,
    "customer.inbound": customer,
    "customer.outbound": customer_in,
    "shipment.inbound": shipment,
    "shipment.outbound": fulfilment,
    "product.inbound": product,
    "product.outbound": listing,
    "confirmation.inbound": confirmation,
    "confirmation.outbound": told,
    "stock.inbound": stock,
    "stock.outbound": level,
    "inventory_reconciliation": reconciled,
}


def spoilt(record: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with another value at a dotted path, of which numbers are places in a list; None takes the field away."""
    copy: dict[str, Any] = deepcopy(record)
    *way, last = path.split(".")
    place: Any = copy
    for part in way:
        place = place[int(part)] if part.isdigit() else place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copy
