"""What state an invoice is in, read from what Sage Pro has posted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tandem.gateway.company.rows import Row
from tandem.gateway.models.invoice import InvoiceStatus
from tandem.gateway.orders.amounts import total
from tandem.gateway.receivables.documents import is_void


def status_of(header: Row, posted: bool, memos: Sequence[Row]) -> InvoiceStatus:
    """The state of an invoice, credit memo or open credit.

    Args:
        header: Its row of ARMAST or ARYMST.
        posted: Whether Sage Pro has posted it.
        memos: Rows of the posted credit memos that apply to it, none of them void.
    """
    if is_void(header):
        return "void"
    if not posted:
        return "unposted"
    amount, balance = header["invamt"], header["balance"]
    if memos and _credited(header, memos):
        return "credited"
    if not balance:
        return "paid"
    return "open" if balance == amount else "partPaid"


def _credited(header: Row, memos: Sequence[Row]) -> bool:
    """Whether credit memos bring it to zero: they take all of it back, or cover what is still open."""
    whole = -total(memo["invamt"] for memo in memos)
    still = -total(memo["balance"] for memo in memos)
    amount: Decimal = header["invamt"]
    balance: Decimal = header["balance"]
    return whole >= amount or 0 < balance <= still
