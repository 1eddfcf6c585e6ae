"""Addresses of an order: which member stands in which column, and when two of them are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from tandem.gateway.models import Address, AddressOut

COLUMNS: Mapping[str, str] = {
    "company": "company",
    "contact": "contact",
    "address1": "address1",
    "address2": "address2",
    "address3": "address3",
    "city": "city",
    "state": "addrstate",
    "postal_code": "zip",
    "country": "country",
    "phone": "phone",
    "email": "email",
}
_PLACE = ("company", "contact", "address1", "address2", "address3", "city", "addrstate", "zip", "country")


def columns_of(address: Address | AddressOut) -> dict[str, str]:
    """The address by Sage Pro's column names, without outer blanks."""
    return {column: str(getattr(address, member)).strip() for member, column in COLUMNS.items()}


def address_of(row: Mapping[str, Any]) -> AddressOut:
    """The address in a row."""
    return AddressOut(**{member: row.get(column, "") for member, column in COLUMNS.items()})


def is_blank(address: Address) -> bool:
    """Whether it says nothing at all."""
    return not any(columns_of(address).values())


def normal(text: str) -> str:
    """What texts of two addresses are compared by: composed letters, single blanks, no case."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def place(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Where goods go, in normal form; telephone and e-mail do not make another place."""
    return tuple(normal(str(row.get(column, ""))) for column in _PLACE)
