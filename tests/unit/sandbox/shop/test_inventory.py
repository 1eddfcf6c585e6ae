"""The shop's own stock: who may state it, and what a checkout leaves of it."""

from decimal import Decimal

import pytest

from tandem.sandbox.shop import Shop, ShopError
from tandem.sandbox.shop.tables import INVENTORY

from .conftest import ADDRESS, dec
from .test_orders import events


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    shop.add_products([{"sku": sku, "unitPrice": "2.00"} for sku in ("MUG", "CUP", "SHADE")])
    shop.set_stocks([("MUG", "MAIN", dec("5")), ("MUG", "EAST", dec("2")), ("SHADE", "MAIN", dec("4"))])
    return shop


def left(shop: Shop) -> dict[str, Decimal]:
    with shop.reading() as tx:
        return {one["inventoryId"]: one["available"] for one in tx.where(INVENTORY, "sku", ["MUG", "CUP", "SHADE"])}


def buy(shop: Shop, *lines: tuple[str, int], **more: object) -> dict[str, object]:
    goods = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
    return shop.place_order({"email": "ann@example.com", "shippingAddress": ADDRESS, "lines": goods, **more})


def test_a_level_is_stated_against_the_version_that_was_read(stocked: Shop) -> None:
    record, new = stocked.put_inventory("MUG|MAIN", {"available": 9, "expectedVersion": 1})
    assert (record["available"], record["version"], new) == (9, 2, False)
    with pytest.raises(ShopError) as caught:
        stocked.put_inventory("MUG|MAIN", {"available": 8, "expectedVersion": 1})
    assert (caught.value.status, caught.value.code) == (409, "version-conflict")
    assert (caught.value.facts["version"], caught.value.facts["available"]) == (2, 9)
    assert stocked.put_inventory("MUG|MAIN", {"available": 8})[0]["version"] == 3
    assert stocked.put_inventory("MUG|MAIN", {"available": 8})[0]["version"] == 3, "it is so already"


def test_a_level_is_made_where_there_is_none_and_only_once(stocked: Shop) -> None:
    record, new = stocked.put_inventory("CUP|MAIN", {"available": 3, "expectedVersion": 0})
    assert (record["version"], record["locationId"], new) == (1, "MAIN", True)
    with pytest.raises(ShopError, match="is at version 1 by now"):
        stocked.put_inventory("CUP|MAIN", {"available": 4, "expectedVersion": 0})
    kinds = [kind for kind, _ in events(stocked)]
    assert kinds.count("inventory.updated") == 4


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ("LAMP|MAIN", {"available": 1}, 404),
        ("MUG", {"available": 1}, 422),
        ("MUG|MAIN", {"available": -1}, 422),
        ("MUG|MAIN", {"available": 1, "reserved": 2}, 422),
        ("MUG|MAIN", {}, 422),
    ],
)
def test_what_is_no_level_is_refused(stocked: Shop, key: str, body: dict[str, int], status: int) -> None:
    with pytest.raises(ShopError) as caught:
        stocked.put_inventory(key, body)
    assert caught.value.status == status
    assert left(stocked)["MUG|MAIN"] == 5


def test_a_checkout_takes_what_it_sells_from_the_fullest_place_first(stocked: Shop) -> None:
    buy(stocked, ("MUG", 3), ("CUP", 100))
    assert left(stocked) == {"MUG|MAIN": 2, "MUG|EAST": 2, "SHADE|MAIN": 4}
    buy(stocked, ("MUG", 3))
    assert left(stocked) == {"MUG|MAIN": 1, "MUG|EAST": 0, "SHADE|MAIN": 4}
    kinds = [kind for kind, _ in events(stocked)]
    assert kinds[-4:] == ["order.created", "order.paid", "inventory.updated", "inventory.updated"]


def test_what_is_sold_out_is_not_sold_and_nothing_of_the_cart_is(stocked: Shop) -> None:
    with pytest.raises(ShopError) as caught:
        buy(stocked, ("SHADE", 1), ("MUG", 8))
    assert (caught.value.status, caught.value.code, caught.value.facts["available"]) == (409, "sold-out", 7)
    assert left(stocked) == {"MUG|MAIN": 5, "MUG|EAST": 2, "SHADE|MAIN": 4}
    assert stocked.counts()["orders"] == 0


def test_a_product_that_may_be_ordered_back_is_sold_beyond_what_is_there(stocked: Shop) -> None:
    stocked.change_product("SHADE", {"allowBackorder": True})
    order = buy(stocked, ("SHADE", 6))
    assert left(stocked)["SHADE|MAIN"] == -2
    stocked.cancel(str(order["orderId"]))
    assert left(stocked)["SHADE|MAIN"] == 4


def test_a_cancelled_order_gives_back_what_it_took_and_only_once(stocked: Shop) -> None:
    order = str(buy(stocked, ("MUG", 6))["orderId"])
    for _ in range(2):
        stocked.cancel(order)
        assert left(stocked) == {"MUG|MAIN": 5, "MUG|EAST": 2, "SHADE|MAIN": 4}


def test_what_was_shipped_does_not_come_back(stocked: Shop) -> None:
    order = str(buy(stocked, ("MUG", 4))["orderId"])
    stocked.fulfil(order, {"externalKey": "S1", "lines": [{"lineId": "1", "quantity": 3}]})
    assert left(stocked)["MUG|MAIN"] == 1
    stocked.cancel(order)
    assert left(stocked)["MUG|MAIN"] == 2


def test_an_edited_order_takes_more_or_gives_back(stocked: Shop) -> None:
    order = str(buy(stocked, ("MUG", 1), ("SHADE", 1))["orderId"])
    stocked.edit_order(order, quantities={"1": 4}, remove=["2"])
    assert left(stocked) == {"MUG|MAIN": 1, "MUG|EAST": 2, "SHADE|MAIN": 4}
    with pytest.raises(ShopError, match="5 of MUG wanted, 3 left"):
        stocked.edit_order(order, quantities={"1": 9})
    assert left(stocked)["MUG|MAIN"] == 1
    assert stocked.order(order)["lineItems"][0]["quantity"] == 4


def test_a_bundle_takes_its_parts_and_not_itself(stocked: Shop) -> None:
    parts = [{"sku": "SHADE", "quantity": 2, "unitPrice": "1.00"}]
    goods = [{"sku": "MUG", "quantity": 2, "unitPrice": "9.00", "parts": parts}]
    stocked.place_order({"email": "ann@example.com", "shippingAddress": ADDRESS, "lines": goods})
    assert left(stocked) == {"MUG|MAIN": 5, "MUG|EAST": 2, "SHADE|MAIN": 0}


def test_a_test_order_and_what_is_not_shipped_take_nothing(stocked: Shop) -> None:
    buy(stocked, ("MUG", 1), isTest=True)
    goods = [{"sku": "SHADE", "quantity": 1, "requiresShipping": False}]
    stocked.place_order({"email": "ann@example.com", "shippingAddress": ADDRESS, "lines": goods})
    assert left(stocked) == {"MUG|MAIN": 5, "MUG|EAST": 2, "SHADE|MAIN": 4}


def test_case_142_what_was_sold_before_anybody_counted_is_not_taken_when_the_order_changes(stocked: Shop) -> None:
    order = buy(stocked, ("CUP", 3), ("MUG", 1))
    stocked.set_stock("CUP", "MAIN", 7)
    stocked.hold(str(order["orderId"]))
    stocked.release_hold(str(order["orderId"]))
    assert left(stocked)["CUP|MAIN"] == 7
    line = next(one["lineId"] for one in order["lineItems"] if one["sku"] == "CUP")  # type: ignore[attr-defined]
    stocked.edit_order(str(order["orderId"]), quantities={line: 5})
    assert left(stocked)["CUP|MAIN"] == 5, "two more by now"
    stocked.cancel(str(order["orderId"]))
    assert left(stocked)["CUP|MAIN"] == 7, "what was taken comes back, and no more"
    assert left(stocked)["MUG|MAIN"] == 5


def test_a_statement_that_comes_after_its_successor_changes_nothing(stocked: Shop) -> None:
    stocked.put_inventory("MUG|MAIN", {"available": 5, "expectedVersion": 1})
    with pytest.raises(ShopError, match="is at version 2 by now"):
        stocked.put_inventory("MUG|MAIN", {"available": 9, "expectedVersion": 1})
    assert left(stocked)["MUG|MAIN"] == 5
    assert [kind for kind, _ in events(stocked)].count("inventory.updated") == 3, "the figure is no news"
