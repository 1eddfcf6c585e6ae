"""What a plan is told beside the record itself: what is known, what the company is like, what policy says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.entities.cargo import Known
from tandem.entities.declaration import System
from tandem.entities.state import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the company's own tables and settings say; the same for every record of a run.

    The scales are those of SOTRAN's columns price, disc, qtyord and extprice. A `quantity_scale` of 0 means that
    quantities must be whole. `free_freight_line` asks for a freight line of 0.00 when shipping is free. `price_jump` is
    how many times higher or lower than what the shop shows a price is held for a person (0: never), `zero_prices` lets
    0.00 pass; `create_products` lets the shop be given products that it lacks, `hold_unmatched` brings what has no
    counterpart before a person instead of leaving it aside.
    """

    price_scale: int = 4
    discount_scale: int = 3
    quantity_scale: int = 0
    amount_scale: int = 2
    rounding_limit: Decimal = Decimal("0.05")
    company_currency: str = "USD"
    free_freight_line: bool = False
    price_jump: Decimal = Decimal(10)
    zero_prices: bool = False
    create_products: bool = False
    hold_unmatched: bool = False


Accounts = Callable[[str, Mapping[str, str]], str | None]
"""The account of a kind of amount by store, tax, currency and tender; None if the chart has none."""


def nothing(_name: str) -> Mapping[str, Any]:
    """Where there are no lookups."""
    return {}


def no_account(_kind: str, _facets: Mapping[str, str]) -> str | None:
    """Where there is no chart."""
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """All that surrounds one record while its plan is made.

    `companions` hold the records read beside it, in canonical names: the entity's own sheet brings them there by its
    direction `<companion>_from_<system>` (a shipment's `order_from_clarity` gives the fields of `ShopOrder`).
    `taken` is the demand, by sku and location, that is to be reckoned with; `lookup` gives a lookup of the sheets as a
    whole, `account` the account of a kind of amount. `policy` is the result of the entity's decision table;
    `hold_reason`, `location`, `payment_terms`, `release` and `negative_quantity` are what plans look at. `approved` is
    set when a person let a held record pass: it waives what policy holds, never what does not add up; `proposal` holds
    the figures that a person saw and accepted, if that was about some. `again` is set when a pass before this one did
    not end in a decision, `doubtful` when an earlier pass may have written the record without the answer being known.
    `source` is the side that the record comes from, `found` the number of its counterpart in the target where an equal
    field told it.
    """

    known: Known | None = None
    companions: Mapping[str, Any] = field(default_factory=dict)
    taken: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    lookup: Callable[[str], Mapping[str, Any]] = nothing
    account: Accounts = no_account
    links: Mapping[str, str] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    approved: bool = False
    proposal: Mapping[str, Any] | None = None
    again: bool = False
    source: System | None = None
    found: str | None = None
    doubtful: bool = False

    @property
    def perhaps_written(self) -> bool:
        """Whether the target has the record, or may have it without our knowing."""
        known = self.known
        if known is None:
            return self.doubtful
        return self.doubtful or known.written or known.target is not None or known.state is State.UNKNOWN

    @property
    def hold_reason(self) -> str:
        """Why policy wants a person to look first; empty if it does not or a person has looked."""
        return "" if self.approved else str(self.policy.get("hold_reason") or "")
