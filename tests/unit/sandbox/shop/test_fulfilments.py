import pytest

from tandem.sandbox.shop import Shop, ShopError

from .conftest import cart, dec, knobs
from .test_orders import events


@pytest.fixture
def order_id(shop: Shop) -> str:
    placed = shop.place_order(cart("10.00", "20.00"))
    return str(shop.edit_order(placed["orderId"], quantities={"1": 3})["orderId"])


def parcel(key: str, *lines: tuple[str, int], **more: object) -> dict[str, object]:
    return {"externalKey": key, "lines": [{"lineId": line, "quantity": n} for line, n in lines]} | more


def test_two_shipments_with_a_tracking_number_each(shop: Shop, order_id: str) -> None:
    first = parcel("S1", ("1", 1), tracking=[{"company": "UPS", "number": "1Z1"}], notifyCustomer=True)
    second = parcel("S2", ("1", 2), ("2", 1), tracking=[{"number": "1Z2"}], notifyCustomer=True)
    made = shop.fulfil(order_id, first)
    assert shop.order(order_id)["status"] == "open"
    assert made["fulfillmentId"] == "ful_000001"
    shop.fulfil(order_id, second)
    order = shop.order(order_id)
    assert order["status"] == "completed"
    assert [one["tracking"][0]["number"] for one in order["fulfillments"]] == ["1Z1", "1Z2"]
    assert [line["fulfilledQuantity"] for line in order["lineItems"]] == [3, 1]
    assert [mail["subject"] for mail in shop.notifications(order_id)] == [
        "Your order E-100001 is on its way: 1Z1",
        "Your order E-100001 is on its way: 1Z2",
    ]
    assert [kind for kind, _ in events(shop)][-2:] == ["fulfillment.created", "order.updated"]


def test_the_same_external_key_is_taken_once_and_one_mail_is_sent(shop: Shop, order_id: str) -> None:
    made = shop.fulfil(order_id, parcel("S1", ("1", 1), notifyCustomer=True))
    with pytest.raises(ShopError) as caught:
        shop.fulfil(order_id, parcel("S1", ("1", 1), notifyCustomer=True))
    assert (caught.value.status, caught.value.code) == (409, "duplicate-external-key")
    assert caught.value.body["fulfillmentId"] == made["fulfillmentId"]
    assert shop.order(order_id)["lineItems"][0]["fulfilledQuantity"] == 1
    assert len(shop.notifications()) == 1


def test_nobody_is_written_to_unless_asked(shop: Shop, order_id: str) -> None:
    shop.fulfil(order_id, parcel("S1", ("1", 1)))
    assert shop.notifications() == []


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ([("1", 4)], "more-than-open", "lines[0].quantity"),
        ([("1", 2), ("1", 2)], "more-than-open", "lines[1].quantity"),
        ([("1", 1), ("9", 1)], "unknown-line", "lines[1].lineId"),
        ([("1", 0)], "invalid", "lines[0].quantity"),
        ([], "invalid", "lines"),
    ],
)
def test_more_than_is_open_is_refused_whole(shop: Shop, order_id: str, lines, code, field) -> None:
    before = shop.order(order_id)
    with pytest.raises(ShopError) as caught:
        shop.fulfil(order_id, parcel("S1", *lines))
    assert (caught.value.status, caught.value.code, caught.value.field) == (422, code, field)
    assert shop.order(order_id) == before


def test_a_shipment_taken_back_opens_the_order_again_once(shop: Shop, order_id: str) -> None:
    made = shop.fulfil(order_id, parcel("S1", ("1", 3), ("2", 1)))
    assert shop.order(order_id)["status"] == "completed"
    cancelled = shop.cancel_fulfilment(order_id, made["fulfillmentId"])
    order = shop.order(order_id)
    assert (cancelled["status"], order["status"]) == ("cancelled", "open")
    assert [line["fulfilledQuantity"] for line in order["lineItems"]] == [0, 0]
    assert order["fulfillments"] == [cancelled]
    assert shop.cancel_fulfilment(order_id, made["fulfillmentId"]) == cancelled
    assert shop.order(order_id) == order
    shop.fulfil(order_id, parcel("S2", ("1", 3)))


def test_a_fulfilment_belongs_to_its_order(shop: Shop, order_id: str) -> None:
    other = shop.place_order(cart("1.00"))
    made = shop.fulfil(order_id, parcel("S1", ("1", 1)))
    with pytest.raises(ShopError, match="belongs to another order"):
        shop.cancel_fulfilment(other["orderId"], made["fulfillmentId"])


def test_a_cancelled_order_takes_no_shipment(shop: Shop, order_id: str) -> None:
    shop.cancel(order_id)
    with pytest.raises(ShopError) as caught:
        shop.fulfil(order_id, parcel("S1", ("1", 1)))
    assert caught.value.code == "order-cancelled"


def test_what_needs_no_shipping_does_not_keep_an_order_open(shop: Shop) -> None:
    lines = [
        {"sku": "MUG", "unitPrice": "5.00"},
        {"sku": "CARD", "unitPrice": "50.00", "giftCard": True, "requiresShipping": False},
    ]
    order = shop.place_order({"lines": lines})
    shop.fulfil(order["orderId"], parcel("S1", ("1", 1)))
    assert shop.order(order["orderId"])["status"] == "completed"


def test_a_bundle_is_shipped_with_its_parts(shop: Shop) -> None:
    parts = [{"sku": "PLATE", "unitPrice": "60.00"}, {"sku": "GLASS", "unitPrice": "45.00"}]
    order = shop.place_order({"lines": [{"sku": "SET", "unitPrice": "99.00", "parts": parts}]})
    assert [line["lineId"] for line in order["lineItems"]] == ["1", "2", "3"]
    shop.fulfil(order["orderId"], parcel("S1", ("2", 1), ("3", 1)))
    assert shop.order(order["orderId"])["status"] == "completed"


def test_the_moment_and_the_tax_share_of_a_shipment_are_kept(shop: Shop, order_id: str) -> None:
    line = {"lineId": "1", "quantity": 1, "taxAmount": dec("2.38")}
    made = shop.fulfil(order_id, {"externalKey": "S1", "lines": [line], "shippedAt": "2026-03-01T20:00:00Z"})
    assert made["shippedAt"] == "2026-03-01T14:00:00-06:00"
    assert made["lines"][0]["taxAmount"] == dec("2.38")


@pytest.mark.parametrize("what", ["fulfillment", "fulfillment.cancel"])
def test_the_knob_that_makes_the_shop_refuse_shipments(shop: Shop, board, order_id: str, what: str) -> None:
    made = shop.fulfil(order_id, parcel("S1", ("1", 1)))
    board.set(knobs(refuse=[what]))
    writes = {
        "fulfillment": lambda: shop.fulfil(order_id, parcel("S2", ("1", 1))),
        "fulfillment.cancel": lambda: shop.cancel_fulfilment(order_id, made["fulfillmentId"]),
    }
    with pytest.raises(ShopError, match=f"does not allow {what} now"):
        writes[what]()
