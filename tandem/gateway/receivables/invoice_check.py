"""Every fault of an invoice at once: what does not add up, what the company does not know, what was not shipped."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.gateway.company.company import Company
from tandem.gateway.company.currency import currency_faults
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.limits import day_fault, first, number_fault, text_fault, width_of
from tandem.gateway.models import InvoiceIn
from tandem.gateway.orders.amounts import CENTS, in_base, total
from tandem.gateway.receivables.basis import Basis, sides
from tandem.gateway.receivables.documents import INVOICE, is_void
from tandem.gateway.receivables.line_check import line_faults

_CREDIT = "creditMemo"


def invoice_faults(given: InvoiceIn, basis: Basis, company: Company) -> list[Fault]:
    """All faults of an invoice, in the order of its members."""
    return [
        *_party_faults(given, basis),
        *_shipment_faults(given, basis),
        *_credit_faults(given, basis),
        *_text_faults(given, company),
        *_currency_faults(given, basis, company),
        *line_faults(given, basis, company),
        *_total_faults(given, company),
        *sides(given).faults(basis.accounts, company),
    ]


def _party_faults(given: InvoiceIn, basis: Basis) -> Iterator[Fault]:
    if basis.order is None:
        message = "there is no sales order of this number, neither open nor in history"
        yield Fault("SalesOrderNo", "armast.ornum", "unknown-order", message, given.sales_order_no)
    if basis.customer is None:
        message = "no customer has this number"
        yield Fault("CustomerNo", "arcust.custno", "unknown-customer", message, given.customer_no)
    elif basis.order is not None and basis.order.header["custno"] != basis.customer["custno"]:
        message = f"is not the customer of the order, which is {basis.order.header['custno']}"
        yield Fault("CustomerNo", "somast.custno", "another-customer", message, given.customer_no)


def _shipment_faults(given: InvoiceIn, basis: Basis) -> Iterator[Fault]:
    number = given.shipment_no.strip()
    if not number or basis.order is None:
        return
    if basis.shipments is None:
        message = "this company has no table of shipments; leave it out"
        yield Fault("ShipmentNo", "soship.shipno", "no-such-table", message, number)
    elif number not in basis.shipments:
        message = "the order has no shipment of this number"
        yield Fault("ShipmentNo", "soship.shipno", "unknown-shipment", message, number)
    elif not basis.shipments[number] and given.type != _CREDIT:
        yield Fault("ShipmentNo", "soship.shpstat", "void-shipment", "was voided and is not to be invoiced", number)


def _credit_faults(given: InvoiceIn, basis: Basis) -> Iterator[Fault]:
    number, field = given.applies_to_invoice_no.strip(), "AppliesToInvoiceNo"
    if not number:
        return
    if given.type != _CREDIT:
        yield Fault(field, "armast.artype", "not-a-credit-memo", "is for credit memos; leave it out", number)
        return
    invoice = basis.credited
    if invoice is None or invoice["artype"] != INVOICE:
        yield Fault(field, "armast.invno", "unknown-invoice", "there is no invoice of this number", number)
        return
    if is_void(invoice):
        yield Fault(field, "armast.arstat", "void-invoice", "is void and cannot be credited", number)
    if basis.customer is not None and invoice["custno"] != basis.customer["custno"]:
        message = f"is an invoice of customer {invoice['custno']}"
        yield Fault(field, "armast.custno", "another-customer", message, number)
    if invoice["currid"] and invoice["currid"] != basis.code(given):
        yield Fault(field, "armast.currid", "another-currency", f"is an invoice in {invoice['currid']}", number)
    left = total((invoice["invamt"], basis.credits))
    if -given.total_amount > left:
        message = f"credits {-given.total_amount:f}, but of invoice {number} only {left:f} is not credited yet"
        yield Fault("TotalAmount", "armast.invamt", "more-than-the-invoice", message, f"{given.total_amount:f}")


def _text_faults(given: InvoiceIn, company: Company) -> Iterator[Fault]:
    tables = company.tables
    yield from first(text_fault(tables.armast, "pterms", "PaymentTerms", given.payment_terms))
    yield from first(
        text_fault(tables.tdinv, "refno", "ReferenceNo", given.reference_no),
        text_fault(tables.armast, "refno", "ReferenceNo", given.reference_no[: width_of(tables.armast, "refno")])
        if "refno" in tables.armast.c
        else None,
    )
    yield from first(text_fault(tables.armast, "notes", "Notes", given.notes))
    yield from first(day_fault("InvoiceDate", "armast.invdte", given.invoice_date))


def _currency_faults(given: InvoiceIn, basis: Basis, company: Company) -> Iterator[Fault]:
    table, rate = company.tables.armast, given.exchange_rate
    yield from currency_faults(given.currency, rate, basis.currency, "armast")
    if basis.order is not None:
        ordered = basis.order.header["currid"]
        if ordered and ordered != basis.code(given):
            message = f"is not the order's currency, which is {ordered}"
            yield Fault("Currency", "somast.currid", "another-currency", message, given.currency)
    if rate is not None:
        yield from first(
            number_fault(table, "exchrat", "ExchangeRate", rate),
            number_fault(table, "bbal", "ExchangeRate", in_base(given.total_amount, rate, CENTS)),
        )


def _total_faults(given: InvoiceIn, company: Company) -> Iterator[Fault]:
    table = company.tables.armast
    tax = total(line.tax_amount for line in given.line_items)
    whole = total((*(line.extended_price for line in given.line_items), given.tax_amount))
    if given.tax_amount != tax:
        message = f"is not the sum of the lines' TaxAmount, which is {tax:f}"
        yield Fault("TaxAmount", "armast.tax", "does-not-add-up", message, f"{given.tax_amount:f}")
    if given.total_amount != whole:
        message = f"is not the sum of the lines' ExtendedPrice and TaxAmount, which is {whole:f}"
        yield Fault("TotalAmount", "armast.invamt", "does-not-add-up", message, f"{given.total_amount:f}")
    above = given.total_amount > 0
    if given.total_amount and above is (given.type == _CREDIT):
        side = "above zero on a credit memo" if above else "below zero on an invoice"
        yield Fault("TotalAmount", "armast.invamt", "wrong-sign", f"must not be {side}", f"{given.total_amount:f}")
    yield from first(number_fault(table, "tax", "TaxAmount", given.tax_amount))
    yield from first(number_fault(table, "invamt", "TotalAmount", given.total_amount))
