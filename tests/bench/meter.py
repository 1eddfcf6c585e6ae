"""CPU time and memory of trees of processes, as Linux counts them."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROCESSES = Path("/proc")
EVERY = 0.5
"""Seconds between two looks at the memory; asking the kernel for it costs milliseconds itself."""


@dataclass(frozen=True)
class Times:
    """Seconds of CPU: the process's own, and of its children that have ended."""

    parent: int
    own: float
    ended: float


def processes() -> dict[int, Times]:
    """All processes that run now."""
    found = {}
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text()
        except OSError:
            continue  # it ended meanwhile
        fields = text.rpartition(")")[2].split()
        user, system, ended_user, ended_system = (int(value) / TICKS for value in fields[11:15])
        found[int(folder.name)] = Times(int(fields[1]), user + system, ended_user + ended_system)
    return found


def tree(root: int, running: Mapping[int, Times]) -> list[int]:
    """The process and all that it started, children of children included."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for pid, times in running.items():
        children[times.parent].append(pid)
    found = [root] if root in running else []
    for pid in found:  # grows while it is walked
        found += children[pid]
    return found


def pss_mib(pid: int) -> tuple[float, float]:
    """Memory of a process in MiB: its share of what it shares with others, and all that it sees (resident)."""
    try:
        lines = (PROCESSES / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines[1:])}
    return kib.get("Pss", 0) / 1024, kib.get("Rss", 0) / 1024


@dataclass
class Meter:
    """The processes of one stage by name; under `worker` the flow runs count apart, as `drain`."""

    roots: Callable[[], Mapping[str, int]]
    peak: float = 0.0
    peak_resident: float = 0.0
    at_peak: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU so far, by name."""
        running, spent = processes(), dict[str, float]()
        for name, root in self.roots().items():
            below = tree(root, running)
            if name == "worker" and below:
                spent["worker"] = running[root].own
                spent["drain"] = running[root].ended + sum(running[p].own + running[p].ended for p in below[1:])
            else:
                spent[name] = sum(running[pid].own + running[pid].ended for pid in below)
        return spent

    def memory(self) -> dict[str, float]:
        """MiB in use now, by name; keeps the highest sum."""
        running, used, resident = processes(), dict[str, float](), 0.0
        for name, root in self.roots().items():
            for pid in tree(root, running):
                own = "drain" if name == "worker" and pid != root else name
                share, rss = pss_mib(pid)
                used[own] = used.get(own, 0.0) + share
                resident += rss
        if sum(used.values()) > self.peak:
            self.peak, self.at_peak = sum(used.values()), used
        self.peak_resident = max(self.peak_resident, resident)
        return used

    def forget(self) -> None:
        """The peak starts anew."""
        self.peak = self.peak_resident = 0.0

    def __enter__(self) -> Meter:
        """Watch the memory from now on."""
        self._thread = threading.Thread(target=self._watch, name="meter", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            self.memory()
            self._stop.wait(max(EVERY, 20 * (time.monotonic() - began)))  # at most a twentieth of one CPU


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds between two readings, by name."""
    return {name: value - before.get(name, 0.0) for name, value in after.items()}
