"""What the routes work with: one company, its repositories, the keys, the threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Connection

from tandem.gateway.api.auth import Keyring
from tandem.gateway.api.desk import Desk
from tandem.gateway.api.idempotency import Keys, Running
from tandem.gateway.catalogue.products import Products
from tandem.gateway.company.company import Company
from tandem.gateway.company.sole import Sole
from tandem.gateway.customers.customers import Customers
from tandem.gateway.customers.entry import CustomerDesk
from tandem.gateway.inventory.adjustment import Adjustments
from tandem.gateway.inventory.stock import Inventory
from tandem.gateway.ledger.accounts import Accounts
from tandem.gateway.ledger.journal_read import JournalReader
from tandem.gateway.ledger.journals import Journals
from tandem.gateway.orders.change import OrderChange
from tandem.gateway.orders.entry import OrderEntry
from tandem.gateway.orders.read import OrderReader
from tandem.gateway.orders.staged.entry import StagedEntry, entry_of
from tandem.gateway.receivables.applications import Applications
from tandem.gateway.receivables.invoice_read import InvoiceReader
from tandem.gateway.receivables.invoices import Invoices
from tandem.gateway.receivables.receipt_read import ReceiptReader
from tandem.gateway.receivables.receipts import Receipts
from tandem.gateway.shipments.shipments import Shipments
from tandem.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finance:
    """What reads and enters the documents of receivables and the ledger."""

    invoice_reader: InvoiceReader
    invoices: Invoices
    receipt_reader: ReceiptReader
    receipts: Receipts
    applications: Applications
    journal_reader: JournalReader
    journals: Journals
    accounts: Accounts

    @classmethod
    def of(cls, company: Company) -> Finance:
        """Those of one company; a table that it lacks is told when a document needs it."""
        invoices, receipts, journals = InvoiceReader(company), ReceiptReader(company), JournalReader(company)
        return cls(
            invoice_reader=invoices,
            invoices=Invoices(company, invoices),
            receipt_reader=receipts,
            receipts=Receipts(company, receipts),
            applications=Applications(company, receipts),
            journal_reader=journals,
            journals=Journals(company, journals),
            accounts=Accounts(company),
        )


@dataclass(frozen=True, slots=True)
class Context:
    """Everything of one running gateway."""

    company: Company
    keyring: Keyring
    keys: Keys
    customers: Customers
    entry: CustomerDesk
    products: Products
    inventory: Inventory
    adjustments: Adjustments
    shipments: Shipments
    reader: OrderReader
    orders: OrderEntry | StagedEntry
    change: OrderChange
    finance: Finance
    desk: Desk = field(default_factory=Desk)
    running: Running = field(default_factory=Running)

    @classmethod
    def of(cls, settings: Settings) -> Context:
        """The gateway that the settings describe.

        Raises:
            SettingsError: no keys, or the company's time zone is missing.
            CompanyError: the company cannot be reached, is not as it must be, or is written by another gateway.
        """
        keyring = Keyring(settings.secret("sagepro_api_keys"))
        company = Company.open(settings)
        if not company.policy.transactions:
            company.sole = Sole(settings.home / f"gateway{settings.company}.lock")
        customers, inventory, reader = Customers(company), Inventory(company), OrderReader(company)
        made = cls(
            company=company,
            keyring=keyring,
            keys=Keys(company.tables),
            customers=customers,
            entry=CustomerDesk(company, customers),
            products=Products(company, take_prices=settings.sagepro_take_prices),
            inventory=inventory,
            adjustments=Adjustments(company, inventory),
            shipments=Shipments(company),
            reader=reader,
            orders=entry_of(company, reader),
            change=OrderChange(company, reader),
            finance=Finance.of(company),
        )
        if not company.policy.transactions:
            with company.step_by_step():
                pass  # entering alone brings to an end what an earlier gateway was cut off in
        return made

    async def read(self, call: Callable[[Connection], T]) -> T:
        """The result of a call that reads the company, all of one moment."""

        def reading() -> T:
            with self.company.read() as connection:
                return call(connection)

        return await self.desk.read(reading)


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(_context)]
