"""Holds the knobs as they stand and decides, the same way under the same seed, what is hit."""

from __future__ import annotations

import random
import threading
from collections import Counter

from tandem.sandbox.faults.knobs import Knobs, Pick


class Board:
    """Shared by everything that can break; setting knobs starts all counts and dice anew."""

    def __init__(self, knobs: Knobs | None = None) -> None:
        self._lock = threading.Lock()
        self._default = knobs or Knobs()
        self.set(self._default)

    def set(self, knobs: Knobs) -> None:
        """Replaces all knobs."""
        with self._lock:
            self.knobs = knobs
            self._seen: Counter[str] = Counter()
            self._hit: Counter[str] = Counter()
            self._dice: dict[str, random.Random] = {}
            self._waiting_swap: int | None = None

    def reset(self) -> None:
        """Everything works again."""
        self.set(self._default)

    def hits(self, pick: Pick | None, purpose: str, subject: str = "") -> bool:
        """Whether this one is hit; counts it. Each purpose has dice of its own."""
        if pick is None or not _concerns(pick, subject):
            return False
        with self._lock:
            self._seen[purpose] += 1
            if self._seen[purpose] <= pick.skip:
                return False
            if pick.times is not None and self._hit[purpose] >= pick.times:
                return False
            if pick.rate < 1 and self._roll(purpose) >= pick.rate:
                return False
            self._hit[purpose] += 1
            return True

    def counted(self, purpose: str) -> int:
        """Counts one and tells how many that makes."""
        with self._lock:
            self._seen[purpose] += 1
            return self._seen[purpose]

    def swap_with(self, waiting: int | None) -> int | None:
        """Leaves an event to be overtaken, or None, and takes the one that was left before."""
        with self._lock:
            before, self._waiting_swap = self._waiting_swap, waiting
            return before

    def _roll(self, purpose: str) -> float:
        dice = self._dice.setdefault(purpose, random.Random(f"{self.knobs.seed}:{purpose}"))  # noqa: S311 - repeatable on purpose
        return dice.random()


def _concerns(pick: Pick, subject: str) -> bool:
    return not pick.only or any(subject.startswith(start) for start in pick.only)
