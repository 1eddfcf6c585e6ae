"""Filters, orders and pages, as Clarity's public conventions have them."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.sandbox.shop import Shop, ShopError
from tandem.sandbox.shop.lists import listed, single
from tandem.sandbox.shop.tables import CUSTOMERS, INVENTORY, ORDERS, PRODUCTS, Resource
from tandem.values import loads

from .conftest import cart, knobs


def page(shop: Shop, resource: Resource, *given: tuple[str, str]) -> dict[str, object]:
    answer = loads(listed(shop, resource, given))
    assert isinstance(answer, dict)
    return answer


def ids(shop: Shop, *given: tuple[str, str]) -> list[str]:
    return [one["orderId"] for one in page(shop, ORDERS, *given)["items"]]


@pytest.fixture
def orders(shop: Shop, clock) -> list[str]:
    made = []
    for number in range(1, 8):
        order = shop.place_order(
            cart(f"{number}.50", email=f"p{number}@{'x' if number % 2 else 'y'}.com", isTest=number == 7,
                 tags={"channel": "web" if number < 4 else "phone"})
        )  # fmt: skip
        made.append(order["orderId"])
        clock.tick(60)
    return made


def test_pages_begin_at_nought_and_state_what_they_are(shop: Shop, orders) -> None:
    first = page(shop, ORDERS, ("pageSize", "3"))
    assert [one["orderId"] for one in first["items"]] == orders[:3]
    assert (first["pageIndex"], first["pageSize"], first["totalCount"]) == (0, 3, 7)
    assert ids(shop, ("pageSize", "3"), ("pageIndex", "1")) == orders[3:6]
    assert ids(shop, ("pageSize", "3"), ("pageIndex", "2")) == orders[6:]
    assert ids(shop, ("pageSize", "3"), ("pageIndex", "3")) == []
    assert page(shop, ORDERS, ("pageSize", "9999"))["pageSize"] == 500


def test_the_same_key_is_or_and_different_keys_are_and(shop: Shop, orders) -> None:
    assert ids(shop, ("orderId", orders[1]), ("orderId", orders[4]), ("orderId", "none")) == [orders[1], orders[4]]
    assert ids(shop, ("ORDERID", orders[1]), ("status", "cancelled")) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([("updatedDateMin", "2026-03-02T10:15:12")], [4, 5, 6]),
        ([("updatedDateMin", "2026-03-02T16:15:12Z")], [4, 5, 6]),
        ([("updatedDateMin", "2026-03-02T10:12:12"), ("orderDateMax", "2026-03-02T10:13:12")], [1, 2]),
        ([("totalAmountMin", "5.5")], [4, 5, 6]),
        ([("totalAmount", "2.50")], [1]),
        ([("emailContains", "@y.")], [1, 3, 5]),
        ([("emailStartsWith", "p1"), ("emailEndsWith", "x.com")], [0]),
        ([("emailContains", "%")], []),
        ([("isTest", "true")], [6]),
        ([("NotisTest", "true"), ("totalAmountMin", "6")], [5]),
        ([("NotemailEndsWith", "x.com")], [1, 3, 5]),
        ([("NotcustomerId", "cus_1"), ("totalAmountMax", "1.5")], [0]),
        ([("tags.channel", "web")], [0, 1, 2]),
        ([("tags.channel", "web"), ("tags.channel", "phone"), ("totalAmountMin", "7")], [6]),
        ([("tags.other", "web")], []),
    ],
)
def test_filters(shop: Shop, orders, filters, found) -> None:
    assert ids(shop, *filters) == [orders[index] for index in found]


def test_sorting_by_several_columns_ends_at_the_id(shop: Shop, board) -> None:
    board.set(knobs(sameUpdatedDate="2026-03-02T12:00:00Z"))
    made = [shop.place_order(cart("1.00"))["orderId"] for _ in range(4)]
    assert ids(shop, ("sort", "updatedDate,orderId")) == made
    assert ids(shop, ("sort", "-orderId")) == made[::-1]
    assert ids(shop, ("sort", "-updatedDate")) == made


@pytest.mark.parametrize(
    ("resource", "given", "code", "field"),
    [
        (ORDERS, ("colour", "red"), "unknown-filter", "colour"),
        (ORDERS, ("statusMin", "a"), "unknown-filter", "statusMin"),
        (ORDERS, ("totalAmountContains", "1"), "unknown-filter", "totalAmountContains"),
        (ORDERS, ("isTest", "maybe"), "malformed", "isTest"),
        (ORDERS, ("totalAmountMin", "much"), "malformed", "totalAmountMin"),
        (ORDERS, ("updatedDateMin", "soon"), "malformed", "updatedDateMin"),
        (ORDERS, ("pageSize", "0"), "malformed", "pageSize"),
        (ORDERS, ("pageIndex", "-1"), "malformed", "pageIndex"),
        (ORDERS, ("sort", "colour"), "malformed", "sort"),
        (ORDERS, ('tags."', "x"), "malformed", 'tags."'),
        (INVENTORY, ("status", "x"), "unknown-filter", "status"),
    ],
)
def test_a_query_that_cannot_be_used_names_its_key(shop: Shop, resource, given, code, field) -> None:
    with pytest.raises(ShopError) as caught:
        listed(shop, resource, [given])
    assert (caught.value.status, caught.value.code, caught.value.field) == (400, code, field)


def test_too_many_values_are_refused(shop: Shop) -> None:
    with pytest.raises(ShopError, match="200 is the limit"):
        listed(shop, ORDERS, [("orderId", str(n)) for n in range(201)])


def test_soft_deleted_records_are_listed_and_marked_unless_the_knob_hides_them(shop: Shop, board) -> None:
    shop.add_products([{"sku": "A"}, {"sku": "B"}])
    shop.delete_product("A")
    assert [one["isDeleted"] for one in page(shop, PRODUCTS)["items"]] == [True, False]
    assert [one["sku"] for one in page(shop, PRODUCTS, ("isDeleted", "false"))["items"]] == ["B"]
    assert loads(single(shop, PRODUCTS, "prd_000001"))["isDeleted"] is True
    board.set(knobs(hideDeleted=True))
    assert [one["sku"] for one in page(shop, PRODUCTS)["items"]] == ["B"]
    with pytest.raises(ShopError, match="no record 'prd_000001'"):
        single(shop, PRODUCTS, "prd_000001")


def test_the_knob_that_shows_offsets(shop: Shop, board) -> None:
    shop.register_customer({"email": "ann@example.com"})
    assert page(shop, CUSTOMERS)["items"][0]["createdDate"] == "2026-03-02T10:11:12"
    assert loads(single(shop, CUSTOMERS, "cus_000001"))["createdDate"] == "2026-03-02T10:11:12"
    board.set(knobs(offset=True))
    assert page(shop, CUSTOMERS)["items"][0]["createdDate"] == "2026-03-02T10:11:12-06:00"


def test_the_knob_that_shifts_pages_loses_a_record_to_a_naive_reader(shop: Shop, board, orders, clock) -> None:
    board.set(knobs(pageShift={"times": 1, "records": 1}))
    sort = (("sort", "updatedDate,orderId"), ("pageSize", "3"))
    first, second, third = (ids(shop, *sort, ("pageIndex", str(n))) for n in range(3))
    assert orders[3] not in first + second + third
    assert third == [orders[0]]
    assert shop.order(orders[0])["version"] == 2
    assert ids(shop, ("updatedDateMin", "2026-03-02T10:12:12"), ("sort", "updatedDate")) == [*orders[1:], orders[0]]


def test_numbers_keep_their_decimals(shop: Shop) -> None:
    order = shop.place_order(cart("10.10", "0.20"))
    text = single(shop, ORDERS, order["orderId"])
    assert '"totalAmount":10.30' in text
    assert '"unitPrice":10.10' in text
    assert loads(text)["totalAmount"] == Decimal("10.30")


def chunks(shop: Shop, size: int) -> Iterable[list[str]]:
    index = 0
    while found := ids(shop, ("sort", "updatedDate,orderId"), ("pageSize", str(size)), ("pageIndex", str(index))):
        yield found
        index += 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 9), ticks=st.lists(st.sampled_from([0, 0, 1, 30]), min_size=1, max_size=20))
def test_reading_page_by_page_sees_every_record_once(shop: Shop, clock, size, ticks) -> None:
    shop.reset()
    made = []
    for tick in ticks:
        clock.tick(tick)
        made.append(shop.place_order(cart("1.00"))["orderId"])
    pages = list(chunks(shop, size))
    assert [one for found in pages for one in found] == made
    assert all(len(found) == size for found in pages[:-1])
