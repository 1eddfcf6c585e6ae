from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tandem.sandbox.faults import Board, Knobs
from tandem.sandbox.shop import Shop


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 16, 11, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


ADDRESS = {
    "firstName": "Ann", "lastName": "Archer", "address1": "1 Main Street", "city": "Springfield", "region": "IL",
    "postalCode": "62701", "country": "US",
}  # fmt: skip


def cart(*prices: str, **more: object) -> dict[str, object]:
    """A guest's order of one piece at each price."""
    lines = [{"sku": f"SKU-{n}", "name": f"Thing {n}", "unitPrice": p} for n, p in enumerate(prices, start=1)]
    return {"email": "ann@example.com", "shippingAddress": ADDRESS, "lines": lines} | more


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def shop(tmp_path: Path, board: Board, clock: Clock) -> Iterator[Shop]:
    made = Shop.open(
        tmp_path, zone=ZoneInfo("America/Chicago"), board=board, webhook_url="http://ingress.test/hook", clock=clock
    )
    yield made
    made.close()


def knobs(**given: object) -> Knobs:
    return Knobs.model_validate(given)


def dec(text: str) -> Decimal:
    return Decimal(text)
