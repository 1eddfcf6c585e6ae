from decimal import Decimal
from typing import Any

import pytest

from tandem.sandbox.shop import Shop, ShopError

from .conftest import dec
from .test_orders import events


def test_a_sku_belongs_to_one_product_at_a_time(shop: Shop) -> None:
    made = shop.add_product({"sku": "MUG", "name": "Mug", "unitPrice": "4.50"})
    assert (made["productId"], made["currency"], made["unit"]) == ("prd_000001", "USD", "each")
    with pytest.raises(ShopError, match="'MUG' is taken"):
        shop.add_product({"sku": "MUG"})
    shop.delete_product("MUG")
    assert shop.add_product({"sku": "MUG"})["productId"] == "prd_000002"
    kinds = [kind for kind, _ in events(shop)]
    assert kinds == ["product.created", "product.deleted", "product.created"]


def test_many_are_added_together_or_not_at_all(shop: Shop) -> None:
    with pytest.raises(ShopError) as caught:
        shop.add_products([{"sku": "A"}, {"sku": "B"}, {"sku": "A"}])
    assert caught.value.field == "products[2].sku"
    assert shop.counts()["products"] == 0
    shop.add_product({"sku": "A", "name": "first"})
    made = shop.add_products([{"sku": "A", "name": "second"}, {"sku": "B"}], keep_existing=True)
    assert [one["name"] for one in made] == ["first", ""]


def test_a_product_changes_and_goes(shop: Shop) -> None:
    shop.add_product({"sku": "MUG", "unitPrice": "4.50"})
    assert shop.change_product("MUG", {"unitPrice": "5.00"})["unitPrice"] == dec("5.00")
    shop.delete_product("MUG", for_good=True)
    assert shop.counts()["products"] == 0
    for act in (lambda: shop.change_product("MUG", {}), lambda: shop.delete_product("MUG")):
        with pytest.raises(ShopError) as caught:
            act()
        assert caught.value.status == 404


def test_stock_is_kept_by_product_and_location(shop: Shop) -> None:
    shop.add_product({"sku": "MUG"})
    shop.set_stock("MUG", "MAIN", 5)
    again = shop.set_stock("MUG", "MAIN", dec("7.5"))
    other = shop.set_stock("MUG", "EAST", 1)
    assert (again["inventoryId"], again["available"]) == ("MUG|MAIN", dec("7.5"))
    assert other["productId"] == "prd_000001"
    assert shop.counts()["inventory"] == 2


def test_stock_of_nothing_is_refused(shop: Shop) -> None:
    shop.add_product({"sku": "MUG"})
    with pytest.raises(ShopError, match="'CUP'"):
        shop.set_stocks([("MUG", "MAIN", Decimal(1)), ("CUP", "MAIN", Decimal(1))])
    with pytest.raises(ShopError, match="is no quantity"):
        shop.set_stock("MUG", "MAIN", Decimal("NaN"))
    assert shop.counts()["inventory"] == 0


def test_a_patch_replaces_what_it_may_and_tells_of_it_once(shop: Shop) -> None:
    number = str(shop.add_product({"sku": "PATCHED", "unitPrice": "1.00"})["productId"])
    changed = shop.patch_product(number, {"unitPrice": Decimal("2.50"), "isPublished": False})
    assert (changed["unitPrice"], changed["isPublished"], changed["sku"]) == (Decimal("2.50"), False, "PATCHED")
    again = shop.patch_product(number, {"unitPrice": Decimal("2.50"), "isPublished": False})
    assert again["updatedDate"] == changed["updatedDate"]


@pytest.mark.parametrize(
    ("body", "status"), [({"sku": "OTHER"}, 422), ({"unitPrice": "x"}, 422), ([], 422), ({"name": 7}, 422)]
)
def test_a_patch_that_cannot_be_used_changes_nothing(shop: Shop, body: Any, status: int) -> None:
    number = str(shop.add_product({"sku": "KEPT", "unitPrice": "1.00"})["productId"])
    with pytest.raises(ShopError) as caught:
        shop.patch_product(number, body)
    assert caught.value.status == status
    shop.delete_product("KEPT")
    with pytest.raises(ShopError) as caught:
        shop.patch_product(number, {"name": "x"})
    assert caught.value.code == "conflict"
