import pytest

from tandem.sandbox.shop import Shop, ShopError

from .conftest import cart, dec
from .test_orders import events

AUTHORISED = [{"kind": "authorization"}]


def test_an_authorisation_is_captured_in_parts(shop: Shop) -> None:
    order_id = shop.place_order(cart("100.00", payments=AUTHORISED))["orderId"]
    assert shop.order(order_id)["paymentInfo"]["status"] == "authorized"
    assert shop.capture(order_id, dec("60.00"))["paymentInfo"]["status"] == "partiallyPaid"
    order = shop.capture(order_id)
    assert order["paymentInfo"]["status"] == "paid"
    assert [(p["kind"], p["amount"], p["parentId"]) for p in order["payments"]] == [
        ("authorization", dec("100.00"), None),
        ("capture", dec("60.00"), "pay_000001"),
        ("capture", dec("40.00"), "pay_000001"),
    ]
    assert [kind for kind, _ in events(shop)] == ["order.created", "order.updated", "order.updated", "order.paid"]
    with pytest.raises(ShopError, match="nothing left to capture"):
        shop.capture(order_id)


def test_no_more_is_captured_than_was_authorised(shop: Shop) -> None:
    order_id = shop.place_order(cart("100.00", payments=AUTHORISED))["orderId"]
    with pytest.raises(ShopError, match=r"100\.01 cannot be captured") as caught:
        shop.capture(order_id, dec("100.01"))
    assert caught.value.facts == {"left": dec("100.00")}


def test_an_authorisation_that_expires_after_a_part_was_captured(shop: Shop) -> None:
    order_id = shop.place_order(cart("100.00", payments=AUTHORISED))["orderId"]
    shop.capture(order_id, dec("60.00"))
    order = shop.void(order_id)
    assert order["payments"][-1]["amount"] == dec("40.00")
    with pytest.raises(ShopError, match="nothing left"):
        shop.capture(order_id)


def test_a_payment_that_is_pending_or_failed_pays_nothing(shop: Shop) -> None:
    order_id = shop.place_order(cart("10.00", payments=[]))["orderId"]
    for status in ("pending", "failure"):
        order = shop.payment(order_id, kind="sale", amount=dec("10.00"), status=status)
        assert order["paymentInfo"]["status"] == "pending"
    assert shop.payment(order_id, kind="sale", amount=dec("10.00"))["paymentInfo"]["status"] == "paid"
    assert events(shop)[-1][0] == "order.paid"


def test_a_refund_takes_pieces_back(shop: Shop) -> None:
    order_id = shop.place_order(cart("10.00"))["orderId"]
    shop.edit_order(order_id, quantities={"1": 3})
    refund = shop.refund(order_id, {"amount": "10.00", "lines": [{"lineId": "1", "quantity": 1}], "reason": "broken"})
    order = shop.order(order_id)
    assert refund["refundId"] == "ref_000001"
    assert refund["paymentId"] == order["payments"][-1]["paymentId"]
    assert (order["lineItems"][0]["refundedQuantity"], order["lineItems"][0]["currentQuantity"]) == (1, 2)
    assert order["paymentInfo"]["status"] == "refunded"
    assert events(shop)[-1] == ("refund.created", "ref_000001")


@pytest.mark.parametrize(
    ("line", "code"), [({"lineId": "9", "quantity": 1}, "unknown-line"), ({"lineId": "1", "quantity": 2}, "invalid")]
)
def test_no_more_is_taken_back_than_was_sold(shop: Shop, line, code) -> None:
    order_id = shop.place_order(cart("10.00"))["orderId"]
    with pytest.raises(ShopError) as caught:
        shop.refund(order_id, {"amount": "1.00", "lines": [line]})
    assert caught.value.code == code
    assert shop.counts()["refunds"] == 0
