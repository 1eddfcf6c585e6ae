"""Where the shop's stock is not what would be published: of which kind that is, and whether it may be put right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from tandem.rules.stock import in_units
from tandem.values import ZERO


class Kind(StrEnum):
    """What a difference is, told by what explains it first."""

    UNMAPPED = "unmapped location"
    REFUSED = "not understood"
    IN_FLIGHT = "in flight"
    LAG = "lag"
    MISSING_IN_SHOP = "missing in shop"
    MISSING_IN_SAGE = "missing in Sage Pro"
    UNIT = "unit"
    DRIFT = "drift"


PASSES = frozenset({Kind.IN_FLIGHT, Kind.LAG})
"""What the line or the next look settles by itself."""

CORRECTABLE = frozenset({Kind.DRIFT, Kind.UNIT, Kind.MISSING_IN_SHOP})
"""What publishing once more puts right."""

ONE = Decimal(1)

DECIMALS = 6
"""Decimals of a quantity that a comparison keeps exactly; more are refused, never rounded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One item at one location as Sage Pro keeps it, in its stocking unit; `pack` of these are one of the shop's.

    `key` is the item and the shop's location by which both sides are matched. `available` is less Sage Pro's own
    allocations, `computed` less all open sales orders; `demand` is what was taken and was not in its books when the
    stock was read. `pieces` is set where parts and kits decide about each other, in place of these three. `safety` is
    held back. Of what is not `sold` nothing is offered; what is not `due` the shop need not have. `refused` is the kind
    of what cannot be compared, and `why` the sentence to it. `changed` is the moment of the last change in whole
    seconds since 1970, None if nobody stamped it.
    """

    key: str
    item: str
    location: str
    on_hand: Decimal = ZERO
    available: Decimal = ZERO
    computed: Decimal = ZERO
    demand: Decimal = ZERO
    pieces: Decimal | None = None
    safety: Decimal = ZERO
    pack: Decimal = ONE
    sold: bool = True
    due: bool = True
    refused: str = ""
    why: str = ""
    changed: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One product at one location as the shop shows it, in the shop's unit; `key` and `changed` as in Kept."""

    key: str
    sku: str
    location: str
    available: Decimal
    changed: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """When each picture was begun, in whole seconds since 1970 and less what clocks may differ.

    A stamp beyond `latest`, the present moment and what clocks may differ, says nothing of when a record changed.
    """

    sage: int
    shop: int
    latest: int


def expected(kept: Kept, decimals: int = 0) -> Decimal:
    """What would be published of it, in the shop's unit: as `tandem.rules.stock` plans it."""
    if not kept.sold:
        return ZERO
    pieces = min(kept.available, kept.computed) - kept.demand if kept.pieces is None else kept.pieces
    return in_units(pieces - kept.safety, kept.pack, decimals=decimals)


def kind_of(kept: Kept | None, shown: Shown | None, taken: Taken, *, decimals: int = 0) -> Kind | None:
    """Of which kind the difference is as far as both pictures tell; None where there is none."""
    if kept is not None and kept.refused:
        return Kind(kept.refused)
    if kept is not None and _agree(kept, shown, decimals):
        return None
    if _later(kept, taken.shop, taken.latest) or _later(shown, taken.sage, taken.latest):
        return Kind.LAG
    if shown is None:
        return Kind.MISSING_IN_SHOP
    if kept is None:
        return Kind.MISSING_IN_SAGE
    single = kept.pack != 1 and shown.available == expected(replace(kept, pack=ONE), decimals)
    return Kind.UNIT if single else Kind.DRIFT


def _agree(kept: Kept, shown: Shown | None, decimals: int) -> bool:
    """Whether the shop shows what it should; it need not have what is not due there."""
    return not kept.due if shown is None else shown.available == expected(kept, decimals)


def _later(side: Kept | Shown | None, moment: int, latest: int) -> bool:
    """Whether this side changed after the other's picture was begun, so that the two tell of different times."""
    return side is not None and side.changed is not None and moment <= side.changed <= latest


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a person allows to be corrected without asking again; all zero allows nothing.

    `each` is the largest correction of one item at one location and `total` the largest sum of them in one run, in the
    shop's units; `share` is the largest part of all that was compared that may need a correction (0.01: one in a
    hundred).
    """

    each: Decimal = ZERO
    share: Decimal = ZERO
    total: Decimal = ZERO

    @property
    def any(self) -> bool:
        """Whether anything may be corrected at all."""
        return self.each > 0 and self.share > 0 and self.total > 0


def too_much(limits: Limits, *, compared: int, differing: int, total: Decimal) -> str:
    """Why nothing of a run may be corrected; empty if the run as a whole is within the limits.

    Args:
        limits: what a person allows.
        compared: rows that either side has.
        differing: rows that a correction could put right, those beyond `limits.each` included: a picture that is
            wrong in many places is itself in doubt.
        total: the sum of the corrections that are each within the limit, without their signs.
    """
    if not limits.any:
        return "no limits are set within which corrections may be made"
    if differing > limits.share * compared:
        return f"{differing} of {compared} differ, which is more than the share of {limits.share} that may be corrected"
    if total > limits.total:
        return f"the corrections add up to {total.normalize():f}, and {limits.total} may be corrected in one run"
    return ""


def too_large(limits: Limits, difference: Decimal) -> str:
    """Why one difference may not be corrected by itself; empty if it is within the limit."""
    if abs(difference) > limits.each:
        size = f"{abs(difference).normalize():f}"
        return f"a correction of {size} is more than the {limits.each} that one item may be corrected by"
    return ""
