"""The shop's webhooks on their way: dropped, delayed, doubled, swapped, stamped by a wrong clock, tried again."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import select

from tandem.sandbox.faults.knobs import SigningKnobs
from tandem.sandbox.shop import Shop
from tandem.sandbox.webhooks.schedule import next_due, pause_asked
from tandem.sandbox.webhooks.signing import signed
from tandem.sandbox.webhooks.tables import event
from tandem.values import utc_now
from tests.simulation.dice import Dice
from tests.simulation.network import Network
from tests.simulation.processes import NOBODY, Processes

URL = "http://127.0.0.1:8700/webhooks/clarity"


class Messenger:
    """Sends the events that the shop has committed; `acknowledged` are those that got a 2xx."""

    def __init__(self, seed: int, shop: Shop, network: Network, processes: Processes, secret: str) -> None:
        self.dice = Dice(seed, "messenger")
        self.shop = shop
        self.network = network
        self.processes = processes
        self.secret = secret
        self.acknowledged: dict[str, float] = {}
        self.sent = 0
        self.under_way = 0
        careless = network.weather.careless
        self.drops = self.dice.scale(0.005, 0.3) * careless
        self.delays = self.dice.scale(0.01, 0.4) * careless
        skew = self.dice.pick((0, self.dice.whole(-290, 290), self.dice.whole(-3000, 3000)))
        self.skew = skew if careless else 0
        self.wrong_from = self.dice.between(0, 0.6) * network.weather.calm
        self.wrong_until = self.wrong_from + self.dice.scale(1800, 100_000)
        self.tasks: set[asyncio.Task[None]] = set()

    def end(self) -> None:
        """Nothing is sent any more."""
        for task in self.tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            task.get_coro().close()  # type: ignore[union-attr]

    def collect(self) -> None:
        """The shop has committed something."""
        with self.shop.reading() as tx:
            asked = select(event).where(event.c.seq > self.sent).order_by(event.c.seq)
            rows = [dict(row) for row in tx.connection.execute(asked).mappings()]
        for row in rows:
            self.sent = row["seq"]
            self._plan(row)

    def _plan(self, row: dict[str, Any]) -> None:
        calm = asyncio.get_running_loop().time() >= self.network.weather.calm
        if not calm and self.dice.chance(self.drops):
            self._note("webhook dropped", row)
            return
        delay = self.dice.scale(0.01, 1)
        if not calm and self.dice.chance(self.delays):
            self._note("webhook delayed", row)
            delay = self.dice.scale(1, 7200)
        self._send_in(delay, row)
        if not calm and self.dice.chance(self.delays / 2):
            self._note("webhook doubled", row)
            self._send_in(delay + self.dice.scale(0.001, 600), row)

    def _note(self, what: str, row: dict[str, Any]) -> None:
        self.processes.count(what)
        self.processes.trace(f"{what}: {row['type']} {row['subject']}")

    def _send_in(self, delay: float, row: dict[str, Any]) -> None:
        self.under_way += 1
        task = asyncio.get_running_loop().create_task(self._deliver(delay, row), name="webhook", context=NOBODY.copy())
        self.tasks.add(task)
        task.add_done_callback(self._landed, context=NOBODY)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self.under_way -= 1
        task.result()

    async def _deliver(self, delay: float, row: dict[str, Any]) -> None:
        """As often as the schedule of the shop says."""
        attempts = 0
        while True:
            await asyncio.sleep(delay)
            pause = await self._attempt(row)
            attempts += 1
            if pause is None:
                return
            again = next_due(attempts, utc_now(), key=row["event_id"], scale=Decimal(1), retry_after=pause or None)
            if again is None:
                self._note("webhook given up", row)
                return
            delay = (again - utc_now()).total_seconds()

    async def _attempt(self, row: dict[str, Any]) -> float | None:
        """One try; None when it was taken, else the pause that was asked for."""
        now = utc_now()
        wrong = self.wrong_from <= asyncio.get_running_loop().time() < self.wrong_until
        skewed = SigningKnobs(skew_seconds=self.skew if wrong else 0)
        body, headers = signed(row["body"], row["event_id"], now, (self.secret,), skewed)
        try:
            answer = await self.network.carry(httpx.Request("POST", URL, content=body, headers=headers))
        except httpx.TransportError:
            return 0.0
        self.processes.trace(f"webhook {row['event_id']} {row['type']} {row['subject']}: {answer.status_code}")
        self.processes.count(f"webhook answered {answer.status_code}")
        if answer.is_success:
            self.acknowledged.setdefault(row["event_id"], now.timestamp())
            return None
        return pause_asked(answer.status_code, answer.headers, now) or 0.0


def skew_of(dice: Dice) -> timedelta:
    """How far a system's clock is off."""
    return timedelta(seconds=dice.pick((0, 0, dice.whole(-240, 240))))
