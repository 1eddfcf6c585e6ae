"""Postal addresses as Sage Pro keeps them (ARCUST, ARCADR, SOADDR)."""

from __future__ import annotations

from tandem.gateway.models.base import Text, WireIn, WireOut


class Address(WireIn):
    """An address; every member may be left out and is then blank."""

    company: Text = ""
    contact: Text = ""
    address1: Text = ""
    address2: Text = ""
    address3: Text = ""
    city: Text = ""
    state: Text = ""
    postal_code: Text = ""
    country: Text = ""
    phone: Text = ""
    email: Text = ""


class AddressOut(WireOut):
    """An address as it stands in the company."""

    company: str = ""
    contact: str = ""
    address1: str = ""
    address2: str = ""
    address3: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


class ShipTo(AddressOut):
    """A customer's ship-to address (ARCADR)."""

    ship_to_no: str
    default: bool = False
