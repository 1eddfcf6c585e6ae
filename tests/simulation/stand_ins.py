"""What stands in for Prefect and Great Expectations, and where the log goes."""

import asyncio
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from prefect import Task

from tandem.quality.verdict import Verdict
from tests.simulation.dice import Dice
from tests.simulation.processes import CURRENT, point


class PassThrough:
    """In place of the gate of Great Expectations, which holds no state and costs 76 ms a call: lets everything pass."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def warm(self, *_: Any) -> None:
        """Nothing to load."""

    def publish(self) -> None:
        """Nothing to show."""

    def check(self, suite: str, rows: Any, *, keys: Any, record: bool = True) -> Verdict:
        """No failures."""
        return Verdict(suite=suite, records=len(rows), expectations=0, met=0)


class Heard(logging.Handler):
    """What the code logs stands in the trace."""

    def __init__(self, world: Any) -> None:
        super().__init__(logging.INFO)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        """One line; errors with the name of what was raised."""
        error = f" ({record.exc_info[1]!r})" if record.exc_info else ""
        self._world.trace(f"log {record.name}: {record.getMessage()}{error}")


class RunName:
    """`runtime.flow_run` of the process that asks."""

    @property
    def name(self) -> str:
        """Of the run."""
        process = CURRENT.get()
        return process.name if process else "run"

    @property
    def id(self) -> str:
        """The same word: a run has one process."""
        return self.name


def plain(task: Task[Any, Any], dice: Dice) -> Callable[..., Any]:
    """The task's own function, with its retries."""
    delays = task.retry_delay_seconds
    waits = list(delays) if isinstance(delays, list | tuple) else [delays or 0]

    async def call(*arguments: Any, **options: Any) -> Any:
        for attempt in range(task.retries + 1):
            point("before a station")
            try:
                return await task.fn(*arguments, **options)
            except Exception as error:
                again = task.retry_condition_fn
                state: Any = SimpleNamespace(data=error)
                if attempt == task.retries or again is None or not again(task, None, state):  # type: ignore[arg-type]
                    raise
            await asyncio.sleep(waits[min(attempt, len(waits) - 1)] * dice.between(1, 1.5))
        raise AssertionError("the last try returns or raises")

    call.fn, call.retries = call, 0  # type: ignore[attr-defined]
    return call
