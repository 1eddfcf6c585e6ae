"""Paging: nothing lost, nothing doubled, and a page that fails is never the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.dialect import Dialect
from tandem.connectors.http import Http
from tandem.connectors.protocol import Record
from tandem.connectors.tokens import Bearer
from tandem.errors import Refused, SettingsError, Unavailable
from tests.unit.connectors.stubs import CHICAGO, Shop, answer

Make = Callable[[Any], ClarityConnector]
SINCE = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


async def collect(connector: ClarityConnector, **span: Any) -> list[list[Record]]:
    return [page async for page in connector.changed("orders", **({"since": SINCE} | span))]


def ids(pages: list[list[Record]]) -> list[str]:
    return [record["orderId"] for page in pages for record in page]


async def test_case_022_rows_that_share_a_stamp_across_pages_come_once_each(store: Make) -> None:
    shop = Shop(page_size=2)
    for number in range(7):
        shop.touch(f"A{number}", "2026-03-02T10:11:12" if 0 < number < 6 else f"2026-03-02T10:1{number}:00")
    assert sorted(ids(await collect(store(shop)))) == [f"A{n}" for n in range(7)]


async def test_case_022_the_last_record_stored_is_left_out_and_its_twins_are_not(store: Make) -> None:
    shop = Shop(page_size=10)
    for key in ("A1", "A2", "A3"):
        shop.touch(key, "2026-03-02T10:11:12")
    mark = datetime(2026, 3, 2, 16, 11, 12, tzinfo=UTC)
    assert ids(await collect(store(shop), since=mark, after="A2")) == ["A1", "A3"]


async def test_case_023_a_row_updated_between_two_pages_hides_no_other(store: Make) -> None:
    shop = Shop(page_size=2)
    for number in range(6):
        shop.touch(f"A{number}", f"2026-03-02T10:0{number}:00")

    def update(page: int) -> None:
        if page == 2:
            shop.touch("A0", "2026-03-02T11:00:00")

    shop.before_page = update
    assert ids(await collect(store(shop))) == ["A0", "A1", "A2", "A3", "A4", "A5", "A0"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
async def test_case_023_whatever_changes_meanwhile_every_row_is_seen(camel: Dialect, data: st.DataObject) -> None:
    """Rows change at random between pages; a sweep sees every row and gives no state of it out twice."""
    shop = Shop(page_size=data.draw(st.integers(1, 4)))
    seconds = st.integers(0, 3)
    for number in range(data.draw(st.integers(0, 9))):
        shop.touch(f"A{number}", f"2026-03-02T10:00:0{data.draw(seconds)}")
    now = 10

    def update(page: int) -> None:
        nonlocal now
        if shop.orders and page < 25 and data.draw(st.booleans()):
            now += data.draw(st.integers(0, 1))  # several changes may share a second
            shop.touch(data.draw(st.sampled_from(sorted(shop.orders))), f"2026-03-02T10:00:{now}")

    shop.before_page = update
    http = Http("Clarity", "http://shop.test", Bearer("t"), transport=httpx.MockTransport(shop))
    rows = [r for page in await collect(ClarityConnector(http, camel, CHICAGO)) for r in page]
    await http.aclose()
    states = [(r["orderId"], r["updatedDate"]) for r in rows]
    assert len(states) == len(set(states)), "one state came twice"
    assert {key for key, _ in states} == set(shop.orders), "a row was lost"


async def test_case_025_the_first_page_is_number_zero_and_read_once(store: Make) -> None:
    shop = Shop(page_size=3)
    for number in range(3):
        shop.touch(f"A{number}", "2026-03-02T10:00:00")
    assert ids(await collect(store(shop))) == ["A0", "A1", "A2"]
    assert [url.params["pageIndex"] for url in shop.asked] == ["0"]


async def test_case_025_a_store_that_counts_from_one_is_noticed(store: Make) -> None:
    with pytest.raises(Refused, match="pageIndex is not the page 0"):
        await collect(store(lambda _: answer(200, {"items": [], "pageIndex": 1, "totalCount": 0})))


@pytest.mark.parametrize("failing", [1, 2, 5])
async def test_case_026_and_027_a_failed_page_is_an_error_and_what_came_before_stands(
    store: Make, failing: int
) -> None:
    shop = Shop(page_size=2)
    shop.fails_on = failing
    for number in range(20):
        shop.touch(f"A{number:02}", f"2026-03-02T10:{number:02}:00")
    stored: list[str] = []

    async def read() -> None:
        async for page in store(shop).changed("orders", since=SINCE):
            stored.extend(ids([page]))

    with pytest.raises(Unavailable):
        await read()
    assert stored == [f"A{n:02}" for n in range(len(stored))]
    assert len(stored) < 20


async def test_case_032_a_date_time_without_offset_is_read_in_the_zone_of_the_connection(store: Make) -> None:
    record = {"orderId": "1", "updatedDate": "2026-07-01T10:00:00"}
    assert store(answer).stamp("orders", record) == datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
    record["updatedDate"] = "2026-07-01T10:00:00+02:00"
    assert store(answer).stamp("orders", record) == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


async def test_case_032_without_a_zone_it_is_an_error_that_names_the_setting(camel: Dialect) -> None:
    http = Http("Clarity", "http://shop.test", Bearer("t"))
    with pytest.raises(SettingsError, match="TANDEM_CLARITY_ZONE"):
        ClarityConnector(http, camel, None).stamp("orders", {"updatedDate": "2026-07-01T10:00:00"})
    await http.aclose()


async def test_both_orders_of_the_hour_that_comes_twice_are_found(store: Make) -> None:
    shop = Shop(page_size=2)
    for number in range(8):
        shop.touch(f"A{number}", f"2025-11-02T01:{number}0:00" if number < 6 else "2025-11-02T02:00:00")
    start = datetime(2025, 11, 2, 7, 30, tzinfo=UTC)  # 01:30 for the second time
    assert sorted(ids(await collect(store(shop), since=start))) == [f"A{n}" for n in range(8)]


async def test_a_range_ends_where_it_should(store: Make) -> None:
    shop = Shop(page_size=2)
    for number in range(6):
        shop.touch(f"A{number}", f"2026-03-02T10:0{number}:00")
    until = datetime(2026, 3, 2, 16, 3, tzinfo=UTC)
    assert ids(await collect(store(shop), until=until)) == ["A0", "A1", "A2", "A3"]


async def test_a_range_by_the_day_of_the_order_asks_for_that_field(store: Make) -> None:
    seen: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return answer(200, {"items": [], "pageIndex": 0, "totalCount": 0})

    await collect(store(handler), until=SINCE + timedelta(days=1), by="created")
    assert dict(seen[0].params) == {
        "sort": "orderDate,orderId",
        "orderDateMin": "2026-03-02T15:00:00Z",
        "orderDateMax": "2026-03-03T15:00:01Z",
        "pageSize": "500",
        "pageIndex": "0",
    }


async def test_a_list_that_is_out_of_order_is_an_error(store: Make) -> None:
    rows = [
        {"orderId": "1", "updatedDate": "2026-03-02T11:00:00"},
        {"orderId": "2", "updatedDate": "2026-03-02T10:00:00"},
    ]
    with pytest.raises(Refused, match=r"orders\.updatedDate is not ascending"):
        await collect(store(lambda _: answer(200, {"items": rows, "pageIndex": 0, "totalCount": 2})))


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], "orders is not an object"),
        ({"items": {}}, r"orders\.items is not a list"),
        ({"items": ["x"]}, r"orders\.items\[0\] is not an object"),
        ({"items": [{"updatedDate": "2026-03-02T11:00:00"}]}, r"orders\.orderId is missing"),
        ({"items": [{"orderId": "1"}]}, r"orders\.updatedDate is missing"),
        ({"items": [{"orderId": "1", "updatedDate": "today"}]}, r"orders\.updatedDate is not an ISO 8601"),
    ],
)
async def test_case_034_a_required_field_that_is_gone_is_named(store: Make, body: Any, path: str) -> None:
    with pytest.raises(Refused, match=path):
        await collect(store(lambda _: answer(200, body)))


async def test_case_034_a_new_field_passes_and_an_optional_one_may_be_gone(store: Make) -> None:
    row = {"orderId": "1", "updatedDate": "2026-03-02T11:00:00", "brandNew": {"x": 1}}
    body = {"items": [row], "pageIndex": 0, "totalCount": 1}
    assert await collect(store(lambda _: answer(200, body))) == [[row]]


async def test_an_address_without_such_a_list_is_an_error(store: Make) -> None:
    with pytest.raises(Refused, match="TANDEM_CLARITY_URL"):
        await collect(store(lambda _: answer(404)))
