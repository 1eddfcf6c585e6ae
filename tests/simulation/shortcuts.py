"""What is remembered instead of computed again, because it cannot have changed: the speed of the simulator."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import tandem.store.store
from tandem.connectors import dialect as dialects
from tandem.mapping import Workbook
from tandem.store.alerts import Alerts
from tandem.store.database import Database
from tandem.store.inbox import Inbox
from tandem.store.pauses import Pauses
from tandem.store.registers import Counters, Cursors, Drains

Put = Callable[[Any, str, Any], None]

_load_workbook = Workbook.load
_load_dialect = dialects.load
_BOOKS: dict[Any, Workbook] = {}
_DIALECTS: dict[Any, Any] = {}


def shortcuts(put: Put, world: Any) -> None:
    """Sheets and dialects are files that nobody edits meanwhile; an inbox that nobody wrote to waits for nothing."""
    put(Workbook, "load", staticmethod(_workbook))
    put(dialects, "load", _dialect_of(world.page_size))
    put(Inbox, "due", _due(world))
    _standing(put, world)
    put(tandem.store.store, "migrate", _nothing)
    put(Database, "close", _nothing)
    for register in (Drains, Cursors, Counters, Alerts):
        for name in ("enter", "beat", "leave", "set", "add_all", "add", "sent", "failed"):
            if name in vars(register):
                put(register, name, _apart(getattr(register, name), world))


def _nothing(*_: Any) -> None:
    """The store of a world is a copy of one at the newest schema, and all processes share its engine."""


def _apart(call: Callable[..., Any], world: Any) -> Callable[..., Any]:
    """Registers are written in transactions of their own, which leave the queue alone."""

    @wraps(call)
    def apart(*arguments: Any, **options: Any) -> Any:
        before = world.still.writes
        try:
            return call(*arguments, **options)
        finally:
            world.still.writes = before

    return apart


def _workbook(folder: Any, *, widths: Any) -> Workbook:
    key = (str(folder), tuple(sorted(widths.items())))
    if key not in _BOOKS:
        _BOOKS[key] = _load_workbook(folder, widths=widths)
    return _BOOKS[key]


def _dialect_of(size: int) -> Callable[[Any, str], Any]:
    """The store's dialect, with pages so small that lists are really paged."""

    def load(folder: Any, name: str) -> Any:
        key = (str(folder), name, size)
        if key not in _DIALECTS:
            dialect = _load_dialect(folder, name)
            paging = dialect.paging.model_copy(update={"max_size": min(size, dialect.paging.max_size)})
            _DIALECTS[key] = dialect.model_copy(update={"paging": paging})
        return _DIALECTS[key]

    return load


def _due(world: Any) -> Callable[..., Any]:
    """Asked many times a second by drains that linger: nothing is due until somebody writes or a time has come."""
    real = Inbox.due

    def due(self: Inbox, connection: str, lanes: Any, **options: Any) -> Any:
        lanes = list(lanes)
        key, now = (tuple(lanes), options.get("behind")), options["now"]
        if world.still.nothing_due(key, now):
            return set()
        found = real(self, connection, lanes, **options)
        if not found:
            world.still.remember(key, world.still.next_due(now))
        return found

    return due


def _standing(put: Put, world: Any) -> None:
    """The outages that stand, until a drain writes one down or ends it."""
    real = Pauses.standing
    known: dict[Any, Any] = {}

    def standing(self: Pauses, connection: str | None = None) -> Any:
        if connection not in known:
            known[connection] = real(self, connection)
        return list(known[connection])

    def writing(name: str) -> Callable[..., Any]:
        write = getattr(Pauses, name)

        @wraps(write)
        def written(*arguments: Any, **options: Any) -> Any:
            known.clear()
            try:
                return write(*arguments, **options)
            finally:
                known.clear()

        return written

    put(Pauses, "standing", standing)
    for name in ("note", "probe", "over"):
        put(Pauses, name, writing(name))
