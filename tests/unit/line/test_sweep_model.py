"""The sweep as a whole against a model: whatever changes between its pages, no state is missed in the end."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.entities import ENTITIES, System
from tandem.errors import Unavailable
from tandem.line import gather
from tandem.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDER = ENTITIES["order"]
ROUTE = ORDER.route(System.CLARITY)

Act = tuple[str, int]


@dataclass
class Shop:
    """A list by (stamp, key) that goes on from the last record of the page before, and changes between pages."""

    size: int
    acts: list[Act]
    clock: datetime = START
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    states: list[tuple[str, str]] = field(default_factory=list)
    fails_at: int = -1
    pages: int = 0

    def change(self, act: Act) -> None:
        """Time goes on or stands still, and a record is made or changed."""
        name, number = act
        self.clock += timedelta(seconds=number % 3)
        key = str(number % 7) if name == "update" else f"n{len(self.rows)}"
        version = str(int(self.rows.get(key, {"version": "0"})["version"]) + 1)
        self.rows[key] = {"orderId": key, "version": version, "updatedDate": self.clock.isoformat()}

    async def changed(self, _resource: str, *, since: datetime) -> AsyncIterator[list[dict[str, Any]]]:
        """Pages of what changed; between two of them, people go on working."""
        after = (since, "")
        while True:
            listed = sorted((self.stamp("", row), self.key("", row)) for row in self.rows.values())
            page = [key for stamp, key in listed if (stamp, key) > after][: self.size]
            if not page:
                return
            self.pages += 1
            if self.pages == self.fails_at:
                raise Unavailable("500 in the middle of the list")
            found = [dict(self.rows[key]) for key in page]
            after = (self.stamp("", found[-1]), page[-1])
            yield found
            if self.acts:
                self.change(self.acts.pop(0))

    def key(self, _resource: str, record: dict[str, Any]) -> str:
        return str(record["orderId"])

    def stamp(self, _resource: str, record: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(record["updatedDate"])


def connection(store: Store, shop: Shop) -> Any:
    return SimpleNamespace(
        name="main",
        company="01",
        store=store,
        connectors={System.CLARITY: shop},
        settings=SimpleNamespace(sweep_from=START - timedelta(days=1), clarity_webhook_secrets=None),
    )


def stored(store: Store) -> dict[str, set[str]]:
    """The versions of each record that the inbox has."""
    messages = store.inbox.claim(
        "main", "order", System.CLARITY, limit=500, owner="t", lease_seconds=60, now=datetime.now(UTC)
    )
    return {message.key: {message.version or ""} for message in messages}


async def _swept(shop: Shop, line: Any, times: int) -> int:
    failed = 0
    for _ in range(times):
        try:
            await gather.sweep(line, ORDER, ROUTE, overlap=gather.LIVE_OVERLAP)
        except Unavailable:
            failed += 1
    return failed


ACTS = st.lists(st.tuples(st.sampled_from(["update", "insert"]), st.integers(0, 20)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(first=ACTS, between=ACTS, size=st.integers(1, 4), fails_at=st.integers(-1, 8))
def test_case_023_whatever_changes_between_pages_the_newest_state_of_every_record_is_stored(
    first: Sequence[Act], between: Sequence[Act], size: int, fails_at: int
) -> None:
    """Also over a page that fails: the mark stands at the last page that was stored (26, 27)."""
    shop = Shop(size, list(between), fails_at=fails_at)
    for act in first:
        shop.change(act)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'store.db'}")
        line = connection(store, shop)
        asyncio.run(_swept(shop, line, 3))
        while shop.acts:
            shop.change(shop.acts.pop(0))
        asyncio.run(_swept(shop, line, 2))
        newest = {key: {row["version"]} for key, row in shop.rows.items()}
        assert stored(store) == newest
        store.close()


@pytest.mark.parametrize("fails_at", range(1, 11))
async def test_case_026_and_027_the_mark_stays_at_the_last_page_that_is_stored(tmp_path: Path, fails_at: int) -> None:
    shop = Shop(3, [], fails_at=fails_at)
    for number in range(30):
        shop.change(("insert", number * 3 + 1))
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    line = connection(store, shop)
    with pytest.raises(Unavailable):
        await gather.sweep(line, ORDER, ROUTE, overlap=gather.SWEEP_OVERLAP)
    mark = store.cursors.get("main", "order:clarity")
    there = store.inbox.waiting("main")
    assert there == 3 * (fails_at - 1)
    assert (mark.time if mark else None) == (START + timedelta(seconds=there) if there else None)
    await gather.sweep(line, ORDER, ROUTE, overlap=gather.SWEEP_OVERLAP)
    assert store.inbox.waiting("main") == 30
    store.close()


async def test_a_stamp_of_years_ahead_hides_nothing_that_comes_after_it(tmp_path: Path) -> None:
    """A workstation's clock is wrong, and Sage Pro stamps by it."""
    shop = Shop(3, [])
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    line = connection(store, shop)
    for key, moment in (("odd", datetime(2099, 1, 1, tzinfo=UTC)), ("next", datetime.now(UTC))):
        shop.rows[key] = {"orderId": key, "version": "1", "updatedDate": moment.isoformat()}
        await gather.sweep(line, ORDER, ROUTE, overlap=gather.LIVE_OVERLAP)
    await gather.sweep(line, ORDER, ROUTE, overlap=gather.LIVE_OVERLAP)
    assert stored(store) == {"odd": {"1"}, "next": {"1"}}
    store.close()
