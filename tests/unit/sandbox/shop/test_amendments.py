import pytest

from tandem.sandbox.shop import Shop, ShopError

from .conftest import ADDRESS, cart, dec, knobs
from .test_orders import events


@pytest.fixture
def order(shop: Shop):
    return shop.place_order(cart("10.00", "20.00", discounts=[{"code": "TEN", "percent": 10}], taxes=[{"rate": "0.1"}]))


def test_an_edit_changes_adds_and_removes_lines_and_all_totals_follow(shop: Shop, order) -> None:
    new = {"sku": "SKU-9", "name": "Thing 9", "unitPrice": "5.00"}
    edited = shop.edit_order(order["orderId"], quantities={"1": 3}, add=[new], remove=["2"])
    assert [(line["lineId"], line["quantity"]) for line in edited["lineItems"]] == [("1", 3), ("3", 1)]
    assert edited["subtotal"] == dec("35.00")
    assert edited["totalAmount"] == dec("34.65")
    assert edited["version"] == 2
    assert events(shop)[-1] == ("order.updated", order["orderId"])


def test_the_total_in_the_shops_own_currency_follows(shop: Shop) -> None:
    order = shop.place_order(cart("10.00", currency="EUR", exchangeRate="1.10"))
    assert order["shopTotalAmount"] == dec("11.00")
    assert shop.edit_order(order["orderId"], quantities={"1": 2})["shopTotalAmount"] == dec("22.00")


def test_the_id_of_a_removed_line_is_not_used_again(shop: Shop, order) -> None:
    shop.edit_order(order["orderId"], remove=["2"])
    new = {"sku": "SKU-9", "unitPrice": "5.00"}
    edited = shop.edit_order(order["orderId"], add=[new])
    assert [line["lineId"] for line in edited["lineItems"]] == ["1", "3"]


def test_a_quantity_of_nought_keeps_the_line(shop: Shop, order) -> None:
    edited = shop.edit_order(order["orderId"], quantities={"2": 0})
    assert [line["quantity"] for line in edited["lineItems"]] == [1, 0]
    assert edited["totalAmount"] == dec("9.90")


def test_a_dearer_order_is_partly_paid(shop: Shop, order) -> None:
    assert shop.edit_order(order["orderId"], quantities={"1": 5})["paymentInfo"]["status"] == "partiallyPaid"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"quantities": {"7": 1}}, "unknown-line"), ({"remove": ["1", "2"]}, "invalid"),
     ({"add": [{"sku": "NEW"}]}, "invalid")],
)  # fmt: skip
def test_an_edit_that_cannot_be_changes_nothing(shop: Shop, order, change, code) -> None:
    with pytest.raises(ShopError) as caught:
        shop.edit_order(order["orderId"], **change)
    assert caught.value.code == code
    assert shop.order(order["orderId"]) == order


def test_what_was_shipped_stays(shop: Shop, order) -> None:
    shop.fulfil(order["orderId"], {"externalKey": "S1", "lines": [{"lineId": "1", "quantity": 1}]})
    with pytest.raises(ShopError, match="shipped already"):
        shop.edit_order(order["orderId"], quantities={"1": 0})
    with pytest.raises(ShopError, match="line 1 was shipped already"):
        shop.edit_order(order["orderId"], remove=["1"])
    edited = shop.edit_order(order["orderId"], quantities={"1": 2})
    assert edited["lineItems"][0]["fulfilledQuantity"] == 1


def test_an_order_that_came_with_its_own_figures_is_changed_by_field(shop: Shop) -> None:
    order = shop.place_order({"lineItems": [{"sku": "A", "quantity": 1}], "totalAmount": dec("1.00")})
    with pytest.raises(ShopError, match="came with its own figures"):
        shop.edit_order(order["orderId"], quantities={"1": 2})
    changed = shop.change_order(order["orderId"], {"totalAmount": dec("2.00"), "note": "gift"})
    assert (changed["totalAmount"], changed["note"], changed["version"]) == (dec("2.00"), "gift", 2)
    with pytest.raises(ShopError, match="version: cannot be set"):
        shop.change_order(order["orderId"], {"version": 9})


def test_cancelling_twice_is_cancelling_once(shop: Shop, order) -> None:
    cancelled = shop.cancel(order["orderId"], "changed my mind")
    assert (cancelled["status"], cancelled["cancelReason"]) == ("cancelled", "changed my mind")
    assert cancelled["cancelledAt"] == "2026-03-02T10:11:12-06:00"
    assert shop.cancel(order["orderId"], "again") == cancelled
    assert [kind for kind, _ in events(shop)].count("order.cancelled") == 1


def test_what_was_shipped_whole_is_not_cancelled(shop: Shop, order) -> None:
    lines = [{"lineId": "1", "quantity": 1}, {"lineId": "2", "quantity": 1}]
    shop.fulfil(order["orderId"], {"externalKey": "S1", "lines": lines})
    with pytest.raises(ShopError, match="use a return") as caught:
        shop.cancel(order["orderId"])
    assert caught.value.code == "already-fulfilled"


def test_an_address_changes_in_part(shop: Shop, order) -> None:
    changed = shop.change_address(order["orderId"], {"address1": "2 Oak Avenue"})
    assert changed["shippingAddress"]["address1"] == "2 Oak Avenue"
    assert changed["shippingAddress"]["city"] == ADDRESS["city"]
    assert changed["billingAddress"]["address1"] == ADDRESS["address1"]
    billed = shop.change_address(order["orderId"], {"city": "Peoria"}, billing=True)
    assert (billed["billingAddress"]["city"], billed["version"]) == ("Peoria", 3)


def test_a_hold_is_released_once(shop: Shop) -> None:
    order = shop.place_order(cart("1.00", status="onHold"))
    with pytest.raises(ShopError, match="is onHold"):
        shop.fulfil(order["orderId"], {"externalKey": "S1", "lines": [{"lineId": "1", "quantity": 1}]})
    assert shop.release_hold(order["orderId"])["status"] == "open"
    assert shop.release_hold(order["orderId"])["version"] == 2
    assert shop.hold(order["orderId"])["status"] == "onHold"
    shop.cancel(order["orderId"])
    with pytest.raises(ShopError, match="is cancelled, not onHold"):
        shop.release_hold(order["orderId"])


def test_a_patch_merges_tags_and_tells_of_it(shop: Shop, order) -> None:
    shop.patch_order(order["orderId"], {"tags": {"a": "1"}})
    patched = shop.patch_order(order["orderId"], {"tags": {"b": "2"}, "customFields": {"x": 1}, "version": 2})
    assert (patched["tags"], patched["customFields"]) == ({"a": "1", "b": "2"}, {"x": 1})
    assert patched["version"] == 3
    assert events(shop)[-1] == ("order.updated", order["orderId"])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [({"status": "open"}, 422, "status"), ({"tags": "x"}, 422, "tags"), ([], 422, "body"),
     ({"version": 7, "tags": {}}, 409, "version")],
)  # fmt: skip
def test_a_patch_that_is_refused_names_why(shop: Shop, order, body, status, field) -> None:
    with pytest.raises(ShopError) as caught:
        shop.patch_order(order["orderId"], body)
    assert (caught.value.status, caught.value.field) == (status, field)
    assert shop.order(order["orderId"])["version"] == 1


def test_the_knob_that_makes_the_shop_refuse_writes(shop: Shop, board, order) -> None:
    board.set(knobs(refuse=["patch", "cancel"]))
    for write in (lambda: shop.patch_order(order["orderId"], {}), lambda: shop.cancel(order["orderId"])):
        with pytest.raises(ShopError, match="does not allow") as caught:
            write()
        assert caught.value.status == 409
