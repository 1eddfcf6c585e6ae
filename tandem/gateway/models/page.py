"""Lists: one page and the way to the next."""

from __future__ import annotations

from tandem.gateway.models.base import WireOut
from tandem.gateway.models.customer import Customer
from tandem.gateway.models.inventory import Stock
from tandem.gateway.models.invoice import Invoice
from tandem.gateway.models.journal import Account, Journal
from tandem.gateway.models.order_out import SalesOrder
from tandem.gateway.models.product import Product
from tandem.gateway.models.receipt import Receipt
from tandem.gateway.models.shipment import Shipment


class SalesOrderPage(WireOut):
    """One page of sales orders."""

    items: list[SalesOrder]
    next_cursor: str | None


class CustomerPage(WireOut):
    """One page of customers."""

    items: list[Customer]
    next_cursor: str | None


class ProductPage(WireOut):
    """One page of products."""

    items: list[Product]
    next_cursor: str | None


class StockPage(WireOut):
    """One page of stock."""

    items: list[Stock]
    next_cursor: str | None


class ShipmentPage(WireOut):
    """One page of shipments."""

    items: list[Shipment]
    next_cursor: str | None


class InvoicePage(WireOut):
    """One page of invoices and credit memos."""

    items: list[Invoice]
    next_cursor: str | None


class ReceiptPage(WireOut):
    """One page of receipts."""

    items: list[Receipt]
    next_cursor: str | None


class JournalPage(WireOut):
    """One page of journals."""

    items: list[Journal]
    next_cursor: str | None


class AccountPage(WireOut):
    """One page of the chart of accounts."""

    items: list[Account]
    next_cursor: str | None
