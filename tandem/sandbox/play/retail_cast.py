"""Products and customers of a file of real sales, derived from its lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tandem.sandbox.play.people import digits_of, person
from tandem.sandbox.play.places import place_of
from tandem.sandbox.play.retail_file import Line, invoices
from tandem.sandbox.play.script import Cast, Item
from tandem.values import ZERO, round_to

ZONE = "Europe/London"
CURRENCY = "GBP"
SERVICES = frozenset(
    {"POST", "DOT", "M", "D", "S", "B", "C2", "CRUK", "PADS", "AMAZONFEE", "BANK CHARGES"},
)
"""Codes of the set that are postage, fees and the like: nothing that lies on a shelf."""


@dataclass
class _Seen:
    """What the lines of the file tell of one product."""

    name: str = ""
    price: Decimal = ZERO
    sold: Decimal = ZERO


@dataclass
class _Derived:
    products: dict[str, _Seen] = field(default_factory=dict)
    customers: dict[str, Counter[str]] = field(default_factory=dict)
    sorts: Counter[str] = field(default_factory=Counter)


def cast_of(path: Path) -> Cast:
    """Products and customers of a file, with as much stock as its sales need."""
    derived = _Derived()
    for invoice in invoices(path):
        derived.sorts[invoice.sort.value] += 1
        if invoice.customer:
            derived.customers.setdefault(invoice.customer, Counter())[invoice.country] += 1
        for line in invoice.lines:
            _learn(derived.products.setdefault(sku_of(line.code), _Seen()), line)
    return Cast(
        items=tuple(_item(sku, seen) for sku, seen in sorted(derived.products.items())),
        customers=tuple(
            _customer(number, countries.most_common(1)[0][0]) for number, countries in sorted(derived.customers.items())
        ),
        currency=CURRENCY,
        zone=ZONE,
        notes=dict(derived.sorts),
    )


def sku_of(code: str) -> str:
    """The product behind a code: the set writes the same one with capital and small letters."""
    return code.strip().upper()


def is_service(sku: str) -> bool:
    """Whether a code is postage, a fee or the like; all that lies on a shelf has a digit in its code."""
    return sku in SERVICES or not any(char.isdigit() for char in sku)


def _learn(seen: _Seen, line: Line) -> None:
    """A sale's words and price say more than those of a return; the first that says anything counts."""
    if line.quantity > 0 and line.price >= 0:
        seen.sold += line.quantity
        seen.name = seen.name or line.name
        seen.price = seen.price or line.price


def _item(sku: str, seen: _Seen) -> Item:
    service = is_service(sku)
    return Item(
        sku=sku,
        name=seen.name or f"Item {sku}",
        price=seen.price,
        cost=round_to(seen.price * Decimal("0.4"), 4),
        stock=ZERO if service else seen.sold,
        stocked=not service,
    )


def _customer(number: str, country: str) -> dict[str, Any]:
    first, last = person(digits_of(number))
    address = address_of(number, country)
    return {
        "customerId": number,
        "email": address["email"],
        "firstName": first,
        "lastName": last,
        "company": "",
        "phone": "",
        "group": "",
        "currency": CURRENCY,
        "paymentMethod": "creditCard",
        "taxExemptCode": "",
        "billingAddress": address,
        "addresses": [address],
        "isDeleted": False,
        "customFields": {},
    }


def address_of(who: str, country: str) -> dict[str, Any]:
    """Where a buyer lives: made up, but always the same, and in the country that the file names."""
    place = place_of(country)
    number = digits_of(who)
    first, last = person(number)
    return {
        "firstName": first,
        "lastName": last,
        "company": "",
        "address1": f"{number % 199 + 1} {place.street}",
        "address2": "",
        "address3": "",
        "city": place.city,
        "region": place.region,
        "postalCode": place.postcode,
        "country": country,
        "phone": "",
        "email": f"buyer-{who.lower()}@example.com",
    }
