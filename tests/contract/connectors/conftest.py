"""Both connectors against the real stand-ins, in this process: the store by its dialect, the gateway over a company."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.protocol import WriteItem
from tandem.connectors.sagepro import SageProConnector
from tandem.gateway.app import create_app as create_gateway
from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.app import StandIn
from tandem.sandbox.app import create_app as create_shop
from tandem.sandbox.warehouse import office
from tandem.sandbox.warehouse.books import Books
from tandem.settings import Settings
from tandem.values import dumps, loads, zone_of

MAPPINGS = Path(__file__).parents[3] / "mappings"
MUG = office.NewItem(item="MUG", name="Mug", price=Decimal("4.50"), stock=Decimal(100))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


def settings_of(home: Path) -> Settings:
    return Settings(
        _env_file=None,
        home=home,
        mappings=MAPPINGS,
        clarity_token=SecretStr("shop-token"),
        clarity_zone="America/Chicago",
        sagepro_zone="America/Chicago",
        sagepro_api_key=SecretStr("gateway-key"),
        sagepro_api_keys=SecretStr("gateway-key=*,reader=orders:read"),
    )


class Shop:
    """The stand-in, told what its customers and its faults do."""

    def __init__(self, app: StandIn, http: httpx.AsyncClient) -> None:
        self.app = app
        self._http = http

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._http.request(method, path, content=None if body is None else dumps(body))
        assert answer.is_success, answer.text
        return loads(answer.content)

    async def place(self, count: int = 1, **order: Any) -> list[str]:
        form = {
            "email": "ann@example.com",
            "lines": [{"sku": "MUG", "name": "Mug", "unitPrice": "4.50", "quantity": 3}],
        }
        placed = await self.ask("POST", "/sandbox/orders/bulk", {"orders": [form | order] * count})
        return [order["orderId"] for order in placed["orders"]]

    async def breaks(self, **knobs: Any) -> None:
        await self.ask("PUT", "/sandbox/faults", knobs)


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[Shop]:
    app = create_shop(settings)
    headers = {"Authorization": "Bearer shop-token"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://shop.test", headers=headers
    ) as http:
        yield Shop(app, http)
    app.state.shop.close()


@pytest.fixture
async def store(settings: Settings, shop: Shop) -> AsyncIterator[ClarityConnector]:
    connector = ClarityConnector.of(settings, transport=httpx.ASGITransport(shop.app))
    yield connector
    await connector.aclose()


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database of a company with one item in stock, made once and copied for each test."""
    settings = settings_of(tmp_path_factory.mktemp("company"))
    create_company(settings.company_url, Policy.of(settings))
    books = screens(settings)
    with books.open() as page:
        office.enter_items(page, [MUG])
    books.close()
    file = settings.home / "company01.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.read_bytes()


@pytest.fixture
def gateway(settings: Settings, company_file: bytes) -> Iterator[FastAPI]:
    (settings.home / "company01.db").write_bytes(company_file)
    app = create_gateway(settings)
    yield app
    app.state.context.company.close()


def screens(settings: Settings) -> Books:
    return Books(settings.company_url, zone_of(settings.sagepro_zone, setting="TANDEM_SAGEPRO_ZONE"))


@pytest.fixture
def books(gateway: FastAPI, settings: Settings) -> Iterator[Books]:
    """The screens of the company."""
    books = screens(settings)
    yield books
    books.close()


@pytest.fixture
async def company(settings: Settings, gateway: FastAPI) -> AsyncIterator[SageProConnector]:
    transport = httpx.ASGITransport(gateway, raise_app_exceptions=False)
    connector = SageProConnector.of(settings, transport=transport)
    yield connector
    await connector.aclose()


ADDRESS = {
    "Company": "Ann Smith",
    "Address1": "12 Mill Lane",
    "City": "Chicago",
    "State": "IL",
    "PostalCode": "60601",
    "Country": "US",
}


def customer(reference: str = "C1", *, key: str | None = None, target: str | None = None, **more: Any) -> WriteItem:
    payload = {
        "ExternalCustomerId": reference,
        "Company": "Ann Smith",
        "Email": "ann@example.com",
        "Address": ADDRESS,
    }
    return WriteItem(reference=reference, key=key or f"customer-{reference}", payload=payload | more, target=target)


def order(
    reference: str,
    *,
    item: str = "MUG",
    quantity: int = 3,
    key: str | None = None,
    target: str | None = None,
    **more: Any,
) -> WriteItem:
    amount = Decimal("4.50") * quantity
    line = {
        "LineReference": "1",
        "ItemCode": item,
        "Quantity": quantity,
        "UnitPrice": Decimal("4.50"),
        "ExtendedPrice": amount,
    }
    payload = {
        "ExternalOrderId": reference,
        "CustomerNo": "SMITH01",
        "OrderDate": "2026-03-02",
        "ShipToAddress": ADDRESS,
        "LineItems": [line],
        "TaxAmount": Decimal("0.00"),
        "TotalAmount": amount,
    }
    return WriteItem(reference=reference, key=key or f"order-{reference}", payload=payload | more, target=target)
