"""Everything that an invoice refers to, as the company has it inside the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, Table, select

from tandem.gateway.catalogue.items import resolve
from tandem.gateway.company.calendar import Calendar
from tandem.gateway.company.company import Company
from tandem.gateway.company.currency import code_of, own_currency
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.tables import labelled
from tandem.gateway.ledger.accounts import Accounts
from tandem.gateway.models import InvoiceIn
from tandem.gateway.orders.amounts import total
from tandem.gateway.receivables.distribution import RECEIVABLE, Sides
from tandem.gateway.receivables.documents import Documents
from tandem.gateway.receivables.ordered import NOTHING, Billed, Ordered, billed

_VOID = "V"


@dataclass(frozen=True, slots=True)
class Basis:
    """What one invoice is checked against and copied from."""

    currency: str
    customer: Row | None
    order: Ordered | None
    billed: Billed
    shipments: Mapping[str, bool] | None
    items: Mapping[str, str]
    masters: Mapping[str, Row]
    accounts: Mapping[str, str]
    calendar: Calendar
    credited: Row | None
    credits: Decimal

    @classmethod
    def read(cls, connection: Connection, company: Company, documents: Documents, given: InvoiceIn) -> Basis:
        """The basis of one invoice.

        Raises:
            CompanyError: the company record is missing or has no currency.
        """
        tables = company.tables
        order = Ordered.read(connection, company, given.sales_order_no)
        items = resolve(connection, tables, {line.item_code for line in given.line_items})
        credited = documents.header(connection, given.applies_to_invoice_no)
        memos = documents.memos(connection, [credited["invno"]]) if credited is not None else {}
        return cls(
            currency=own_currency(connection, company),
            customer=customer_row(connection, company, given.customer_no),
            order=order,
            billed=billed(connection, documents, order) if order is not None else NOTHING,
            shipments=_shipments(connection, company, given.sales_order_no),
            items=items,
            masters=_masters(connection, tables.icitem, sorted(set(items.values()))),
            accounts=Accounts(company).known(connection, {line.account for line in given.distribution}),
            calendar=Calendar.around(connection, company, given.invoice_date),
            credited=credited,
            credits=total(memo["invamt"] for several in memos.values() for memo in several),
        )

    def stocked(self, code: str) -> bool:
        """Whether a code means an item of stock."""
        return code in self.items and self.masters[self.items[code]]["stkcode"] == "Y"

    def code(self, given: InvoiceIn) -> str:
        """The currency of the invoice."""
        return code_of(given.currency, self.currency)


def sides(given: InvoiceIn) -> Sides:
    """The distribution of an invoice: its receivable is the total."""
    return Sides(given.distribution, RECEIVABLE, given.total_amount, given.exchange_rate or Decimal(1))


def customer_row(connection: Connection, company: Company, number: str) -> Row | None:
    """The customer of this number, in capitals as Sage Pro keeps it; None if there is none."""
    table = company.tables.arcust
    columns = labelled(table, "custno pterms pdisc pdays pnet disc gllink salesmn terr")
    rows = fetch(connection, select(*columns).where(table.c.custno == number.strip().upper()), table)
    return rows[0] if rows else None


def _shipments(connection: Connection, company: Company, order: str) -> dict[str, bool] | None:
    """Whether each shipment of an order stands (False: all of it was voided); None without a table of shipments."""
    tables = company.tables
    sources = [getattr(tables, name) for name in ("soship", "soyshp") if tables.has(name)]
    if not sources:
        return None
    found: dict[str, bool] = {}
    for table in sources:
        statement = select(table.c.shipno, table.c.shpstat).where(table.c.sono == order.strip())
        for number, status in connection.execute(statement):
            found[number] = found.get(number, False) or status != _VOID
    return found


def _masters(connection: Connection, table: Table, items: list[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for part in chunks(items):
        statement = select(*labelled(table, "item itmdesc stkcode stkumid")).where(table.c.item.in_(part))
        found |= {row["item"]: row for row in fetch(connection, statement, table)}
    return found
