"""Chance, all of it from one seed."""

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Random draws of one purpose; another purpose has its own, so that one more draw here changes nothing there."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._random = random.Random(f"{seed}:{purpose}")

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability

    def between(self, low: float, high: float) -> float:
        """A number of the range, each as likely."""
        return self._random.uniform(low, high)

    def whole(self, low: int, high: int) -> int:
        """A whole number of the range, both ends included."""
        return self._random.randint(low, high)

    def scale(self, low: float, high: float) -> float:
        """A number of the range, each order of magnitude as likely."""
        return math.exp(self._random.uniform(math.log(low), math.log(high)))

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return self._random.choice(values)

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """So many of the values, in any order."""
        return self._random.sample(values, min(count, len(values)))
