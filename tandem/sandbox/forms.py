"""The bodies of the control API."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from tandem.sandbox.shop.cart import Exact, Form, Line, Positive
from tandem.sandbox.shop.payments import PaymentKind


class Edit(Form):
    """A change of an order's lines."""

    quantities: dict[str, Exact] = Field(default_factory=dict)
    add: tuple[Line, ...] = ()
    remove: tuple[str, ...] = ()


class Movement(Form):
    """A movement of money; a capture without an amount takes what is left of the authorisation."""

    kind: PaymentKind
    amount: Positive | None = None
    method: str = "creditCard"
    status: str = Field("success", pattern="^(pending|success|failure)$")
    currency: str | None = None
    parent_id: str | None = None


class Stock(Form):
    """How many there are."""

    available: Exact


class ClockSetting(Form):
    """The moment at which the shop's clock stands."""

    now: AwareDatetime
