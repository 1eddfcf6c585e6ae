"""The play of a file of real sales: products and customers derived from it, each invoice a document of its own time.

Sales are orders. Returns, write-offs and bookkeeping entries are no sales: the shop shows them as what they are.
An invoice that sells and takes back at once is placed as it stands, for a person to decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tandem.sandbox.play.people import digits_of, person
from tandem.sandbox.play.places import place_of
from tandem.sandbox.play.retail_file import Invoice, Line, Sort, invoices
from tandem.sandbox.play.script import Cast, Document, Fate, Item, Kind
from tandem.values import ZERO, round_to

ZONE = "Europe/London"
CURRENCY = "GBP"
SERVICES = frozenset(
    {"POST", "DOT", "M", "D", "S", "B", "C2", "CRUK", "PADS", "AMAZONFEE", "BANK CHARGES"},
)
"""Codes of the set that are postage, fees and the like: nothing that lies on a shelf."""

_ORDERS = frozenset({Sort.SALE, Sort.FREE, Sort.MIXED})
_EVENT = {Sort.RETURN: Kind.RETURN, Sort.WRITE_OFF: Kind.ADJUSTMENT, Sort.BOOKKEEPING: Kind.ADJUSTMENT}


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


def documents(path: Path) -> Iterator[Document]:
    """Each invoice of the file, in its order."""
    for invoice in invoices(path):
        yield _order(invoice) if invoice.sort in _ORDERS else _left_out(invoice)


def sku_of(code: str) -> str:
    """The product behind a code: the set writes the same one with capital and small letters."""
    return code.strip().upper()


def _is_service(sku: str) -> bool:
    return sku in SERVICES or not any(char.isdigit() for char in sku)


def _learn(seen: _Seen, line: Line) -> None:
    """A sale's words and price say more than those of a return; the first that says anything counts."""
    if line.quantity > 0 and line.price >= 0:
        seen.sold += line.quantity
        seen.name = seen.name or line.name
        seen.price = seen.price or line.price


def _item(sku: str, seen: _Seen) -> Item:
    service = _is_service(sku)
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
    address = _address(number, country)
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


def _address(who: str, country: str) -> dict[str, Any]:
    place, _ = place_of(country)
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
        "country": place.code,
        "phone": "",
        "email": f"buyer-{who.lower()}@example.com",
    }


def _order(invoice: Invoice) -> Document:
    buyer = invoice.customer or f"guest-{invoice.number}"
    address = _address(buyer, invoice.country)
    known = place_of(invoice.country)[1]
    mixed = invoice.sort is Sort.MIXED
    return Document(
        key=invoice.number,
        kind=Kind.ORDER,
        sort=invoice.sort.value,
        fate=Fate.REFUSED if mixed else Fate.SOLD,
        why="lines are sold and taken back on one invoice" if mixed else "",
        amount=invoice.amount,
        body={
            "orderId": invoice.number,
            "orderNumber": invoice.number,
            "orderDate": invoice.placed_at.isoformat(),
            "customerId": invoice.customer or None,
            "email": address["email"],
            "currency": CURRENCY,
            "lines": [_goods(line) for line in invoice.lines],
            "shippingAddress": address,
            "note": "" if known else f"The file gives the country as {invoice.country!r}.",
        },
    )


def _goods(line: Line) -> dict[str, Any]:
    return {
        "sku": line.code,
        "name": line.name,
        "quantity": line.quantity,
        "unitPrice": line.price,
        "requiresShipping": not _is_service(sku_of(line.code)),
    }


def _left_out(invoice: Invoice) -> Document:
    kind = _EVENT[invoice.sort]
    return Document(
        key=invoice.number,
        kind=kind,
        sort=invoice.sort.value,
        fate=Fate.LEFT_OUT,
        why=f"a {invoice.sort.value} is no sale",
        amount=invoice.amount,
        body={
            f"{kind.value}Id": invoice.number,
            "customerId": invoice.customer or None,
            "date": invoice.placed_at.isoformat(),
            "reason": invoice.sort.value,
            "currency": CURRENCY,
            "totalAmount": invoice.amount,
            "lines": [
                {
                    "sku": line.code,
                    "name": line.name,
                    "quantity": line.quantity,
                    "unitPrice": line.price,
                    "lineTotal": line.amount,
                }
                for line in invoice.lines
            ],
        },
    )
