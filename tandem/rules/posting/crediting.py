"""Credit memos of a refund: each piece of money is taken from the invoice that charged it, and never more than that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tandem.entities.invoice import InvoiceDocument
from tandem.entities.sold import SoldLine, SoldOrder, TaxShare
from tandem.rules.allocation import cumulative_share
from tandem.rules.posting.balances import Balances, taken
from tandem.rules.posting.books import Books, Leg
from tandem.rules.posting.claims import Beside, Claim
from tandem.rules.posting.lines import invoice_line, tax_legs, to_date
from tandem.rules.posting.memo import Memo, credited, free_line, turned
from tandem.values import ZERO

REFUND, NO_RESTOCK, GIFT_CARD = "refund", "returns_no_restock", "gift_card"


@dataclass(slots=True)
class Crediting:
    """Spreads claims over the order's invoices, oldest first; what no invoice charged is left over."""

    order: SoldOrder
    books: Books
    balances: Balances
    memos: list[Memo]
    left_pieces: dict[str, Decimal] = field(default_factory=dict)
    left_amount: Decimal = ZERO
    put_back: list[tuple[Claim, Decimal]] = field(default_factory=list)

    @classmethod
    def of(cls, order: SoldOrder, books: Books, balances: Balances) -> Crediting:
        """Nothing credited yet."""
        memos = [Memo(one, balances.left_on(one)) for one in balances.standing()]
        return cls(order, books, balances, memos)

    def claim(self, claim: Claim) -> None:
        """One line of the refund."""
        done, whole = ZERO, claim.pieces
        charged = [memo for memo in self.memos if self._charged(memo, claim.line)]
        if not whole and charged:
            self._line(charged[0], claim, ZERO, claim.amount, claim.tax)
            return
        for memo in charged:
            pieces = min(self._charged(memo, claim.line) + credited(memo, claim.line), whole - done)
            if pieces > 0:
                amount, tax = (self._part(total, done, pieces, whole) for total in (claim.amount, claim.tax))
                self._line(memo, claim, pieces, amount, tax)
                self.put_back.append((claim, pieces))
                done += pieces
        if done < whole or not whole:
            self.left_pieces[claim.line.line_id] = self.left_pieces.get(claim.line.line_id, ZERO) + whole - done
            self.left_amount += sum(self._part(a, done, whole - done, whole) for a in (claim.amount, claim.tax))

    def _part(self, amount: Decimal, done: Decimal, pieces: Decimal, whole: Decimal) -> Decimal:
        if not whole:
            return amount
        return cumulative_share(amount, before=done, after=done + pieces, whole=whole, decimals=self.books.decimals)

    def _charged(self, memo: Memo, line: SoldLine) -> Decimal:
        """Pieces that an invoice charged and no earlier refund took back."""
        return taken([memo.invoice, *self.balances.credits_on(memo.invoice)], line.line_id).quantity

    def _line(self, memo: Memo, claim: Claim, pieces: Decimal, amount: Decimal, tax: Decimal) -> None:
        line = claim.line
        before = -taken(self.balances.credits, line.line_id).tax
        before -= sum((one.tax for other in self.memos for one in other.lines if one.line_id == line.line_id), ZERO)
        legs = [*self._money(claim, pieces, amount), *turned(tax_legs(line.taxes, before, tax, self.books))]
        memo.take(invoice_line(line, -pieces, -amount, -tax), legs)

    def _money(self, claim: Claim, pieces: Decimal, amount: Decimal) -> Iterator[Leg]:
        """What the net amount debits; a gift card taken back was owed at its face, whatever it was sold for."""
        line = claim.line
        if not pieces or line.kind == "goods":
            yield Leg(REFUND if claim.restock or not pieces else NO_RESTOCK, amount)
        elif line.kind != GIFT_CARD:
            yield Leg(line.kind, amount)
        else:
            whole = line.amount + line.discount
            gone = -taken(self.balances.credits, line.line_id).quantity
            gone -= sum((credited(memo, line) for memo in self.memos), ZERO)
            face = to_date(whole, gone + pieces, line, self.books) - to_date(whole, gone, line, self.books)
            yield Leg(GIFT_CARD, face)
            yield Leg("discount", amount - face)

    def beside(self, parts: Beside) -> None:
        """Shipping, tax and amounts of no line: to the first invoice that has room, what is over to the next."""
        for kind, amount in (("shipping", parts.shipping), (REFUND, parts.amount), ("rounding", parts.rounding)):
            self._spread(kind, amount, ZERO)
        self._spread("tax", ZERO, parts.tax)

    def _spread(self, kind: str, amount: Decimal, tax: Decimal) -> None:
        left = amount + tax
        for memo in self.memos:
            part = min(left, memo.room) if left > 0 else left
            if part:
                of_tax = part if tax else ZERO
                legs = list(turned(tax_legs(self._taxes(), ZERO, part, self.books))) if tax else [Leg(kind, part)]
                memo.take(free_line(kind, part - of_tax, of_tax), legs)
                left -= part
        self.left_amount += left

    def level(self, limit: Decimal) -> Memo | None:
        """Move cents that one invoice lacks to another; the first invoice that lacks more than that, if any does.

        Lines of the shop and of Sage Pro may differ by cents, which the order's rounding line settles on its last
        invoice only.
        """
        for memo in self.memos:
            lacks = -memo.room
            if lacks > limit:
                return memo
            if lacks > 0:
                memo.take(free_line("rounding", -lacks, ZERO), [Leg("rounding", -lacks)])
                self._spread("rounding", lacks, ZERO)
        return None

    def _taxes(self) -> tuple[TaxShare, ...]:
        """The codes of the order's tax on shipping, or of all its tax."""
        shipping = [one for line in self.order.lines if line.kind == "shipping" for one in line.taxes]
        return tuple(shipping or [one for line in self.order.lines for one in line.taxes])

    @property
    def total(self) -> Decimal:
        """All that is credited, above zero."""
        return -sum((memo.total for memo in self.memos), ZERO)

    def documents(self, names: Iterator[str], day: str, reference: str) -> tuple[InvoiceDocument, ...]:
        """The credit memos that have anything in them."""
        return tuple(self._document(memo, next(names), day, reference) for memo in self.memos if memo.lines)

    def _document(self, memo: Memo, name: str, day: str, reference: str) -> InvoiceDocument:
        order = self.order
        return InvoiceDocument(
            external_id=name,
            type="creditMemo",
            order_id=order.order_id,
            sales_order_no=order.sales_order_no,
            applies_to=memo.invoice.invoice_no,
            customer_key=order.customer_key,
            invoice_date=day,
            currency=order.currency,
            exchange_rate=self.books.rate,
            reference=reference,
            lines=tuple(memo.lines),
            tax=sum((line.tax for line in memo.lines), ZERO),
            total=memo.total,
            journal=self.books.journal([self.balances.leg(self.books, "receivable", memo.total), *memo.legs]),
        )
