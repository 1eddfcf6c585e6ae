"""Rows of an invoice as the gateway shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tandem.gateway import etag
from tandem.gateway.company.rows import Row
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.models import Distribution, Invoice, InvoiceLine
from tandem.gateway.receivables.documents import CREDIT_MEMO, INVOICE, OPEN_CREDIT
from tandem.gateway.receivables.posting import Posting
from tandem.gateway.receivables.status import status_of
from tandem.values import ZERO

Type = Literal["invoice", "creditMemo", "openCredit", "financeCharge", "other"]
TYPES: Mapping[str, Type] = {
    INVOICE: "invoice",
    CREDIT_MEMO: "creditMemo",
    OPEN_CREDIT: "openCredit",
    "F": "financeCharge",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """All rows of one document."""

    header: Row
    lines: Sequence[Row]
    companion: Mapping[str, Any]
    references: Mapping[int, Row]
    memos: Sequence[Row]
    posting: Posting
    distribution: list[Distribution]
    pending: Decimal
    external_order: str | None


def invoice(parts: Parts, zone: ZoneInfo) -> Invoice:
    """The document with its entity tag."""
    header, own = parts.header, parts.companion
    made = Invoice(
        e_tag="",
        invoice_no=header["invno"],
        external_invoice_id=own.get("extid"),
        type=TYPES.get(header["artype"], "other"),
        status=status_of(header, parts.posting.posted, parts.memos),
        sales_order_no=header["ornum"],
        external_order_id=parts.external_order,
        shipment_no=own.get("shipno", ""),
        applies_to_invoice_no=own.get("applies", ""),
        customer_no=header["custno"],
        invoice_date=header["invdte"],
        own_date=own.get("owndate"),
        due_date=_after(header["invdte"], header["pnet"]),
        discount_date=_after(header["invdte"], header["pdays"]) if header["pdisc"] else None,
        payment_terms=header["pterms"],
        currency=header["currid"],
        exchange_rate=header["exchrat"] or Decimal(1),
        reference_no=own.get("refno") or header["refno"],
        notes=header["notes"],
        line_items=[_line(row, parts.references.get(row["tranlineno"], {})) for row in parts.lines],
        tax_amount=header["tax"],
        total_amount=header["invamt"],
        distribution=parts.distribution,
        paid_amount=header["paidamt"],
        balance=header["balance"],
        pending_amount=parts.pending,
        base_balance=header["bbal"],
        posted=parts.posting.posted,
        session=parts.posting.session,
        ledger_batch=parts.posting.batch,
        history=header["history"],
        updated_at=moment_of_text(header["updated"], zone),
    )
    return etag.seal(made)


def _after(day: date | None, days: int) -> date | None:
    """So many days later, for Sage Pro keeps no such date; None where the calendar ends before it."""
    try:
        return None if day is None else day + timedelta(days=days)
    except OverflowError:
        return None


def _line(row: Row, own: Mapping[str, Any]) -> InvoiceLine:
    return InvoiceLine(
        line_no=row["tranlineno"],
        line_reference=own.get("lineref", ""),
        sales_order_line=own.get("soline") or None,
        item_code=row["item"],
        description=row["descrip"],
        quantity=row["qtyshp"],
        unit_price=row["price"],
        discount_percent=row["disc"],
        extended_price=row["extprice"],
        tax_amount=own.get("taxamt", ZERO),
        location=row["loctid"],
    )
