"""What people do with stock, handed to a running sandbox."""

from decimal import Decimal

import pytest

from tandem.sandbox.play import stock_day
from tandem.sandbox.play.day_cast import LANTERN, the_cast
from tandem.sandbox.play.screens import Screens, tell_late
from tandem.sandbox.play.stage import StageError
from tandem.values import utc_now

D = Decimal


@pytest.fixture
def screens(stage):
    cast = the_cast()
    stage.stock_up(cast)
    stage.register(cast.customers)
    return Screens(stage)


def test_the_shop_refuses_what_is_sold_out_and_says_how_many_are_left(stage, screens):
    assert screens.shown(LANTERN.sku, "MAIN") is None
    stage.call("PUT", f"/sandbox/inventory/MAIN/{LANTERN.sku}", {"available": 3})
    assert screens.shown(LANTERN.sku, "MAIN") == D(3)
    stage.play([stock_day.orders(7)["lanterns"]])
    assert screens.shown(LANTERN.sku, "MAIN") == D(0)
    refusal = screens.refused(stock_day.TOO_LATE)
    assert refusal is not None
    assert (refusal["code"], refusal["available"]) == ("sold-out", 0)
    assert screens.ordered()[LANTERN.sku] == 3
    stage.call("PUT", f"/sandbox/inventory/MAIN/{LANTERN.sku}", {"available": 1})
    assert screens.refused(stock_day.TOO_LATE) is None
    assert screens.ordered()[LANTERN.sku] == 4


def test_goods_come_go_and_are_counted(stage, screens):
    screens.receive(LANTERN.sku, D(5))
    screens.sell(LANTERN.sku, D(8))
    with pytest.raises(StageError, match="2 wanted, 1"):
        screens.sell(LANTERN.sku, D(2))
    answer = stage.call("POST", f"/sandbox/warehouse/stock/{LANTERN.sku}/count", {"quantity": 7})
    assert answer["difference"] == 6


def test_a_receiver_that_does_not_take_the_late_message_is_named(screens):
    url = f"{screens._stage._http.base_url}/webhooks/nowhere"
    with pytest.raises(StageError, match=r"POST .*/webhooks/nowhere: 40"):
        tell_late(url, "whsec_" + "c2VjcmV0" * 4, {"Key": "LANTERN|MAIN"}, utc_now())
