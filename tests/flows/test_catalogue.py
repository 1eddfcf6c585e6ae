"""Products both ways: matched and linked, each field from the side that owns it, prices guarded and on their day."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.catalogue import Options, catalogue
from tandem.sandbox.shop.tables import PRODUCTS
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tests.flows.stack import Stack, stack

CHICAGO = ZoneInfo("America/Chicago")
D = Decimal


async def run() -> dict[str, int]:
    return await catalogue(Options(live=False))


def put_item(line: Stack, item: str, **fields: Any) -> None:
    """As somebody at Sage Pro's screens changes an item."""
    with line.screens() as page:
        page.change("icitem", {"item": item}, **fields)


def enter(line: Stack, *items: str, **fields: Any) -> None:
    """As the office enters items."""
    with line.screens() as page:
        enter_items(page, [NewItem(item=item, name=item, **{"price": D("10.00"), **fields}) for item in items])


def shown(line: Stack, sku: str) -> dict[str, Any]:
    """The product as the shop has it."""
    with line.shop.reading() as tx:
        (product,) = [p for p in tx.where(PRODUCTS, "sku", [sku]) if not p["isDeleted"]]
    return dict(product)


def approve(line: Stack) -> None:
    """A person lets what is held pass."""
    (letter,) = line.store.letters.list(entity="product")
    assert line.store.letters.replay([letter.id], "ann", datetime.now(CHICAGO), approve=True) == 1


def of_products(tally: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in tally.items() if name.startswith("product ")}


async def test_a_price_of_sage_pro_reaches_the_shop_and_its_echo_is_noop(line: Stack) -> None:
    await run()
    put_item(line, "ABC-1", price=D("21.50"))
    assert (await run())["product APPLIED"] == 1, line.reasons()
    assert shown(line, "ABC-1")["unitPrice"] == D("21.50")
    line.event("product.updated", "ABC-1", entity="product")
    assert set(of_products(await run())) <= {"product NOOP", "product SKIPPED"}
    assert line.record("product", "ABC-1").state == "APPLIED"
    assert line.record("product", f"clarity/{shown(line, 'ABC-1')['productId']}").state == "APPLIED"


async def test_a_text_of_the_shop_reaches_sage_pro_and_its_echo_is_noop(line: Stack) -> None:
    await run()
    change = {"description": "As the shop puts it", "name": "Not the shop's", "unitPrice": "1"}
    line.shop.change_product("ABC-2", change)
    assert (await run())["product APPLIED"] == 1, line.reasons()
    (item,) = line.rows("icitem", item="ABC-2")
    assert (item["itmdes2"], item["itmdesc"], item["price"]) == ("As the shop puts it", "Abc-2", D("33.33"))
    assert set(of_products(await run())) <= {"product NOOP", "product SKIPPED"}


async def test_case_134_codes_match_without_case_and_blanks_from_either_side(line: Stack) -> None:
    enter(line, "MUG-1")
    line.shop.add_product({"sku": "mug-1 ", "name": "MUG-1", "unitPrice": "10.00"})
    await run()
    product = shown(line, "mug-1 ")["productId"]
    assert line.store.links.find("main", "product", ["MUG-1", f"clarity/{product}"]) == {
        "MUG-1": product,
        f"clarity/{product}": "MUG-1",
    }


async def test_case_137_a_sku_that_is_too_long_for_the_column_is_held_and_never_cut(line: Stack) -> None:
    long = "TEAPOT-" + "X" * 30
    enter(line, long[:25])
    product = line.shop.add_product({"sku": long, "name": "Long", "description": "words", "unitPrice": "1.00"})
    assert (await run())["product HELD"] == 1
    record = line.record("product", f"clarity/{product['productId']}")
    assert "sku" in record.reason
    assert "icitem.item holds 25" in record.reason
    assert line.rows("icitem", item=long[:25])[0]["itmdes2"] == ""


async def test_case_146_what_is_blocked_or_discontinued_is_taken_off_the_shop(line: Stack) -> None:
    await run()
    put_item(line, "ABC-1", itemstat="B", price=D("0.00"))
    put_item(line, "ABC-2", itemstat="D")
    assert (await run())["product APPLIED"] == 2, line.reasons()
    assert [shown(line, sku)["isPublished"] for sku in ("ABC-1", "ABC-2", "ABC-3")] == [False, False, True]
    assert shown(line, "ABC-1")["unitPrice"] == D("19.90")


@pytest.mark.parametrize(("price", "why"), [("0.00", "0.00"), ("199.00", "199.00"), ("1.99", "1.99")])
async def test_a_price_of_nothing_or_tenfold_is_held_with_both_figures_until_a_person_approves(
    line: Stack, price: str, why: str
) -> None:
    await run()
    put_item(line, "ABC-1", price=D(price))
    assert (await run())["product HELD"] == 1
    reason = line.record("product", "ABC-1").reason
    assert why in reason
    assert "19.90" in reason
    assert shown(line, "ABC-1")["unitPrice"] == D("19.90")
    approve(line)
    assert (await run())["product APPLIED"] == 1, line.reasons()
    assert shown(line, "ABC-1")["unitPrice"] == D(price)


async def test_a_price_that_was_typed_after_the_approved_one_is_held_again(line: Stack) -> None:
    await run()
    put_item(line, "ABC-1", price=D("199.00"))
    await run()
    approve(line)
    put_item(line, "ABC-1", price=D("0.00"))
    line.event("product.updated", "ABC-1", entity="product")
    assert (await run())["product HELD"] == 1
    assert shown(line, "ABC-1")["unitPrice"] == D("19.90")
    approve(line)
    assert (await run())["product APPLIED"] == 1, line.reasons()
    assert shown(line, "ABC-1")["unitPrice"] == D("0.00")


async def test_case_146_discontinued_again_after_the_shop_has_shown_it_again(line: Stack) -> None:
    await run()
    for shown_again in (True, False):
        put_item(line, "ABC-1", itemstat="D")
        await run()
        assert shown(line, "ABC-1")["isPublished"] is False
        put_item(line, "ABC-1", itemstat="A")
        await run()
        if shown_again:
            line.shop.change_product("ABC-1", {"isPublished": True})
            await run()


async def test_a_price_that_goes_back_to_what_was_written_last_is_written(line: Stack) -> None:
    await run()
    put_item(line, "ABC-1", price=D("21.00"))
    await run()
    line.shop.change_product("ABC-1", {"unitPrice": "25.00"})
    await run()
    put_item(line, "ABC-1", price=D("25.00"))
    await run()
    put_item(line, "ABC-1", price=D("21.00"))
    assert (await run())["product APPLIED"] == 1, line.reasons()
    assert shown(line, "ABC-1")["unitPrice"] == D("21.00")


async def test_a_price_just_below_the_limit_passes(line: Stack) -> None:
    await run()
    put_item(line, "ABC-1", price=D("198.99"))
    assert (await run())["product APPLIED"] == 1, line.reasons()


async def test_the_price_of_a_case_is_that_of_its_pieces(line: Stack) -> None:
    line.shop.change_product("CASE", {"unit": "case of 12"})
    put_item(line, "CASE", price=D("5.50"))
    await run()
    assert shown(line, "CASE")["unitPrice"] == D("66.00")


async def test_a_price_with_more_decimals_than_cents_is_neither_cut_nor_rounded(line: Stack) -> None:
    await run()
    put_item(line, "ABC-1", price=D("19.9475"))
    await run()
    assert shown(line, "ABC-1")["unitPrice"] == D("19.9475")


async def test_nothing_is_made_in_either_system_unless_a_setting_says_so(line: Stack) -> None:
    enter(line, "ONLY-ERP")
    line.shop.add_product({"sku": "ONLY-SHOP", "name": "x", "unitPrice": "1.00"})
    tally = await run()
    assert tally["unlinked product of clarity"] == 1
    assert line.record("product", "ONLY-ERP").state == "SKIPPED"
    with line.shop.reading() as tx:
        assert tx.where(PRODUCTS, "sku", ["ONLY-ERP"]) == []
    assert line.rows("icitem", item="ONLY-SHOP") == []


async def test_with_the_setting_the_shop_is_given_what_it_lacks_once_and_unpublished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_CATALOGUE_CREATE", "true")
    with stack(tmp_path, monkeypatch) as line:
        enter(line, "NEW-1")
        line.break_shop({"requests": [{"what": "cutAfter", "method": "POST", "path": "/products", "times": 1}]})
        await run()
        line.make_due()
        await run()
        product = shown(line, "NEW-1")
        assert (product["unitPrice"], product["isPublished"]) == (D("10.00"), False)
        assert line.record("product", "NEW-1").target == product["productId"]


async def test_by_policy_what_has_no_counterpart_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_CATALOGUE_UNMATCHED", "hold")
    with stack(tmp_path, monkeypatch) as line:
        enter(line, "ONLY-ERP")
        assert (await run())["product HELD"] == 1
        assert "no product ONLY-ERP" in line.record("product", "ONLY-ERP").reason


async def test_a_product_that_was_deleted_and_made_anew_is_linked_anew(line: Stack) -> None:
    await run()
    line.shop.delete_product("ABC-1")
    again = line.shop.add_product({"sku": "ABC-1", "name": "New", "unitPrice": "19.90", "description": "New words"})
    put_item(line, "ABC-1", price=D("20.90"))
    await run()
    assert shown(line, "ABC-1")["unitPrice"] == D("20.90")
    assert line.record("product", "ABC-1").target == again["productId"]
    assert line.rows("icitem", item="ABC-1")[0]["itmdes2"] == "New words"


async def test_a_product_deleted_in_the_shop_stays_so_and_is_listed(line: Stack) -> None:
    await run()
    line.shop.delete_product("ABC-1", for_good=True)
    put_item(line, "ABC-1", price=D("20.90"))
    await run()
    assert "any more" in line.record("product", "ABC-1").reason


async def test_two_products_of_one_sku_are_held_and_neither_is_written(line: Stack) -> None:
    line.shop.add_product({"sku": "abc-1", "name": "Twin", "unitPrice": "19.90", "description": "Twin words"})
    put_item(line, "ABC-1", price=D("20.90"))
    await run()
    assert "is that of 2 products" in line.record("product", "ABC-1").reason
    assert {shown(line, sku)["unitPrice"] for sku in ("ABC-1", "abc-1")} == {D("19.90")}


async def test_two_items_for_one_product_take_no_turns(line: Stack) -> None:
    await run()
    enter(line, "abc-1", price=D("77.00"))
    await run()
    assert "is the counterpart of ABC-1 already" in line.record("product", "abc-1").reason
    assert shown(line, "ABC-1")["unitPrice"] == D("19.90")


async def test_a_product_that_is_renamed_in_the_shop_stays_linked(line: Stack) -> None:
    await run()
    number = shown(line, "ABC-1")["productId"]
    with line.shop.writing() as tx:
        record = tx.need(PRODUCTS, number) | {"sku": "TEAPOT-NEW", "updatedDate": tx.stamp}
        tx.save(PRODUCTS, record)
    put_item(line, "ABC-1", price=D("20.90"))
    await run()
    assert shown(line, "TEAPOT-NEW")["unitPrice"] == D("20.90")
    assert line.record("product", "ABC-1").target == number
