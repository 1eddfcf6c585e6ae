"""One credit memo on its way: what it takes from one invoice, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tandem.entities.invoice import Invoice, InvoiceLine
from tandem.entities.sold import SoldLine
from tandem.rules.order_lines import OURS
from tandem.rules.posting.books import Leg
from tandem.values import ZERO


@dataclass(slots=True)
class Memo:
    """A credit memo on its way: what is taken from one invoice; `room` is what that one still has."""

    invoice: Invoice
    room: Decimal
    lines: list[InvoiceLine] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    total: Decimal = ZERO

    def take(self, line: InvoiceLine, legs: Sequence[Leg]) -> None:
        """Add a line (its figures below zero) and what it debits."""
        self.lines = [*(one for one in self.lines if one.line_id != line.line_id), self._with(line)]
        self.legs += legs
        self.total += line.amount + line.tax
        self.room += line.amount + line.tax

    def _with(self, line: InvoiceLine) -> InvoiceLine:
        """The line together with what was taken of it already: it stands once in a document."""
        same = next((one for one in self.lines if one.line_id == line.line_id), None)
        if same is None:
            return line
        return line.model_copy(
            update={
                "quantity": same.quantity + line.quantity,
                "amount": same.amount + line.amount,
                "tax": same.tax + line.tax,
            }
        )


def credited(memo: Memo, line: SoldLine) -> Decimal:
    """Pieces, below zero, that this plan has taken already."""
    return sum((one.quantity for one in memo.lines if one.line_id == line.line_id), ZERO)


def turned(legs: Iterator[Leg]) -> Iterator[Leg]:
    """Legs the other way round."""
    for leg in legs:
        yield Leg(leg.kind, -leg.amount, tax=leg.tax)


def free_line(kind: str, amount: Decimal, tax: Decimal) -> InvoiceLine:
    """A line of a credit memo that no line of the order stands behind: money, and no pieces."""
    return InvoiceLine(
        line_id=f"{OURS}{kind}-credit",
        kind=kind,
        description=kind,
        quantity=ZERO,
        unit_price=ZERO,
        amount=-amount,
        tax=-tax,
    )
