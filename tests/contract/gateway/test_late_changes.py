"""A change that was long on its way must not undo a newer one: whoever writes names the version of the state."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .test_orders import customer, order

__all__ = ["customer"]


async def changed(api: httpx.AsyncClient, key: str, number: str, version: Any, **more: Any) -> dict[str, Any]:
    item = {"IdempotencyKey": key, "SalesOrderNo": number, "Order": order(**more)}
    answer = await api.put(
        "/orders/batch", json={"Items": [item | ({} if version is None else {"SourceVersion": version})]}
    )
    result: dict[str, Any] = answer.json()["Results"][0]
    return result


@pytest.fixture
async def number(api: httpx.AsyncClient) -> str:
    made: str = (await api.post("/orders", json=order())).json()["SalesOrderNo"]
    return made


@pytest.mark.parametrize(
    ("newer", "older"), [("10", "9"), ("2026-03-02T10:00:00Z", "2026-03-02T10:59:59+01:00")], ids=["counter", "time"]
)
async def test_an_older_state_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, number: str, newer: str, older: str
) -> None:
    assert (await changed(api, "a", number, newer, PurchaseOrderNo="new"))["Status"] == 200
    late = await changed(api, "b", number, older, PurchaseOrderNo="old")
    assert (late["Status"], late["Problem"]["code"]) == (409, "newer-state-written")
    assert f"version {older} of w-1 is older than version {newer}" in late["Problem"]["detail"]
    assert (await api.get(f"/orders/{number}")).json()["PurchaseOrderNo"] == "new"
    assert (await changed(api, "c", number, newer, PurchaseOrderNo="edited"))["Status"] == 200


async def test_a_state_that_changes_no_row_counts_as_written(api: httpx.AsyncClient, number: str) -> None:
    assert (await changed(api, "a", number, "3"))["Status"] == 200
    assert (await changed(api, "b", number, "2", PurchaseOrderNo="old"))["Status"] == 409


async def test_a_refused_state_does_not_count(api: httpx.AsyncClient, number: str) -> None:
    assert (await changed(api, "a", number, "9", TotalAmount="1.00"))["Status"] == 422
    assert (await changed(api, "b", number, "2", PurchaseOrderNo="PO 2"))["Status"] == 200


async def test_who_names_no_version_is_not_asked(api: httpx.AsyncClient, number: str) -> None:
    assert (await changed(api, "a", number, "3"))["Status"] == 200
    assert (await changed(api, "b", number, None, PurchaseOrderNo="by hand"))["Status"] == 200
    assert (await changed(api, "c", number, "", PurchaseOrderNo="again"))["Status"] == 200
    assert (await changed(api, "d", number, "no counter", PurchaseOrderNo="of another kind"))["Status"] == 200


@pytest.mark.parametrize("version", [7, "a\tb", "9" * 256], ids=["a number", "a tab", "too long"])
async def test_a_version_that_is_none_is_refused(api: httpx.AsyncClient, number: str, version: Any) -> None:
    refused = await changed(api, "a", number, version)
    assert (refused["Status"], refused["Problem"]["errors"][0]["field"]) == (422, "SourceVersion")


async def test_customers_and_products_keep_their_newest_state_too(api: httpx.AsyncClient) -> None:
    async def put(what: str, key: str, version: str, **item: Any) -> int:
        envelope = {"IdempotencyKey": key, "SourceVersion": version, **item}
        status: int = (await api.put(f"/{what}/batch", json={"Items": [envelope]})).json()["Results"][0]["Status"]
        return status

    card = {"ExternalCustomerId": "c-1", "Company": "Smith & Daughters"}
    assert await put("customers", "a", "5", CustomerNo="SMITH01", Customer=card) == 200
    assert await put("customers", "b", "4", CustomerNo="SMITH01", Customer=card | {"Company": "Smith"}) == 409
    other = card | {"ExternalCustomerId": "c-2"}  # another of the shop's customers, with versions of its own
    assert await put("customers", "c", "1", CustomerNo="SMITH01", Customer=other) == 200
    assert await put("products", "d", "5", ItemCode="TEAPOT-RED", Product={"Description": "Teapot, red"}) == 200
    assert await put("products", "e", "4", ItemCode="teapot-red", Product={"Description": "Teapot"}) == 409
