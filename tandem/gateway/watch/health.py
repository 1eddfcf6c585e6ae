"""How the watcher is, in its log and in a small file that `tandem up` waits for."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from tandem.gateway.watch.backlog import Backlog
from tandem.gateway.watch.sender import Sender
from tandem.gateway.watch.watcher import Figures
from tandem.settings import Settings
from tandem.values import dumps, utc_now

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two lines in the log."""


def file_of(settings: Settings) -> Path:
    """Where the watcher of this company says how it is; it is there as soon as everything is known."""
    return settings.home / f"watch{settings.company}.json"


class Health:
    """Says how it is, at most as often as it was asked to."""

    def __init__(self, path: Path, backlog: Backlog, sender: Sender) -> None:
        self._path = path
        self._backlog = backlog
        self._sender = sender
        path.unlink(missing_ok=True)  # of an earlier one

    def say(self, figures: Figures) -> None:
        """One line for people, and the same as JSON."""
        now, oldest = utc_now(), self._backlog.oldest()
        facts = {
            "pid": os.getpid(),
            "at": now,
            "records": self._backlog.size,
            "waiting": len(self._backlog),
            "oldest_seconds": _age(oldest, now),
            "sent": self._sender.sent,
            "trouble": self._sender.trouble,
            **{name: round(value, 3) for name, value in asdict(figures).items()},
        }
        beside = self._path.with_suffix(".new")
        beside.write_text(dumps(facts), encoding="utf-8")
        beside.replace(self._path)
        log.info(
            "%s records watched, %s changes sent, %s wait (the oldest for %.1f s); %s fast and %s full passes took "
            "%.1f and %.1f s of processor time",
            *(facts["records"], facts["sent"], facts["waiting"], facts["oldest_seconds"]),
            *(figures.fast, figures.full, figures.fast_cpu, figures.full_cpu),
        )


def _age(oldest: datetime | None, now: datetime) -> float:
    return round((now - oldest).total_seconds(), 3) if oldest else 0.0
