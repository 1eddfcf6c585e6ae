"""Whose books an order is posted in, and how its amounts become journals that balance in both currencies.

In the company's currency a control account (receivable, deposit, clearing of one order) always stands at its balance
times the order's rate, rounded: each posting moves it by what that has changed. So it is back at zero whenever the
order's own currency is, in whatever order things happened. What is left over between two of them is an exchange
difference, and shows as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from tandem.entities.ledger import Entry, Journal
from tandem.entities.sold import SoldOrder
from tandem.rules.circumstances import Accounts, Circumstances, Facts
from tandem.rules.posting.halt import hold, mend
from tandem.values import ZERO, minor_units, round_to

ONE = Decimal(1)
EXCHANGE = "exchange_difference"
STANDING = frozenset({"receivable", "deposit", "clearing", "disputed", "bank", "gift_card", "store_credit"})
"""Kinds whose accounts have a balance that somebody owes or holds: cents of rounding have no place there."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One amount of a journal to be made; `base` is given where it follows from something else than its share."""

    kind: str
    amount: Decimal
    tender: str = ""
    tax: str = ""
    base: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """Store, currencies, rate and chart under which one document is posted; `decimals` are those of its currency."""

    store: str
    currency: str
    base_currency: str
    rate: Decimal
    decimals: int
    base_decimals: int
    account: Accounts

    def base(self, amount: Decimal) -> Decimal:
        """An amount in the company's currency."""
        return amount if self.currency == self.base_currency else round_to(amount * self.rate, self.base_decimals)

    def step(self, before: Decimal, amount: Decimal) -> Decimal:
        """What a control account that stands at `before` moves by in the company's currency."""
        return self.base(before + amount) - self.base(before)

    def journal(self, legs: Iterable[Leg]) -> Journal:
        """The legs on their accounts.

        Raises:
            Halt: a kind has no account, or the amounts do not balance.
        """
        merged = _merged(legs)
        left = sum((leg.amount for leg in merged), ZERO)
        if left:
            stated = ", ".join(f"{leg.kind} {leg.amount}" for leg in merged)
            raise hold(f"amounts: {stated} leave {left} {self.currency} over; a journal must come to 0")
        placed = self._in_base(merged)
        # what is free of charge is entered too: with its two accounts, and nothing on them
        entries = self._entries([leg for leg in placed if leg.amount or leg.base] or placed[:2])
        return Journal(currency=self.currency, base_currency=self.base_currency, rate=self.rate, entries=entries)

    def _in_base(self, legs: list[Leg]) -> list[Leg]:
        """All legs with their base; the cents that rounding leaves go to the largest expense or revenue."""
        placed = [replace(leg, base=self.base(leg.amount)) if leg.base is None else leg for leg in legs]
        left = -sum((leg.base or ZERO for leg in placed), ZERO)
        free = [at for at, leg in enumerate(legs) if leg.base is None]
        free = [at for at in free if legs[at].kind not in STANDING] or free
        if left and free:
            largest = max(free, key=lambda at: abs(placed[at].amount))
            placed[largest] = replace(placed[largest], base=(placed[largest].base or ZERO) + left)
        elif left:
            placed.append(Leg(EXCHANGE, ZERO, base=left))
        return placed

    def _entries(self, legs: Iterable[Leg]) -> tuple[Entry, ...]:
        entries, lacking = [], []
        for leg in legs:
            account = self.account(leg.kind, self._facets(leg))
            if account:
                entries.append(
                    Entry(
                        account=account,
                        kind=leg.kind,
                        amount=leg.amount,
                        base=leg.base or ZERO,
                        tender=leg.tender,
                        tax=leg.tax,
                    )
                )
            else:
                lacking.append(_unmapped(leg.kind, self._facets(leg)))
        if lacking:
            raise mend("; ".join(dict.fromkeys(lacking)))
        return tuple(entries)

    def _facets(self, leg: Leg) -> Mapping[str, str]:
        return {"store": self.store, "tax": leg.tax, "currency": self.currency, "tender": leg.tender}


def _unmapped(kind: str, facets: Mapping[str, str]) -> str:
    said = ", ".join(f"{name} {value!r}" for name, value in facets.items())
    return f"accounts: {kind!r} has no account for {said}; add it to accounts.yaml"


def _merged(legs: Iterable[Leg]) -> list[Leg]:
    """One leg for each kind, tender and tax, in the order in which they come first."""
    found: dict[tuple[str, str, str], Leg] = {}
    for leg in legs:
        key = (leg.kind, leg.tender, leg.tax)
        if key in found:
            before = found[key]
            if (before.base is None) != (leg.base is None):
                raise ValueError(f"{leg.kind}: a base for one leg and none for another cannot be added up")
            base = None if leg.base is None else (before.base or ZERO) + leg.base
            found[key] = replace(before, amount=before.amount + leg.amount, base=base)
        else:
            found[key] = leg
    return list(found.values())


def books_of(order: SoldOrder, around: Circumstances) -> Books:
    """The books of an order.

    Raises:
        Halt: the rate of its day is missing, or leads to a currency that the company does not keep.
    """
    facts = around.facts
    rate = rate_of(order.currency, order.exchange_rate, order.business_date, facts)
    if order.currency != facts.company_currency and order.shop_currency != facts.company_currency:
        raise hold(
            f"currency: the order is in {order.currency} and the shop's rate leads to {order.shop_currency}, "
            f"but the company's currency is {facts.company_currency}"
        )
    return Books(
        store=order.store,
        currency=order.currency,
        base_currency=facts.company_currency,
        rate=rate,
        decimals=_decimals(order, facts),
        base_decimals=decimals_of(facts.company_currency, facts),
        account=around.account,
    )


def rate_of(currency: str, rate: Decimal | None, day: str, facts: Facts) -> Decimal:
    """The rate to the company's currency.

    Raises:
        Halt: there is none for that day; another day's is never taken in its place.
    """
    if currency == facts.company_currency:
        return ONE
    if rate is None or rate <= 0:
        raise hold(f"exchange_rate: is missing for {currency} on {day}; give the rate to {facts.company_currency}")
    return rate


def decimals_of(currency: str, facts: Facts) -> int:
    """The currency's own decimals, as far as the company's columns have them."""
    return min(minor_units(currency), facts.amount_scale)


def _decimals(order: SoldOrder, facts: Facts) -> int:
    """The currency's own decimals, unless the order's lines have finer amounts, which the company's columns hold."""
    amounts = [a for line in order.lines for a in (line.amount, line.discount, *(tax.amount for tax in line.taxes))]
    fewer = decimals_of(order.currency, facts)
    if all(round_to(amount, fewer) == amount for amount in amounts):
        return fewer
    for amount in amounts:
        if round_to(amount, facts.amount_scale) != amount:
            raise hold(f"lines: {amount} {order.currency} has more than the {facts.amount_scale} decimals of Sage Pro")
    return facts.amount_scale
