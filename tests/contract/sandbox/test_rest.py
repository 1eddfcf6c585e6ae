"""The REST API as a client of the shop sees it, and the control API beside it."""

from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import yaml

from tandem.sandbox.app import StandIn
from tandem.sandbox.webhooks import stored
from tandem.values import loads

from .conftest import Client

DIALECT = Path(__file__).parents[3] / "mappings" / "dialects" / "camel.yaml"
ORDER = {"email": "ann@example.com", "lines": [{"sku": "MUG", "name": "Mug", "unitPrice": "4.50", "quantity": 2}]}


async def test_orders_are_served_as_they_were_placed(client: Client) -> None:
    placed = await client.post("/sandbox/orders", ORDER)
    listed = await client.get("/api/v1/orders", pageSize=10)
    assert listed["totalCount"] == 1
    one = await client.get(f"/api/v1/orders/{placed['orderId']}")
    assert one == listed["items"][0]
    assert one["totalAmount"] == Decimal("9.00")
    assert one["orderDate"] == placed["orderDate"][:19]


async def test_every_resource_is_listed_and_served_by_its_key(client: Client) -> None:
    await client.post("/sandbox/products", {"products": [{"sku": "A/B", "unitPrice": "1.00"}, {"sku": "C"}]})
    await client.post("/sandbox/customers", {"email": "ann@example.com"})
    placed = await client.post("/sandbox/orders", {"lines": [{"sku": "A/B", "quantity": 2}]})
    status, _ = await client.call("PUT", "/sandbox/inventory/MAIN/A/B", {"available": "7"})
    assert status == 200
    order = placed["orderId"]
    parcel = {"externalKey": "S1", "lines": [{"lineId": "1", "quantity": 1}], "notifyCustomer": True}
    status, made = await client.call("POST", f"/api/v1/orders/{order}/fulfillments", parcel)
    assert (status, made["status"]) == (201, "fulfilled")
    await client.post(f"/sandbox/orders/{order}/refunds", {"amount": "1.00"})
    for name, key in {
        "orders": order, "customers": "cus_000001", "products": "prd_000002", "inventory": "A/B|MAIN",
        "fulfillments": made["fulfillmentId"], "refunds": "ref_000001",
    }.items():  # fmt: skip
        assert (await client.get(f"/api/v1/{name}"))["totalCount"] >= 1
        found = await client.get(f"/api/v1/{name}/{key}")
        assert key in found.values()
    assert (await client.get("/api/v1/fulfillments", externalKey="S1"))["items"][0]["orderId"] == order
    assert (await client.get("/sandbox/notifications", orderId=order))["items"][0]["fulfillmentId"] == "ful_000001"


async def test_the_writes_of_a_connector(client: Client) -> None:
    order = (await client.post("/sandbox/orders", ORDER))["orderId"]
    patched = (await client.call("PATCH", f"/api/v1/orders/{order}", {"tags": {"erp": "1001"}}))[1]
    assert (patched["tags"], patched["version"]) == ({"erp": "1001"}, 2)
    assert (await client.get("/api/v1/orders", **{"tags.erp": "1001"}))["totalCount"] == 1
    parcel = {"externalKey": "S1", "lines": [{"lineId": "1", "quantity": 1}]}
    made = await client.post(f"/api/v1/orders/{order}/fulfillments", parcel)
    status, again = await client.call("POST", f"/api/v1/orders/{order}/fulfillments", parcel)
    assert (status, again["code"]) == (409, "duplicate-external-key")
    assert again["fulfillmentId"] == made["fulfillmentId"]
    parcel = {"externalKey": "S2", "lines": [{"lineId": "1", "quantity": 2}]}
    status, refused = await client.call("POST", f"/api/v1/orders/{order}/fulfillments", parcel)
    assert (status, refused["code"], refused["open"]) == (422, "more-than-open", 1)
    path = f"/api/v1/orders/{order}/fulfillments/{made['fulfillmentId']}/cancel"
    first, second = await client.post(path), await client.post(path)
    assert first == second
    assert first["status"] == "cancelled"
    cancelled = await client.post(f"/api/v1/orders/{order}/cancel", {"reason": "fraud"})
    assert (cancelled["status"], cancelled["cancelReason"]) == ("cancelled", "fraud")
    assert await client.post(f"/api/v1/orders/{order}/cancel") == cancelled


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/orders/none", None, 404, "not-found"),
        ("GET", "/api/v1/nothing", None, 404, "not-found"),
        ("GET", "/api/v1/orders?colour=red", None, 400, "unknown-filter"),
        ("GET", "/api/v1/orders?pageIndex=x", None, 400, "malformed"),
        ("DELETE", "/api/v1/orders", None, 405, "not-allowed"),
        ("PATCH", "/api/v1/orders/none", {"tags": {}}, 404, "not-found"),
        ("POST", "/api/v1/orders/none/fulfillments", {}, 422, "invalid"),
        ("POST", "/api/v1/orders/none/cancel", {"reason": 7}, 422, "invalid"),
        ("POST", "/sandbox/orders", [], 422, "invalid"),
        ("POST", "/sandbox/orders/bulk", {"orders": []}, 422, "invalid"),
        ("PUT", "/sandbox/faults", {"storms": {}}, 422, "invalid"),
        ("PUT", "/sandbox/clock", {"now": "2026-03-02T10:00:00"}, 422, "invalid"),
        ("POST", "/sandbox/deliveries/none/resend", None, 404, "not-found"),
        ("GET", "/sandbox/deliveries?limit=0", None, 400, "malformed"),
        ("GET", "/sandbox/deliveries?colour=red", None, 400, "unknown-filter"),
        ("PUT", "/sandbox/webhooks", {"url": "http://x.test"}, 409, "no-secret"),
        ("PUT", "/sandbox/inventory/MAIN/NONE", {"available": 1}, 404, "not-found"),
        ("POST", "/sandbox/products", {"products": 7}, 422, "invalid"),
    ],
)
async def test_an_error_is_clear_json(client: Client, method, path, body, status, code) -> None:
    answered, error = await client.call(method, path, body)
    assert (answered, error["code"]) == (status, code)
    assert error["message"]


async def test_a_body_that_is_not_json_or_too_large(client: Client) -> None:
    for content, status, code in (
        (b"{", 400, "malformed"),
        (b"NaN", 400, "malformed"),
        (b"1" * 16_777_217, 413, "too-large"),
    ):
        answer = await client.http.post("/sandbox/orders", content=content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_order_of_five_thousand_lines(client: Client, app: StandIn) -> None:
    lines = [{"sku": f"S{n}", "name": f"Thing {n}", "unitPrice": "0.07"} for n in range(5000)]
    placed = await client.post("/sandbox/orders", {"lines": lines, "taxes": [{"rate": "0.0825"}]})
    one = await client.get(f"/api/v1/orders/{placed['orderId']}")
    assert len(one["lineItems"]) == 5000
    assert one["totalAmount"] == Decimal("400.00")
    parcel = {"externalKey": "S1", "lines": [{"lineId": str(n), "quantity": 1} for n in range(1, 5001)]}
    await client.post(f"/api/v1/orders/{placed['orderId']}/fulfillments", parcel)
    assert (await client.get(f"/api/v1/orders/{placed['orderId']}"))["status"] == "completed"
    shop = app.state.shop
    with shop.database.reading() as connection:
        event = stored(connection, "evt_0000000001")
    assert loads(event.body)["data"].keys() == {"orderId", "updatedDate", "version"}


async def test_money_is_never_a_float(client: Client) -> None:
    answer = await client.http.post("/sandbox/orders", content=b'{"lines":[{"sku":"A","unitPrice":0.10,"quantity":3}]}')
    assert b'"unitPrice":0.10,' in answer.content
    assert b'"totalAmount":0.30,' in answer.content


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic shop-token", "Bearer ü"])
@pytest.mark.parametrize("path", ["/api/v1/orders", "/sandbox/faults", "/sandbox/orders/x/hold"])
async def test_nobody_comes_in_without_the_token(client: Client, app: StandIn, header, path) -> None:
    headers = {} if header is None else {"authorization": header.encode()}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as http:
        answer = await http.request("POST" if path.endswith("hold") else "GET", path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer error="unauthorized"'


async def test_health_is_open_and_counts(client: Client, app: StandIn) -> None:
    await client.post("/sandbox/orders", ORDER)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as http:
        for path in ("/health", "/sandbox/health"):
            body = (await http.get(path)).json()
            assert (body["status"], body["records"]["orders"], body["events"]) == ("ok", 1, {"recorded": 2})


async def test_what_people_do_in_the_shop(client: Client) -> None:
    bulk = await client.post("/sandbox/orders/bulk", {"orders": [ORDER | {"orderNumber": n} for n in ("A", "B")]})
    assert [one["orderNumber"] for one in bulk["orders"]] == ["A", "B"]
    again = await client.post(
        "/sandbox/orders/bulk", {"orders": [ORDER | {"orderNumber": n} for n in ("B", "C")], "keepExisting": True}
    )
    assert [one["orderId"] for one in again["orders"]] == ["ord_000002", "ord_000003"]
    path = "/sandbox/orders/ord_000001"
    assert (await client.post(f"{path}/hold"))["status"] == "onHold"
    assert (await client.post(f"{path}/release"))["status"] == "open"
    edit = {"quantities": {"1": 3}, "add": [{"sku": "CUP", "unitPrice": "1.00"}]}
    assert (await client.post(f"{path}/edit", edit))["totalAmount"] == Decimal("14.50")
    assert (await client.post(f"{path}/address", {"city": "Peoria"}))["shippingAddress"]["city"] == "Peoria"
    assert (await client.post(f"{path}/address", {"city": "Joliet", "billing": True}))["billingAddress"][
        "city"
    ] == "Joliet"
    assert (await client.post(f"{path}/fields", {"note": "gift"}))["note"] == "gift"
    paid = await client.post(f"{path}/payments", {"kind": "sale", "amount": "5.50"})
    assert paid["paymentInfo"]["status"] == "paid"
    assert (await client.post(f"{path}/cancel", {"reason": "late"}))["status"] == "cancelled"


async def test_authorised_and_captured_in_parts(client: Client) -> None:
    order = (await client.post("/sandbox/orders", ORDER | {"payments": [{"kind": "authorization"}]}))["orderId"]
    path = f"/sandbox/orders/{order}/payments"
    assert (await client.post(path, {"kind": "capture", "amount": "4.00"}))["paymentInfo"]["status"] == "partiallyPaid"
    voided = await client.post(path, {"kind": "void"})
    assert voided["payments"][-1]["amount"] == Decimal("5.00")
    status, error = await client.call("POST", path, {"kind": "sale"})
    assert (status, error["field"]) == (422, "amount")


async def test_customers_and_products_by_control(client: Client) -> None:
    customer = (await client.post("/sandbox/customers", {"email": "ann@example.com"}))["customerId"]
    path = f"/sandbox/customers/{customer}"
    assert (await client.call("PATCH", path, {"company": "Acme"}))[1]["company"] == "Acme"
    assert (await client.call("DELETE", path))[1]["isDeleted"] is True
    assert (await client.post(f"{path}/redact"))["email"] == ""
    await client.post("/sandbox/products", {"sku": "MUG", "unitPrice": "4.50"})
    assert (await client.call("PATCH", "/sandbox/products/MUG", {"name": "Mug"}))[1]["name"] == "Mug"
    assert (await client.call("DELETE", "/sandbox/products/MUG", params={"forGood": True}))[1]["deleted"] is True
    assert (await client.get("/api/v1/products"))["totalCount"] == 0


async def test_the_clock_and_a_reset(client: Client) -> None:
    assert (await client.call("PUT", "/sandbox/clock", {"now": "2010-12-01T14:26:00Z"}))[0] == 200
    placed = await client.post("/sandbox/orders", ORDER)
    assert placed["orderDate"] == placed["updatedDate"] == "2010-12-01T08:26:00-06:00"
    await client.call("DELETE", "/sandbox/clock")
    assert (await client.get("/sandbox/clock"))["now"] > "2026"
    assert (await client.post("/sandbox/reset"))["orders"] == 0


async def test_the_dialect_says_what_is_served(client: Client) -> None:
    dialect = yaml.safe_load(DIALECT.read_text(encoding="utf-8"))
    order = (await client.post("/sandbox/orders", ORDER))["orderId"]
    await client.post("/sandbox/products", {"sku": "MUG"})
    await client.post("/sandbox/customers", {"email": "ann@example.com"})
    await client.call("PUT", "/sandbox/inventory/MAIN/MUG", {"available": 1})
    parcel = {"externalKey": "S1", "lines": [{"lineId": "1", "quantity": 1}]}
    await client.post(f"/api/v1/orders/{order}/fulfillments", parcel)
    await client.post(f"/sandbox/orders/{order}/refunds", {"amount": "1.00"})
    for name, resource in dialect["resources"].items():
        path = dialect["base"] + resource["path"]
        page = await client.get(path, **{dialect["sort"]["parameter"]: ",".join(resource["sort"])})
        record = page[dialect["paging"]["items"]][0]
        for role in ("key", "number", "updated", "created"):
            assert resource[role] in record, (name, role)
        one = resource["one"].format(key=record[resource["key"]])
        assert await client.get(dialect["base"] + one) == record
        for column in resource["filters"]:
            value = record.get(column)
            if value is not None:
                given = str(value).lower() if isinstance(value, bool) else str(value)
                found = await client.get(path, **{column: given})
                assert found[dialect["paging"]["total"]] >= 1, (name, column)
    page = await client.get("/api/v1/orders")
    assert page[dialect["paging"]["size"]] == dialect["paging"]["default_size"]
    page = await client.get("/api/v1/orders", pageSize=100_000)
    assert page["pageSize"] == dialect["paging"]["max_size"]
