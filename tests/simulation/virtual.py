"""Virtual time: an event loop whose clock jumps to the next timer, and the wall clocks that go with it."""

import asyncio
import heapq
from asyncio import base_events
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import time_machine

from tests.simulation.processes import CURRENT

EPOCH = datetime(2026, 3, 2, 6, tzinfo=UTC)
"""Monday of the simulated week, before the shop opens."""

RESOLUTION = 1e-6


class Deadlock(RuntimeError):
    """Nothing is ready and no timer is set, so nothing would ever happen again."""


class VirtualLoop(base_events.BaseEventLoop):
    """Runs what is ready; when nothing is, the clock jumps. No sockets, no threads, no real waiting.

    `steps` counts what was run. `gate` says from when on a callback may run, None for never: what belongs to a dead
    process may not; `alive` says so of a context. `tick` is told each new time, in seconds since the start.
    """

    def __init__(
        self,
        gate: Callable[[asyncio.Handle], float | None],
        alive: Callable[[Context], bool],
        tick: Callable[[float], None],
    ) -> None:
        super().__init__()
        self._now = 0.0
        self._gate = gate
        self._put_off = 0
        self._may_close = alive
        self._owners: dict[int, Context] = {}
        self._tick = tick
        self.steps = 0

    def time(self) -> float:
        """Virtual seconds since the start."""
        return self._now

    def _run_once(self) -> None:
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        ready: Any = self._ready  # type: ignore[attr-defined]
        while scheduled and scheduled[0].cancelled():
            heapq.heappop(scheduled)._scheduled = False  # type: ignore[attr-defined]
        if not ready:
            self._jump(scheduled)
        while scheduled and scheduled[0].when() <= self._now + RESOLUTION:
            due = heapq.heappop(scheduled)
            due._scheduled = False  # type: ignore[attr-defined]
            ready.append(due)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                self._run_or_not(handle)

    def _run_or_not(self, handle: asyncio.Handle) -> None:
        """Now, or when its process goes on again, or never."""
        frozen = self._gate(handle)
        if frozen is None:
            return
        if frozen > self._now:
            self._put_off += 1
            moment = frozen + self._put_off * RESOLUTION * 2  # in the order in which they were ready
            self.call_at(moment, self._resume, handle, context=Context())
            return
        self.steps += 1
        handle._run()

    def _resume(self, handle: asyncio.Handle) -> None:
        if not handle.cancelled():
            self._run_or_not(handle)

    def _jump(self, scheduled: list[asyncio.TimerHandle]) -> None:
        if self._stopping:  # type: ignore[attr-defined]
            return
        if not scheduled:
            raise Deadlock("nothing is ready and no timer is set")
        if scheduled[0].when() > self._now:
            self._now = scheduled[0].when()
            self._tick(self._now)

    def _asyncgen_firstiter_hook(self, generator: Any) -> None:
        self._owners[id(generator)] = copy_context()

    def _asyncgen_finalizer_hook(self, generator: Any) -> None:
        """A generator that was left half-way is closed by its own process, if that is still alive."""
        owner = self._owners.pop(id(generator))
        if self._may_close(owner):
            self.create_task(generator.aclose(), context=owner)

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: Any) -> None:
        """Kept by the process that asks: signals are sent by the simulator alone."""
        process = CURRENT.get()
        if process is not None:
            process.at_signal = partial(callback, *args)

    def remove_signal_handler(self, sig: int) -> bool:
        """Forgotten again."""
        process = CURRENT.get()
        if process is not None:
            process.at_signal = None
        return True

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        return None

    def _process_events(self, event_list: Any) -> None:
        return None

    def _write_to_self(self) -> None:
        return None


class Clock:
    """The wall clock of the simulated world; it moves with the loop."""

    def __init__(self, traveller: Any) -> None:
        self._traveller = traveller
        self._start = EPOCH.timestamp()
        self.seconds = 0.0

    def tick(self, seconds: float) -> None:
        """The loop has jumped."""
        self.seconds = seconds
        self._traveller.move_to(self._start + seconds, tick=False)

    def stamp(self) -> str:
        """Day, hour, minute and second of the week, for traces."""
        day, rest = divmod(self.seconds, 86_400)
        hour, rest = divmod(rest, 3600)
        minute, second = divmod(rest, 60)
        return f"{day:.0f}d {hour:02.0f}:{minute:02.0f}:{second:06.3f}"

    def time_module(self) -> SimpleNamespace:
        """What stands in for the `time` module where the code under test reads a clock."""
        return SimpleNamespace(
            monotonic=lambda: self.seconds,
            perf_counter=lambda: self.seconds,
            time=lambda: self._start + self.seconds,
            sleep=_no_sleep,
        )


def _no_sleep(seconds: float) -> None:
    raise AssertionError(f"the simulated code blocks the loop for {seconds} s")


@contextmanager
def virtual_clock() -> Iterator[Clock]:
    """Wall clocks stand still at EPOCH until `tick` moves them."""
    with time_machine.travel(EPOCH, tick=False) as traveller:
        yield Clock(traveller)
