"""The gateway's wire models, one module per resource."""

from __future__ import annotations

from tandem.gateway.models.address import Address, AddressOut, ShipTo
from tandem.gateway.models.batch import BATCH_LIMIT, BatchResult, BatchResults
from tandem.gateway.models.company import Column, CompanySchema, Health
from tandem.gateway.models.customer import Customer, CustomerIn, ExternalIdIn
from tandem.gateway.models.finance import Distribution, DistributionIn
from tandem.gateway.models.inventory import AdjustmentIn, Stock
from tandem.gateway.models.invoice import Invoice, InvoiceIn, InvoiceLine, InvoiceLineIn
from tandem.gateway.models.journal import Account, Journal, JournalIn, JournalLine, JournalLineIn
from tandem.gateway.models.order import LineItemIn, SalesOrderIn, SalesOrderUpdate
from tandem.gateway.models.order_out import LineItem, OrderStatus, SalesOrder
from tandem.gateway.models.page import (
    AccountPage,
    CustomerPage,
    InvoicePage,
    JournalPage,
    ProductPage,
    ReceiptPage,
    SalesOrderPage,
    ShipmentPage,
    StockPage,
)
from tandem.gateway.models.problem import Problem, ProblemFault
from tandem.gateway.models.product import Product, ProductIn
from tandem.gateway.models.receipt import Application, ApplicationIn, Receipt, ReceiptIn
from tandem.gateway.models.shipment import Shipment, ShipmentLine, ShipmentSummary

__all__ = [
    "BATCH_LIMIT",
    "Account",
    "AccountPage",
    "Address",
    "AddressOut",
    "AdjustmentIn",
    "Application",
    "ApplicationIn",
    "BatchResult",
    "BatchResults",
    "Column",
    "CompanySchema",
    "Customer",
    "CustomerIn",
    "CustomerPage",
    "Distribution",
    "DistributionIn",
    "ExternalIdIn",
    "Health",
    "Invoice",
    "InvoiceIn",
    "InvoiceLine",
    "InvoiceLineIn",
    "InvoicePage",
    "Journal",
    "JournalIn",
    "JournalLine",
    "JournalLineIn",
    "JournalPage",
    "LineItem",
    "LineItemIn",
    "OrderStatus",
    "Problem",
    "ProblemFault",
    "Product",
    "ProductIn",
    "ProductPage",
    "Receipt",
    "ReceiptIn",
    "ReceiptPage",
    "SalesOrder",
    "SalesOrderIn",
    "SalesOrderPage",
    "SalesOrderUpdate",
    "ShipTo",
    "Shipment",
    "ShipmentLine",
    "ShipmentPage",
    "ShipmentSummary",
    "Stock",
    "StockPage",
]
