"""Watches over the processes of one supervisor and ends them when it is gone, however it went.

Run as a program with a mark: everything that the supervisor starts carries that mark in its environment, and so does
everything that those start, in whatever session or process group. Standard input is the supervisor's line of life: it
closes when the supervisor ends, also by `kill -9`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

MARK = "TANDEM_SUPERVISOR"
PROCESSES = Path("/proc")


def marked(mark: str) -> list[int]:
    """The running processes that carry the mark; none on a system without /proc."""
    sought = f"{MARK}={mark}".encode()
    found = []
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            if sought in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # ended meanwhile, or another user's
    return [pid for pid in found if pid != os.getpid()]


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to those that still run."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end(mark: str, grace: float) -> int:
    """End every marked process: asked first, forced after the grace; says how many had to be forced."""
    signal_all(marked(mark), signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    forced = len(left)
    while left:
        signal_all(left, signal.SIGKILL)
        time.sleep(0.05)
        left = marked(mark)
    return forced


def watch(mark: str, grace: float) -> None:
    """Wait for the line of life to close, then end what is left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while sys.stdin.buffer.read(4096):
        pass
    end(mark, grace)


if __name__ == "__main__":
    watch(sys.argv[1], float(sys.argv[2]))
