"""A gateway over a fresh embedded company, spoken to as over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from tandem.gateway.app import PREFIX, create_app
from tandem.gateway.company.company import Company, Policy
from tandem.gateway.company.create import create_company
from tandem.gateway.company.rows import insert_all
from tandem.settings import Settings
from tests import ports

KEY = "test-key"
ITEMS = {"TEAPOT-RED": "10", "CUP-BLUE": "100", "SPOON/S": "7"}


def settings_of(folder: Path, **changed: Any) -> Settings:
    given: dict[str, Any] = {
        "home": folder,
        "sagepro_zone": "America/Chicago",
        "sagepro_api_keys": SecretStr(f"{KEY}=*,reader=orders:read customers:read"),
        "_env_file": None,
    }
    return Settings(**{**given, **changed})


def stock(company: Company, items: dict[str, str], location: str = "MAIN") -> None:
    """Items with so many on hand, as a bookkeeper would have entered them."""
    tables, stamp = company.tables, company.stamp().added()
    with company.write() as connection:
        for item, quantity in items.items():
            number = Decimal(quantity)
            master = {
                "item": item,
                "itmdesc": item.title(),
                "stkcode": "Y",
                "stkumid": "EA",
                "sunmsid": "EA",
                "sumfact": Decimal(1),
                "price": Decimal("19.90"),
                "ionhand": number,
            }
            insert_all(connection, tables.icitem, [{**master, **stamp}])
            place = {"item": item, "loctid": location}
            insert_all(connection, tables.iciloc, [{**place, "lonhand": number, "lavgcst": Decimal(8), **stamp}])
            insert_all(connection, tables.iciqty, [{**place, "qonhand": number, **stamp}])


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a stocked company, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    settings = settings_of(folder)
    create_company(settings.company_url, Policy.of(settings))
    company = Company.open(settings)
    stock(company, ITEMS)
    with company.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    company.close()
    return (folder / "company01.db").read_bytes()


@pytest.fixture
def settings(tmp_path: Path, template: bytes) -> Settings:
    (tmp_path / "company01.db").write_bytes(template)
    return settings_of(tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    made = create_app(settings)
    yield made
    made.state.context.company.close()


@pytest.fixture
def company(app: FastAPI) -> Company:
    found: Company = app.state.context.company
    return found


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.fixture
def served(settings: Settings) -> Iterator[str]:
    """The address of a gateway that runs as a process of its own, and ends when it is told to."""
    port = ports.kept(2) + 1
    environment = {
        **os.environ,
        "TANDEM_HOME": str(settings.home),
        "TANDEM_PORT_BASE": str(port - 1),
        "TANDEM_SAGEPRO_ZONE": "America/Chicago",
        "TANDEM_SAGEPRO_API_KEYS": f"{KEY}=*",
    }
    code = "from tandem.settings import settings; from tandem.gateway.app import serve; serve(settings())"
    log = settings.home / "gateway.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=output, stderr=output)
    try:
        _wait_until_up(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    patience = time.monotonic() + 60
    while time.monotonic() < patience:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"{address}{PREFIX}/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the gateway did not come up: {log.read_text()}")


_numbers = count(1)


class Keyed(httpx.AsyncClient):
    """A client that gives every POST and PUT a new Idempotency-Key unless the test names one."""

    async def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", None) or {})
        if method in ("POST", "PUT") and "Idempotency-Key" not in headers:
            headers["Idempotency-Key"] = f"key-{next(_numbers)}"
        return await super().request(method, url, headers=headers, **options)


def client_of(app: FastAPI, key: str = KEY) -> Keyed:
    return Keyed(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url=f"http://gateway{PREFIX}",
        headers={"Authorization": f"Bearer {key}"},
    )


Faults = Callable[[httpx.Response], dict[str, str]]


def faults(answer: httpx.Response) -> dict[str, str]:
    """The faults of a problem document: member to code."""
    assert answer.headers["content-type"] == "application/problem+json"
    return {fault["field"]: fault["code"] for fault in answer.json()["errors"]}
