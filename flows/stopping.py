"""A run that is told to end: it finishes what it has begun, rather than break off in the middle of a statement."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def stoppable() -> Iterator[asyncio.Event]:
    """An event that SIGTERM sets, in place of the exception that Prefect raises wherever the program is just then.

    Prefect sends SIGTERM when a run is cancelled and SIGKILL 30 s later; `tandem up` leaves 15 s. Outside the main
    thread, and on Windows, nobody can listen for signals, and the event is never set.
    """
    stop = asyncio.Event()
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield stop
        return
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGTERM)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    try:
        yield stop
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """So many seconds, or until the run is told to end."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
