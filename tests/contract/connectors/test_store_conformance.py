"""What any store must do for its connector, whatever its dialect; the sandbox speaks the first one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.protocol import Record, WriteItem
from tandem.errors import RateLimited, Unauthorized, Unavailable
from tests.contract.connectors.conftest import Shop

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
MANY = 503
"""More than the largest page."""


def parcel(order_id: str, reference: str = "S1", *, target: str | None = None, **more: Any) -> WriteItem:
    payload = {"externalKey": reference, "locationId": "MAIN", "lines": [{"lineId": "1", "quantity": 2}]}
    return WriteItem(
        reference=reference, key=f"parcel-{reference}", payload=payload | more, target=target, parent=order_id
    )


async def swept(store: ClarityConnector, **span: Any) -> list[Record]:
    return [r async for page in store.changed("orders", **({"since": SINCE} | span)) for r in page]


async def test_records_are_read_in_bulk_and_a_missing_one_is_none(store: ClarityConnector, shop: Shop) -> None:
    first, second = await shop.place(2)
    got = await store.read("orders", [first, "nix", second])
    assert [None if record is None else store.key("orders", record) for record in got.values()] == [first, None, second]


@pytest.mark.parametrize("offset", [False, True])
async def test_case_032_a_stamp_is_the_same_instant_with_and_without_an_offset(
    store: ClarityConnector, shop: Shop, offset: bool
) -> None:
    await shop.ask("PUT", "/sandbox/clock", {"now": "2026-07-01T15:00:00Z"})
    await shop.breaks(offset=offset)
    (order_id,) = await shop.place()
    record = (await store.read("orders", [order_id]))[order_id]
    assert record is not None
    assert store.stamp("orders", record) == datetime(2026, 7, 1, 15, 0, tzinfo=UTC)


async def test_case_022_one_stamp_over_several_pages(store: ClarityConnector, shop: Shop) -> None:
    await shop.breaks(sameUpdatedDate="2026-03-02T16:11:12Z")
    placed = await shop.place(MANY)
    got = [store.key("orders", record) for record in await swept(store)]
    assert sorted(got) == sorted(placed)


async def test_case_023_pages_that_shift_hide_nothing(store: ClarityConnector, shop: Shop) -> None:
    placed = await shop.place(MANY)
    await shop.breaks(pageShift={"resource": "orders", "records": 3, "times": 4})
    got = {store.key("orders", record) for record in await swept(store)}
    assert got == set(placed)


async def test_case_027_a_500_in_the_middle_of_a_list_is_an_error(store: ClarityConnector, shop: Shop) -> None:
    await shop.breaks(sameUpdatedDate="2026-03-02T16:11:12Z")
    await shop.place(MANY)
    await shop.breaks(requests=[{"status": 500, "method": "GET", "path": "/orders", "skip": 1, "times": 1}])
    stored: list[Record] = []

    async def read() -> None:
        async for page in store.changed("orders", since=SINCE):
            stored.extend(page)

    with pytest.raises(Unavailable):
        await read()
    assert 0 < len(stored) < MANY
    assert len(await swept(store)) == MANY


async def test_a_range_is_kept_on_both_sides(store: ClarityConnector, shop: Shop) -> None:
    placed = []
    for hour in range(4):
        await shop.ask("PUT", "/sandbox/clock", {"now": f"2026-03-02T1{hour}:00:00Z"})
        placed += await shop.place()
    bounds = {"since": datetime(2026, 3, 2, 11, tzinfo=UTC), "until": datetime(2026, 3, 2, 12, tzinfo=UTC)}
    for by in ("updated", "created"):
        assert [store.key("orders", record) for record in await swept(store, by=by, **bounds)] == placed[1:3]


@pytest.mark.parametrize(
    ("fault", "low", "high"),
    [
        ({"status": 429, "retryAfter": 30}, 30.0, 30.0),
        ({"status": 429, "retryAfter": 30, "asDate": True}, 25.0, 31.0),
        ({"status": 503, "retryAfter": 3600}, 3600.0, 3600.0),
    ],
)
async def test_case_029_a_pause_is_asked_for_in_several_forms(
    store: ClarityConnector, shop: Shop, fault: dict[str, Any], low: float, high: float
) -> None:
    await shop.breaks(requests=[fault])
    with pytest.raises(RateLimited) as caught:
        await store.read("orders", ["1"])
    assert caught.value.retry_after is not None
    assert low <= caught.value.retry_after <= high


async def test_case_029_a_bare_429_leaves_the_pause_to_us(store: ClarityConnector, shop: Shop) -> None:
    await shop.breaks(requests=[{"status": 429}])
    with pytest.raises(RateLimited) as caught:
        await store.read("orders", ["1"])
    assert caught.value.retry_after is None


async def test_case_030_and_031_tokens_run_out_and_are_refused(store: ClarityConnector, shop: Shop) -> None:
    placed = await shop.place(3)
    await shop.breaks(tokenExpiry={"after": 0})
    assert None not in (await store.read("orders", placed)).values()
    await shop.breaks(tokenRefused=True)
    with pytest.raises(Unauthorized):
        await store.read("orders", placed)


async def test_a_fulfilment_is_written_once_however_often(store: ClarityConnector, shop: Shop) -> None:
    (order_id,) = await shop.place()
    first, second = [(await store.write("fulfillments", [parcel(order_id)]))[0] for _ in range(2)]
    assert (first.status, second.status) == ("created", "existing")
    assert first.target == second.target
    assert len((await shop.ask("GET", "/sandbox/notifications"))["items"]) <= 1


async def test_case_035_a_cut_after_the_commit_is_unknown_and_found_again(store: ClarityConnector, shop: Shop) -> None:
    (order_id,) = await shop.place()
    await shop.breaks(requests=[{"what": "cutAfter", "method": "POST", "times": 1}])
    (got,) = await store.write("fulfillments", [parcel(order_id)])
    assert got.status == "unknown"
    found = await store.find("fulfillments", ["S1", "S2"])
    assert list(found) == ["S1"]
    (again,) = await store.write("fulfillments", [parcel(order_id)])
    assert (again.status, again.target) == ("existing", store.key("fulfillments", found["S1"][0]))


async def test_a_cut_before_the_commit_is_unknown_and_not_found(store: ClarityConnector, shop: Shop) -> None:
    (order_id,) = await shop.place()
    await shop.breaks(requests=[{"what": "cutBefore", "method": "POST", "times": 1}])
    (got,) = await store.write("fulfillments", [parcel(order_id)])
    assert got.status == "unknown"
    assert await store.find("fulfillments", ["S1"]) == {}


async def test_a_refusal_names_the_field(store: ClarityConnector, shop: Shop) -> None:
    (order_id,) = await shop.place()
    (got,) = await store.write("fulfillments", [parcel(order_id, lines=[{"lineId": "1", "quantity": 4}])])
    assert got.status == "refused"
    assert got.problem is not None
    assert got.problem["errors"][0]["field"].startswith("lines[0]")


async def test_one_bad_parcel_stops_no_other(store: ClarityConnector, shop: Shop) -> None:
    first, second = await shop.place(2)
    items = [parcel(first, "S1"), parcel("nix", "S2"), parcel(second, "S3")]
    assert [r.status for r in await store.write("fulfillments", items)] == ["created", "refused", "created"]


async def test_a_fulfilment_is_cancelled_and_cancelled_again(store: ClarityConnector, shop: Shop) -> None:
    (order_id,) = await shop.place()
    (made,) = await store.write("fulfillments", [parcel(order_id)])
    void = parcel(order_id, target=made.target, cancelled=True)
    for _ in range(2):
        (got,) = await store.write("fulfillments", [void])
        assert (got.status, got.target) == ("updated", made.target)
    assert [found["status"] for found in (await store.find("fulfillments", ["S1"]))["S1"]] == ["cancelled"]


async def test_a_write_that_the_shop_forbids_is_a_conflict(store: ClarityConnector, shop: Shop) -> None:
    (order_id,) = await shop.place()
    await shop.breaks(refuse=["fulfillment"])
    (got,) = await store.write("fulfillments", [parcel(order_id)])
    assert got.status == "conflict"


async def test_tags_of_an_order_are_patched(store: ClarityConnector, shop: Shop) -> None:
    (order_id,) = await shop.place()
    item = WriteItem(reference=order_id, key="k", payload={"tags": {"erp": "1002"}}, target=order_id)
    assert [r.status for r in await store.write("orders", [item])] == ["updated"]
    record = (await store.read("orders", [order_id]))[order_id]
    assert record is not None
    assert record["tags"] == {"erp": "1002"}


def level(key: str, available: int, expected: int | None = None) -> WriteItem:
    payload = {"available": available} | ({} if expected is None else {"expectedVersion": expected})
    return WriteItem(reference=key, key=f"level-{key}-{available}", payload=payload, target=key)


async def test_a_level_is_written_where_it_is_what_the_writer_has_read(store: ClarityConnector, shop: Shop) -> None:
    products = {"products": [{"sku": "A/B 1", "unitPrice": "1"}, {"sku": "CUP", "unitPrice": "1"}]}
    await shop.ask("POST", "/sandbox/products", products)
    made = await store.write("inventory", [level("A/B 1|MAIN", 5, 0), level("CUP|MAIN", 7, 0), level("NONE|MAIN", 1)])
    assert [(one.status, one.target) for one in made] == [
        ("created", "A/B 1|MAIN"),
        ("created", "CUP|MAIN"),
        ("refused", "NONE|MAIN"),
    ]
    again = await store.write("inventory", [level("A/B 1|MAIN", 6, 0), level("CUP|MAIN", 8, 1)])
    assert [one.status for one in again] == ["changed", "updated"]
    found = await store.match("inventory", "sku", ["a/b 1", "CUP"])
    assert [(r["available"], r["version"]) for some in found.values() for r in some] == [(5, 1), (8, 2)]


async def test_a_level_that_the_shop_forbids_is_no_change_in_between(store: ClarityConnector, shop: Shop) -> None:
    await shop.ask("POST", "/sandbox/products", {"sku": "CUP", "unitPrice": "1"})
    await shop.breaks(refuse=["inventory"])
    (got,) = await store.write("inventory", [level("CUP|MAIN", 7, 0)])
    assert got.status == "conflict"
