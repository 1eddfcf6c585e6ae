"""One difference as the report has it, and what the differences of one kind come to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tandem.rules.stock_differences import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One difference as it stands in the report; quantities that a side does not have are None.

    `difference` is how much the shop shows above what would be published, in the shop's unit. `decision` is `correct`,
    `hold` or empty (nothing is to be done), and `why` says so to a person.
    """

    key: str | None
    item: str
    location: str
    kind: Kind
    on_hand: Decimal | None
    available: Decimal | None
    computed: Decimal | None
    demand: Decimal | None
    pieces: Decimal | None
    safety: Decimal | None
    pack: Decimal | None
    expected: Decimal | None
    shown: Decimal | None
    difference: Decimal
    decision: str
    why: str


HOLD, CORRECT = "hold", "correct"

COLUMNS = tuple(Difference.__slots__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """How many differences there are of a kind, and what they add up to without their signs."""

    kind: Kind
    rows: int
    quantity: Decimal
    held: int = 0
    corrected: int = 0
