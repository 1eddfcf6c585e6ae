"""How the stations are retried, named and kept; every task says in one line why its retry is safe."""

from __future__ import annotations

from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from tandem.errors import RateLimited, StoreUnavailable, Unavailable


def outage(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether the other side could not be had: worth another try at once, unless it said how long to wait."""
    return isinstance(state.data, Unavailable) and not isinstance(state.data, RateLimited)


LOCAL: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False, "cache_result_in_memory": False}
"""Work on what is at hand: failing once means failing again, so no retry."""


def store_away(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether our own store could not take it now."""
    return isinstance(state.data, StoreUnavailable)


LASTING: dict[str, Any] = {
    **LOCAL,
    "retries": 4,
    "retry_delay_seconds": [0.2, 1, 2, 4],
    "retry_condition_fn": store_away,
}
"""What must be written down before the lease runs out: a store that is away for a moment is waited for."""

REMOTE: dict[str, Any] = {
    **LOCAL,
    "retries": 2,
    "retry_delay_seconds": [0.5, 2],
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": outage,
}
"""A call to either system: an outage is retried here and then left to the record's own timer; a refusal is not."""
