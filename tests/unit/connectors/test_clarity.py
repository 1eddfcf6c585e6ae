"""The shop's side: bulk reads, look-ups by our reference, fulfilments and their cancelling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.protocol import WriteItem
from tandem.errors import RateLimited, SettingsError, Unauthorized
from tandem.settings import Settings
from tests.unit.connectors.conftest import MAPPINGS
from tests.unit.connectors.stubs import answer, body_of

Make = Callable[[Any], ClarityConnector]


def item(number: int = 1, *, target: str | None = None, **payload: Any) -> WriteItem:
    return WriteItem(reference=f"S{number}", key=f"key-{number}", payload=payload, target=target, parent=f"A{number}")


def rows(*items: dict[str, Any]) -> httpx.Response:
    return answer(200, {"items": list(items), "pageIndex": 0, "totalCount": len(items)})


async def test_records_are_read_in_bulk_and_the_left_out_ones_alone(store: Make) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        if request.url.path.endswith("/orders"):
            return rows({"orderId": "1"}, {"orderId": "2"})
        return answer(200, {"orderId": "3"}) if request.url.path.endswith("/3") else answer(404)

    got = await store(handler).read("orders", ["1", "2", "3", "4"])
    assert got == {"1": {"orderId": "1"}, "2": {"orderId": "2"}, "3": {"orderId": "3"}, "4": None}
    assert len(seen) == 3


async def test_case_006_an_order_that_the_shop_answers_404_is_none(store: Make) -> None:
    assert await store(lambda _: answer(404)).read("orders", ["77"]) == {"77": None}


async def test_a_fulfilment_is_written_under_its_order(store: Make) -> None:
    seen: list[tuple[str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, body_of(request)))
        return answer(201, {"fulfillmentId": 9})

    (got,) = await store(handler).write("fulfillments", [item(externalKey="S1", cancelled=False)])
    assert (got.status, got.target) == ("created", "9")
    assert seen == [("/api/v1/orders/A1/fulfillments", {"externalKey": "S1"})]


async def test_case_035_a_second_fulfilment_under_our_reference_is_the_first(store: Make) -> None:
    problem = {"code": "duplicate-external-key", "message": "is there", "fulfillmentId": "9"}
    (got,) = await store(lambda _: answer(409, problem)).write("fulfillments", [item()])
    assert (got.status, got.target) == ("existing", "9")


async def test_case_035_a_fulfilment_whose_answer_was_cut_is_found_by_our_reference(store: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            raise httpx.ReadError("cut", request=request)
        assert request.url.params.get_list("externalKey") == ["S1", "S2"]
        return rows({"fulfillmentId": "9", "externalKey": "S1"})

    connector = store(handler)
    assert [r.status for r in await connector.write("fulfillments", [item()])] == ["unknown"]
    found = await connector.find("fulfillments", ["S1", "S2"])
    assert {ref: connector.key("fulfillments", record) for ref, (record,) in found.items()} == {"S1": "9"}


async def test_two_fulfilments_under_one_reference_are_both_told(store: Make) -> None:
    found = [{"fulfillmentId": number, "externalKey": "S1"} for number in ("9", "10", "9")]
    got = await store(lambda _: rows(*found)).find("fulfillments", ["S1", "S2"])
    assert {ref: [record["fulfillmentId"] for record in some] for ref, some in got.items()} == {"S1": ["9", "10"]}


async def test_a_refusal_names_the_field_in_the_form_of_a_problem_document(store: Make) -> None:
    body = {"code": "more-than-open", "message": "only 2 are open", "field": "lines[0].quantity"}
    (got,) = await store(lambda _: answer(422, body)).write("fulfillments", [item()])
    assert got.status == "refused"
    assert got.problem == {
        "code": "more-than-open",
        "title": "only 2 are open",
        "status": 422,
        "errors": [{"field": "lines[0].quantity", "code": "more-than-open", "message": "only 2 are open"}],
    }


async def test_a_voided_shipment_cancels_its_fulfilment(store: Make) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return answer(200, {"fulfillmentId": "9"})

    (got,) = await store(handler).write("fulfillments", [item(target="9", cancelled=True)])
    assert (got.status, got.target) == ("updated", "9")
    assert seen == ["/api/v1/orders/A1/fulfillments/9/cancel"]


async def test_what_needs_no_call_makes_none(store: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    connector = store(handler)
    got = await connector.write("fulfillments", [item(target="9"), item(cancelled=True)])
    assert [(r.status, r.target) for r in got] == [("existing", "9"), ("conflict", None)]
    assert [r.status for r in await connector.write("orders", [item()])] == ["conflict"]


async def test_tags_of_an_order_are_patched(store: Make) -> None:
    seen: list[tuple[str, str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path, body_of(request)))
        return answer(200, {"orderId": "A1"})

    (got,) = await store(handler).write("orders", [item(target="A1", tags={"erp": "1002"})])
    assert got.status == "updated"
    assert seen == [("PATCH", "/api/v1/orders/A1", {"tags": {"erp": "1002"}})]


async def test_one_busy_answer_among_others_is_that_records_own(store: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if "/A2/" in request.url.path:
            return answer(429, Retry_After="3")
        return answer(201, {"fulfillmentId": "9"})

    got = await store(handler).write("fulfillments", [item(1), item(2), item(3)])
    assert [(r.reference, r.status, r.retry_after) for r in got] == [
        ("S1", "created", None),
        ("S2", "busy", 3.0),
        ("S3", "created", None),
    ]


async def test_when_nothing_was_taken_the_write_raises(store: Make) -> None:
    with pytest.raises(RateLimited):
        await store(lambda _: answer(429)).write("fulfillments", [item(1), item(2)])


async def test_a_search_takes_exact_equals_only(store: Make) -> None:
    connector = store(
        lambda _: rows({"customerId": "1", "email": "ANN@x.com"}, {"customerId": "2", "email": "ann@x.co"})
    )
    got = await connector.match("customers", "email", ["ann@x.com ", ""])
    assert {v: [r["customerId"] for r in found] for v, found in got.items()} == {"ann@x.com ": ["1"], "": []}


async def test_a_look_up_that_the_store_does_not_have_is_a_mistake_of_the_caller(store: Make) -> None:
    with pytest.raises(ValueError, match="reference"):
        await store(answer).find("orders", ["1"])
    with pytest.raises(ValueError, match="no filter"):
        await store(answer).match("orders", "note", ["1"])


class Expiring:
    """A store whose access tokens run out; counts the renewals."""

    def __init__(self, *, renewal: int = 200) -> None:
        self.valid = "token-1"
        self.renewals = 0
        self.renewal = renewal

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        shown = request.headers["Authorization"].removeprefix("Bearer ")
        if request.url.path == "/api/v1/auth/token":
            assert shown == "clarity-token"
            self.renewals += 1
            if self.renewal != 200:
                return answer(self.renewal, {"code": "unauthorized"})
            self.valid = f"token-{self.renewals}"
            return answer(200, {"accessToken": self.valid, "expiresIn": 60})
        if shown != self.valid:
            return answer(401, {"code": "token-expired"})
        return answer(200, {"orderId": request.url.path.rsplit("/", 1)[1]})


async def test_case_030_a_token_that_runs_out_is_renewed_once_for_all_calls(store: Make) -> None:
    shop = Expiring()
    connector = store(shop)
    got = await asyncio.gather(*(connector.read("orders", [str(n)]) for n in range(4)))
    assert [next(iter(records.values())) for records in got] == [{"orderId": str(n)} for n in range(4)]
    assert shop.renewals == 1


class Stubborn(Expiring):
    """Renews, and refuses what it gave."""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        got = await super().__call__(request)
        self.valid = "never"
        return got


@pytest.mark.parametrize("shop", [Expiring(renewal=401), Stubborn()])
async def test_case_031_a_second_401_ends_it_without_a_storm(store: Make, shop: Expiring) -> None:
    shop.valid = "never"
    with pytest.raises(Unauthorized):
        await store(shop).read("orders", ["1"])
    assert shop.renewals == 1


async def test_a_renewal_without_a_token_is_no_answer_to_the_call(store: Make) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return answer(200, {}) if request.url.path.endswith("/token") else answer(401, {"code": "token-expired"})

    (got,) = await store(handler).write("fulfillments", [item()])
    assert got.status == "unknown"


async def test_wrong_credentials_are_not_renewed(store: Make) -> None:
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return answer(401, {"code": "unauthorized"}) if len(calls) % 2 else answer(401)

    for _ in range(2):
        with pytest.raises(Unauthorized):
            await store(handler).read("orders", ["1"])
    assert calls == ["/api/v1/orders/1"] * 2


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"clarity_zone": "UTC"}, "TANDEM_CLARITY_TOKEN"), ({"clarity_token": "t"}, "TANDEM_CLARITY_ZONE")],
)
def test_case_032_a_missing_setting_is_named(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        ClarityConnector.of(Settings(_env_file=None, mappings=MAPPINGS, **given))
