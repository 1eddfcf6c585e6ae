"""What a payout becomes: the provider's clearing account is settled, part by part, each tied to its document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tandem.entities.ledger import BookedJournal, JournalDocument
from tandem.entities.payout import Component, Payout, PayoutDocument, Tied
from tandem.entities.receipt import BookedReceipt
from tandem.rules.circumstances import Circumstances
from tandem.rules.posting import naming
from tandem.rules.posting.books import Books, Leg, decimals_of, rate_of
from tandem.rules.posting.halt import beside, done, hold, plan_of
from tandem.values import ZERO, minor_units, round_to


@plan_of
def plan(payout: Payout, around: Circumstances) -> PayoutDocument:
    """The journal of a payout; held if its parts do not make it. A part without a document is named, and posted."""
    name = naming.payout(payout.payout_id)
    journals = beside(around, "journals", BookedJournal)
    if booked := next((one for one in journals if one.external_id == name), None):
        raise done(f"payout {payout.payout_id} is posted already", booked.journal_no)
    _adds_up(payout)
    books = _books(payout, around)
    receipts = {one.external_id: one for one in beside(around, "receipts", BookedReceipt) if one.status != "void"}
    tied = [_tied(part, receipts, journals) for part in payout.components]
    _explained(payout, tied, around)
    if around.hold_reason:
        raise hold(around.hold_reason)
    legs = [Leg("bank", payout.amount), *_legs(payout, tied, receipts, books)]
    return PayoutDocument(
        payout=payout,
        journal=JournalDocument(
            external_id=name,
            journal_date=payout.paid_on,
            description=f"Payout {payout.payout_id}, {len(payout.components)} components",
            reference=payout.payout_id,
            journal=books.journal(legs),
        ),
        components=tuple(tied),
        notes=(
            *(f"{_called(one.component)} has no document yet" for one in tied if not one.document),
            *_apart(payout, receipts),
        ),
    )


def _adds_up(payout: Payout) -> None:
    made = sum((_net(part) for part in payout.components), ZERO)
    if made != payout.amount:
        raise hold(
            f"amount: payout {payout.payout_id} says {payout.amount}, its components come to {made}; the difference is "
            f"{payout.amount - made} {payout.currency}",
            stated=payout.amount,
            computed=made,
            difference=payout.amount - made,
        )
    places = minor_units(payout.currency)
    for part in payout.components:
        if round_to(part.amount, places) != part.amount or round_to(part.fee, places) != part.fee:
            raise hold(f"components: {_called(part)} has more than the {places} decimals of {payout.currency}")


def _net(part: Component) -> Decimal:
    return part.amount - part.fee


def _books(payout: Payout, around: Circumstances) -> Books:
    facts = around.facts
    return Books(
        store=payout.store,
        currency=payout.currency,
        base_currency=facts.company_currency,
        rate=rate_of(payout.currency, payout.exchange_rate, payout.paid_on, facts),
        decimals=decimals_of(payout.currency, facts),
        base_decimals=decimals_of(facts.company_currency, facts),
        account=around.account,
    )


def _tied(part: Component, receipts: dict[str, BookedReceipt], journals: Sequence[BookedJournal]) -> Tied:
    """The document that a part is about; a fee is its own."""
    return Tied(component=part, document=_document(part, receipts, journals))


def _document(part: Component, receipts: dict[str, BookedReceipt], journals: Sequence[BookedJournal]) -> str:
    if part.kind == "fee":
        return "fee"
    if part.kind == "dispute":
        named = (one for one in journals if _about(one.external_id, part.source_id))
        return next((one.journal_no or one.external_id for one in named), "")
    return next((one.receipt_no for one in _receipts_of(part, receipts)), "")


def _about(external_id: str, dispute_id: str) -> bool:
    return external_id in {naming.disputed(dispute_id, moment) for moment in ("opened", "won", "lost")}


def _explained(payout: Payout, tied: Sequence[Tied], around: Circumstances) -> None:
    """An adjustment that no document explains is for a person to look at; approved, it is written off."""
    unknown = [one.component for one in tied if one.component.kind == "adjustment" and not one.document]
    if unknown and not around.approved:
        raise hold(
            f"components: {', '.join(map(_called, unknown))} of payout {payout.payout_id} of {payout.amount} has no "
            "document; approve it to write it off, or enter what it is about"
        )


def _called(part: Component) -> str:
    return f"{part.kind} {part.source_id or 'without a number'} of {part.amount or -part.fee}"


def _apart(payout: Payout, receipts: dict[str, BookedReceipt]) -> Iterator[str]:
    """Parts that are not what their receipt says, in one and the same currency."""
    for part in payout.components:
        for one in _receipts_of(part, receipts)[:1]:
            booked = sum((each.amount for each in _receipts_of(part, receipts)), ZERO)
            if one.currency in ("", payout.currency) and booked != part.amount:
                yield f"{_called(part)} is receipt {one.receipt_no} of {booked}: {part.amount - booked} apart"


def _receipts_of(part: Component, receipts: dict[str, BookedReceipt]) -> list[BookedReceipt]:
    if part.kind == "refund":
        return [one for name, one in receipts.items() if naming.is_of(name, naming.PAID, part.source_id)]
    return [receipts[part.source_id]] if part.source_id in receipts else []


def _legs(payout: Payout, tied: Sequence[Tied], receipts: dict[str, BookedReceipt], books: Books) -> Iterator[Leg]:
    """What settles the clearing account: a dispute with its fee, which was an expense when it was opened."""
    for one in tied:
        part = one.component
        tender = _tender(part, receipts) or payout.tender
        if part.kind == "fee":
            yield Leg("provider_fee", -_net(part))
        elif part.kind == "adjustment" and not one.document:
            yield Leg("write_off", -_net(part))
        elif part.kind == "dispute":
            yield Leg("clearing", -_net(part), tender=tender)
        else:
            stands = _stands_at(part, receipts, books)
            yield Leg("clearing", -stands, tender=tender)
            yield Leg("exchange_difference", stands - part.amount)
            yield Leg("provider_fee", part.fee)


def _stands_at(part: Component, receipts: dict[str, BookedReceipt], books: Books) -> Decimal:
    """What the part stands at on its clearing account, where its order was in another currency than the company's."""
    booked = _receipts_of(part, receipts)
    bases = [one.base for one in booked if one.base is not None and one.currency not in ("", books.currency)]
    if books.currency != books.base_currency or not booked or len(bases) != len(booked):
        return part.amount
    return sum(bases, ZERO)


def _tender(part: Component, receipts: dict[str, BookedReceipt]) -> str:
    """The tender under which the part stands on its clearing account."""
    return next((one.tender for one in _receipts_of(part, receipts)), "")
