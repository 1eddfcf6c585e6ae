"""Whatever is asked often goes by an index: cost follows the batch and the backlog, never the history."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tandem.entities.state import Outcome, State, held
from tests.unit.store.conftest import START, Desk, applied


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """A store with enough history that reading a whole table would be seen."""
    desk.put(*(str(n) for n in range(400)), body={"filler": "x" * 50})
    desk.settle(desk.claim(limit=500), applied("T"), payload={"filler": "x" * 50})
    desk.put(*(str(n) for n in range(200)))
    desk.settle(desk.claim(limit=200), held("no"), record={"filler": "x" * 50})
    desk.put(*(str(n) for n in range(190)))
    desk.settle(desk.claim(limit=190), applied("T"))
    desk.put("parked", "retry", "held")
    for message, outcome in zip(
        desk.claim(),
        (
            Outcome(state=State.PARKED, retry_at=START + timedelta(days=1), detail={"parent": ["customer", "c"]}),
            Outcome(state=State.RETRY, retry_at=START + timedelta(days=1)),
            held("no"),
        ),
        strict=True,
    ):
        desk.settle([message], outcome)
    if not desk.url.startswith("sqlite"):  # autovacuum does so by itself; on SQLite nobody ever does
        desk.store.database.write(lambda tx: tx.exec_driver_sql("ANALYZE"))
    return desk


def plans(desk: Desk, call: Any) -> list[str]:
    """How the database goes about every statement of a call that looks for rows."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE"}:
            seen.append((statement, parameters))

    engine = desk.store.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    call()
    sa.event.remove(engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if desk.url.startswith("sqlite") else "EXPLAIN "

    def ask(tx: sa.Connection) -> list[str]:
        if explain == "EXPLAIN ":
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [
            f"{statement} :: {' | '.join(str(row) for row in tx.exec_driver_sql(explain + statement, parameters))}"
            for statement, parameters in seen
        ]

    return desk.store.database.read(ask)


def scans(found: list[str]) -> list[str]:
    large = ("inbox", "records", "ledger", "links", "letters", "letter_versions")
    return [
        plan
        for plan in found
        for table in large
        if re.search(rf"SCAN {table}(?! USING INDEX ix_letters_open)|Seq Scan on {table}", plan.split(" :: ")[1])
    ]


CALLS = {
    "claim": lambda desk: (desk.put("n1", "n2"), desk.claim()),
    "known": lambda desk: desk.store.ledger.known("main", "order", ["1", "2"]),
    "settle": lambda desk: (desk.put("1", "n3"), desk.settle(desk.claim(), applied())),
    "settle held": lambda desk: (desk.put("held"), desk.settle(desk.claim(), held("again"))),
    "wake": lambda desk: desk.store.inbox.wake_children("main", "customer", "c", START),
    "links": lambda desk: (
        desk.store.links.find("main", "order", ["1"]),
        desk.store.links.reverse("main", "order", ["T"]),
    ),
    "find": lambda desk: desk.store.ledger.find("17"),
    "unused": lambda desk: desk.store.inbox.unused(["17"]),
    "history": lambda desk: desk.store.ledger.history("main", "order", "17"),
    "extend": lambda desk: desk.store.inbox.extend("a", 5, lease_seconds=9, now=START),
    "letters": lambda desk: desk.store.letters.list(),
    "status": lambda desk: desk.store.status(START),
    "erase": lambda desk: desk.store.erase("main", "order", "17", START),
}


def test_nothing_reads_a_large_table_whole(filled: Desk) -> None:
    for name, call in CALLS.items():
        found = plans(filled, lambda call=call: call(filled))
        assert found, name
        assert scans(found) == [], name
    asked = sa.text("SELECT count(*) FROM records WHERE reason = 'x'")
    found = plans(filled, lambda: filled.store.database.read(lambda tx: tx.execute(asked).all()))
    assert scans(found), "the plans would show a whole table"


def test_the_queue_is_as_small_as_the_backlog(filled: Desk) -> None:
    assert filled.rows("SELECT key FROM queue ORDER BY key") == [("parked",), ("retry",)]
