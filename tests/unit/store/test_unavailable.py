import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tandem.errors import StoreUnavailable
from tandem.store import Store, database
from tandem.store.database import Database
from tests.unit.store.conftest import Desk, applied


def test_case_018_a_database_that_is_gone_is_unavailable_and_comes_back(desk: Desk) -> None:
    """The connections die under the store; nothing is half stored, and the next call works."""
    if desk.url.startswith("sqlite"):
        pytest.skip("no server that could go away")
    desk.put("1")

    def end_all(tx: sa.Connection) -> None:
        tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable) as refused:
        desk.store.database.write(end_all)
    assert refused.value.retry_after > 0
    assert desk.put("2") == 1
    assert [m.key for m in desk.claim()] == ["1", "2"]


def test_case_018_a_lock_that_is_held_too_long_is_unavailable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    if not desk.url.startswith("sqlite"):
        pytest.skip("only SQLite has one writer")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    hasty = Store.open(desk.url)
    blocker = sqlite3.connect(desk.url.removeprefix("sqlite:///"), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        hasty.inbox.put([desk.event("1")])
    assert hasty.ledger.known("main", "order", ["1"]) == {}, "readers are not held up"
    blocker.execute("ROLLBACK")
    blocker.close()
    assert hasty.inbox.put([desk.event("1")]).stored == 1
    hasty.close()


def test_case_173_a_full_disk_keeps_nothing_of_the_event(desk: Desk) -> None:
    if not desk.url.startswith("sqlite"):
        pytest.skip("SQLite can be told how large it may grow")
    desk.put("0")
    size = desk.rows("PRAGMA page_count")[0][0]
    limit = desk.rows(f"PRAGMA max_page_count = {size + 2}")[0][0]
    assert limit == size + 2
    with pytest.raises(StoreUnavailable, match="full"):
        desk.store.inbox.put([desk.event(str(n), body={"filler": "x" * 2000}) for n in range(1, 100)])
    assert desk.rows("SELECT count(*) FROM inbox") == [(1,)]
    assert desk.rows("SELECT count(*) FROM queue") == [(1,)]
    desk.rows("PRAGMA max_page_count = 1000000")
    assert desk.put("1") == 1


def test_a_crash_in_the_middle_of_a_transaction_leaves_nothing(desk: Desk) -> None:
    """As after kill -9: the connection is dropped with its transaction open."""
    desk.put("1")
    engine = sa.create_engine(desk.url)
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("UPDATE inbox SET state = 'APPLIED'")
    cursor.execute("DELETE FROM queue")
    cursor.close()
    connection.invalidate()
    engine.dispose()
    assert desk.rows("SELECT state FROM inbox") == [("WAITING",)]
    assert [m.key for m in desk.claim()] == ["1"]


def test_transactions_that_block_each_other_run_again(desk: Desk) -> None:
    """PostgreSQL takes one of two deadlocked transactions back; the store runs it again by itself."""
    if desk.url.startswith("sqlite"):
        pytest.skip("one writer cannot deadlock")
    desk.store.counters.add_all({("main", "a"): 0, ("main", "b"): 0})
    desk.store.counters.add("main", "a")
    desk.store.counters.add("main", "b")
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def crossing(first: str, second: str) -> None:
        other = Database(desk.url)
        waited = False

        def work(tx: sa.Connection) -> None:
            nonlocal waited
            tries.append(first)
            one = sa.text("UPDATE counters SET n = n + 1 WHERE name = :name")
            tx.execute(one, {"name": first})
            if not waited:
                waited = True
                both_hold_one.wait()
            tx.execute(one, {"name": second})

        other.write(work)
        other.close()

    threads = [threading.Thread(target=crossing, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.store.counters.all() == {("main", "a"): 3, ("main", "b"): 3}
    assert len(tries) >= 3


def test_a_fault_of_our_own_is_not_called_an_outage(desk: Desk) -> None:
    with pytest.raises(sa.exc.DBAPIError) as error:
        desk.rows("SELECT nothing FROM nowhere")
    assert not isinstance(error.value, StoreUnavailable)


def test_a_store_can_be_asked_whether_it_is_there(desk: Desk, tmp_path: Path) -> None:
    desk.store.ping()
    gone = Store.open(f"sqlite:///{tmp_path / 'sub' / 'other.db'}")
    gone.close()
    (tmp_path / "sub" / "other.db").unlink()
    (tmp_path / "sub").rename(tmp_path / "elsewhere")
    with pytest.raises(StoreUnavailable, match="unable to open"):
        gone.ping()


def test_an_inbox_that_lost_its_settling_gives_the_events_again(desk: Desk) -> None:
    """Killed between claiming and settling, over and over: the events stay until somebody settles.

    They come in smaller and smaller batches, so that one of them cannot be the end of the others.
    """
    desk.put("1", "2", "3")
    for _ in range(5):
        assert sum(len(batch) for batch in iter(lambda: desk.claim("dying"), [])) == 3
        desk.later(seconds=60)
    taken = [message for batch in iter(lambda: desk.claim("alive"), []) for message in batch]
    assert [m.attempts for m in taken] == [5, 5, 5]
    desk.settle(taken, applied(), "alive")
    desk.now += timedelta(days=365)
    assert desk.claim("alive") == []


def test_an_error_of_the_database_does_not_quote_the_parameters(desk: Desk) -> None:
    """Its words, with every cause, go to the logs."""
    statement = sa.text("INSERT INTO inbox (id, body) VALUES (:id, :body)")
    with pytest.raises(sa.exc.IntegrityError) as refused:
        desk.store.database.write(lambda tx: tx.execute(statement, {"id": 1, "body": "1 Main Street"}))
    assert "INSERT INTO inbox" in str(refused.value)
    assert "[SQL parameters hidden" in str(refused.value)
