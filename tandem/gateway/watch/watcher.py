"""Looks at the company again and again, and hands on what is new."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tandem.gateway.company.company import Company
from tandem.gateway.watch.backlog import Backlog, Name
from tandem.gateway.watch.content import GONE, Contents, of_roots, reading
from tandem.gateway.watch.fast import FastPass
from tandem.gateway.watch.full import FullPass
from tandem.gateway.watch.kinds import Kind
from tandem.gateway.watch.pulse import pulse_of
from tandem.gateway.watch.state import Known, State

log = logging.getLogger(__name__)

WITHOUT_PULSE = 1.0
"""Seconds between two fast passes, at the least, where the database cannot tell whether anything was committed."""

SHARE = 20
"""An unexplained commit brings the full pass forward, but not so that it takes more than one part in so many."""


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How often, in seconds: fast pass, its overlap, full pass; `announce` tells all that a first pass finds."""

    fast: float = 0.2
    overlap: float = 10.0
    full: float = 60.0
    announce: bool = False


@dataclass
class Figures:
    """What the passes came to: records compared by fast ones, rows read by full ones; processor time in seconds."""

    looks: int = 0
    fast: int = 0
    compared: int = 0
    full: int = 0
    rows: int = 0
    noticed: int = 0
    fast_cpu: float = 0.0
    full_cpu: float = 0.0
    last_full_cpu: float = 0.0


class Watcher:
    """The passes over one company; everything runs in the thread that calls."""

    def __init__(
        self,
        company: Company,
        kinds: Sequence[Kind],
        state: State,
        backlog: Backlog,
        *,
        rhythm: Rhythm,
        news: Callable[[], object] = lambda: None,
    ) -> None:
        self._company = company
        self._kinds = kinds
        self._state = state
        self._backlog = backlog
        self._rhythm = rhythm
        self._news = news
        self._pulse = pulse_of(company.engine)
        self._fast = FastPass(company, kinds, overlap=rhythm.overlap)
        self._seen: object = None
        self._full_seen: object = None
        self._full_began = self._full_ended = 0.0
        self._unexplained = False
        self._took = 0.0
        self._during_full: set[Name] = set()
        self.figures = Figures()

    def start(self) -> None:
        """The first look at everything: what is known is compared, what is not is remembered (or announced)."""
        for kind in self._kinds:
            self._backlog.remember(kind, self._state.all(kind.name), self._state.sent(kind.name))
        self._seen = self._pulse.beat()
        with reading(self._company) as connection:
            self._fast.start(connection)
        for _ in self.full_pass():
            pass

    def run(self, stopped: threading.Event, *, every: float = 60.0, say: Callable[[], object] = lambda: None) -> None:
        """Goes on until it is told to stop; says how it is at once and every so many seconds."""
        passing: Iterator[int] | None = None
        said = time.monotonic() - every
        while not stopped.is_set():
            began = time.monotonic()
            if began - said >= every:
                say()
                said = began
            self.look()
            if passing is None and self.full_due():
                passing = self.full_pass()
            if passing is None:
                self._took = time.monotonic() - began
                stopped.wait(max(0.0, self._least() - self._took))
            elif next(passing, None) is None:
                passing = None

    def _least(self) -> float:
        return max(self._rhythm.fast, WITHOUT_PULSE if self._seen is None else 0.0, 2 * self._took)

    def look(self) -> None:
        """A fast pass, unless nothing at all was committed since the last one."""
        self.figures.looks += 1
        beat = self._pulse.beat()
        if beat is not None and beat == self._seen:
            return
        began, found = time.thread_time(), 0
        with reading(self._company) as connection:
            for kind in self._kinds:
                roots = self._fast.roots(connection, kind)
                if roots:
                    found += self._compare(kind, of_roots(connection, self._company.tables, kind, roots))
        self._seen = beat
        self._unexplained = self._unexplained or (beat is not None and not found)
        self.figures.fast += 1
        self.figures.fast_cpu += time.thread_time() - began
        if found:
            self._news()

    def _compare(self, kind: Kind, contents: Contents) -> int:
        news = self._backlog.compare(kind, contents)
        self._during_full.update((kind.name, key) for key in contents)
        self.figures.compared += len(contents)
        self.figures.noticed += len(news)
        return len(news)

    def full_due(self) -> bool:
        """Whether everything is to be compared again: it is time, or a commit bore no stamp."""
        if self._seen is not None and self._seen == self._full_seen:
            return False
        now = time.monotonic()
        if now - self._full_began >= self._rhythm.full:
            return True
        return self._unexplained and now - self._full_ended >= SHARE * self.figures.last_full_cpu

    def full_pass(self) -> Iterator[int]:
        """A full pass, to be worked on slice by slice."""
        self._full_began, self._full_seen = time.monotonic(), self._seen
        self._unexplained = False
        self._during_full.clear()
        spent, passing = 0.0, FullPass(self._company, self._kinds, self._fast.orders, self._found).run()
        while True:
            began = time.thread_time()
            rows = next(passing, None)
            spent += time.thread_time() - began
            if rows is None:
                break
            self.figures.rows += rows
            yield rows
        self._full_ended, self.figures.last_full_cpu = time.monotonic(), spent
        self.figures.full += 1
        self.figures.full_cpu += spent

    def _found(self, kind: Kind, contents: Contents) -> None:
        """The whole of a kind, of the moment at which the full pass began; what fast passes saw since is newer."""
        if not self._state.begun(kind.name):
            self._begin(kind, contents)
            return
        missing = [key for key in self._backlog.missing(kind, contents) if (kind.name, key) not in self._during_full]
        if kind.gone:
            contents = {**contents, **dict.fromkeys(missing, GONE)}
        else:
            self._state.forget(kind.name, missing)
            self._backlog.forget(kind, missing)
        newer = {key for name, key in self._during_full if name == kind.name}
        older = {key: value for key, value in contents.items() if key not in newer} if newer else contents
        news = self._backlog.compare(kind, older)
        self.figures.noticed += len(news)
        if news:
            log.info("%s %s records had changed without a stamp, or while nobody watched", len(news), kind.name)
            self._news()

    def _begin(self, kind: Kind, contents: Contents) -> None:
        """The first time: all is remembered as known, or told if that is wanted."""
        known = {} if self._rhythm.announce else contents
        self._state.begin(kind.name, known)
        self._backlog.remember(kind, (Known(key, content, 0) for key, content in known.items()))
        log.info("%s %s records are watched from now on", len(contents), kind.name)
        if self._rhythm.announce:
            self.figures.noticed += len(self._backlog.compare(kind, contents))
            self._news()

    def close(self) -> None:
        """Give back what was opened."""
        self._pulse.close()
