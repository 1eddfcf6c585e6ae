"""Validations on their way to the Data Docs: those that stopped a record one by one, all others of a suite as one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from tandem.quality.verdict import Verdict
from tandem.values import utc_now

ROOM = 20
"""Validations that stopped a record and wait to be published, at most."""


@dataclass(kw_only=True)
class Entry:
    """One page: a batch in which a record was stopped, or all batches of a suite in which none was."""

    suite: str
    result: Callable[[], Any]
    """Gives the library's result, which no batch should wait for."""
    first: datetime
    last: datetime
    records: int
    stopped: bool
    noted: int
    """How many of the batches have a warning."""
    batches: int = 1

    def join(self, newer: Entry) -> None:
        """Stand for a newer one as well; the newest that has a warning is the one that is shown in full."""
        if newer.noted or not self.noted:
            self.result = newer.result
        self.last = newer.last
        self.records += newer.records
        self.noted += newer.noted
        self.batches += newer.batches

    def counts(self) -> dict[str, Any]:
        """What the page says of the batches that it stands for."""
        return {
            "batches": self.batches,
            "batches with a warning": self.noted,
            "records": self.records,
            "first validated": self.first.isoformat(timespec="seconds"),
            "last validated": self.last.isoformat(timespec="seconds"),
        }


class Waiting:
    """What is validated in one thread and published in another."""

    def __init__(self) -> None:
        self._stopped: deque[Entry] = deque(maxlen=ROOM)
        self._passed: dict[str, Entry] = {}
        self._dropped = 0
        self._lock = Lock()

    def add(self, verdict: Verdict, result: Callable[[], Any]) -> None:
        """Keep a validation; of those that stopped a record the oldest makes room, which is counted."""
        now = utc_now()
        entry = Entry(
            suite=verdict.suite,
            result=result,
            first=now,
            last=now,
            records=verdict.records,
            stopped=not verdict.ok,
            noted=int(any(failure.severity == "warning" for failure in verdict.failures)),
        )
        with self._lock:
            self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        if entry.stopped:
            self._dropped += len(self._stopped) == ROOM
            self._stopped.append(entry)
        elif entry.suite in self._passed:
            self._passed[entry.suite].join(entry)
        else:
            self._passed[entry.suite] = entry

    def take(self) -> tuple[list[Entry], int]:
        """All that waits, and how many there was no room for since the last time."""
        with self._lock:
            taken = [*self._stopped, *self._passed.values()], self._dropped
            self._stopped.clear()
            self._passed.clear()
            self._dropped = 0
        return taken

    def give_back(self, entries: list[Entry], dropped: int) -> None:
        """Keep what could not be published, before what came since."""
        with self._lock:
            since = [*self._stopped, *self._passed.values()]
            self._stopped.clear()
            self._passed.clear()
            self._dropped += dropped
            for entry in [*entries, *since]:
                self._keep(entry)
