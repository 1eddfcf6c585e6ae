"""Our own names of what is posted, one for each business fact: they are what makes a second posting impossible.

The other side's number always stands whole behind the first dash, so that no two facts can come to one name.
"""

from __future__ import annotations

from decimal import Decimal

SHIPMENT, ORDER, VOID, REFUND, PAID, RETURN = "shipment", "order", "void", "refund", "paid", "return"


def shipped(shipment_no: str) -> str:
    """The invoice of a shipment."""
    return f"{SHIPMENT}-{shipment_no.strip()}"


def unshipped(order_id: str) -> str:
    """The invoice of an order with nothing to ship."""
    return f"{ORDER}-{order_id}"


def voided(shipment_no: str) -> str:
    """The credit memo that takes the whole invoice of a shipment back."""
    return f"{VOID}-{shipment_no.strip()}"


def is_billing(external_id: str) -> bool:
    """Whether an invoice or credit memo is of what was shipped, not of what was refunded."""
    return external_id.partition("-")[0] in (SHIPMENT, ORDER, VOID)


def refunded(refund_id: str, part: int) -> str:
    """A credit memo of a refund; it has several if it takes from several invoices."""
    return _part(REFUND, refund_id, part)


def paid_back(refund_id: str, part: int) -> str:
    """Money that a refund pays back: one of its transactions, as they stand in it."""
    return _part(PAID, refund_id, part)


def returned(return_id: str, part: int) -> str:
    """A credit memo of a return that is exchanged."""
    return _part(RETURN, return_id, part)


def _part(what: str, number: str, part: int) -> str:
    return f"{what}-{number}" if part == 1 else f"{what}.{part}-{number}"


def is_of(external_id: str, what: str, number: str) -> bool:
    """Whether a name is that of any part of a refund or return."""
    name, _, rest = external_id.partition("-")
    return rest == number and name.partition(".")[0] == what


def moved(what: str, number: str, part: int) -> str:
    """Stock that a refund or return puts back."""
    return f"stock.{what}.{part}-{number}"


def applied(payment_id: str, invoice_no: str, left: Decimal) -> str:
    """A part of a deposit applied to an invoice; what it leaves over tells one part from another."""
    return f"applied.{left.normalize():f}.{invoice_no.strip()}-{payment_id}"


def disputed(dispute_id: str, moment: str) -> str:
    """The journal of a dispute opened, won or lost: each once."""
    return f"dispute.{moment}-{dispute_id}"


def payout(payout_id: str) -> str:
    """The journal of a payout."""
    return f"payout-{payout_id}"
