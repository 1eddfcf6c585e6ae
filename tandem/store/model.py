"""What goes into the store and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tandem.entities.cargo import Message
from tandem.entities.declaration import System
from tandem.entities.state import Fault, State
from tandem.entities.takes import Need


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Word that a record may have changed; `entity` None for a type that nobody declared, `key` None if unnamed.

    `body` is the record as the event carried it, None for a thin event. `needs` is what the record takes from stock,
    None where its content is not at hand. Higher `priority` goes first.
    """

    connection: str
    company: str
    source: System
    event_id: str
    event_type: str
    entity: str | None
    key: str | None
    received_at: datetime
    version: str | None = None
    body: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    priority: int = 0
    needs: tuple[Need, ...] | None = None


@dataclass(frozen=True, slots=True)
class PutResult:
    """How many events were new and how many had been stored before."""

    stored: int
    duplicates: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SettleReport:
    """What settling did; `lost` are the messages whose lease another drain had taken: nothing of them was written."""

    settled: int
    lost: tuple[Message, ...] = ()
    states: Mapping[State, int] = field(default_factory=dict)
    letters_opened: int = 0
    letters_closed: int = 0
    woken: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The present state of one record; `number` is what people call it at its source, `target` in the other system."""

    id: int
    connection: str
    company: str
    entity: str
    source: System
    key: str
    state: State
    number: str | None
    target: str | None
    version: str | None
    content_hash: str | None
    payload_hash: str | None
    payload: dict[str, Any] | None
    amount: Decimal | None
    currency: str | None
    reason: str
    fault: Fault | None
    first_seen: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the ledger: what one pass made of a record."""

    at: datetime
    state: State
    reason: str
    fault: Fault | None
    target: str | None
    version: str | None
    amount: Decimal | None
    currency: str | None
    flow_run_id: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterVersion:
    """One thing that happened to a letter: `action` is edited, source-changed, returned, replayed or given-up."""

    version: int
    action: str
    who: str
    at: datetime
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A record that a person must look at; `original` is never overwritten, `payload` is what a replay would use."""

    id: int
    connection: str
    company: str
    entity: str
    source: System
    key: str
    number: str | None
    state: State
    reason: str
    fault: Fault | None
    attempts: int
    version: int
    edited: bool
    original: dict[str, Any] | None
    payload: dict[str, Any] | None
    document: dict[str, Any] | None
    detail: dict[str, Any]
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    closed_how: str
    history: tuple[LetterVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a sweep has come: the time of the last record and its id among those of the same time."""

    time: datetime
    id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """Word to a person, kept until it was sent; `count` is how often it happened meanwhile."""

    id: int
    connection: str
    key: str
    title: str
    text: str
    count: int
    attempts: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Drain:
    """A live run that is taking these entities; trusted until `until` unless it beats again."""

    owner: str
    connection: str | None
    entities: frozenset[str]
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """The whole at a glance; `counts` is {connection: {entity: {state: records}}}.

    `waiting` is {connection: {entity: keys with work to do}}; `lag_seconds` is the age of the oldest event that a
    drain could take now.
    """

    at: datetime
    counts: Mapping[str, Mapping[str, Mapping[State, int]]]
    waiting: Mapping[str, Mapping[str, int]]
    leased: int
    postponed: int
    oldest_waiting: datetime | None
    lag_seconds: float
    open_letters: int
    unsent_alerts: int
    counters: Mapping[str, Mapping[str, int]]
    drains: tuple[Drain, ...]
