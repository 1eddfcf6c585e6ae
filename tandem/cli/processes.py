"""The supervisor: starts services, waits until they can be used, restarts what dies, leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tandem.cli import guardian
from tandem.errors import TandemError

STEADY = 60.0
"""Seconds after which a service counts as running well and its next restart is immediate again."""
LONGEST_PAUSE = 30.0


class ServiceError(TandemError):
    """A service did not come up or ended; the message names it and its log."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process to be kept running; `ready` is the condition on which others may rely on it."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    patience: float = 180.0


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    since: float
    deaths: int = 0
    again_at: float | None = None


@dataclass
class Supervisor:
    """Owner of all processes of one `tandem up`; used as a context manager it stops them at the end."""

    logs: Path
    environment: Mapping[str, str]
    folder: Path
    report: Callable[[str], None]
    grace: float = 15.0
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    _running: dict[str, _Running] = field(default_factory=dict)
    _guardian: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the guardian, so that nothing outlives this process even if it is killed."""
        self.logs.mkdir(parents=True, exist_ok=True)
        # Run as a bare script: it must not need anything that could be missing, and must be up at once.
        self._guardian = subprocess.Popen(  # noqa: S603 (our own script)
            [sys.executable, "-I", guardian.__file__, self.mark, str(self.grace)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything, the last started first."""
        self.stop_all()

    def start(self, service: Service) -> None:
        """Start a service; `wait` says when it can be used."""
        self._running[service.name] = _Running(service, self._spawn(service), time.monotonic())

    def wait(self, *names: str) -> None:
        """Until all of the named services are ready.

        Raises:
            ServiceError: one of them ended or took longer than its patience.
        """
        for name in names:
            running = self._running[name]
            deadline = running.since + running.service.patience
            while not running.service.ready():
                if (code := running.process.poll()) is not None:
                    raise ServiceError(f"{name} ended with code {code} while starting; see {self.log_of(name)}")
                if time.monotonic() > deadline:
                    raise ServiceError(
                        f"{name} was not ready within {running.service.patience:.0f} s; see {self.log_of(name)}"
                    )
                time.sleep(0.1)

    def run(self, name: str, command: Sequence[str], *, patience: float = 120.0) -> None:
        """Run a command to its end.

        Raises:
            ServiceError: it failed or took too long.
        """
        process = self._popen(name, command)
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired:
            raise ServiceError(f"{name} did not end within {patience:.0f} s; see {self.log_of(name)}") from None
        finally:
            _signal(process, signal.SIGKILL)  # nothing of it may be left, nor of what it started
            process.wait()
        if code:
            raise ServiceError(f"{name} failed with code {code}; see {self.log_of(name)}")

    def tend(self) -> None:
        """Look after the services once: report those that died, start them again when their pause is over."""
        for name, running in self._running.items():
            if running.again_at is not None:
                if time.monotonic() >= running.again_at:
                    running.process, running.since = self._spawn(running.service), time.monotonic()
                    running.again_at = None
            elif (code := running.process.poll()) is not None:
                if time.monotonic() - running.since > STEADY:
                    running.deaths = 0
                pause = min(LONGEST_PAUSE, float(2**running.deaths))
                running.deaths += 1
                running.again_at = time.monotonic() + pause
                self.report(f"{name} ended with code {code}; starting it again in {pause:.0f} s ({self.log_of(name)})")

    def stop(self, name: str) -> None:
        """Stop one service and what it started."""
        running = self._running.pop(name)
        _signal(running.process, signal.SIGTERM)
        try:
            running.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            _signal(running.process, signal.SIGKILL)
            running.process.wait()

    def stop_all(self) -> None:
        """Stop every service, the last started first, then whatever else carries the mark."""
        for name in reversed(list(self._running)):
            self.stop(name)
        guardian.end(self.mark, self.grace)
        if self._guardian is not None:
            self._guardian.communicate()
            self._guardian = None

    def log_of(self, name: str) -> Path:
        """The file that holds what the service printed."""
        return self.logs / f"{name}.log"

    @property
    def names(self) -> tuple[str, ...]:
        """The services that are kept running."""
        return tuple(self._running)

    def pid_of(self, name: str) -> int:
        """Process id of a service."""
        return self._running[name].process.pid

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        return self._popen(service.name, service.command)

    def _popen(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        log: IO[bytes]
        with self.log_of(name).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 (the commands stand in services.py)
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**self.environment, guardian.MARK: self.mark},
                start_new_session=True,  # a Ctrl-C reaches the supervisor alone, which stops them in order
            )


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole process group that the process leads."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
