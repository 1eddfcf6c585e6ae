"""Grouped commits: requests that come while one transaction is being written share the next one."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from tandem.errors import StoreUnavailable
from tandem.ingress.outage import Outage
from tandem.ingress.skew import Notice
from tandem.store import Event, Store
from tandem.values import utc_now

log = logging.getLogger(__name__)

MOST = 500
"""Events in one transaction."""

CAPACITY = 10_000
"""Events that may wait for a transaction; beyond it the sender is asked to come again."""

Waiting = tuple[Event, asyncio.Future[None]]


@dataclass(frozen=True, slots=True)
class Word:
    """An alert that waits to go on record."""

    notice: Notice


Item = Waiting | Word | str | None
"""An event, an alert, something to count, or the end."""


class Committer:
    """One thread that writes; it starts with the first event and ends with `stop`, after all that was handed in."""

    def __init__(self, store: Store, connection: str, outage: Outage, stored: Callable[[frozenset[str]], None]) -> None:
        self._store = store
        self._connection = connection
        self._outage = outage
        self._stored = stored
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._words: dict[str, Notice] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    async def commit(self, event: Event) -> None:
        """Returns when the event is on the disk.

        Raises:
            StoreUnavailable: it is not, and was not half stored either.
        """
        if self._queue.qsize() >= CAPACITY:
            raise StoreUnavailable(f"{CAPACITY} events wait to be stored already")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hand_in((event, future))
        await future

    def count(self, name: str) -> None:
        """Counts something, soon; nobody waits for it."""
        if self._queue.qsize() < CAPACITY:
            self._hand_in(name)

    def tell(self, notice: Notice) -> None:
        """Asks for an alert, soon; nobody waits for it, and alike ones are one."""
        if self._queue.qsize() < CAPACITY:
            self._hand_in(Word(notice))

    def stop(self) -> None:
        """Writes what was handed in and ends the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _hand_in(self, item: Waiting | Word | str) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ingress-committer", daemon=True)
                self._thread.start()
            self._queue.put(item)

    def _run(self) -> None:
        ending = False
        while not ending:
            items = self._next()
            ending = None in items
            self._counts.update((self._connection, item) for item in items if isinstance(item, str))
            self._words |= {item.notice[0]: item.notice for item in items if isinstance(item, Word)}
            self._write([item for item in items if isinstance(item, tuple)])
            try:
                self._write_counts()
                self._write_words()
            except Exception:  # what is beside the events must not end the thread that stores them
                log.exception("counters and alerts could not be written")

    def _next(self) -> list[Item]:
        items = [self._queue.get()]
        while len(items) < MOST and items[-1] is not None:
            try:
                items.append(self._queue.get_nowait())
            except Empty:
                break
        return items

    def _write(self, waiting: Sequence[Waiting]) -> None:
        if not waiting:
            return
        events = [event for event, _ in waiting]
        try:
            self._store.inbox.put(events)
        except StoreUnavailable as error:
            _answer(waiting, error)
            self._outage.began(error)
        except Exception as error:
            if len(waiting) > 1:
                for one in waiting:
                    self._write([one])
            else:
                log.exception("event %s cannot be stored", events[0].event_id)
                _answer(waiting, error)
        else:
            _answer(waiting, None)
            self._outage.over()
            self._stored(frozenset(event.entity for event in events if event.entity is not None))

    def _write_counts(self) -> None:
        if not self._counts:
            return
        try:
            self._store.counters.add_all(self._counts)
        except StoreUnavailable as error:
            log.warning("counters wait for the store: %s", error)
        else:
            self._counts.clear()

    def _write_words(self) -> None:
        for name, (key, title, text) in list(self._words.items()):
            try:
                self._store.alerts.add(self._connection, key, title, text, utc_now())
            except StoreUnavailable as error:
                log.warning("an alert waits for the store: %s", error)
                return
            del self._words[name]


def _answer(waiting: Sequence[Waiting], error: Exception | None) -> None:
    """Tells the requests, each event loop once."""
    loops: defaultdict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
    for _, future in waiting:
        loops[future.get_loop()].append(future)
    for loop, futures in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, futures, error)


def _resolve(futures: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if not future.done():
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)
