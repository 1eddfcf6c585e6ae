"""A postal address in one normal form, with the original kept beside it."""

from __future__ import annotations

from pydantic import Field

from tandem.entities.declaration import Canonical


class Address(Canonical):
    """Normal form: ISO 3166 country, region code within the country, the country's own postcode form.

    Empty means absent. `original` holds the fields as the source sent them.
    """

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    line3: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    original: dict[str, str | None] = Field(default_factory=dict)
