"""Stock whose item has no row of its own in Sage Pro, or another name in the shop."""

import csv
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from flows.catalogue import Options as Catalogue
from flows.catalogue import catalogue
from flows.inventory_reconciliation import inventory_reconciliation
from tandem.sandbox.shop.tables import INVENTORY, PRODUCTS
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tandem.settings import settings
from tests.flows.stack import Stack
from tests.flows.test_inventory_reconciliation import settle_down, shop_shows
from tests.flows.test_stock import available, rows, sweep, told

Rename = Callable[[str, str], None]


@pytest.fixture
def kit(line: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Ten of ABC-1; KIT is two of them and no stock item: it has no row in ICILOC."""
    mappings = tmp_path / "mappings"
    shutil.copytree(line.settings.mappings, mappings)
    recipe = "values: {KIT: 2 x ABC-1}\notherwise: {value: ''}\n"
    (mappings / "lookups" / "kits.yaml").write_text(recipe, encoding="utf-8")
    monkeypatch.setenv("TANDEM_MAPPINGS", str(mappings))
    settings.cache_clear()
    rows(line, "ABC-1", lonhand=10)
    with line.screens() as page:
        enter_items(page, [NewItem(item="KIT", name="Kit", price=Decimal(99), stocked=False)])
    line.shop.add_product({"sku": "KIT", "unitPrice": "99.00"})
    return line


def published(line: Stack) -> tuple[int, int]:
    return available(line, "KIT|MAIN"), available(line, "ABC-1|MAIN")


async def differing() -> dict[str, tuple[str, str]]:
    """What a reconciliation finds that lasts: the kind, and what should be shown."""
    facts = await inventory_reconciliation()
    with Path(facts["csv"]).open(encoding="utf-8-sig", newline="") as file:
        return {row["item"]: (row["what it is"], row["should show"]) for row in csv.DictReader(file)}


async def test_a_kit_that_is_no_stock_item_takes_its_parts_before_and_after_sage_pro_has_the_order(kit: Stack) -> None:
    line = kit
    told(line, "KIT|MAIN", 1)
    await sweep()
    assert published(line) == (5, 10)
    line.event("order.created", line.order({"sku": "KIT", "quantity": 3})["orderId"])
    told(line, "KIT|MAIN", 2)
    await sweep()
    assert published(line) == (2, 4), "it waits, and is sold"
    settle_down(line)
    assert await differing() == {}
    assert (await line.run())["order APPLIED"] == 1
    told(line, "KIT|MAIN", 3)
    await sweep()
    assert published(line) == (2, 4), "Sage Pro has it, on order lines alone"
    settle_down(line)
    assert await differing() == {}
    line.plain("update sotran set sostat = 'V' where rtrim(item) = 'KIT'")
    told(line, "KIT|MAIN", 4)
    await sweep()
    assert published(line) == (5, 10), line.reasons()


@pytest.fixture
def renamed(line: Stack) -> Rename:
    def rename(sku: str, name: str) -> None:
        """A merchandiser calls a product something else; the stock that was there keeps its old name."""
        with line.shop.writing() as tx:
            (product,) = tx.where(PRODUCTS, "sku", [sku])
            tx.save(PRODUCTS, product | {"sku": name, "updatedDate": tx.stamp})

    return rename


async def test_case_134_a_product_that_was_renamed_in_the_shop_keeps_getting_its_stock(
    line: Stack, renamed: Rename
) -> None:
    await catalogue(Catalogue(live=False))
    await sweep()
    settle_down(line)
    renamed("ABC-1", "TEAPOT-NEW")
    rows(line, "ABC-1", lonhand=2)
    told(line, "ABC-1|MAIN", 1)
    assert (await sweep())["stock APPLIED"] == 1, line.reasons()
    assert shown(line, "TEAPOT-NEW|MAIN") == 2
    rows(line, "ABC-1", lonhand=3)
    told(line, "ABC-1|MAIN", 2)
    assert (await sweep())["stock APPLIED"] == 1, line.reasons()
    assert shown(line, "TEAPOT-NEW|MAIN") == 3
    found = await differing()
    assert found == {"ABC-1": ("missing in Sage Pro", "")}, "what the shop still keeps under the old name is told"


def shown(line: Stack, key: str) -> int:
    with line.shop.reading() as tx:
        return int(tx.need(INVENTORY, key)["available"])


async def test_stock_that_the_shop_shows_without_a_product_is_held_and_the_reconciliation_tells(
    line: Stack, renamed: Rename
) -> None:
    """Nobody linked it, so nobody knows what it is called now."""
    await sweep()
    settle_down(line)
    renamed("ABC-1", "TEAPOT-NEW")
    rows(line, "ABC-1", lonhand=2)
    told(line, "ABC-1|MAIN", 1)
    assert await sweep() == {"stock HELD": 1}
    assert (
        "the shop has no product ABC-1 and still shows 1000 of it at MAIN" in line.record("stock", "ABC-1|MAIN").reason
    )
    assert await differing() == {"ABC-1": ("not understood", "")}
    renamed("TEAPOT-NEW", "ABC-1")
    told(line, "ABC-1|MAIN", 2)
    assert (await sweep())["stock APPLIED"] == 1
    shop_shows(line, "ABC-1")
    assert await differing() == {}
