"""Makes connectors to whatever a test wants to answer them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from tandem.connectors import dialect as dialects
from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.dialect import Dialect
from tandem.connectors.http import Http
from tandem.connectors.sagepro import SageProConnector
from tandem.connectors.tokens import Bearer
from tests.unit.connectors.stubs import CHICAGO, Handler

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.fixture(scope="session")
def camel() -> Dialect:
    return dialects.load(MAPPINGS, "camel")


@pytest.fixture
async def store(camel: Dialect) -> AsyncIterator[Callable[[Handler], ClarityConnector]]:
    """Makes a connector to a store that answers as the handler does."""
    opened: list[ClarityConnector] = []

    def make(handler: Handler) -> ClarityConnector:
        auth = Bearer("clarity-token", camel.auth, base_url="http://shop.test/api/v1")
        http = Http("Clarity", "http://shop.test", auth, transport=httpx.MockTransport(handler))
        opened.append(ClarityConnector(http, camel, CHICAGO))
        return opened[-1]

    yield make
    for connector in opened:
        await connector.aclose()


@pytest.fixture
async def company() -> AsyncIterator[Callable[[Handler], SageProConnector]]:
    """Makes a connector to a gateway that answers as the handler does."""
    opened: list[SageProConnector] = []

    def make(handler: Handler) -> SageProConnector:
        http = Http(
            "Sage Pro gateway",
            "http://gateway.test",
            Bearer("gateway-key"),
            transport=httpx.MockTransport(handler),
        )
        opened.append(SageProConnector(http, CHICAGO))
        return opened[-1]

    yield make
    for connector in opened:
        await connector.aclose()
