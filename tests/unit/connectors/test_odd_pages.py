"""Pages that are shorter, emptier or more broken than they should be: never taken for the end of a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.dialect import Dialect
from tandem.connectors.http import Http
from tandem.connectors.tokens import Bearer
from tandem.errors import Unavailable
from tests.unit.connectors.stubs import CHICAGO, Shop, answer

Make = Callable[[Any], ClarityConnector]
SINCE = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


async def stored(connector: ClarityConnector, into: list[str]) -> None:
    """What a sweep would have stored, also when it fails on the way."""
    async for page in connector.changed("orders", since=SINCE):
        into.extend(record["orderId"] for record in page)


def filled(count: int, page_size: int) -> Shop:
    shop = Shop(page_size)
    for number in range(count):
        shop.touch(f"A{number:02}", f"2026-03-02T10:{number:02}:00")
    return shop


@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 30), cap=st.integers(1, 12))
async def test_case_024_a_store_that_gives_smaller_pages_than_asked_for_is_read_to_its_end(
    camel: Dialect, count: int, cap: int
) -> None:
    http = Http("Clarity", "http://shop.test", Bearer("t"), transport=httpx.MockTransport(filled(count, cap)))
    found: list[str] = []
    await stored(ClarityConnector(http, camel, CHICAGO), found)
    assert found == [f"A{number:02}" for number in range(count)]


@pytest.mark.parametrize("empty", [1, 2, 3])
async def test_case_024_an_empty_page_before_the_end_is_an_outage_and_not_the_end(store: Make, empty: int) -> None:
    shop, calls = filled(10, 4), 0

    def glitch(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        whole = shop(request)
        return answer(200, {**whole.json(), "items": []}) if calls == empty else whole

    found: list[str] = []
    with pytest.raises(Unavailable, match="came empty although"):
        await stored(store(glitch), found)
    assert found == [f"A{number:02}" for number in range(len(found))]
    assert len(found) < 10


@pytest.mark.parametrize(
    "body", ["<html>Bad gateway</html>", '{"items": [{"orderId": "A0', ""], ids=["page", "cut", "none"]
)
async def test_case_028_a_200_that_is_not_the_list_is_an_outage_and_not_the_end(store: Make, body: str) -> None:
    shop, calls = filled(10, 4), 0

    def glitch(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return httpx.Response(200, content=body.encode()) if calls == 2 else shop(request)

    found: list[str] = []
    with pytest.raises(Unavailable, match="something that is not JSON"):
        await stored(store(glitch), found)
    assert found == ["A00", "A01", "A02", "A03"]
