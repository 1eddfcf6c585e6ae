import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tandem.entities.cargo import Cargo, Message
from tandem.entities.declaration import System
from tandem.entities.state import Outcome, State
from tandem.store import Event, SettleReport, Store
from tandem.store.schema import metadata

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass
class Desk:
    """A store with a clock that a test moves by hand, and short words for what tests do again and again."""

    store: Store
    url: str
    now: datetime = START
    connection: str = "main"
    company: str = "01"
    events: int = field(default=0)

    def later(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now

    def event(self, key: str | None = "1", **given: Any) -> Event:
        self.events += 1
        values: dict[str, Any] = {
            "connection": self.connection,
            "company": self.company,
            "source": System.CLARITY,
            "event_id": f"msg-{self.events}",
            "event_type": "order.updated",
            "entity": "order",
            "key": key,
            "received_at": self.now,
        }
        return Event(**values | given)

    def put(self, *keys: str, **given: Any) -> int:
        return self.store.inbox.put([self.event(key, **given) for key in keys]).stored

    def claim(self, owner: str = "a", limit: int = 100, **given: Any) -> list[Message]:
        values: dict[str, Any] = {"connection": self.connection, "entity": "order", "source": System.CLARITY}
        return self.store.inbox.claim(**values | given, limit=limit, owner=owner, lease_seconds=60, now=self.now)

    def settle(self, messages: list[Message], outcome: Outcome, owner: str = "a", **cargo: Any) -> SettleReport:
        batch = [Cargo(message=message, outcome=outcome, **cargo) for message in messages]
        return self.store.ledger.settle(batch, owner, self.now)

    def through(self, *keys: str, outcome: Outcome, **cargo: Any) -> SettleReport:
        """Puts an event for each key, claims and settles them."""
        self.put(*keys)
        return self.settle(self.claim(), outcome, **cargo)

    def record(self, key: str = "1", entity: str = "order") -> Any:
        (found,) = [r for r in self.store.ledger.find(key) if r.entity == entity]
        return found

    def rows(self, sql: str) -> list[Any]:
        return list(self.store.database.read(lambda tx: tx.execute(sa.text(sql)).all()))


def message(key: str = "1", **given: Any) -> Message:
    values: dict[str, Any] = {
        "ids": (),
        "connection": "main",
        "company": "01",
        "entity": "order",
        "source": System.CLARITY,
        "key": key,
        "event_type": "order.updated",
        "received_at": START,
    }
    return Message(**values | given)


def applied(target: str = "1001", amount: str = "12.50") -> Outcome:
    return Outcome(state=State.APPLIED, target=target, amount=Decimal(amount), currency="USD")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("template") / "store.db"
    Store.open(f"sqlite:///{path}").close()
    return str(path)


@contextmanager
def scratch_database() -> Iterator[str]:
    """A PostgreSQL database of its own, dropped at the end."""
    base = os.environ.get("TANDEM_TEST_POSTGRES_URL")
    if not base:
        pytest.skip("TANDEM_TEST_POSTGRES_URL is not set")
    name = f"tandem_test_{uuid4().hex[:12]}"
    address = sa.make_url(base).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield address.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """A migrated database for the whole session."""
    with scratch_database() as address:
        Store.open(address).close()
        yield address


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        with scratch_database() as address:
            yield address


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """An empty, migrated store."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        address = f"sqlite:///{tmp_path / 'store.db'}"
    else:
        address = request.getfixturevalue("postgres_template")
    store = Store.open(address)
    if request.param == "postgres":
        names = ", ".join(metadata.tables)
        store.database.write(lambda tx: tx.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY")))
    yield Desk(store, address)
    store.close()
