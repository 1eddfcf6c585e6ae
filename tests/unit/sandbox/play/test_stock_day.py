from tandem.sandbox.play import day, stock_day
from tandem.sandbox.play.day_cast import COUNTED, the_cast


def test_the_story_sells_only_goods_that_nobody_else_orders():
    few = {item.sku for item in COUNTED}
    sold = {line["sku"] for order in stock_day.orders(7).values() for line in order.body["lines"]}
    assert sold == few
    assert not few & {line["sku"] for document in day.documents(7) for line in document.body["lines"]}
    assert few <= {item.sku for item in the_cast().items}


def test_its_orders_have_numbers_of_their_own():
    keys = {order.key for order in stock_day.orders(7).values()}
    assert len(keys) == len(stock_day.CARTS)
    assert not keys & {document.key for document in day.documents(7)}
    assert keys.isdisjoint(order.key for order in stock_day.orders(8).values())


def test_the_customer_whose_card_is_open_has_ordered_before():
    card = stock_day.orders(7)["lanterns"].body["customerId"]
    assert card == f"c-{1000 + stock_day.KNOWN_CUSTOMER}"
    assert card in {document.body.get("customerId") for document in day.documents(7) if document.sort != "ordinary"}
