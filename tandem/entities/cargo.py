"""A record on its way along the line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tandem.entities.declaration import Canonical, System
from tandem.entities.state import Fault, Outcome, State
from tandem.entities.takes import Need

EMBEDDED = "embedded:"
"""Event types of parents that travel inside their child's record; the sheet's direction follows."""

APPROVED = "approved"
"""Type of the event by which a person lets a record pass that policy holds."""

PROPOSED = "proposed:"
"""Beginning of the type, and of the key, of letters about what a comparison would write; its entity follows."""

KIN = ".kin"
"""End of the type of events by which one record has another decided again that hangs on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """All that waits in the inbox for one record, folded into one: the record is read again anyway.

    `ids` are the inbox rows, oldest first. `version` is the newest that the events carried, None where one of them
    told of no version: it may tell of anything. `body` is the body of the newest event (None for a thin one).
    `attempts` counts earlier passes of the line, `cuts` those of them in a row whose process ended before they did.
    `edited` is a payload that an operator put in place of the source record.
    """

    ids: tuple[int, ...]
    connection: str
    company: str
    entity: str
    source: System
    key: str
    event_type: str
    received_at: datetime
    version: str | None = None
    body: dict[str, Any] | None = None
    attempts: int = 0
    cuts: int = 0
    first_received_at: datetime | None = None
    edited: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the store remembers of a record before this pass."""

    state: State
    version: str | None = None
    content_hash: str | None = None
    payload_hash: str | None = None
    target: str | None = None
    payload: dict[str, Any] | None = None
    manual_link: bool = False
    written: bool = False
    given_up: Outcome | None = None
    fault: Fault | None = None

    @property
    def perhaps_sent(self) -> bool:
        """Whether the target may hold it: a payload is kept of what was, or may have been, written.

        Of a pass that broke nothing is kept but that nobody knows how far it came.
        """
        return self.state is State.UNKNOWN or self.fault is Fault.UNKNOWN or self.payload_hash is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceLine:
    """How one target field came about: `kind` is mapped, default, truncated, substituted, removed or looked-up."""

    target: str
    source: str
    kind: str = "mapped"
    note: str = ""


class Written(NamedTuple):
    """What was written of a record earlier in the same pass, and what came of it."""

    outcome: Outcome | None
    document: Canonical | None
    payload: dict[str, Any] | None
    payload_hash: str | None


@dataclass(kw_only=True, slots=True)
class Cargo:
    """One record and all that the stations have learnt of it; `outcome` is set once it is decided.

    `found` is the number of its counterpart in the target that an equal field told, or that is its own by nature.
    `taken` is the demand, by sku and location, that is to be reckoned with; `needs` is what the record itself takes.
    """

    message: Message
    known: Known | None = None
    record: dict[str, Any] | None = None
    canonical: Canonical | None = None
    companions: dict[str, Any] = field(default_factory=dict)
    taken: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    found: str | None = None
    links: dict[str, str] = field(default_factory=dict)
    document: Canonical | None = None
    payload: dict[str, Any] | None = None
    trace: list[TraceLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    version: str | None = None
    content_hash: str | None = None
    payload_hash: str | None = None
    needs: tuple[Need, ...] | None = None
    written: Written | None = None
    outcome: Outcome | None = None

    @property
    def open(self) -> bool:
        """Whether no station has decided yet."""
        return self.outcome is None

    def take(self, other: Cargo) -> None:
        """Become what another pass made of the same record."""
        for slot in self.__slots__:
            setattr(self, slot, getattr(other, slot))
