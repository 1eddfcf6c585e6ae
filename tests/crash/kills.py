"""Who is killed when: each of the seven in turn, in an order and after pauses that the seed decides."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from tandem.cli import guardian, services
from tandem.cli.processes import Supervisor
from tandem.gateway.watch.health import file_of
from tandem.settings import Settings
from tests.crash.reading import Reader

DRAIN, WATCHER = "drain", "watcher"
VICTIMS = ("prefect", "worker", "gateway", WATCHER, "sandbox", "ingress", DRAIN)
ENGINES = (b"prefect.engine", b"prefect.runner._workspace_supervisor")
"""What the worker runs a flow run with; the second becomes the first while it starts."""

WAIT = 180.0
"""Seconds after which a process that should be back counts as not coming back."""

LOOK = 0.05


LANES = ("order", "stock")
"""What is drained by runs of its own; each is killed at its work."""

HOLDING = "select distinct lease_owner from queue where lease_owner is not null and entity = '{lane}'"
PASSED = "select distinct owner from ledger where entity = '{lane}' and id > {last}"
LAST = "select coalesce(max(id), 0) from ledger"
RUN = b"PREFECT__FLOW_RUN_ID="


class Moment(Enum):
    """How far a process has come when its last seconds begin: in its start, with work in hand, after some of it."""

    THERE = 1
    AT_WORK = 2
    WORKED = 3


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One kill; `absent` means that the process did not come back in time and there was nothing to kill."""

    number: int
    process: str
    pid: int | None
    seconds: float
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def absent(self) -> bool:
        return self.pid is None


@dataclass
class Killer:
    """Kills under one supervisor; `state` tells how things stand at a kill, `told` hears of each."""

    supervisor: Supervisor
    now: Settings
    seed: int
    victims: tuple[str, ...]
    store: Reader
    state: Callable[[], dict[str, Any]]
    told: Callable[[Kill], None]
    alive: Callable[[], None]
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Throws with its own dice."""
        self._dice = random.Random(self.seed)

    def kill(self, total: int) -> Counter[str]:
        """So many kills; gives how many of each process."""
        dice = self._dice
        done: Counter[str] = Counter()
        number = 0
        while number < total:
            for victim in dice.sample(self.victims, len(self.victims))[: total - number]:
                number += 1
                moment = dice.choices((Moment.THERE, Moment.AT_WORK, Moment.WORKED), (2, 3, 5))[0]
                pause = dice.uniform(0.0, 0.3) if dice.random() < 0.4 else dice.uniform(0.3, 2.5)
                pid = self._find(victim, moment)
                self._tend(pause)
                pid = pid if pid is not None and _running(pid) else self._find(victim, Moment.THERE)
                state = self.state()
                if pid is not None:
                    os.kill(pid, signal.SIGKILL)
                    done[victim] += 1
                self.told(Kill(number=number, process=victim, pid=pid, seconds=self._seconds(), state=state))
        return done

    def tend(self) -> None:
        """Look after the services once, and stop if the load has."""
        self.supervisor.tend()
        self.alive()

    def _seconds(self) -> float:
        return round(time.monotonic() - self.began, 2)

    def _tend(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.tend()
            time.sleep(LOOK)

    def _find(self, victim: str, moment: Moment) -> int | None:
        """The process when it has come as far as that; None if it does not in time."""
        came = self._drain(moment) if victim == DRAIN else self._service(victim, moment)
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            if (pid := came()) is not None:
                return pid
            self.tend()
            time.sleep(LOOK)
        return None

    def _service(self, victim: str, moment: Moment) -> Callable[[], int | None]:
        def came() -> int | None:
            pid = self.supervisor.pid_of(victim)
            return pid if _running(pid) and (moment is Moment.THERE or _ready(self.now, victim, pid)) else None

        return came

    def _drain(self, moment: Moment) -> Callable[[], int | None]:
        """The youngest flow run there is; else the one that holds records, or has settled some, of a lane."""
        query = {Moment.AT_WORK: HOLDING, Moment.WORKED: PASSED}.get(moment, "")
        query = query.format(lane=self._dice.choice(LANES), last=self.store.one(LAST))

        def came() -> int | None:
            runs = {_run_of(pid): pid for pid in guardian.marked(self.supervisor.mark) if _runs_a_flow(pid)}
            if query:
                owners = {row[0].rpartition(":")[2] for row in self.store.rows(query)}
                runs = {run: pid for run, pid in runs.items() if run in owners}
            return max(runs.values(), default=None)

        return came


def _ready(now: Settings, victim: str, pid: int) -> bool:
    """Whether this very process does its work."""
    if victim == WATCHER:
        return _said(file_of(now)).get("pid") == pid
    known = {name: services.web(name, now) for name in services.WEB}
    return ({"prefect": services.prefect_server(now), "worker": services.worker(now)} | known)[victim].ready()


def _said(file: Path) -> dict[str, Any]:
    """What a watcher says of itself; nothing before it knows all that it watches."""
    try:
        said: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return said


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # ended meanwhile


def _runs_a_flow(pid: int) -> bool:
    command = _command(pid)
    return any(engine in command for engine in ENGINES)


def _run_of(pid: int) -> str:
    """The flow run that a process carries out."""
    try:
        given = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return ""  # ended meanwhile
    return next((one.removeprefix(RUN).decode() for one in given if one.startswith(RUN)), "")


def _running(pid: int) -> bool:
    """Whether the process lives: one that was killed and not yet collected has no command any more."""
    return bool(_command(pid))


def say(line: str) -> None:
    """A line for the person who looks on."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
