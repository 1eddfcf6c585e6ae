"""Records as the two systems show them, whole and ordinary; tests change what they are about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Record = dict[str, Any]


def address(**changes: Any) -> Record:
    return {
        "firstName": "Ann", "lastName": "Smith", "company": "", "address1": "1 Main St", "address2": "",
        "address3": "", "city": "Los Angeles", "region": "California", "postalCode": "90001", "country": "US",
        "phone": "", "email": "",
    } | changes  # fmt: skip


def line(number: int = 1, **changes: Any) -> Record:
    return {
        "lineId": str(number), "sku": f"ABC-{number}", "productId": "p1", "name": "Thing", "quantity": 2,
        "unit": "each", "unitPrice": Decimal("12.50"), "discountAllocations": [],
        "taxLines": [{"title": "Tax", "rate": Decimal("0.085"), "amount": Decimal("2.13"), "jurisdiction": "CA"}],
        "lineTotal": Decimal("25.00"), "requiresShipping": True, "giftCard": False, "bundleParentLineId": None,
        "fulfilledQuantity": 0, "refundedQuantity": 0, "currentQuantity": 2,
    } | changes  # fmt: skip


def order(**changes: Any) -> Record:
    return {
        "orderId": "ord_1", "orderNumber": "W1001", "version": 3, "customerId": "c1", "email": "ann@x.com",
        "orderDate": "2026-03-02T10:11:12", "updatedDate": "2026-03-02T10:11:13", "status": "open",
        "cancelledAt": None, "cancelReason": "", "isTest": False, "source": "web", "currency": "USD",
        "shopCurrency": "USD", "exchangeRate": None, "taxesIncluded": False, "taxExempt": False,
        "taxExemptCode": "", "subtotal": Decimal("25.00"), "discountTotal": Decimal("0.00"),
        "shippingTotal": Decimal("5.00"), "feeTotal": Decimal("0.00"), "taxTotal": Decimal("2.13"),
        "totalAmount": Decimal("32.13"), "purchaseOrderNo": "", "note": "", "customerGroup": "", "tags": {},
        "customFields": {}, "shippingAddress": address(), "billingAddress": address(), "lineItems": [line()],
        "shippingLines": [{"method": "ground", "title": "Ground", "amount": Decimal("5.00"), "discount": 0,
                           "taxAmount": 0}],
        "fees": [],
        "payments": [{"paymentId": "p1", "method": "creditCard", "gateway": "g", "gatewayTransactionId": "t",
                      "kind": "sale", "status": "success", "amount": Decimal("32.13"), "currency": "USD",
                      "parentId": None, "processedAt": "2026-03-02T10:11:12"}],
        "paymentInfo": {"method": "creditCard", "status": "paid"}, "fulfillments": [],
    } | changes  # fmt: skip


def customer(**changes: Any) -> Record:
    return {
        "customerId": "c1", "email": "ann@x.com", "firstName": "Ann", "lastName": "Smith", "company": "",
        "phone": "", "group": "", "currency": "USD", "paymentMethod": "", "taxExemptCode": "",
        "billingAddress": address(), "addresses": [], "isDeleted": False, "createdDate": "2026-03-01T10:00:00",
        "updatedDate": "2026-03-01T10:00:00", "customFields": {},
    } | changes  # fmt: skip


def shipment(**changes: Any) -> Record:
    return {
        "ShipmentNo": "S1", "SalesOrderNo": "1002", "ExternalOrderId": "ord_1", "CustomerNo": "SMITH01",
        "ShipDate": "2026-03-03", "ShipVia": "UPS GROUND", "TrackingNo": "1Z 999", "Location": "MAIN",
        "Voided": False, "UpdatedAt": "2026-03-03T15:00:00Z", "ETag": "x",
        "Lines": [{"LineNo": 1, "LineReference": "1", "ItemCode": "ABC-1", "Quantity": "2.0000"}],
    } | changes  # fmt: skip
