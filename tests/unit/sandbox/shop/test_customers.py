import pytest

from tandem.sandbox.shop import Shop, ShopError
from tandem.sandbox.shop.transaction import Transaction
from tandem.values import dumps

from .conftest import ADDRESS, cart
from .test_orders import events

ANN = {"email": "ann@example.com", "firstName": "Ann", "lastName": "Archer", "billingAddress": ADDRESS}


def test_a_customer_registers_and_changes(shop: Shop, clock) -> None:
    made = shop.register_customer(ANN)
    assert (made["customerId"], made["isDeleted"]) == ("cus_000001", False)
    assert made["createdDate"] == made["updatedDate"] == "2026-03-02T10:11:12-06:00"
    clock.tick(5)
    changed = shop.change_customer("cus_000001", {"company": "Acme", "addresses": [ADDRESS]})
    assert (changed["company"], changed["email"]) == ("Acme", "ann@example.com")
    assert changed["addresses"][0]["company"] == ""
    assert changed["createdDate"] == made["createdDate"] < changed["updatedDate"]
    assert events(shop) == [("customer.created", "cus_000001"), ("customer.updated", "cus_000001")]


def test_an_id_is_taken_once(shop: Shop) -> None:
    first = shop.register_customer(ANN | {"customerId": "17850"})
    with pytest.raises(ShopError, match="17850 is there already"):
        shop.register_customer({"customerId": "17850"})
    assert shop.register_customer({"customerId": "17850"}, keep_existing=True) == first


@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"billingAddress": {"city": 7}}, {"createdDate": "soon"}])
def test_a_registration_that_cannot_be_used(shop: Shop, wrong) -> None:
    with pytest.raises(ShopError) as caught:
        shop.register_customer(wrong)
    assert caught.value.field.split(".")[0] == next(iter(wrong))
    assert shop.counts()["customers"] == 0


def test_a_deleted_customer_is_marked(shop: Shop) -> None:
    shop.register_customer(ANN)
    assert shop.delete_customer("cus_000001")["isDeleted"] is True


def test_erasing_leaves_nothing_that_tells_who_it_was(shop: Shop) -> None:
    customer = shop.register_customer(ANN | {"phone": "555-0100", "company": "Archer Ltd"})["customerId"]
    order = shop.place_order(cart("10.00", customerId=customer, note="ring twice, Ann Archer"))
    line = {"lineId": "1", "quantity": 1}
    shop.fulfil(order["orderId"], {"externalKey": "S1", "lines": [line], "notifyCustomer": True})
    shop.redact_customer(customer)
    with shop.reading() as tx:
        kept = dumps([_all(tx), shop.notifications()])
    for personal in ("ann@example.com", "Ann", "Archer", "555-0100", "1 Main Street"):
        assert personal not in kept
    after = shop.order(order["orderId"])
    assert after["totalAmount"] == order["totalAmount"]
    assert after["shippingAddress"]["country"] == "US"
    assert after["version"] == 3
    assert events(shop)[-1] == ("customer.redacted", customer)


def _all(tx: Transaction) -> list[object]:
    from tandem.sandbox.shop.tables import CUSTOMERS, ORDERS

    return [tx.need(CUSTOMERS, "cus_000001"), tx.need(ORDERS, "ord_000001")]
