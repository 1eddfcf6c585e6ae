"""Tells when polling finds what no event announced: webhooks that were silently switched off, or got lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tandem import alerts
from tandem.entities import ENTITIES
from tandem.entities.declaration import Entity, Route, System, at
from tandem.line.connection import Connection
from tandem.rules import judge
from tandem.store import Cursor
from tandem.store.heralds import heard, last_heard
from tandem.values import utc_now
from tandem.versions import is_older


class Watch:
    """Judges each change that a sweep lists once, when it is old enough for its event to have come.

    What it has judged is a cursor of its own, beside the sweep's mark: a change that is too fresh now is judged by the
    next sweep, and one that lies in the overlap is not judged again. Before the first sweep there were no events to
    expect, so that sweep judges nothing.
    """

    def __init__(self, line: Connection, entity: Entity, route: Route, mark: Cursor | None) -> None:
        self._line, self._entity, self._route = line, entity, route
        self._name = f"announced:{entity.name}:{route.source}"
        self._quiet = timedelta(minutes=line.settings.silence_minutes)
        self._until = utc_now() - self._quiet
        judged = line.store.cursors.get(line.name, self._name) or mark
        self._since = judged.time if judged else self._until
        self._missing = 0

    @property
    def since(self) -> datetime:
        """From where on the sweep must list, so that nothing goes without judgement."""
        return self._since

    def look(self, page: Sequence[dict[str, Any]]) -> None:
        """Counts the changes of a page that an event should have announced and none has."""
        connector = self._line.connectors[self._route.source]
        changed = {connector.key(self._route.read, record): record for record in page}
        stamps = {key: connector.stamp(self._route.read, record) for key, record in changed.items()}
        due = [key for key, stamp in stamps.items() if self._since < stamp <= self._until]
        if not due:
            return
        kept = [self._route.kept(key) for key in due]
        known = heard(self._line.store.database, self._line.name, self._entity.name, self._route.events, kept)
        for key in due:
            version = judge.version_of(at(changed[key], self._route.version))
            calls = known.get(self._route.kept(key), [])
            self._missing += not any(_says(call, version, stamps[key] - self._quiet) for call in calls)

    def over(self) -> None:
        """The whole list was read: what was missing is told, and counts as judged."""
        self._line.store.cursors.set(self._line.name, self._name, Cursor(max(self._since, self._until)))
        if self._missing:
            self._line.store.counters.add(self._line.name, f"unannounced {self._entity.name}", self._missing)
            _tell(self._line, self._entity, self._route.source, self._missing, self._quiet)


def watch(line: Connection, entity: Entity, route: Route, mark: Cursor | None) -> Watch | None:
    """The watch over a sweep; None where no events are expected (no secret to check them by, or polled instead)."""
    secrets = getattr(line.settings, f"{route.source}_webhook_secrets")
    if not route.events or route.live_poll or secrets is None:
        return None
    return Watch(line, entity, route, mark)


def _says(call: tuple[str | None, datetime], version: str | None, around: datetime) -> bool:
    """Whether an event speaks of this change: by its version where both have one, else by its time."""
    told, at_ = call
    if told is not None and version is not None:
        return not is_older(told, version)
    return at_ >= around


def _tell(line: Connection, entity: Entity, source: System, count: int, quiet: timedelta) -> None:
    routes = [route for cargo in ENTITIES.values() for route in cargo.routes if route.source == source]
    types = frozenset[str]().union(*(route.events for route in routes))
    last = last_heard(line.store.database, line.name, source, types)
    silent = last is None or utc_now() - last >= quiet
    minutes = int((utc_now() - last).total_seconds() // 60) if last else None
    since = f"the last event of {source} came at {last.isoformat(timespec='seconds')}" if last else "none ever came"
    title = f"events of {source} are missing: polling finds changes that none announced"
    if silent:
        title = f"no event of {source} for {minutes} minutes while polling finds changes" if last else title
    text = (
        f"{count} of {entity.name} had changed and no event had come; {since}. Nothing is lost, the sweep has them; "
        "see in the shop whether its webhooks are switched on and reach this address"
    )
    alerts.raise_alert(line.store, line.name, f"unannounced:{source}", title, text)
