"""What is to be told: one change per record, the newest, until the ingress has acknowledged it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tandem.gateway.watch.content import GONE, Contents
from tandem.gateway.watch.kinds import Kind
from tandem.gateway.watch.state import Known

Name = tuple[str, str]
"""Kind and key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A record whose content is not known to be what was told last; `turn` numbers what was told of it."""

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
        self._sent: dict[Name, Known] = {}
        self._wanted: OrderedDict[Name, Change] = OrderedDict()
        self._under_way: dict[Name, Change] = {}
        self._not_before: dict[Name, float] = {}

    def remember(self, kind: Kind, known: Iterable[Known], sent: Iterable[Known] = ()) -> None:
        """What was acknowledged before, and what was sent without that: it goes again. What is known here is newer."""
        rows, marks = list(known), list(sent)
        with self._lock:
            content = self._content.setdefault(kind.name, {})
            for key, value, turn in rows:
                if content.setdefault(key, value) == value and turn:
                    self._turns.setdefault((kind.name, key), turn)
            for mark in marks:
                name = (kind.name, mark.key)
                if name not in self._sent and mark.turn > self._turns.get(name, 0):
                    self._sent[name] = mark
                    self._wanted[name] = self._again(kind, mark)

    def compare(self, kind: Kind, found: Contents) -> list[str]:
        """Takes note of what differs from what was told, or may; gives the keys that are news."""
        with self._lock:
            content = self._content[kind.name]
            busy = {key for name, key in (*self._wanted, *self._sent) if name == kind.name}
            seen = [(key, value) for key, value in found.items() if content.get(key, GONE) != value or key in busy]
            return [key for key, value in seen if self._want(kind, key, value)]

    def missing(self, kind: Kind, found: Contents) -> list[str]:
        """Keys of records that were told of, or where that they are gone is news may have been, and were not found."""
        with self._lock:
            told = [key for key, value in self._content[kind.name].items() if value != GONE and key not in found]
            if not kind.gone:
                return told
            sent = [key for name, key in self._sent if name == kind.name and key not in found]
            return list(dict.fromkeys(told + sent))

    def forget(self, kind: Kind, keys: Iterable[str]) -> None:
        """Nothing is known of these any more."""
        with self._lock:
            for key in keys:
                self._content[kind.name].pop(key, None)
                self._turns.pop((kind.name, key), None)
                self._sent.pop((kind.name, key), None)
                self._drop((kind.name, key))

    def _want(self, kind: Kind, key: str, value: int) -> bool:
        """The newest content of a record; whether that is news.

        So is content that comes back before anything else was told, or while nobody knows what was: an event is read
        late, and may have been read while the other content stood there. A turn that was sent never stands for two
        contents, so no event is taken for another.
        """
        name = (kind.name, key)
        known = Known(key, self._content[kind.name].get(key, GONE), self._turns.get(name, 0))
        last, waits = self._sent.get(name, known), self._wanted.get(name)
        if value == (waits or last).content:
            return False
        self._wanted[name] = Change(
            kind=kind,
            key=key,
            content=value,
            turn=last.turn + 1,
            created=last is known and known.content == GONE,
            noticed=waits.noticed if waits else self._clock(),
        )
        return True

    def _again(self, kind: Kind, mark: Known) -> Change:
        """What was sent by a process that ended, as the same event."""
        created = self._content[kind.name].get(mark.key, GONE) == GONE
        key, content, turn = mark
        return Change(kind=kind, key=key, content=content, turn=turn, created=created, noticed=self._clock())

    def _drop(self, name: Name) -> None:
        self._wanted.pop(name, None)
        self._not_before.pop(name, None)

    def take(self) -> Change | None:
        """The change that waits longest and may be sent now; it is under way until `landed` or `failed`.

        That it may have been sent must be written down before it is.
        """
        now = time.monotonic()
        with self._lock:
            for name, change in self._wanted.items():
                if name not in self._under_way and self._not_before.get(name, 0.0) <= now:
                    self._drop(name)
                    self._under_way[name] = change
                    self._sent[name] = Known(change.key, change.content, change.turn)
                    return change
        return None

    def landed(self, changes: Iterable[Change]) -> None:
        """These were acknowledged, and that is written down."""
        with self._lock:
            for change in changes:
                del self._under_way[change.name]
                self._sent.pop(change.name, None)
                self._content[change.kind.name][change.key] = change.content
                self._turns[change.name] = change.turn

    def failed(self, change: Change, pause: float) -> None:
        """This was not acknowledged, though it may have come: it waits again, for so many seconds at least.

        Something newer of the record takes its place.
        """
        with self._lock:
            del self._under_way[change.name]
            self._wanted[change.name] = self._wanted.pop(change.name, change)
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
        with self._lock:
            return sum(map(len, self._content.values()))
