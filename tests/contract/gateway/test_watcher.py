"""The watcher as a process, over real HTTP, with the real ingress: signed, resent, not lost by any kill."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all
from tandem.settings import Settings
from tandem.store import Store

from .conftest import stock
from .watching import OTHER_SECRET, SECRET, Gate, Watch, events, ingress, until


@pytest.fixture
def books(settings: Settings) -> Iterator[Company]:
    """The company, as the people at its screens have it open."""
    company = Company.open(settings)
    yield company
    company.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    yield made
    made.close()


@pytest.fixture
def receiver(store: Store) -> Iterator[str]:
    with ingress(store) as url:
        yield url


@pytest.fixture
def watch(tmp_path: Path, receiver: str, books: Company) -> Iterator[Watch]:
    made = Watch(tmp_path, receiver)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)


def count(books: Company, item: str, quantity: int) -> None:
    """A count at the screen, stamped."""
    table = books.tables.iciloc
    with books.write() as connection:
        values = {"lonhand": Decimal(quantity), **books.stamp().touched()}
        connection.execute(table.update().where(table.c.item == item).values(values))


def types(folder: Path) -> list[str]:
    return [event_type for event_type, _ in events(folder / "store.db")]


def test_what_changes_at_a_screen_is_a_signed_webhook_in_the_inbox(
    watch: Watch, books: Company, tmp_path: Path, store: Store
) -> None:
    watch.start()
    assert events(tmp_path / "store.db") == [], "what was there at first is only remembered"
    count(books, "TEAPOT-RED", 4)
    until(lambda: types(tmp_path) == ["stock.updated"], "the stock")
    shipment = {"sono": "1001", "shipno": "S-1", "tranlineno": 1, "item": "TEAPOT-RED", "qtyship": 1}
    with books.write() as connection:
        insert_all(connection, books.tables.soship, [{**shipment, **books.stamp().added()}])
    until(lambda: types(tmp_path)[1:] == ["shipment.created"], "the shipment")
    assert [record.key for record in store.ledger.records("main", "shipment", limit=10)] == ["S-1"]
    assert store.counters.all() == {}, "nothing was refused"
    assert watch.end() == 0


def test_an_unstamped_change_is_posted_within_a_few_passes(watch: Watch, books: Company, tmp_path: Path) -> None:
    watch.start()
    with books.write() as connection:
        connection.execute(books.tables.iciloc.update().values(lonordr=Decimal(7)))
    until(lambda: types(tmp_path) == ["stock.updated"] * 3, "a user's own SQL")


def test_a_wrong_key_is_refused_told_and_nothing_is_lost(
    watch: Watch, books: Company, tmp_path: Path, store: Store
) -> None:
    watch.secret = OTHER_SECRET
    watch.start()
    count(books, "TEAPOT-RED", 4)
    until(lambda: "is TANDEM_SAGEPRO_WEBHOOK_SECRETS the same" in watch.log(), "the log says why")
    assert watch.end() == 0
    assert events(tmp_path / "store.db") == []
    assert store.counters.all()[("main", "refused sagepro signature")] >= 1
    watch.secret = SECRET
    watch.start()
    until(lambda: types(tmp_path) == ["stock.updated"], "the right key")


def test_while_keys_are_rotated_every_webhook_bears_both_signatures(
    watch: Watch, books: Company, tmp_path: Path
) -> None:
    watch.secret = f"{OTHER_SECRET},{watch.secret}"
    watch.start()
    count(books, "TEAPOT-RED", 4)
    until(lambda: types(tmp_path) == ["stock.updated"], "the ingress knows the old key only")


def test_what_is_answered_503_is_sent_again_as_the_same_event(
    watch: Watch, books: Company, tmp_path: Path, receiver: str
) -> None:
    gate = Gate(receiver, lambda n: 503 if n < 3 else None)
    watch.url = gate.url
    watch.start()
    count(books, "TEAPOT-RED", 4)
    until(lambda: len(events(tmp_path / "store.db")) == 1, "it arrives")
    assert len(gate.came) == 4
    assert len(set(gate.ids())) == 1
    count(books, "TEAPOT-RED", 5)
    count(books, "CUP-BLUE", 5)
    until(lambda: len(events(tmp_path / "store.db")) == 3, "and so do the next")
    gate.shutdown()


def test_while_the_ingress_is_away_changes_of_one_record_become_one(
    watch: Watch, books: Company, tmp_path: Path, receiver: str
) -> None:
    away = {"now": True}
    gate = Gate(receiver, lambda _: 503 if away["now"] else None)
    watch.url = gate.url
    watch.start()
    for quantity in range(20):
        count(books, "TEAPOT-RED", 200 + quantity)
    stock(books, {f"NEW-{n}": "1" for n in range(30)})
    until(lambda: "answered 503" in watch.log(), "the watcher meets the outage")
    assert events(tmp_path / "store.db") == []
    away["now"] = False
    until(lambda: len(events(tmp_path / "store.db")) == 61, "1 stock, 30 new stocks and 30 new products")
    passed = [body["data"] for _, body, status in gate.came if status == 0]
    assert sorted(data["Key"] for data in passed if "Key" in data) == [
        *sorted(f"NEW-{n}|MAIN" for n in range(30)),
        "TEAPOT-RED|MAIN",
    ]
    gate.shutdown()


def test_kill_9_between_noticing_and_acknowledgement_loses_nothing(
    watch: Watch, books: Company, tmp_path: Path, receiver: str
) -> None:
    def kill(number: int) -> int | None:
        if number == 0:
            assert watch.process is not None
            os.kill(watch.process.pid, signal.SIGKILL)
            return Gate.LOST
        return None

    gate = Gate(receiver, kill)
    watch.url = gate.url
    watch.start()
    count(books, "TEAPOT-RED", 4)
    assert watch.process is not None
    assert watch.process.wait(60) == -signal.SIGKILL
    assert events(tmp_path / "store.db") == []
    watch.start()
    until(lambda: len(events(tmp_path / "store.db")) == 1, "the second life tells it")
    assert len(set(gate.ids())) == 1, "under the same id"
    gate.shutdown()


def test_kill_9_after_the_ingress_stored_it_doubles_nothing(
    watch: Watch, books: Company, tmp_path: Path, receiver: str
) -> None:
    gate = Gate(receiver, lambda number: None if number else Gate.STORED_AND_CUT)
    gate.cut = lambda: os.kill(watch.process.pid, signal.SIGKILL)  # type: ignore[union-attr]
    watch.url = gate.url
    watch.start()
    count(books, "TEAPOT-RED", 4)
    assert watch.process is not None
    assert watch.process.wait(60) == -signal.SIGKILL
    assert len(events(tmp_path / "store.db")) == 1
    watch.start()
    until(lambda: len(gate.came) == 2, "the second life tells it again")
    count(books, "CUP-BLUE", 4)
    until(lambda: len(events(tmp_path / "store.db")) == 2, "and goes on")
    assert gate.ids()[0] == gate.ids()[1]
    gate.shutdown()


def test_one_watcher_a_company(watch: Watch, tmp_path: Path) -> None:
    watch.start()
    second = Watch(tmp_path, watch.url)
    process = second.start(ready=False)
    assert process.wait(60) == 2
    assert "another watcher holds" in second.log()
    assert watch.process is not None
    assert watch.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to_even_with_changes_waiting(
    watch: Watch, books: Company, tmp_path: Path, receiver: str, number: int
) -> None:
    gate = Gate(receiver, lambda _: 503)
    watch.url = gate.url
    watch.start()
    count(books, "TEAPOT-RED", 4)
    until(lambda: gate.came, "a try")
    assert watch.end(number) == 0
    assert "stopped; 1 changes wait" in watch.log()
    watch.url = receiver
    watch.start()
    until(lambda: types(tmp_path) == ["stock.updated"], "the next one tells it")
    gate.shutdown()


def test_a_missing_secret_and_an_unknown_kind_are_named(watch: Watch) -> None:
    watch.more = {"TANDEM_SAGEPRO_WATCH": "stock prices"}
    assert watch.start(ready=False).wait(60) == 2
    assert "TANDEM_SAGEPRO_WATCH: 'prices' is not watched; stock, product, shipment, customer are" in watch.log()
    watch.secret, watch.more = "", {}
    assert watch.start(ready=False).wait(60) == 2
    assert "TANDEM_SAGEPRO_WEBHOOK_SECRETS is not set" in watch.log()


def test_a_company_that_was_restored_is_compared_with_what_was_told(
    watch: Watch, books: Company, tmp_path: Path
) -> None:
    watch.start()
    restored = tmp_path / "restored.db"
    with closing(sqlite3.connect(tmp_path / "company01.db")) as there:
        there.execute("VACUUM INTO ?", [str(restored)])
    with closing(sqlite3.connect(restored)) as other:
        other.execute("UPDATE iciloc SET lonhand = '1.0000' WHERE item = 'CUP-BLUE'")
        other.commit()
    for end in ("-wal", "-shm"):
        (tmp_path / f"company01.db{end}").unlink(missing_ok=True)
    restored.replace(tmp_path / "company01.db")
    until(lambda: types(tmp_path) == ["stock.updated"], "what the restored company has otherwise")
    assert "the company cannot be watched" in watch.log()
