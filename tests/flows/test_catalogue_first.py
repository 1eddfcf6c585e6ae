"""The first synchronisation of two full catalogues, prices on their day, and cost that stays where it is."""

import csv
import logging
import sqlite3
import time
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import get_client
from typer.testing import CliRunner

from flows.catalogue import Options, catalogue
from tandem.cli import app
from tandem.sandbox.shop.tables import PRODUCTS
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tests.flows.stack import Stack, stack

D = Decimal
MANY = 10_000
COST = "7.4321"


async def run() -> dict[str, int]:
    return await catalogue(Options(live=False))


def unit_price(line: Stack, sku: str) -> Decimal:
    with line.shop.reading() as tx:
        (product,) = tx.where(PRODUCTS, "sku", [sku])
    price: Decimal = product["unitPrice"]
    return price


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each side is called, by side and method."""
    counted: Counter[str] = Counter()
    send = httpx.AsyncClient.request

    async def counting(self: httpx.AsyncClient, method: str, url: Any, **more: Any) -> httpx.Response:
        if "/api/v1/" in str(url):
            counted[f"{method} {'gateway' if '/sagepro/' in str(url) else 'shop'}"] += 1
        return await send(self, method, url, **more)

    monkeypatch.setattr(httpx.AsyncClient, "request", counting)
    return counted


async def test_case_138_ten_thousand_on_both_sides_are_linked_and_none_is_made(
    line: Stack, calls: Counter[str], tmp_path: Path
) -> None:
    there = [f"SKU-{number:05}" for number in range(MANY)]
    both, ours, theirs = there[7:-5], there[:7], there[-5:]
    with line.screens() as page:
        enter_items(page, [NewItem(item=sku, name=sku, price=D("10.00")) for sku in ours + both])
    line.shop.add_products(
        [{"sku": sku.lower() if sku[-1] == "9" else sku, "name": sku, "unitPrice": "10.00"} for sku in both + theirs]
    )
    items = len(line.rows("icitem"))
    begun = time.monotonic()
    tally = await run()
    took = time.monotonic() - begun
    services = len(line.rows("icitem", itmclss="SERV"))
    linked = 2 * (len(both) + 4)
    assert tally["product APPLIED"] == linked, line.reasons()
    assert tally["product SKIPPED"] == len(ours) + len(theirs) + services
    assert len(line.rows("icitem")) == items
    with line.shop.reading() as tx:
        assert len(tx.where(PRODUCTS, "sku", there + [sku.lower() for sku in there])) == len(both) + len(theirs)
    logging.getLogger(__name__).warning("%s products of either side in %.1f s by %s", MANY, took, dict(calls))
    assert {name for name in calls if not name.startswith("GET")} == set()
    assert 0 < calls.total() < MANY / 10
    told = CliRunner().invoke(app, ["unlinked", "product", "--csv", str(tmp_path / "unlinked.csv")])
    assert told.exit_code == 0, told.output
    with (tmp_path / "unlinked.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["number"] for row in rows if row["side"] == "sagepro" and row["number"].startswith("SKU")} == set(ours)
    assert {row["number"] for row in rows if row["side"] == "clarity"} == {
        sku.lower() if sku[-1] == "9" else sku for sku in theirs
    }


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """What Tandem takes for now."""
    for module in ("tandem.line.due", "tandem.line.read"):
        monkeypatch.setattr(f"{module}.utc_now", lambda: datetime.fromisoformat(moment))


def plan_price(line: Stack, sku: str, *prices: tuple[str, str]) -> None:
    """Somebody enters prices that begin on a day."""
    body = {"Prices": [{"EffectiveFrom": day, "Price": price} for day, price in prices]}
    httpx.put(
        f"{line.settings.url_of('gateway')}/api/v1/sagepro/products/{sku}",
        json=body,
        headers={"authorization": "Bearer gateway-key", "idempotency-key": f"{sku}-{prices[0][0]}-{len(prices)}"},
    ).raise_for_status()


@pytest.mark.parametrize(
    ("day", "before", "midnight"),
    [
        ("2026-12-01", ("2026-12-01T00:00:01+00:00", "2026-12-01T05:59:59+00:00"), "2026-12-01T06:00:00+00:00"),
        ("2026-11-01", ("2026-11-01T00:00:01+00:00", "2026-11-01T04:59:59+00:00"), "2026-11-01T05:00:00+00:00"),
        ("2027-03-15", ("2027-03-15T00:00:01+00:00", "2027-03-15T04:59:59+00:00"), "2027-03-15T05:00:00+00:00"),
    ],
    ids=["in winter", "on the night when clocks go back", "after they went forward"],
)
async def test_case_152_a_future_price_takes_effect_at_the_shops_midnight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str, before: tuple[str, ...], midnight: str
) -> None:
    monkeypatch.setenv("TANDEM_SAGEPRO_TAKE_PRICES", "true")
    with stack(tmp_path, monkeypatch) as line:
        at(monkeypatch, before[0])
        plan_price(line, "ABC-1", (day, "21.50"), ("2027-06-01", "30.00"))
        await run()
        assert unit_price(line, "ABC-1") == D("19.90")
        for moment in before:
            at(monkeypatch, moment)
            await run()
            assert unit_price(line, "ABC-1") == D("19.90")
        untouched = line.rows("icitem", item="ABC-1")
        at(monkeypatch, midnight)
        assert (await run())["product APPLIED"] == 1, line.reasons()
        assert unit_price(line, "ABC-1") == D("21.50")
        assert line.rows("icitem", item="ABC-1") == untouched


async def test_a_price_whose_day_passed_while_nothing_ran_is_announced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_SAGEPRO_TAKE_PRICES", "true")
    with stack(tmp_path, monkeypatch) as line:
        at(monkeypatch, "2026-12-01T12:00:00+00:00")
        plan_price(line, "ABC-1", ("2026-12-03", "21.50"))
        await run()
        at(monkeypatch, "2026-12-06T12:00:00+00:00")
        assert (await run())["product APPLIED"] == 1, line.reasons()
        assert unit_price(line, "ABC-1") == D("21.50")


async def test_case_152_a_planned_price_that_is_a_slip_is_held_on_its_day_until_a_person_approves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_SAGEPRO_TAKE_PRICES", "true")
    with stack(tmp_path, monkeypatch) as line:
        at(monkeypatch, "2026-12-01T00:00:01+00:00")
        plan_price(line, "ABC-1", ("2026-12-01", "215.00"))
        await run()
        at(monkeypatch, "2026-12-01T06:00:00+00:00")
        assert (await run())["product HELD"] == 1
        (letter,) = line.store.letters.list(entity="product")
        assert "Sage Pro says 215.00 for ABC-1, the shop shows 19.90" in letter.reason
        assert unit_price(line, "ABC-1") == D("19.90")
        line.store.letters.replay([letter.id], "ann", datetime.fromisoformat("2026-12-01T06:01:00+00:00"), approve=True)
        assert (await run())["product APPLIED"] == 1, line.reasons()
        assert (unit_price(line, "ABC-1"), line.store.letters.list()) == (D("215.00"), [])


async def test_case_153_cost_never_leaves_the_erp_side(line: Stack, caplog: pytest.LogCaptureFixture) -> None:
    """Every table of the store and of the shop, every log line, artifact and Data Docs page is looked through."""
    caplog.set_level(logging.DEBUG)
    wire: list[str] = []
    with line.screens() as page:
        page.change("icitem", {"item": "ABC-1"}, stdcost=D(COST), avgcost=D(COST), lstcost=D(COST), price=D("0.00"))
        page.change("icitem", {"item": "ABC-2"}, stdcost=D(COST), avgcost=D(COST), lstcost=D(COST), price=D("34.00"))
        page.change("icitem", {"item": "ABC-3"}, stdcost=D(COST), itemstat="?")
    send = httpx.AsyncClient.request

    async def noting(self: httpx.AsyncClient, method: str, url: Any, **more: Any) -> httpx.Response:
        answer = await send(self, method, url, **more)
        wire.append(f"{method} {url} {more.get('content')!r} {answer.text}")
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.AsyncClient, "request", noting)
        tally = await run()
    assert (tally["product HELD"], wire != []) == (2, True), line.reasons()
    await catalogue(Options(live=False))
    async with get_client() as client:
        artifacts = [str(artifact.data) for artifact in await client.read_artifacts()]
    kept = [path for path in line.settings.home.rglob("*") if path.is_file() and not path.name.startswith("company")]
    found = {
        "wire": [text for text in wire if COST in text and "/products" in text],
        "logs": [record.getMessage() for record in caplog.records if COST in record.getMessage()],
        "artifacts": [text for text in artifacts if COST in text],
        "files": [path.name for path in kept if COST.encode() in path.read_bytes()],
        "tables": [name for path in kept if path.suffix == ".db" for name in tables_with(path, COST)],
    }
    assert found == {name: [] for name in found}
    assert any("ABC-1" in text for text in artifacts), "the held product is in a table of failures"
    assert len(kept) > 2


def tables_with(path: Path, text: str) -> list[str]:
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type='table'")]
        rows = {name: connection.execute(f'select * from "{name}"').fetchall() for name in names}
    return [name for name, found in rows.items() if any(text in str(row) for row in found)]
