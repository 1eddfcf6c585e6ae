"""The company's side: bulk reads, look-ups, lists by cursor, and what each answer to a batch means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tandem.connectors.protocol import WriteItem, WriteResult
from tandem.connectors.sagepro import NEVER, SageProConnector
from tandem.errors import RateLimited, Refused, SettingsError, Unauthorized, Unavailable
from tandem.settings import Settings
from tests.unit.connectors.stubs import answer, body_of

Make = Callable[[Any], SageProConnector]


def item(number: int, *, target: str | None = None) -> WriteItem:
    return WriteItem(reference=f"A{number}", key=f"key-{number}", payload={"Number": number}, target=target)


def order(number: int, updated: str = "2026-03-02T16:00:00Z", **more: Any) -> dict[str, Any]:
    return {"SalesOrderNo": str(number), "ExternalOrderId": f"A{number}", "UpdatedAt": updated} | more


def listing(*pages: list[dict[str, Any]]) -> Callable[[httpx.Request], httpx.Response]:
    """A list of these pages; the cursor is the number of the next."""

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("cursor", "0"))
        following = str(number + 1) if number + 1 < len(pages) else None
        return answer(200, {"Items": pages[number], "NextCursor": following})

    return handler


async def written(connector: SageProConnector, *items: WriteItem) -> list[WriteResult]:
    return await connector.write("orders", items)


def results(*statuses: Any) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        return answer(200, {"Results": [{"Index": i, **status} for i, status in enumerate(statuses)]})

    return handler


PROBLEM = {"type": "urn:tandem:problem:x", "title": "t"}


@pytest.mark.parametrize(
    ("result", "target", "expected"),
    [
        ({"Status": 201, "SalesOrderNo": "1002"}, None, ("created", "1002")),
        ({"Status": 200, "SalesOrderNo": "1002"}, "1002", ("updated", "1002")),
        ({"Status": 200}, "1002", ("updated", "1002")),
        ({"Status": 201}, None, ("unknown", None)),
        (
            {"Status": 409, "Problem": {"code": "duplicate-external-order", "existing": {"SalesOrderNo": "7"}}},
            None,
            ("existing", "7"),
        ),
        (
            {"Status": 409, "Problem": {"code": "duplicate-external-order", "existing": {"SalesOrderNo": "7"}}},
            "8",
            ("conflict", "8"),
        ),
        ({"Status": 409, "Problem": {"code": "duplicate-external-order"}}, None, ("conflict", None)),
        ({"Status": 409, "Problem": {"type": "urn:tandem:problem:order-in-picking"}}, "7", ("conflict", "7")),
        ({"Status": 409, "Problem": {"code": "idempotency-in-progress"}}, None, ("busy", None)),
        ({"Status": 412, "Problem": PROBLEM}, "7", ("conflict", "7")),
        ({"Status": 422, "Problem": PROBLEM}, None, ("refused", None)),
        ({"Status": 404, "Problem": PROBLEM}, "7", ("refused", "7")),
        ({"Status": 423, "Problem": PROBLEM}, "7", ("locked", "7")),
        ({"Status": 503, "Problem": PROBLEM}, None, ("busy", None)),
        ({"Status": 500, "Problem": PROBLEM}, None, ("unknown", None)),
        ({"Status": "201"}, None, ("unknown", None)),
    ],
)
async def test_what_each_result_of_a_batch_means(
    company: Make, result: dict[str, Any], target: str | None, expected: tuple[str, str | None]
) -> None:
    (got,) = await written(company(results(result)), item(1, target=target))
    assert (got.status, got.target) == expected
    assert got.reference == "A1"
    if result.get("Problem"):
        assert got.problem == result["Problem"]


async def test_case_043_a_bad_item_stops_no_other_and_results_keep_their_order(company: Make) -> None:
    seen: list[tuple[str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        items = body_of(request)["Items"]
        seen.append((request.method, items))
        bad = [i for i, entry in enumerate(items) if entry["Order"]["Number"] == 3]
        return answer(
            200,
            {
                "Results": [
                    {"Index": i, "Status": 422, "Problem": PROBLEM}
                    if i in bad
                    else {"Index": i, "Status": 201 if request.method == "POST" else 200, "SalesOrderNo": f"S{i}"}
                    for i in range(len(items))
                ]
            },
        )

    got = await written(company(handler), item(1), item(2, target="20"), item(3), item(4))
    assert [(r.reference, r.status) for r in got] == [
        ("A1", "created"),
        ("A2", "updated"),
        ("A3", "refused"),
        ("A4", "created"),
    ]
    assert [method for method, _ in seen] == ["POST", "PUT"]
    (changed,) = seen[1][1]
    assert changed == {"IdempotencyKey": "key-2", "SalesOrderNo": "20", "SourceVersion": "", "Order": {"Number": 2}}


async def test_more_than_a_batch_holds_goes_in_several_calls(company: Make) -> None:
    sizes: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sizes.append(len(body_of(request)["Items"]))
        return results(*[{"Status": 201, "SalesOrderNo": "1"}] * sizes[-1])(request)

    assert len(await written(company(handler), *map(item, range(1100)))) == 1100
    assert sizes == [500, 500, 100]


async def test_a_body_that_is_too_large_is_sent_in_halves(company: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        items = body_of(request)["Items"]
        if len(items) > 1:
            return answer(413)
        number = items[0]["Order"]["Number"]
        return answer(413) if number == 2 else results({"Status": 201, "SalesOrderNo": f"S{number}"})(request)

    got = await written(company(handler), item(0), item(1), item(2))
    assert [(r.status, r.target) for r in got] == [("created", "S0"), ("created", "S1"), ("refused", None)]


@pytest.mark.parametrize("body", [{}, {"Results": []}, {"Results": [{"Index": 5, "Status": 201}]}, []])
async def test_an_answer_that_leaves_items_out_leaves_them_unknown(company: Make, body: Any) -> None:
    got = await written(company(lambda _: answer(200, body)), item(1), item(2))
    assert [r.status for r in got] == ["unknown", "unknown"]


async def test_case_041_a_batch_without_an_answer_is_unknown_for_each_item(company: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("", request=request)

    got = await written(company(handler), item(1), item(2, target="7"))
    assert [(r.status, r.target) for r in got] == [("unknown", None), ("unknown", "7")]


async def test_case_035_an_order_whose_answer_was_cut_is_found_by_our_reference(company: Make) -> None:
    """The order is committed, the connection dies: the write is unknown, and the look-up says where it is."""
    committed: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            asked = set(request.url.params.get_list("externalOrderId"))
            return answer(200, {"Items": [order(1)] if asked & set(committed) else [], "NextCursor": None})
        committed.append("A1")
        raise httpx.RemoteProtocolError("cut", request=request)

    connector = company(handler)
    (got,) = await written(connector, item(1))
    assert got.status == "unknown"
    found = await connector.find("orders", ["A1", "A2"])
    assert {ref: connector.key("orders", record) for ref, (record,) in found.items()} == {"A1": "1"}
    assert committed == ["A1"]


@pytest.mark.parametrize(
    ("status", "kind"), [(503, RateLimited), (429, RateLimited), (401, Unauthorized), (400, Refused)]
)
async def test_a_call_of_which_nothing_was_taken_raises(company: Make, status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await written(company(lambda _: answer(status)), item(1))


@pytest.mark.parametrize(("status", "expected"), [(503, "busy"), (401, "busy"), (400, "refused"), (500, "unknown")])
async def test_what_went_through_before_a_failing_call_is_kept(company: Make, status: int, expected: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            return answer(status, Retry_After="7")
        return results({"Status": 201, "SalesOrderNo": "1"})(request)

    got = await written(company(handler), item(1), item(2, target="20"))
    assert [r.status for r in got] == ["created", expected]
    assert got[1].retry_after == (7 if status == 503 else None)
    assert got[1].problem


async def test_what_is_not_written_in_batches_is_a_mistake_of_the_caller(company: Make) -> None:
    with pytest.raises(ValueError, match="shipments"):
        await company(answer).write("shipments", [item(1)])


async def test_case_022_every_page_of_the_cursor_is_read(company: Make) -> None:
    connector = company(listing([order(1), order(2)], [], [order(3)]))
    pages = [page async for page in connector.changed("orders", since=datetime(2026, 3, 2, tzinfo=UTC))]
    assert [[r["SalesOrderNo"] for r in page] for page in pages] == [["1", "2"], ["3"]]


async def test_case_022_the_last_record_stored_is_left_out(company: Make) -> None:
    since = datetime(2026, 3, 2, 16, tzinfo=UTC)
    connector = company(listing([order(1), order(2)]))
    pages = [page async for page in connector.changed("orders", since=since, after="1")]
    assert [[r["SalesOrderNo"] for r in page] for page in pages] == [["2"]]


async def test_a_range_stops_at_its_end(company: Make) -> None:
    connector = company(listing([order(1), order(2, "2026-03-03T00:00:01Z")], [{"broken": True}]))
    until = datetime(2026, 3, 3, tzinfo=UTC)
    pages = [page async for page in connector.changed("orders", since=None, until=until)]
    assert [[r["SalesOrderNo"] for r in page] for page in pages] == [["1"]]


async def test_a_range_by_creation_is_narrowed_here(company: Make) -> None:
    rows = [order(n, "2026-03-05T00:00:00Z", CreatedAt=f"2026-03-0{n}T12:00:00Z") for n in (1, 2, 3)]
    since, until = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    connector = company(listing(rows))
    pages = [p async for p in connector.changed("orders", since=since, until=until, by="created")]
    assert [[r["SalesOrderNo"] for r in page] for page in pages] == [["2"]]


async def test_a_shipment_counts_for_its_business_day_in_the_zone_of_the_company(company: Make) -> None:
    rows = [{"ShipmentNo": str(n), "UpdatedAt": "2026-03-05T00:00:00Z", "ShipDate": f"2026-03-0{n}"} for n in (1, 2, 3)]
    since = datetime(2026, 3, 2, 6, tzinfo=UTC)  # midnight in Chicago
    until = datetime(2026, 3, 3, 5, 59, tzinfo=UTC)
    connector = company(listing(rows))
    pages = [p async for p in connector.changed("shipments", since=since, until=until, by="created")]
    assert [[r["ShipmentNo"] for r in page] for page in pages] == [["2"]]


async def test_case_027_a_page_that_fails_is_an_error(company: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if "cursor" in request.url.params:
            return answer(500)
        return answer(200, {"Items": [order(1)], "NextCursor": "x"})

    pages = company(handler).changed("orders", since=None)
    assert len(await anext(pages)) == 1
    with pytest.raises(Unavailable):
        await anext(pages)


async def test_a_cursor_that_comes_back_is_an_error_and_no_endless_loop(company: Make) -> None:
    connector = company(lambda _: answer(200, {"Items": [order(1)], "NextCursor": "x"}))
    with pytest.raises(Refused, match=r"orders\.NextCursor"):
        _ = [page async for page in connector.changed("orders", since=None)]


async def test_case_134_items_are_read_in_bulk_whatever_their_case(company: Make) -> None:
    seen: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return answer(200, {"Items": [{"ItemCode": "ABC-1"}], "NextCursor": None})

    got = await company(handler).read("products", ["abc-1 ", "nix"])
    assert got == {"abc-1 ": {"ItemCode": "ABC-1"}, "nix": None}
    assert seen[0].params.get_list("itemCode") == ["abc-1 ", "nix"]


async def test_orders_are_read_one_by_one_and_a_404_is_none(company: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        number = request.url.path.rsplit("/", 1)[1]
        return answer(200, order(1)) if number == "1" else answer(404)

    assert await company(handler).read("orders", ["1", "2"]) == {"1": order(1), "2": None}


async def test_a_key_cannot_leave_its_place_in_the_address(company: Make) -> None:
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return answer(404)

    await company(handler).read("customers", ["../orders?x=1"])
    assert seen == [b"/api/v1/sagepro/customers/..%2Forders%3Fx%3D1"]


async def test_stock_is_read_by_item_and_location(company: Make) -> None:
    rows = [{"Key": "ABC|EAST"}, {"Key": "ABC|MAIN"}]
    connector = company(listing(rows))
    assert await connector.read("inventory", ["ABC|MAIN", "ABC|WEST"]) == {
        "ABC|MAIN": {"Key": "ABC|MAIN"},
        "ABC|WEST": None,
    }


async def test_stock_is_read_in_bulk_for_each_location(company: Make) -> None:
    seen: list[tuple[str, list[str]]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        (place,), items = request.url.params.get_list("location"), request.url.params.get_list("itemCode")
        seen.append((place, items))
        return answer(200, {"Items": [{"Key": f"{item.upper()}|{place}"} for item in items], "NextCursor": None})

    keys = [*(f"i{n}|MAIN" for n in range(150)), "I1|EAST", "nothing", "|MAIN", "I1|"]
    got = await company(handler).read("inventory", keys)
    assert sorted((place, len(items)) for place, items in seen) == [("EAST", 1), ("MAIN", 50), ("MAIN", 100)]
    assert got["i149|MAIN"] == {"Key": "I149|MAIN"}
    assert [got[key] for key in ("nothing", "|MAIN", "I1|")] == [None, None, None]


async def test_case_115_a_near_match_is_no_match(company: Make) -> None:
    rows = [{"CustomerNo": n, "Email": email} for n, email in (("1", "Ann@X.com "), ("2", "ann@x.com.au"), ("3", ""))]
    got = await company(listing(rows)).match("customers", "Email", ["ann@x.com", " "])
    assert {value: [r["CustomerNo"] for r in found] for value, found in got.items()} == {
        "ann@x.com": ["1"],
        " ": [],
    }


async def test_one_customer_may_carry_several_of_our_references(company: Make) -> None:
    row = {"CustomerNo": "SMITH01", "ExternalCustomerIds": ["C1", "guest:ann@x.com"]}
    got = await company(listing([row])).find("customers", ["C1", "guest:ann@x.com", "C2"])
    assert {ref: r["CustomerNo"] for ref, (r,) in got.items()} == {"C1": "SMITH01", "guest:ann@x.com": "SMITH01"}


async def test_look_ups_look_into_history_and_ask_for_many_at_once(company: Make) -> None:
    seen: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return answer(200, {"Items": [], "NextCursor": None})

    await company(handler).find("orders", [f"A{n}" for n in range(250)])
    assert [len(url.params.get_list("externalOrderId")) for url in seen] == [100, 100, 50]
    assert all(url.params["includeHistory"] == "true" for url in seen)


@pytest.mark.parametrize("call", [("find", "products", ["x"]), ("match", "orders", "Email", ["x"])])
async def test_a_look_up_that_the_gateway_does_not_have_is_a_mistake_of_the_caller(company: Make, call: Any) -> None:
    with pytest.raises(ValueError, match="no such filter"):
        await getattr(company(answer), call[0])(*call[1:])


async def test_the_schema_tells_widths_decimals_and_currency(company: Make) -> None:
    tables = {
        "arcust": {"company": {"Type": "char", "Width": 35, "Scale": None}},
        "sotran": {"price": {"Type": "numeric", "Width": 16, "Scale": 4}},
    }
    schema = await company(lambda _: answer(200, {"Company": "01", "Currency": "USD", "Tables": tables})).schema()
    assert schema.widths == {"arcust.company": 35, "sotran.price": 16}
    assert (schema.scale("sotran.price"), schema.currency) == (4, "USD")
    with pytest.raises(Refused, match=r"sotran\.disc"):
        schema.scale("sotran.disc")


async def test_an_address_that_is_not_the_gateways_is_said(company: Make) -> None:
    with pytest.raises(Refused, match="TANDEM_SAGEPRO_URL"):
        await company(lambda _: answer(404)).schema()


async def test_a_record_that_nobody_stamped_is_older_than_any(company: Make) -> None:
    assert company(answer).stamp("orders", {"UpdatedAt": None}) == NEVER


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"sagepro_zone": "UTC"}, "TANDEM_SAGEPRO_API_KEY"), ({"sagepro_api_key": "k"}, "TANDEM_SAGEPRO_ZONE")],
)
def test_a_missing_setting_is_named(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        SageProConnector.of(Settings(_env_file=None, **given))
