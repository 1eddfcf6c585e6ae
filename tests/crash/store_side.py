"""Tandem's store by plain SQL: every record in exactly one state, and all books of one mind about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tests.crash.customers import Acknowledged
from tests.crash.findings import DOUBLED, LOST, Finding
from tests.crash.reading import Reader

FINAL = {"APPLIED", "NOOP", "STALE", "SKIPPED"}

DOUBLES = (
    ("record", "select entity || ' ' || key, count(*) from records group by connection, company, entity, key"),
    ("link", "select entity || ' ' || key, count(*) from links group by connection, company, entity, key"),
    ("queue row", "select entity || ' ' || key, count(*) from queue group by connection, company, entity, key, source"),
    (
        "sales order of two orders",
        "select target, count(*) from links where entity = 'order' group by connection, company, target",
    ),
    (
        "fulfilment of two shipments",
        "select target, count(*) from links where entity = 'shipment' group by connection, company, target",
    ),
)
TALLIES = "select entity, state, sum(n) from tallies group by entity, state having sum(n) <> 0"
COUNTS = "select entity, state, count(*) from records group by entity, state"


def store_findings(store: Reader, company: Reader, book: Mapping[str, Acknowledged]) -> list[Finding]:
    """All that is wrong with the store."""
    return [*_doubles(store), *_states(store, book), *_tallies(store), *_links(store, company)]


def _doubles(store: Reader) -> Iterator[Finding]:
    for what, query in DOUBLES:
        found = store.rows(f"{query} having count(*) > 1")
        yield from (Finding(DOUBLED, str(row[0]), f"{what} {row[1]} times") for row in found)


def _states(store: Reader, book: Mapping[str, Acknowledged]) -> Iterator[Finding]:
    records = store.rows("select entity, key, state, reason from records")
    for entity, key, state, reason in records:
        if state not in FINAL:
            yield Finding("stuck", f"{entity} {key}", f"{state}: {reason}")
    known = {key for entity, key, _, _ in records if entity == "order"}
    yield from (Finding(LOST, key, "acknowledged by the shop and not in the ledger") for key in book.keys() - known)
    passed = {key for entity, key in store.rows("select distinct entity, key from ledger") if entity == "order"}
    yield from (Finding("stuck", key, "a record without a line in the ledger") for key in known - passed)


def _tallies(store: Reader) -> Iterator[Finding]:
    """What the status shows is what is there."""
    shown = Counter({(entity, state): int(n) for entity, state, n in store.rows(TALLIES)})
    there = Counter({(entity, state): n for entity, state, n in store.rows(COUNTS)})
    for name in shown.keys() | there.keys():
        if shown[name] != there[name]:
            yield Finding("wrong", " ".join(name), f"{there[name]} records, the tally says {shown[name]}")


def _links(store: Reader, company: Reader) -> Iterator[Finding]:
    """Each link leads to the document that knows the record by the same number."""
    sales = dict(company.rows("select extid, trim(sono) from tdorder"))
    links = {key: target.strip() for key, target in store.rows("select key, target from links where entity = 'order'")}
    for key in links.keys() | sales.keys():
        if links.get(key) != sales.get(key):
            yield Finding("wrong", key, f"linked to {links.get(key)}, in the company as {sales.get(key)}")
