"""What the company's books say of one order so far: invoiced and credited by line, and where its accounts stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tandem.entities.invoice import Invoice
from tandem.entities.receipt import BookedReceipt
from tandem.rules.circumstances import Circumstances
from tandem.rules.posting import naming
from tandem.rules.posting.books import Books, Leg
from tandem.rules.posting.halt import beside
from tandem.values import ZERO

VOID = "void"


@dataclass(frozen=True, slots=True)
class Taken:
    """Pieces, money and tax that documents took of one line."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO
    tax: Decimal = ZERO


def taken(invoices: Iterable[Invoice], line_id: str) -> Taken:
    """What documents together took of a line."""
    lines = [line for invoice in invoices for line in invoice.lines if line.line_id == line_id]
    return Taken(
        sum((line.quantity for line in lines), ZERO),
        sum((line.amount for line in lines), ZERO),
        sum((line.tax for line in lines), ZERO),
    )


@dataclass(slots=True)
class Balances:
    """The order's documents and its control accounts; the accounts move on while a plan adds to them."""

    invoices: tuple[Invoice, ...]
    receipts: tuple[BookedReceipt, ...]
    _accounts: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, around: Circumstances) -> Balances:
        """As they stand before this record; what was voided counts for nothing.

        Raises:
            Halt: a document beside the record cannot be understood.
        """
        return cls.made(beside(around, "invoices", Invoice), beside(around, "receipts", BookedReceipt))

    @classmethod
    def made(cls, documents: Iterable[Invoice], money: Iterable[BookedReceipt]) -> Balances:
        """Out of the order's documents."""
        invoices = tuple(one for one in documents if one.status != VOID)
        receipts = tuple(one for one in money if one.status != VOID)
        found = cls(invoices, receipts)
        applied = sum((one.amount - one.unapplied for one in receipts), ZERO)
        found._accounts["receivable", ""] = sum((one.total for one in invoices), ZERO) - applied
        found._accounts["deposit", ""] = -sum((one.unapplied for one in receipts), ZERO)
        for one in receipts:
            found._accounts["clearing", one.tender] = found.at("clearing", one.tender) + one.amount
        return found

    def without(self, *parts: tuple[str, str]) -> Balances:
        """The books as they stood before the documents of a refund or return, so that they can be made again."""
        return Balances.made(
            [one for one in self.invoices if not any(naming.is_of(one.external_id, *part) for part in parts)],
            [one for one in self.receipts if not any(naming.is_of(one.external_id, *part) for part in parts)],
        )

    @property
    def credits(self) -> tuple[Invoice, ...]:
        """Credit memos of refunds and returns."""
        return tuple(one for one in self.invoices if one.type == "creditMemo" and one not in self.billing)

    def at(self, kind: str, tender: str = "") -> Decimal:
        """Where an account of the order stands, debit above zero."""
        return self._accounts.get((kind, tender), ZERO)

    def leg(self, books: Books, kind: str, amount: Decimal, tender: str = "", *, base: Decimal | None = None) -> Leg:
        """A leg on a control account, which moves on by it; `base` where the money itself was in that currency."""
        before = self.at(kind, tender)
        self._accounts[kind, tender] = before + amount
        return Leg(kind, amount, tender=tender, base=books.step(before, amount) if base is None else base)

    @property
    def billing(self) -> tuple[Invoice, ...]:
        """Invoices of what was shipped, and the credit memos of those shipments that were voided."""
        return tuple(one for one in self.invoices if naming.is_billing(one.external_id))

    def standing(self) -> tuple[Invoice, ...]:
        """Invoices that no void took back, as they were entered."""
        gone = {one.applies_to for one in self.billing if one.type == "creditMemo"}
        return tuple(one for one in self.billing if one.type == "invoice" and one.invoice_no not in gone)

    def credits_on(self, invoice: Invoice) -> tuple[Invoice, ...]:
        """Credit memos that took from an invoice."""
        return tuple(one for one in self.invoices if one.type == "creditMemo" and one.applies_to == invoice.invoice_no)

    def left_on(self, invoice: Invoice) -> Decimal:
        """What of an invoice's total no credit memo has taken yet."""
        return invoice.total + sum((one.total for one in self.credits_on(invoice)), ZERO)

    def booked(self, external_id: str) -> Invoice | None:
        """An invoice or credit memo by our name for it."""
        return next((one for one in self.invoices if one.external_id == external_id), None)

    def receipt(self, external_id: str) -> BookedReceipt | None:
        """A receipt by our name for it."""
        return next((one for one in self.receipts if one.external_id == external_id), None)


def in_words(amounts: Sequence[Decimal]) -> str:
    """Several amounts as people add them up: `60.00 + 40.00`."""
    return " + ".join(str(amount) for amount in amounts) or "0"
