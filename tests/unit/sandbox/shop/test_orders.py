from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tandem.errors import SettingsError
from tandem.sandbox.shop import Shop, ShopError
from tandem.sandbox.shop.lists import single
from tandem.sandbox.shop.tables import ORDERS
from tandem.sandbox.webhooks.journal import Journal
from tandem.values import loads

from .conftest import ADDRESS, cart, dec, knobs

CHICAGO = ZoneInfo("America/Chicago")


def events(shop: Shop) -> list[tuple[str, str]]:
    return [(one["type"], one["subject"]) for one in Journal(shop.database).listing({}, after=0, limit=1000)]


def test_an_order_has_every_field_and_is_told_of(shop: Shop) -> None:
    order = shop.place_order(cart("10.00", "5.00", shipping=[{"amount": "4.95"}]))
    assert order["orderId"] == "ord_000001"
    assert order["orderNumber"] == "E-100001"
    assert order["version"] == 1
    assert order["orderDate"] == order["updatedDate"] == "2026-03-02T10:11:12-06:00"
    assert order["totalAmount"] == dec("19.95")
    assert order["shippingAddress"]["address3"] == ""
    assert [line["lineId"] for line in order["lineItems"]] == ["1", "2"]
    assert order["paymentInfo"] == {"method": "creditCard", "status": "paid"}
    assert events(shop) == [("order.created", "ord_000001"), ("order.paid", "ord_000001")]
    assert shop.order("ord_000001") == order


def test_goods_and_customer_are_filled_in_from_the_records(shop: Shop) -> None:
    shop.add_product({"sku": "CASE", "name": "Case of mugs", "unitPrice": "24.00", "unit": "case of 12"})
    customer = shop.register_customer(
        {"email": "ann@example.com", "group": "trade", "taxExemptCode": "EX1", "billingAddress": ADDRESS,
         "addresses": [ADDRESS | {"address1": "Dock 3"}], "paymentMethod": "terms"}
    )  # fmt: skip
    lines = [{"sku": "CASE", "quantity": 2}]
    order = shop.place_order({"customerId": customer["customerId"], "lines": lines, "payments": []})
    line = order["lineItems"][0]
    assert (line["name"], line["unit"], line["lineTotal"]) == ("Case of mugs", "case of 12", dec("48.00"))
    assert line["productId"] == "prd_000001"
    assert order["shippingAddress"]["address1"] == "Dock 3"
    assert order["billingAddress"]["address1"] == "1 Main Street"
    assert (order["email"], order["customerGroup"], order["taxExemptCode"]) == ("ann@example.com", "trade", "EX1")
    assert order["paymentInfo"] == {"method": "terms", "status": "pending"}
    assert order["payments"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "X"}]}, "lines[0].sku"),
        ({"lines": [{"sku": "X", "unitPrice": 1.5}]}, "lines[0].unitPrice"),
        ({"lines": [{"sku": "X", "unitPrice": "1", "colour": "red"}]}, "lines[0].colour"),
        ({"lines": [{"sku": "X", "unitPrice": "1"}], "customerId": "cus_9"}, "customerId"),
        ({"lines": [{"sku": "X", "unitPrice": "1"}], "discounts": [{"code": "A"}]}, "discounts[0]"),
        (cart("1.00", orderId="ord_000001"), "orderId"),
        ({"lineItems": [{"sku": "X"}], "orderNumber": "E-1"}, "orderNumber"),
        ([], "body"),
        ({"lineItems": []}, "lineItems"),
        ({"lineItems": [{"sku": "X"}], "orderDate": "yesterday"}, "orderDate"),
    ],
)
def test_an_order_that_cannot_be_used_names_its_field_and_leaves_nothing(shop: Shop, body, field) -> None:
    with pytest.raises(ShopError) as caught:
        shop.place_order(body)
    assert (caught.value.status, caught.value.field) == (422, field)
    assert shop.counts()["orders"] == 0
    assert events(shop) == []


def test_many_are_placed_together_or_not_at_all(shop: Shop) -> None:
    with pytest.raises(ShopError):
        shop.place_orders([cart("1.00"), cart("2.00", customerId="cus_7")])
    assert shop.counts()["orders"] == 0
    placed = shop.place_orders([cart(f"{n}.00") for n in range(1, 301)])
    assert len({order["orderId"] for order in placed}) == 300
    assert sum(order["totalAmount"] for order in placed) == 300 * 301 // 2


def test_an_order_number_is_taken_once(shop: Shop) -> None:
    first = shop.place_order(cart("1.00", orderNumber="536365"))
    with pytest.raises(ShopError, match="536365 is there already") as caught:
        shop.place_order(cart("2.00", orderNumber="536365"))
    assert (caught.value.status, caught.value.facts) == (409, {"orderId": first["orderId"]})
    again = shop.place_orders([cart("9.00", orderNumber="536365"), cart("3.00")], keep_existing=True)
    assert again[0] == first
    assert shop.counts()["orders"] == 2


def test_the_same_number_twice_in_one_call_is_refused(shop: Shop) -> None:
    with pytest.raises(ShopError, match="is there already"):
        shop.place_orders([cart("1.00", orderNumber="A"), cart("1.00", orderNumber="A")])


def test_an_order_placed_at_its_own_time(shop: Shop) -> None:
    order = shop.place_order(cart("1.00"), at=datetime(2010, 12, 1, 14, 26, tzinfo=UTC))
    assert order["orderDate"] == order["payments"][0]["processedAt"] == "2010-12-01T08:26:00-06:00"
    assert order["updatedDate"].startswith("2026-03-02")
    local = shop.place_order(cart("1.00", orderDate="2010-12-01T08:26:00"))
    assert local["orderDate"] == order["orderDate"]


def test_both_hours_of_the_night_in_which_clocks_go_back(shop: Shop) -> None:
    first = shop.place_order(cart("1.00"), at=datetime(2025, 11, 2, 6, 30, tzinfo=UTC))
    second = shop.place_order(cart("1.00"), at=datetime(2025, 11, 2, 7, 30, tzinfo=UTC))
    assert first["orderDate"] == "2025-11-02T01:30:00-05:00"
    assert second["orderDate"] == "2025-11-02T01:30:00-06:00"


def test_a_shop_clock_that_was_set_goes_with_the_file(shop: Shop, tmp_path: Path) -> None:
    shop.set_clock(datetime(2010, 12, 1, 14, 26, tzinfo=UTC))
    assert shop.place_order(cart("1.00"))["updatedDate"] == "2010-12-01T08:26:00-06:00"
    again = Shop.open(tmp_path, zone=CHICAGO)
    assert again.now == datetime(2010, 12, 1, 14, 26, tzinfo=UTC)
    again.set_clock(None)
    assert again.now.year >= 2026
    again.close()


def test_everything_is_there_after_a_restart_and_no_id_comes_twice(shop: Shop, tmp_path: Path) -> None:
    order = shop.place_order(cart("1.00"))
    again = Shop.open(tmp_path, zone=CHICAGO)
    assert again.order(order["orderId"]) == order
    assert again.place_order(cart("1.00"))["orderId"] == "ord_000002"
    again.reset()
    assert again.counts()["orders"] == 0
    assert again.place_order(cart("1.00"))["orderId"] == "ord_000003"
    again.close()


def test_records_of_one_zone_are_not_opened_in_another(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TANDEM_CLARITY_ZONE='Europe/London'"):
        Shop.open(tmp_path, zone=ZoneInfo("Europe/London"))


def test_two_shops_under_the_same_hand_are_the_same(shop: Shop, tmp_path: Path, clock) -> None:
    other = Shop.open(tmp_path / "other", zone=CHICAGO, clock=clock)
    for one in (shop, other):
        one.register_customer({"email": "ann@example.com"})
        one.place_orders([cart("1.00", "2.00"), cart("3.00")])
    assert shop.order("ord_000002") == other.order("ord_000002")
    other.close()


def test_gift_card_and_card_share_the_total(shop: Shop) -> None:
    payments = [{"kind": "giftCard", "method": "giftCard", "amount": "25.00"}, {"method": "creditCard"}]
    order = shop.place_order(cart("100.00", payments=payments))
    assert [p["amount"] for p in order["payments"]] == [dec("25.00"), dec("75.00")]
    assert order["paymentInfo"]["status"] == "paid"


def test_a_bundle_of_parts_without_a_price_cannot_share_its_money(shop: Shop) -> None:
    bundle = {"sku": "SET", "unitPrice": "9.00", "parts": [{"sku": "CUP", "unitPrice": "0"}]}
    with pytest.raises(ShopError, match="worth nothing"):
        shop.place_order({"lines": [bundle], "bundleMoney": "parts"})
    assert shop.place_order({"lines": [bundle]})["totalAmount"] == dec("9.00")


def test_a_customers_own_id_and_number(shop: Shop) -> None:
    order = shop.place_order(cart("1.00", orderId="o-1", orderNumber="X1"))
    assert shop.find_order("X1") == order
    assert shop.find_order("X2") is None


def test_a_free_order_has_no_payment(shop: Shop) -> None:
    order = shop.place_order(cart("10.00", discounts=[{"code": "FREE", "percent": 100}]))
    assert order["payments"] == []
    assert order["paymentInfo"]["status"] == "free"
    assert [kind for kind, _ in events(shop)] == ["order.created"]


def test_two_currencies(shop: Shop) -> None:
    payments = [{"amount": "409.48", "currency": "DKK"}]
    order = shop.place_order(
        cart("13.95", currency="EUR", shopCurrency="DKK", exchangeRate="29.357", payments=payments)
    )
    assert (order["totalAmount"], order["shopTotalAmount"]) == (dec("13.95"), dec("409.53"))
    assert order["payments"][0]["currency"] == "DKK"
    assert order["paymentInfo"]["status"] == "paid"
    assert shop.place_order(cart("13.95", currency="EUR", shopCurrency="DKK"))["exchangeRate"] is None


def test_what_is_planted_is_shown_and_the_shop_works_with_the_truth(shop: Shop) -> None:
    lines = [{"sku": "A", "name": "A", "unitPrice": "10.00", "planted": {"quantity": "many"}}]
    shown = shop.place_order(
        {"lines": lines, "planted": {"totalAmount": Decimal("15.00"), "giftFor": "Bo"}, "omitted": ["currency"]}
    )
    assert (shown["totalAmount"], shown["giftFor"]) == (dec("15.00"), "Bo")
    assert shown["lineItems"][0]["quantity"] == "many"
    assert "currency" not in shown
    assert loads(single(shop, ORDERS, shown["orderId"]))["totalAmount"] == dec("15.00")
    assert shop.order(shown["orderId"])["totalAmount"] == dec("10.00")
    shop.patch_order(shown["orderId"], {"tags": {"erp": "1001"}})
    patched = loads(single(shop, ORDERS, shown["orderId"]))
    assert (patched["totalAmount"], patched["tags"]) == (dec("15.00"), {"erp": "1001"})
    shop.edit_order(shown["orderId"], quantities={"1": 2})
    mended = loads(single(shop, ORDERS, shown["orderId"]))
    assert (mended["totalAmount"], mended["currency"]) == (dec("20.00"), "USD")
    assert "giftFor" not in mended


def test_an_order_in_the_wires_own_form_is_believed(shop: Shop) -> None:
    line = {"sku": " 85123A ", "quantity": 6, "unitPrice": dec("2.55"), "lineTotal": dec("15.30")}
    order = shop.place_order(
        {"orderId": "536365", "orderDate": "2010-12-01T08:26:00", "currency": "GBP", "lineItems": [line],
         "totalAmount": dec("15.31"), "customFields": {"giftDate": "soon"}}
    )  # fmt: skip
    assert (order["orderId"], order["totalAmount"], order["version"]) == ("536365", dec("15.31"), 1)
    assert order["lineItems"][0]["lineId"] == "1"
    assert order["lineItems"][0]["sku"] == " 85123A "
    assert order["customFields"] == {"giftDate": "soon"}
    assert order["orderNumber"] == "E-100001"


def test_the_knob_that_deletes_a_product_right_after_its_sale(shop: Shop, board) -> None:
    shop.add_products([{"sku": "A", "unitPrice": "1.00"}, {"sku": "B", "unitPrice": "2.00"}])
    board.set(knobs(deletedProduct={"times": 1}))
    order = shop.place_order({"lines": [{"sku": "A"}, {"sku": "B"}]})
    assert shop.counts()["products"] == 1
    assert order["lineItems"][0]["productId"] == "prd_000001"
    assert order["totalAmount"] == dec("3.00")
    with pytest.raises(ShopError, match="there is no product 'A'"):
        shop.place_order({"lines": [{"sku": "A"}]})
    shop.place_order({"lines": [{"sku": "B"}]})
    assert shop.counts()["products"] == 1


def test_the_knob_that_stamps_every_change_alike(shop: Shop, board, clock) -> None:
    board.set(knobs(sameUpdatedDate="2026-03-02T12:00:00Z"))
    first = shop.place_order(cart("1.00"))
    clock.tick(60)
    second = shop.place_order(cart("1.00"))
    assert first["updatedDate"] == second["updatedDate"] == "2026-03-02T06:00:00-06:00"
