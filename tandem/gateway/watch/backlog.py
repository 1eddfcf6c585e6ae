"""What is to be told: one change per record, the newest, until the ingress has acknowledged it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tandem.gateway.watch.content import GONE, Contents
from tandem.gateway.watch.kinds import Kind
from tandem.gateway.watch.state import Known

Name = tuple[str, str]
"""Kind and key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A record whose content is not what was last acknowledged; `turn` is the number of this change of it."""

    kind: Kind
    key: str
    content: int
    turn: int
    created: bool
    noticed: datetime

    @property
    def name(self) -> Name:
        """What it is of."""
        return self.kind.name, self.key


class Backlog:
    """Shared by the thread that looks and the loop that sends."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._content: dict[str, dict[str, int]] = {}
        self._turns: dict[Name, int] = {}
        self._wanted: OrderedDict[Name, Change] = OrderedDict()
        self._under_way: dict[Name, Change] = {}
        self._not_before: dict[Name, float] = {}

    def remember(self, kind: Kind, known: Iterable[Known]) -> None:
        """What was acknowledged before."""
        content = self._content.setdefault(kind.name, {})
        for key, value, turn in known:
            content[key] = value
            if turn:
                self._turns[kind.name, key] = turn

    def compare(self, kind: Kind, found: Contents) -> list[str]:
        """Takes note of what differs from what was acknowledged; gives the keys that are news."""
        content = self._content[kind.name]
        with self._lock:
            busy = {key for name, key in (*self._wanted, *self._under_way) if name == kind.name}
            seen = [(key, value) for key, value in found.items() if content.get(key, GONE) != value or key in busy]
            return [key for key, value in seen if self._want(kind, key, value)]

    def missing(self, kind: Kind, found: Contents) -> list[str]:
        """Keys of records that are known and were not found."""
        return [key for key, value in self._content[kind.name].items() if value != GONE and key not in found]

    def forget(self, kind: Kind, keys: Iterable[str]) -> None:
        """Nothing is known of these any more."""
        with self._lock:
            for key in keys:
                self._content[kind.name].pop(key, None)
                self._turns.pop((kind.name, key), None)
                self._drop((kind.name, key))

    def _want(self, kind: Kind, key: str, value: int) -> bool:
        """The newest content of a record; whether that is news."""
        name = (kind.name, key)
        told = self._content[kind.name].get(key, GONE)
        sent, waits = self._under_way.get(name), self._wanted.get(name)
        if value == (sent.content if sent else told):  # it came back before anybody was told of anything else
            self._drop(name)
            return False
        if waits and value == waits.content:
            return False
        turn = self._turns.get(name, 0) + (2 if sent else 1)
        noticed = waits.noticed if waits else self._clock()
        created = told == GONE and sent is None
        change = Change(kind=kind, key=key, content=value, turn=turn, created=created, noticed=noticed)
        self._wanted[name] = change
        return True

    def _drop(self, name: Name) -> None:
        self._wanted.pop(name, None)
        self._not_before.pop(name, None)

    def take(self) -> Change | None:
        """The change that waits longest and may be sent now; it is under way until `landed` or `failed`."""
        now = time.monotonic()
        with self._lock:
            for name, change in self._wanted.items():
                if name not in self._under_way and self._not_before.get(name, 0.0) <= now:
                    self._drop(name)
                    self._under_way[name] = change
                    return change
        return None

    def landed(self, changes: Iterable[Change]) -> None:
        """These were acknowledged, and that is written down."""
        with self._lock:
            for change in changes:
                del self._under_way[change.name]
                self._content[change.kind.name][change.key] = change.content
                self._turns[change.name] = change.turn

    def failed(self, change: Change, pause: float) -> None:
        """This was not acknowledged and waits again, for so many seconds at least, if nothing newer is known."""
        with self._lock:
            del self._under_way[change.name]
            newest = self._wanted.pop(change.name, change)
            if newest.content != self._content[change.kind.name].get(change.key, GONE):
                self._wanted[change.name] = replace(newest, turn=change.turn)
                self._not_before[change.name] = time.monotonic() + pause

    def __len__(self) -> int:
        """How many records are still to be told of."""
        return len(self._wanted) + len(self._under_way)

    def oldest(self) -> datetime | None:
        """When the change that waits longest was noticed."""
        with self._lock:
            return min((c.noticed for c in (*self._wanted.values(), *self._under_way.values())), default=None)

    @property
    def size(self) -> int:
        """Records that are watched."""
        return sum(map(len, self._content.values()))
