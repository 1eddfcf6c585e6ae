"""A company whose screens, imports and other programs are played by plain SQL, and a watcher over it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tandem.gateway.company.company import Company, Policy
from tandem.gateway.company.create import create_company
from tandem.gateway.company.rows import insert_all
from tandem.gateway.watch.backlog import Backlog, Change
from tandem.gateway.watch.events import event_id
from tandem.gateway.watch.kinds import KINDS, Kind
from tandem.gateway.watch.state import Known, State
from tandem.gateway.watch.watcher import Rhythm, Watcher

ZONE = ZoneInfo("America/Chicago")
NOON = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"the gateway's own secret").decode()


def fill(company: Company, items: Mapping[str, int | Decimal], *, places: tuple[str, ...] = ("MAIN",)) -> None:
    """Items with so many on hand at each place."""
    tables, stamp = company.tables, company.stamp().added()
    units = {"stkumid": "EA", "sunmsid": "EA", "sumfact": Decimal(1), "stkcode": "Y"}
    with company.write() as connection:
        insert_all(
            connection,
            tables.icitem,
            [{"item": item, "itmdesc": item.title(), "price": Decimal(5), **units, **stamp} for item in items],
        )
        insert_all(
            connection,
            tables.iciloc,
            [
                {"item": item, "loctid": place, "lonhand": Decimal(quantity), **stamp}
                for item, quantity in items.items()
                for place in places
            ],
        )


@dataclass
class Scene:
    """A company, and watchers that may come and go over the same state."""

    company: Company
    path: Path
    now: datetime = NOON
    kinds: tuple[Kind, ...] = KINDS
    rhythm: Rhythm = field(default_factory=lambda: Rhythm(overlap=10))
    watchers: list[Watcher] = field(default_factory=list)
    states: list[State] = field(default_factory=list)

    def tick(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)

    def sql(self, statement: str, **values: Any) -> None:
        """What another program does: one statement, stamped only if it says so itself."""
        with self.company.write() as connection:
            connection.execute(text(statement), values)

    def stamped(self, table: str, where: str, **values: Any) -> None:
        """What a screen does: new values, stamped with the company's own time."""
        local = self.now.astimezone(ZONE)
        stamp = {"lckuser": "ANN", "lckdate": f"{local:%Y-%m-%d}", "lcktime": f"{local:%H:%M:%S}"}
        given = {**values, **stamp}
        self.sql(f"UPDATE {table} SET {', '.join(f'{name} = :{name}' for name in given)} WHERE {where}", **given)

    def order(self, sono: str, lines: Mapping[tuple[str, str], int]) -> None:
        """An order typed at the screen."""
        tables, stamp = self.company.tables, self.company.stamp().added()
        with self.company.write() as connection:
            insert_all(connection, tables.somast, [{"sono": sono, "custno": "ANN", **stamp}])
            rows = [
                {"sono": sono, "tranlineno": n, "item": item, "loctid": place, "qtyord": Decimal(quantity), **stamp}
                for n, ((item, place), quantity) in enumerate(lines.items(), start=1)
            ]
            insert_all(connection, tables.sotran, rows)

    def watch(self) -> Watching:
        """A watcher that has taken its first look."""
        self.states.append(State(self.path))
        backlog = Backlog(lambda: self.now)
        watcher = Watcher(self.company, self.kinds, self.states[-1], backlog, rhythm=self.rhythm)
        self.watchers.append(watcher)
        watcher.start()
        return Watching(watcher, backlog, self.states[-1])

    def close(self) -> None:
        for watcher in self.watchers:
            watcher.close()
        for state in self.states:
            state.close()
        self.company.close()


@dataclass
class Watching:
    """A watcher with what it hands on; the ingress is played by `told`."""

    watcher: Watcher
    backlog: Backlog
    state: State

    def look(self) -> list[str]:
        """A fast pass; the keys that are to be told of."""
        self.watcher.look()
        return self.waiting()

    def compare(self) -> list[str]:
        """A full pass; the keys that are to be told of."""
        for _ in self.watcher.full_pass():
            pass
        return self.waiting()

    def waiting(self) -> list[str]:
        return sorted(f"{kind} {key}" for kind, key in self.backlog._wanted)

    def taken(self) -> list[Change]:
        """What is under way from now on."""
        changes = list(iter(self.backlog.take, None))
        self.state.keep([], [(c.kind.name, Known(c.key, c.content, c.turn)) for c in changes])
        return changes

    def told(self) -> list[str]:
        """Everything that waits is acknowledged; what was told, by its event."""
        changes = self.taken()
        self.settle(changes)
        return [event_id(change, self.state.era) for change in changes]

    def settle(self, changes: list[Change]) -> None:
        self.state.keep([(c.kind.name, Known(c.key, c.content, c.turn)) for c in changes])
        self.backlog.landed(changes)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a company with two items at two places each, made once."""
    path = tmp_path_factory.mktemp("watched") / "company.db"
    policy = Policy(company="01", zone=ZONE)
    create_company(f"sqlite:///{path}", policy, now=NOON)
    company = Company.connect(f"sqlite:///{path}", policy, clock=lambda: NOON)
    fill(company, {"CUP": 10, "POT": 3}, places=("EAST", "MAIN"))
    with company.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    company.close()
    return path.read_bytes()


@pytest.fixture
def scene(tmp_path: Path, template: bytes) -> Iterator[Scene]:
    (tmp_path / "company.db").write_bytes(template)
    address = f"sqlite:///{tmp_path / 'company.db'}"
    scenes: list[Scene] = []
    clock: Callable[[], datetime] = lambda: scenes[0].now  # noqa: E731
    company = Company.connect(address, Policy(company="01", zone=ZONE), clock=clock)
    scenes.append(Scene(company, tmp_path / "watch.db"))
    yield scenes[0]
    scenes[0].close()
