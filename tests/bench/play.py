"""Which orders are placed: generated from a seed, or the sales of a file, placed again under new numbers when few."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tandem.sandbox.play import retail
from tandem.sandbox.play.people import person
from tandem.sandbox.play.places import PLACES
from tandem.sandbox.play.retail_cast import cast_of
from tandem.sandbox.play.script import Cast, Fate, Item, Kind

SEED = 20261123
GOODS = 400
CUSTOMERS = 200
LINES = (10, 30)
"""Fewest and most lines of a generated order: 20 in the middle, as invoices of the retail set have."""

Cart = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Play:
    """A cast and endlessly many carts, always the same ones."""

    cast: Cast
    source: str

    def carts(self) -> Iterator[Cart]:
        """Carts without number and date, which the corpus gives."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Generated(Play):
    """Orders from a seed."""

    seed: int
    lines: tuple[int, int]

    def carts(self) -> Iterator[Cart]:
        """As the base says."""
        dice = random.Random(self.seed)
        while True:
            customer = dice.choice(self.cast.customers)
            goods = dice.sample(self.cast.items, dice.randint(*self.lines))
            yield {
                "customerId": customer["customerId"],
                "email": customer["email"],
                "currency": self.cast.currency,
                "taxes": [{"title": "Sales tax", "rate": "0.0825", "jurisdiction": "IL"}],
                "shipping": [{"method": "ground", "title": "Ground", "amount": "7.90"}],
                "shippingAddress": customer["billingAddress"],
                "billingAddress": customer["billingAddress"],
                "lines": [{"sku": item.sku, "quantity": dice.randint(1, 12)} for item in goods],
            }


@dataclass(frozen=True, kw_only=True)
class Sales(Play):
    """The sales of a file to known customers, from the first again when they are all placed."""

    bodies: tuple[Cart, ...]

    def carts(self) -> Iterator[Cart]:
        """As the base says."""
        return itertools.cycle(self.bodies)


def generated(lines: tuple[int, int] = LINES, seed: int = SEED) -> Generated:
    """A made-up shop of some hundred articles and customers."""
    dice = random.Random(seed)
    items = tuple(
        Item(
            sku=f"ART-{number:04d}",
            name=f"Article {number}, {dice.choice(('oak', 'linen', 'brass', 'glass', 'wool'))}",
            price=Decimal(dice.randint(99, 9999)) / 100,
            cost=Decimal("0.5000"),
            stock=Decimal(1_000_000),
        )
        for number in range(GOODS)
    )
    cast = Cast(items=items, customers=tuple(map(_customer, range(CUSTOMERS))), currency="USD", zone="America/Chicago")
    return Generated(
        cast=cast, seed=seed, lines=lines, source=f"generated, {lines[0]} to {lines[1]} lines, seed {seed}"
    )


def of_file(path: Path) -> Sales:
    """The sales of a file in the format of the Online Retail set that name a customer.

    Raises:
        RetailFileError: it cannot be used.
    """
    cast = cast_of(path)
    bodies = tuple(
        {name: value for name, value in document.body.items() if name not in ("orderId", "orderNumber", "orderDate")}
        for document in retail.documents(path)
        if document.kind is Kind.ORDER and document.fate is Fate.SOLD and document.body["customerId"]
    )
    items = tuple(replace(item, stock=Decimal(1_000_000) if item.stocked else item.stock) for item in cast.items)
    lines = sum(len(body["lines"]) for body in bodies) / len(bodies)
    source = f"{path.name}: {len(bodies)} sales to known customers, {lines:.1f} lines each"
    return Sales(cast=replace(cast, items=items), bodies=bodies, source=source)


def _customer(number: int) -> dict[str, Any]:
    first, last = person(number)
    place = PLACES["USA"]
    address = {
        "firstName": first,
        "lastName": last,
        "address1": f"{number + 1} {place.street}",
        "city": place.city,
        "region": place.region,
        "postalCode": place.postcode,
        "country": "US",
    }
    return {"customerId": f"c-{number}", "email": f"buyer-{number}@example.com", "billingAddress": address}
