"""Simulated processes: who runs, and how one dies between any two awaits and around every transaction."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from typing import Any

from tests.simulation.dice import Dice

CURRENT: ContextVar["Process | None"] = ContextVar("process", default=None)

NOBODY = Context()
"""The context of what belongs to no process: wires, schedules, people."""


class Killed(BaseException):
    """The process that runs this is dead: nothing of it may have an effect any more."""


AWAIT = "between two awaits"

STORE_WRITES = ("before a write of the store", "after a transaction of the store")
"""Places between which something is half done."""


@dataclass
class Fuse:
    """After how many more steps a process is killed; every resumption and every point is one, or only these places."""

    steps: int
    places: tuple[str, ...] = ()

    def burnt(self, place: str) -> bool:
        """Another step."""
        if not self.places or place in self.places:
            self.steps -= 1
        return self.steps < 0


class Process:
    """One process with its tasks; `fuse` says when it is killed (None: it lives on)."""

    def __init__(self, system: "Processes", name: str, kind: str, fuse: Fuse | None) -> None:
        self.system = system
        self.name = name
        self.kind = kind
        self.alive = True
        self.fuse = fuse
        self.tasks: list[tuple[asyncio.Task[Any], Context]] = []
        self.at_death: list[Callable[[], None]] = []
        self.at_signal: Callable[[], object] | None = None
        self.frozen_until = 0.0
        self.context = copy_context()
        self.context.run(CURRENT.set, self)

    def spawn(self, work: Coroutine[Any, Any, Any], name: str = "") -> asyncio.Task[Any]:
        """Start a task of this process."""
        return asyncio.get_running_loop().create_task(work, name=name or self.name, context=self.context.copy())

    def point(self, place: str) -> None:
        """A place where the process may die.

        Raises:
            Killed: it does, or is dead already.
        """
        if self.alive and self.fuse and self.fuse.burnt(place):
            self.kill(place)
        if not self.alive:
            raise Killed(self.name)

    def kill(self, place: str) -> None:
        """`kill -9`: what it was doing is thrown away where it stands."""
        if not self.alive:
            return
        self.alive = False
        self.system.trace(f"KILLED {self.name} {place}")
        self.system.count(f"kill {self.kind}: {place}")
        running = asyncio.current_task()
        for task, context in self.tasks:
            if task is not running and not task.done():
                _throw_away(task, context)
        for told in self.at_death:
            told()

    def freeze(self, seconds: float) -> None:
        """It is stopped for a while, as by SIGSTOP, a paused machine or a disk that hangs."""
        if self.alive:
            self.system.trace(f"FROZEN {self.name} for {seconds:.0f} s")
            self.system.count(f"frozen: {self.kind}")
            self.frozen_until = asyncio.get_running_loop().time() + seconds

    def terminate(self) -> None:
        """SIGTERM, and SIGKILL if it is still there half a minute later."""
        if self.alive:
            self.system.trace(f"SIGTERM to {self.name}")
            self.system.count(f"sigterm: {self.kind}")
            if self.at_signal is None:
                self.kill("by SIGTERM, which it does not listen for")
            else:
                self.context.run(self.at_signal)
                asyncio.get_running_loop().call_later(30, self.kill, "half a minute after SIGTERM", context=NOBODY)

    def end(self) -> None:
        """It came to its own end."""
        self.alive = False


def _throw_away(task: asyncio.Task[Any], context: Context) -> None:
    """Unwind the coroutine inside its own dead context, so that no `finally` of it reaches anything."""
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    coroutine: Any = task.get_coro()
    if not inspect.iscoroutine(coroutine):  # the `aclose` of a generator
        coroutine.close()
        return
    while inspect.getcoroutinestate(coroutine) != inspect.CORO_CLOSED:
        try:
            context.run(coroutine.throw, Killed(task.get_name()))  # it may wait in a `finally`: then that is next
        except (Killed, StopIteration, Exception, BaseExceptionGroup):
            continue


class Processes:
    """All processes of one world."""

    def __init__(self, dice: Dice, trace: Callable[[str], None], count: Callable[[str], None]) -> None:
        self.dice = dice
        self.trace = trace
        self.count = count
        self.all: list[Process] = []

    def end(self) -> None:
        """The world ends: nothing of it may go on in the next one."""
        for process in self.all:
            process.alive = False
            for task, context in process.tasks:
                _throw_away(task, context)

    def start(self, name: str, kind: str, fuse: Fuse | None = None) -> Process:
        """A new process."""
        self.all.append(Process(self, name, kind, fuse))
        return self.all[-1]

    @staticmethod
    def gate(handle: asyncio.Handle) -> float | None:
        """The gate of the loop: nothing of a dead process is resumed, and each resumption burns its fuse."""
        process = handle._context.get(CURRENT)  # type: ignore[attr-defined]
        if process is None:
            return 0.0
        if process.alive and process.fuse and process.fuse.burnt(AWAIT):
            process.kill(AWAIT)
        return process.frozen_until if process.alive else None

    @staticmethod
    def alive(context: Context) -> bool:
        """Whether the process of a context lives; what belongs to none always does."""
        process = context.get(CURRENT)
        return process is None or process.alive

    @staticmethod
    def factory(
        loop: asyncio.AbstractEventLoop, coroutine: Any, context: Context | None = None, **options: Any
    ) -> asyncio.Task[Any]:
        """The loop's task factory: remembers which process a task belongs to."""
        context = copy_context() if context is None else context  # an empty one is false
        task = asyncio.Task(coroutine, loop=loop, context=context, **options)
        process = context.get(CURRENT)
        if process is not None and not process.alive:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coroutine.close()
        elif process is not None:
            process.tasks.append((task, context))
            task.add_done_callback(_note, context=context)
        return task


def _note(task: asyncio.Task[Any]) -> None:
    """Forget a task that has ended; what it raised is told to whoever awaits it."""
    process = CURRENT.get()
    if process is not None:
        process.tasks = [entry for entry in process.tasks if entry[0] is not task]
        if not task.cancelled():
            task.exception()


def point(place: str) -> None:
    """A place where the process that runs this may die."""
    process = CURRENT.get()
    if process is not None:
        process.point(place)
