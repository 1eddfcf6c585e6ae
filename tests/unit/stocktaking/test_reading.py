"""A row of Sage Pro's picture comes to what the plan would publish, kits and their parts included."""

import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.entities.stock import Item, Shelf, Stock, StockLevel, keys, pairs
from tandem.line.connection import Connection
from tandem.mapping import Workbook
from tandem.rules import Circumstances, Facts
from tandem.rules.stock import plan
from tandem.rules.stock_differences import Kept, Kind, expected
from tandem.stocktaking.reading import Reader
from tandem.stocktaking.surroundings import Surroundings

ROOT = Path(__file__).parents[3]
ITEMS = ("PLAIN", "KIT", "SHELF", "FRAME", "BOX", "LOOSE")
QUANTITIES = st.integers(-5, 60).map(Decimal)


@dataclass
class Line:
    workbook: Workbook
    zone: ZoneInfo


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    folder = tmp_path_factory.mktemp("sheets") / "mappings"
    shutil.copytree(ROOT / "mappings", folder)
    kits = {"KIT": "2 x SHELF + 1 x FRAME", "BOX": "1 x KIT + 3 x SHELF"}
    text = "values: {" + ", ".join(f"{kit}: '{parts}'" for kit, parts in kits.items()) + "}\notherwise: {value: ''}\n"
    (folder / "lookups" / "kits.yaml").write_text(text, encoding="utf-8")
    return Line(Workbook.load(folder), ZoneInfo("America/Chicago"))


def record(item: str, on_hand: Decimal, allocated: Decimal, open_sales: Decimal) -> dict[str, Any]:
    return {
        "ETag": "x", "Key": f"{item}|MAIN", "ItemCode": item, "Location": "MAIN", "OnHand": on_hand,
        "Allocated": allocated, "OnOrder": Decimal(0), "OpenSales": open_sales, "Available": on_hand - allocated,
        "AvailableComputed": on_hand - open_sales, "UpdatedAt": "2026-03-02T10:00:00Z",
    }  # fmt: skip


def planned(line: Line, stock: Stock, around: Surroundings, shelves: dict[str, Stock]) -> Decimal | None:
    """What the plan would publish; None if it publishes nothing."""
    item = around.items.get(stock.sku)
    family = [shelves[key] for key in keys(stock, line.workbook.table) if key in shelves]
    companions = {
        "product": [{"sku": stock.sku, "pack": around.packs[stock.sku]}],
        "levels": [],
        "item": item.model_dump() if item else None,
        "shelves": [Shelf.model_validate({n: getattr(s, n) for n in Shelf.model_fields}).model_dump() for s in family],
    }
    made = plan(
        stock,
        Circumstances(
            companions=companions,
            taken={pair: around.taken(*pair) for pair in pairs(stock, line.workbook.table)},
            lookup=line.workbook.table,
            policy=line.workbook.decide("stock", companions | stock.model_dump()),
            facts=Facts(),
        ),
    )
    return made.quantity if isinstance(made, StockLevel) else None


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_row_is_what_the_plan_would_publish(line: Line, data: st.DataObject) -> None:
    around = Surroundings(
        packs={item: data.draw(st.sampled_from([Decimal(1), Decimal(6)])) for item in ITEMS if item != "LOOSE"},
        items={item: Item(status=data.draw(st.sampled_from(["sold", "sold", "blocked"]))) for item in ITEMS},
        demand={
            (item, data.draw(st.sampled_from(["MAIN", ""]))): data.draw(QUANTITIES.filter(lambda q: q >= 0))
            for item in ITEMS
        },
    )
    reader = Reader(cast("Connection", line), around)
    kept = data.draw(st.sets(st.sampled_from(ITEMS), min_size=1))
    records = [record(item, *(data.draw(QUANTITIES) for _ in range(3))) for item in sorted(kept)]
    rows = [row for one in records if (row := reader.row(one, one["Key"], None))] + reader.kin()
    made = {row.item: row for row in rows}
    shelves = {
        stock.key: stock
        for one in records
        for stock in [Stock.model_validate(line.workbook.apply("stock", "from_sagepro", one, zone=line.zone).value)]
    }
    for stock in shelves.values():
        if stock.sku == "LOOSE":
            assert stock.sku not in made, "the shop has no such product"
        else:
            assert expected(made[stock.sku]) == planned(line, stock, around, shelves), stock.sku
    if "KIT" not in kept and kept & {"SHELF", "FRAME"}:
        assert not made["KIT"].due, "Sage Pro does not keep it: the shop may, and need not"


def test_case_145_an_unmapped_location_is_a_row_that_says_so(line: Line) -> None:
    row = Reader(cast("Connection", line), Surroundings(packs={"A": Decimal(1)})).row(
        record("A", *[Decimal(1)] * 3) | {"Location": "WEST", "Key": "A|WEST"}, "A|WEST", None
    )
    assert isinstance(row, Kept)
    assert (row.refused, row.item, row.location, row.key) == (Kind.UNMAPPED, "A", "WEST", "")
    assert "'WEST' is not in lookup locations" in row.why


def test_case_134_both_sides_meet_on_the_trimmed_and_folded_code(line: Line) -> None:
    reader = Reader(cast("Connection", line), Surroundings(packs={"ABC-1": Decimal(1)}, items={"ABC-1": Item()}))
    row = reader.row(record("abc-1 ", *[Decimal(1)] * 3), "abc-1 |MAIN", None)
    assert row is not None
    assert row.key == "ABC-1|MAIN"


def test_a_safety_stock_below_zero_is_a_row_that_says_so(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workbook, "decide", lambda *_: {"safety_stock": -3})
    reader = Reader(cast("Connection", line), Surroundings(packs={"A": Decimal(1)}, items={"A": Item()}))
    row = reader.row(record("A", *[Decimal(1)] * 3), "A|MAIN", None)
    assert row is not None
    assert (row.refused, row.key) == (Kind.REFUSED, "A|MAIN")
    assert "rules/stock.json: a safety_stock of -3 for A at MAIN" in row.why
