"""One week as a job that a worker process can take."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import lru_cache

from tests.simulation.systems import Systems
from tests.simulation.world import Result, World

LEFT_LYING = 4
"""Weeks whose garbage is collected together: some 5 MB each, and a collection costs a twentieth of a week."""


@lru_cache(maxsize=1)
def systems() -> Systems:
    """Both systems, built once for a process."""
    made = Systems()
    gc.collect()
    gc.freeze()  # modules and applications are never garbage
    return made


@dataclass(frozen=True, kw_only=True)
class Week:
    """Which week to live through, and what is broken in it."""

    seed: int
    planted: str | None = None
    trace: bool = False

    def __call__(self) -> Result:
        """Live through it; garbage is collected between weeks, which costs a tenth less than within them."""
        both = systems()
        gc.disable()
        try:
            return World(self.seed, both, keep=self.trace, planted=self.planted).run()
        finally:
            gc.enable()
            if self.seed % LEFT_LYING == 0:
                gc.collect()


def play(week: Week) -> Result:
    """For a pool of processes."""
    return week()
