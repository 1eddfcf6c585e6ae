"""What a refund gives back, in the terms of the sold order: pieces and money by line, and what belongs to no line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tandem.entities.refund import Refund, RefundLine
from tandem.entities.sold import SoldLine, SoldOrder
from tandem.rules.allocation import allocate
from tandem.rules.posting.balances import Balances, Taken, taken
from tandem.rules.posting.books import Books
from tandem.rules.posting.halt import hold
from tandem.rules.posting.lines import fine_enough, to_date
from tandem.values import ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """So many pieces and so much money of one line; `restock` says whether they can be sold again."""

    line: SoldLine
    pieces: Decimal
    amount: Decimal
    tax: Decimal
    restock: bool = False
    location: str = ""


def pieces_of(order: SoldOrder, line_id: str, quantity: Decimal, what: str) -> list[tuple[SoldLine, Decimal]]:
    """The sold lines, with pieces, of so many of a line of the shop: several for a bundle.

    Raises:
        Halt: the order has no such line.
    """
    own = [(line, quantity * line.pack) for line in order.lines if line.line_id == line_id]
    parts = [(line, quantity * line.per_bundle) for line in order.lines if line.bundle == line_id]
    if not own and not parts:
        raise hold(f"{what}: names line {line_id}, which order {order.order_id} does not have")
    return own or parts


def claims_of(refund: Refund, order: SoldOrder, books: Books, balances: Balances) -> list[Claim]:
    """Each line of a refund; what the shop leaves open is its share of what is not credited yet.

    Raises:
        Halt: a line that the order lacks, or an amount that its currency cannot have.
    """
    before = {line.line_id: _positive(taken(balances.credits, line.line_id)) for line in order.lines}
    found: list[Claim] = []
    for one in refund.lines:
        sold = pieces_of(order, one.line_id, one.quantity, f"refund {refund.refund_id}")
        for claim in _claims(one, sold, order, books, before):
            found.append(claim)
            was = before[claim.line.line_id]
            before[claim.line.line_id] = Taken(
                was.quantity + claim.pieces, was.amount + claim.amount, was.tax + claim.tax
            )
    return found


def _positive(credited: Taken) -> Taken:
    return Taken(-credited.quantity, -credited.amount, -credited.tax)


def _claims(
    one: RefundLine,
    sold: list[tuple[SoldLine, Decimal]],
    order: SoldOrder,
    books: Books,
    before: dict[str, Taken],
) -> Iterator[Claim]:
    taxes = _shares(one.tax, [line.tax for line, _ in sold], books, one.line_id)
    amounts = _shares(one.amount, [line.amount for line, _ in sold], books, one.line_id)
    for (line, pieces), amount, tax in zip(sold, amounts, taxes, strict=True):
        was = before[line.line_id]
        after = was.quantity + pieces
        back = to_date(line.tax, after, line, books) - was.tax if tax is None else tax
        if amount is None:
            net = to_date(line.amount, after, line, books) - was.amount
        else:
            net = amount - back if order.taxes_included else amount
        yield Claim(line=line, pieces=pieces, amount=net, tax=back, restock=one.restock, location=one.location)


def _shares(amount: Decimal | None, weights: Iterable[Decimal], books: Books, line_id: str) -> list[Decimal | None]:
    """A stated amount over the parts of a bundle; None for each where none is stated."""
    weights = list(weights)
    if amount is None:
        return [None] * len(weights)
    if not fine_enough(amount, books):
        raise hold(f"line {line_id}: {amount} {books.currency} has more than {books.decimals} decimals")
    return list(allocate(amount, weights, decimals=books.decimals))


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What a refund gives back of no line: shipping, tax, an amount alone; `short` is what it pays back less."""

    shipping: Decimal
    tax: Decimal
    amount: Decimal
    rounding: Decimal
    short: Decimal

    @property
    def total(self) -> Decimal:
        """All that is credited beside the lines."""
        return self.shipping + self.tax + self.amount + self.rounding


def beside_lines(refund: Refund, order: SoldOrder, claims: Iterable[Claim], paid: Decimal, limit: Decimal) -> Beside:
    """What is left of a refund when its lines are taken off; cents up to `limit` are rounding.

    Raises:
        Halt: its tax is less than that of its lines.
    """
    claims = list(claims)
    of_lines = sum((claim.tax for claim in claims), ZERO)
    tax = ZERO if refund.tax is None else refund.tax - of_lines
    if tax < 0:
        raise hold(f"refund {refund.refund_id} tax: {refund.tax} is less than the {of_lines} of its lines")
    shipping = refund.shipping - tax if order.taxes_included and refund.shipping else refund.shipping
    stated = sum((claim.amount for claim in claims), ZERO) + of_lines + tax + shipping
    over = paid - stated
    if abs(over) <= limit and (claims or refund.shipping or tax):
        return Beside(shipping=shipping, tax=tax, amount=ZERO, rounding=over, short=ZERO)
    return Beside(shipping=shipping, tax=tax, amount=max(over, ZERO), rounding=ZERO, short=max(-over, ZERO))
