"""A company's books for tests: it enters what the plans make, refuses what no ledger would take, and adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tandem.entities.declaration import Canonical
from tandem.entities.dispute import DisputeDocument
from tandem.entities.invoice import BilledLine, Invoice, InvoiceDocument
from tandem.entities.ledger import KINDS, BookedJournal, Journal, JournalDocument
from tandem.entities.payout import PayoutDocument
from tandem.entities.receipt import ApplicationDocument, BookedReceipt, ReceiptDocument
from tandem.entities.refund import RefundDocument, ReturnDocument, StockMovement
from tandem.entities.sold import SoldOrder
from tandem.entities.state import Outcome, State
from tandem.rules import Circumstances, Facts
from tests.unit.rules.making import D

Plan = Callable[[Any, Circumstances], Canonical | Outcome]


def chart(kind: str, facets: Mapping[str, str]) -> str | None:
    """Every kind that Tandem posts has an account of its own name, clearing one for each tender."""
    if kind not in KINDS:
        return None
    return f"{kind}:{facets['tender']}" if kind == "clearing" else kind


class Company:
    """The books of one order, in the shop's facts that surround it."""

    def __init__(self, order: SoldOrder, *, company_currency: str = "USD", **facts: Any) -> None:
        self.order = order
        self.facts = Facts(company_currency=company_currency, **facts)
        self.invoices: dict[str, Invoice] = {}
        self.receipts: dict[str, BookedReceipt] = {}
        self.journals: list[BookedJournal] = []
        self.stock: dict[str, Decimal] = defaultdict(Decimal)
        self.amounts: dict[str, Decimal] = defaultdict(Decimal)
        self.bases: dict[str, Decimal] = defaultdict(Decimal)
        self.shop: dict[str, list[Any]] = {"refunds": [], "returns": [], "disputes": []}
        self.account: Callable[[str, Mapping[str, str]], str | None] = chart
        self._names: set[str] = set()

    def around(self, *, policy: Mapping[str, Any] | None = None, approved: bool = False) -> Circumstances:
        """What a plan is told: the books and the shop as they are now."""
        return Circumstances(
            companions={
                "order": self.order.model_dump(),
                "invoices": list(self.invoices.values()),
                "receipts": list(self.receipts.values()),
                "journals": list(self.journals),
                **self.shop,
            },
            policy=policy or {},
            facts=self.facts,
            account=self.account,
            approved=approved,
        )

    def run(self, plan: Plan, record: Any, **around: Any) -> Any:
        """Plan a record and enter what comes of it."""
        made = plan(record, self.around(**around))
        if not isinstance(made, Outcome):
            self.enter(made)
        return made

    def post(self, plan: Plan, record: Any, **around: Any) -> Any:
        """As `run`; an outcome instead of a document fails the test with its reason."""
        made = self.run(plan, record, **around)
        assert not isinstance(made, Outcome), made
        return made

    def refuse(self, plan: Plan, record: Any, state: State, **around: Any) -> Outcome:
        """The outcome that took the place of a document."""
        made = self.run(plan, record, **around)
        assert isinstance(made, Outcome), made
        assert made.state is state, made
        return made

    def enter(self, made: Any) -> None:
        """Into the books with it."""
        enters: dict[type, Callable[[Any], None]] = {
            InvoiceDocument: self._invoice,
            ReceiptDocument: self._receipt,
            RefundDocument: self._refund,
            ReturnDocument: self._return,
            DisputeDocument: lambda found: [self._journal(one) for one in found.journals],  # type: ignore[dict-item]
            PayoutDocument: lambda found: self._journal(found.journal),
        }
        enters[type(made)](made)

    def _once(self, name: str) -> None:
        assert name not in self._names, f"{name} would be entered twice"
        assert len(name) <= 64
        self._names.add(name)

    def _post(self, journal: Journal) -> None:
        assert sum(entry.amount for entry in journal.entries) == 0
        assert sum(entry.base for entry in journal.entries) == 0
        for entry in journal.entries:
            self.amounts[entry.account] += entry.amount
            self.bases[entry.account] += entry.base
            assert journal.currency != journal.base_currency or entry.amount == entry.base

    def _journal(self, document: JournalDocument) -> None:
        self._once(document.external_id)
        self._post(document.journal)
        self.journals.append(BookedJournal(external_id=document.external_id, journal_no=f"J{len(self.journals) + 1}"))

    def _invoice(self, document: InvoiceDocument) -> None:
        self._once(document.external_id)
        references = [line.line_id for line in document.lines]
        assert len(set(references)) == len(references), "a line reference stands once in a document"
        assert sum((line.amount for line in document.lines), document.tax) == document.total
        assert sum((line.tax for line in document.lines), D(0)) == document.tax
        assert document.journal.of("receivable") == document.total
        assert document.journal.of("tax") == -document.tax
        credit = document.type == "creditMemo"
        assert document.total <= 0 if credit else all(line.quantity for line in document.lines)
        number = f"INV{len(self.invoices) + 1}"
        self.invoices[number] = Invoice(
            invoice_no=number,
            external_id=document.external_id,
            type=document.type,
            order_id=document.order_id,
            applies_to=document.applies_to,
            currency=document.currency,
            invoice_date=document.invoice_date,
            lines=tuple(
                BilledLine(line_id=x.line_id, quantity=x.quantity, amount=x.amount, tax=x.tax) for x in document.lines
            ),
            tax=document.tax,
            total=document.total,
            balance=D(0) if credit else document.total,
        )
        if credit:
            self._open(document.applies_to, document.total)
        self._post(document.journal)

    def _open(self, invoice_no: str, amount: Decimal) -> None:
        invoice = self.invoices[invoice_no]
        self.invoices[invoice_no] = invoice.model_copy(update={"balance": invoice.balance + amount})

    def _receipt(self, document: ReceiptDocument) -> None:
        number = document.receipt_no
        if document.journal is not None:
            self._once(document.external_id)
            number = f"R{len(self.receipts) + 1}"
            deposit = -document.journal.of("deposit")
            clearing = [x for x in document.journal.entries if x.kind in ("clearing", "gift_card", "store_credit")]
            self.receipts[number] = BookedReceipt(
                receipt_no=number,
                external_id=document.external_id,
                tender=document.tender,
                currency=document.currency,
                amount=document.amount,
                unapplied=deposit,
                base=sum((x.base for x in clearing), D(0)),
            )
            self._settle(document, deposit)
            self._post(document.journal)
        for part in document.applications:
            self._apply(part)

    def _settle(self, document: ReceiptDocument, deposit: Decimal) -> None:
        invoice = document.invoice_no
        if document.applies_to:
            credit = next(one for one in self.invoices.values() if one.external_id == document.applies_to)
            invoice = credit.applies_to
        if invoice:
            self._open(invoice, -document.amount + deposit)
        assert not document.invoice_no or self.invoices[document.invoice_no].balance >= 0

    def _apply(self, part: ApplicationDocument) -> None:
        self._once(part.external_id)
        receipt = self.receipts[part.receipt]
        assert D(0) < part.amount <= receipt.unapplied
        assert part.amount <= self.invoices[part.invoice_no].balance
        self.receipts[part.receipt] = receipt.model_copy(update={"unapplied": receipt.unapplied - part.amount})
        self._open(part.invoice_no, -part.amount)
        self._post(part.journal)

    def _refund(self, document: RefundDocument) -> None:
        for memo in document.credits:
            self._invoice(memo)
        for paid in document.paid_back:
            self._receipt(paid)
        self._move(document.movements)

    def _return(self, document: ReturnDocument) -> None:
        for memo in document.credits:
            self._invoice(memo)
        self._move(document.movements)

    def _move(self, movements: tuple[StockMovement, ...]) -> None:
        for one in movements:
            self._once(one.external_id)
            self.stock[one.line_id] += one.quantity

    def of(self, kind: str, *, base: bool = False) -> Decimal:
        """The balance of all accounts of a kind."""
        found = self.bases if base else self.amounts
        return sum((amount for account, amount in found.items() if account.partition(":")[0] == kind), D(0))
