"""A token that runs out under several workers: each process renews it once, and the run goes on."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tandem.connectors.clarity import ClarityConnector
from tests.unit.connectors.stubs import Handler, answer

Make = Callable[[Handler], ClarityConnector]


class Shop:
    """Hands out short-lived tokens beside each other; all run out when it says so."""

    def __init__(self) -> None:
        self.valid: set[str] = set()
        self.renewals = 0
        self.served = 0
        self.refused = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        shown = request.headers["Authorization"].removeprefix("Bearer ")
        if request.url.path == "/api/v1/auth/token":
            self.renewals += 1
            self.valid.add(f"token-{self.renewals}")
            return answer(200, {"accessToken": f"token-{self.renewals}", "expiresIn": 60})
        if shown not in self.valid:
            self.refused += 1
            return answer(401, {"code": "token-expired"})
        self.served += 1
        return answer(200, {"orderId": request.url.path.rsplit("/", 1)[1]})


async def worker(connector: ClarityConnector, number: int) -> list[object]:
    return [(await connector.read("orders", [f"{number}-{n}"]))[f"{number}-{n}"] for n in range(5)]


@pytest.mark.parametrize("processes", [1, 2, 4])
async def test_case_030_four_workers_renew_a_token_once_for_each_process_and_all_go_on(
    store: Make, processes: int
) -> None:
    shop = Shop()
    connectors = [store(shop) for _ in range(processes)]
    for renewals in (processes, 2 * processes):
        shop.valid.clear()
        before = shop.refused
        got = await asyncio.gather(*(worker(connectors[n % processes], n) for n in range(4)))
        assert got == [[{"orderId": f"{n}-{m}"} for m in range(5)] for n in range(4)]
        assert shop.renewals == renewals
        assert shop.refused - before <= 4, "each worker is told once, none again"
    assert shop.served == 2 * 4 * 5
