"""Orders, shipments and circumstances with as little said as a test needs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tandem.entities.address import Address
from tandem.entities.cargo import Known, Message
from tandem.entities.declaration import System
from tandem.entities.order import Charge, Order, OrderDocument, OrderLine, Payment
from tandem.entities.shipment import Shipment, ShipmentLine
from tandem.entities.state import Outcome, State
from tandem.rules import Circumstances, Facts
from tandem.rules.orders import plan

D = Decimal
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def line(line_id: str, unit_price: str, quantity: str = "1", *, total: str | None = None, **more: Any) -> OrderLine:
    """A line; its total follows from price, quantity and discount unless it is given."""
    for name in ("discount", "tax", "pack"):
        if name in more:
            more[name] = D(more[name])
    made = D(unit_price) * D(quantity) - more.get("discount", D(0))
    return OrderLine(
        line_id=line_id,
        sku=more.pop("sku", f"SKU-{line_id}"),
        unit_price=D(unit_price),
        quantity=D(quantity),
        total=made if total is None else D(total),
        **more,
    )


def charge(kind: str, amount: str, *, discount: str = "0", tax: str = "0", **more: Any) -> Charge:
    return Charge(kind=kind, amount=D(amount), discount=D(discount), tax=D(tax), **more)


def payment(kind: str, amount: str, *, status: str = "success", **more: Any) -> Payment:
    return Payment(
        payment_id=more.pop("payment_id", f"{kind}-{amount}"),
        method="card",
        kind=kind,
        status=status,
        amount=D(amount),
        currency="USD",
        **more,
    )


def order(*lines: OrderLine, charges: tuple[Charge, ...] = (), **more: Any) -> Order:
    """An order whose totals follow from its lines unless they are given."""
    included = more.get("taxes_included", False)
    tax = sum((x.tax for x in (*lines, *charges)), D(0))
    net = sum((x.total for x in lines), D(0)) + sum((c.amount - c.discount for c in charges), D(0))
    for name in ("total", "tax_total", "discount_total", "exchange_rate"):
        if isinstance(more.get(name), str):
            more[name] = D(more[name])
    tax = more.pop("tax_total", tax)
    address = Address(name="Ann Lee", line1="1 Main St", city="Austin", region="TX", postcode="78701", country="US")
    defaults: dict[str, Any] = {
        "order_id": "O-1",
        "number": "1001",
        "placed_at": NOON,
        "business_date": "2026-03-02",
        "status": "open",
        "customer_key": "C-1",
        "currency": "USD",
        "shop_currency": "USD",
        "subtotal": sum((x.unit_price * x.quantity for x in lines), D(0)),
        "discount_total": sum((x.discount for x in (*lines, *charges)), D(0)),
        "tax_total": tax,
        "total": net if included else net + tax,
        "ship_to": address,
        "bill_to": address,
    }
    return Order(lines=lines, charges=charges, **{**defaults, **more})


def around(*, known: Known | None = None, policy: dict[str, Any] | None = None, **more: Any) -> Circumstances:
    """Circumstances; anything that is a field of Facts goes there."""
    facts = {name: more.pop(name) for name in list(more) if name in Facts.__slots__}
    return Circumstances(known=known, policy=policy or {}, facts=Facts(**facts), **more)


def written(**more: Any) -> Known:
    return Known(**{"state": State.APPLIED, "target": "      1002", "written": True, **more})


def placed(an_order: Order, **more: Any) -> OrderDocument:
    """The planned document; a refusal fails the test with its reason."""
    document = plan(an_order, around(**more))
    assert isinstance(document, OrderDocument), document
    assert document.total == sum((x.amount for x in document.lines), D(0)) + document.tax
    assert document.tax == sum((x.tax for x in document.lines), D(0))
    return document


def refused(an_order: Order, **more: Any) -> Outcome:
    """The outcome that took the place of a document."""
    outcome = plan(an_order, around(**more))
    assert isinstance(outcome, Outcome), outcome
    return outcome


def shipment(*lines: tuple[str, str], **more: Any) -> Shipment:
    """A shipment of so many pieces of each line id."""
    return Shipment(
        **{
            "shipment_no": "S-1",
            "sales_order_no": "1002",
            "order_id": "O-1",
            "shipped_on": "2026-03-03",
            "lines": tuple(
                ShipmentLine(line_id=line_id, line_no=n, sku=f"SKU-{line_id}", quantity=D(quantity))
                for n, (line_id, quantity) in enumerate(lines, 1)
            ),
            **more,
        }
    )


def message(**more: Any) -> Message:
    return Message(
        **{
            "ids": (1,),
            "connection": "main",
            "company": "01",
            "entity": "order",
            "source": System.CLARITY,
            "key": "O-1",
            "event_type": "order.created",
            "received_at": NOON,
            **more,
        }
    )
