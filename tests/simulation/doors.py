"""Transactions at which a process may die, and a store that is not always there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import tandem.store.database as store_database
from tandem.errors import StoreUnavailable
from tandem.gateway.company import company as company_module
from tandem.sandbox import database as sandbox_database
from tandem.sandbox.warehouse.books import Books
from tandem.store.database import Database
from tests.simulation.processes import CURRENT, point


def doors(put: Callable[[Any, str, Any], None], world: Any) -> None:
    """Put them into a world."""
    read, write = Database.read, Database.write
    engine = store_database._engine

    def reading(self: Database, work: Callable[[Any], Any]) -> Any:
        _store_door(world, "read")
        result = read(self, work)
        point("after reading the store")
        return result

    def writing(self: Database, work: Callable[[Any], Any]) -> Any:
        _store_door(world, "write")
        result = write(self, work)
        world.still.writes += 1
        point("after a transaction of the store")
        return result

    def one_engine(url: str) -> Any:
        if url not in world.systems.engines:
            world.systems.engines[url] = engine(url)
        return world.systems.engines[url]

    put(Database, "read", reading)
    put(Database, "write", writing)
    put(store_database, "_engine", one_engine)
    put(company_module.Company, "write", _guarded(company_module.Company.write, "company", world))
    put(sandbox_database.Database, "writing", _guarded(sandbox_database.Database.writing, "shop", world))
    put(Books, "open", _noticed(Books.open, world))


def _store_door(world: Any, what: str) -> None:
    point(f"before a {what} of the store")
    process = CURRENT.get()
    if process is not None and world.weather.strike("store", what, world.clock.seconds):
        world.processes.count(f"store: {what} refused")
        world.processes.trace(f"{process.name}: the store refuses a {what}")
        raise StoreUnavailable("the store cannot be used now: simulated")


def _guarded(transaction: Callable[[Any], Any], whose: str, world: Any) -> Callable[[Any], Any]:
    @contextmanager
    def guarded(self: Any) -> Iterator[Any]:
        point(f"before a transaction of the {whose}")
        with transaction(self) as connection:
            yield connection
            point(f"inside a transaction of the {whose}")
        world.changed(whose)
        point(f"after a transaction of the {whose}")

    return guarded


def _noticed(opened: Callable[[Any], Any], world: Any) -> Callable[[Any], Any]:
    """Whatever people write into the company's books is a change; only looking at them is none."""

    @contextmanager
    def noticed(self: Books) -> Iterator[Any]:
        with opened(self) as page:
            raw: Any = page._connection.connection.dbapi_connection
            before = raw.total_changes
            yield page
            written = raw.total_changes - before
        if written:
            world.changed("company")

    return noticed
