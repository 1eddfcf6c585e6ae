from __future__ import annotations

import logging

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from tandem.errors import SettingsError
from tandem.gateway.api import body
from tandem.gateway.app import create_app
from tandem.settings import Settings

from .conftest import client_of, faults

SMITH = {"Company": "Smith"}


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    """RFC 9457, with nothing in it that gives the inside away."""
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["type"] == f"urn:tandem:problem:{document['code']}"
    assert document["status"] == answer.status_code
    assert document["instance"].startswith("/")
    assert "Traceback" not in answer.text
    return (answer.status_code, document["code"]) == (status, code)


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic dGVzdC1rZXk6", "Bearer", "test-key", "Bearer a b"])
async def test_without_a_known_key_it_is_401(app: FastAPI, header: str | None) -> None:
    async with client_of(app) as api:
        del api.headers["Authorization"]
        headers = {"Authorization": header} if header is not None else {}
        answer = await api.get("/customers", headers=headers)
    assert is_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith('Bearer realm="tandem"')


async def test_a_key_without_the_scope_is_403_and_names_it(app: FastAPI) -> None:
    async with client_of(app, key="reader") as api:
        assert (await api.get("/customers")).status_code == 200
        refused = await api.post("/customers", json=SMITH)
        foreign = await api.get("/products")
    assert is_problem(refused, 403, "insufficient-scope")
    assert refused.json()["scope"] == "customers:write"
    assert foreign.json()["scope"] == "products:read"


async def test_the_key_is_asked_for_before_the_body_is_read(app: FastAPI) -> None:
    async with client_of(app, key="wrong") as api:
        answer = await api.post("/customers", content=b"not json")
    assert answer.status_code == 401


@pytest.mark.parametrize("keys", [None, SecretStr(""), SecretStr("  "), SecretStr("a=*,")])
def test_a_gateway_without_keys_does_not_start(settings: Settings, keys: SecretStr | None) -> None:
    with pytest.raises(SettingsError, match="TANDEM_SAGEPRO_API_KEYS"):
        create_app(settings.model_copy(update={"sagepro_api_keys": keys}))


async def test_health_needs_no_key(app: FastAPI) -> None:
    async with client_of(app) as api:
        del api.headers["Authorization"]
        answer = await api.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"Status": "ok"})


async def test_an_unknown_path_is_404(api: httpx.AsyncClient) -> None:
    for path in ("/nothing", "/customers/", "/customers/A/B", "/orders/1/2/3"):
        assert is_problem(await api.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/customers", "GET, POST"),
        ("GET", "/customers/batch", "POST, PUT"),
        ("GET", "/orders/batch", "POST, PUT"),
        ("PATCH", "/customers/SMITH01", "GET, PUT"),
        ("OPTIONS", "/inventory/A/MAIN", "PUT"),
        ("POST", "/health", "GET"),
    ],
)
async def test_a_wrong_method_is_405_and_names_the_right_ones(
    api: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await api.request(method, path)
    assert is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "application/json-seq"])
async def test_other_media_types_are_415(api: httpx.AsyncClient, media_type: str) -> None:
    answer = await api.post("/customers", content=b"{}", headers={"Content-Type": media_type})
    assert is_problem(answer, 415, "not-json")


async def test_an_encoded_body_is_415(api: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert is_problem(await api.post("/customers", content=b"{}", headers=headers), 415, "encoded-body")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"Company": NaN}',
        b'{"Company": Infinity}',
        b'{"CreditLimit": 1e99999999999999999999}',
        b'{"CreditLimit": ' + b"9" * 5000 + b"}",
        b'{"Company": "A", "Company": "B"}',
        b'{"Company": "\xff"}',
        b"[" * 100_000,
    ],
)
async def test_what_is_not_json_is_400(api: httpx.AsyncClient, content: bytes) -> None:
    answer = await api.post("/customers", content=content, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 400, "malformed-json")


@pytest.mark.parametrize("content", [b"[]", b"null", b'"x"', b"5", b"true"])
async def test_json_that_is_no_object_is_422(api: httpx.AsyncClient, content: bytes) -> None:
    answer = await api.post("/customers", content=content, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 422, "invalid-document")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_huge_body_is_413(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, declared: bool) -> None:
    monkeypatch.setattr(body, "LIMIT", 1000)

    async def pieces():
        for _ in range(20):
            yield b" " * 100

    content = b" " * 2000 if declared else pieces()
    answer = await api.post("/customers", content=content, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 413, "body-too-large")


async def test_a_misspelt_filter_is_refused_and_not_ignored(api: httpx.AsyncClient) -> None:
    answer = await api.get("/customers", params={"updatedsince": "2026-01-01T00:00:00Z", "limt": "5"})
    assert faults(answer) == {"limt": "unknown-parameter", "updatedsince": "unknown-parameter"}
    assert "updatedSince" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=ten",
        "updatedSince=2026-01-01",
        "updatedSince=2026-01-01T10:00:00",
        "updatedSince=1767225600",
        "updatedSince=2026-02-30T10:00:00Z",
        "updatedSince=0001-01-01T00:00:00%2B14:00",
        "cursor=x",
        "cursor=",
        "email=",
        "email=%00",
        "email=" + "x" * 256,
    ],
)
async def test_a_malformed_parameter_is_named(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"/customers?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in next(iter(faults(answer)))


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"])
async def test_the_ends_of_time_are_no_fault_of_the_gateway(api: httpx.AsyncClient, since: str) -> None:
    assert (await api.get("/customers", params={"updatedSince": since})).status_code in (200, 422)


async def test_a_busy_company_is_503_with_the_time_to_wait(
    api: httpx.AsyncClient, app: FastAPI, settings: Settings
) -> None:
    import sqlite3

    with app.state.context.company.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")  # the pool gives this connection again
    other = sqlite3.connect(settings.home / "company01.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = await api.post("/customers", json=SMITH, headers={"Idempotency-Key": "k1"})
    other.execute("ROLLBACK")
    other.close()
    assert is_problem(answer, 503, "company-busy")
    assert int(answer.headers["retry-after"]) > 0
    again = await api.post("/customers", json=SMITH, headers={"Idempotency-Key": "k1"})
    assert again.status_code == 201


async def test_a_company_without_its_counter_is_503_and_says_which(api: httpx.AsyncClient, app: FastAPI) -> None:
    with app.state.context.company.write() as connection:
        connection.exec_driver_sql("DELETE FROM sysdata WHERE sysid = 'IC01'")
    answer = await api.put("/inventory/TEAPOT-RED/MAIN", json={"Quantity": "1"})
    assert is_problem(answer, 503, "company-not-ready")
    assert "IC01" in answer.json()["detail"]


async def test_a_fault_of_the_gateway_itself_shows_nothing_of_it(
    api: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("tandem.gateway.customers.customers.Customers.get", broken)
    with caplog.at_level(logging.ERROR):
        answer = await api.get("/customers/SMITH01")
    assert is_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text
    assert "the secret inside" in caplog.text


async def test_a_batch_envelope_is_judged_as_a_whole(api: httpx.AsyncClient) -> None:
    for content in ({"Items": []}, {"Items": [{}] * 501}, {"Items": {}}, {}, {"Items": [{}], "Extra": 1}, []):
        assert (await api.post("/customers/batch", json=content)).status_code == 422
