"""The gateway is killed and kept away for five real minutes while orders come in, under real processes."""

import json
import os
import signal
import socket
import sqlite3
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dotenv import dotenv_values

from .conftest import START, Tandem, alive, until

OUTAGE = float(os.environ.get("TANDEM_TEST_OUTAGE_SECONDS", "300"))
"""Seconds for which the gateway stays away; less than 150 are too few for an alert."""

BEAT = 1.0
"""Seconds between two orders while the gateway is away."""

CUSTOMERS = ("ann", "ben", "cora", "dan", "eve", "fay")
RATE = 20


@dataclass
class Town:
    """A running Tandem, its customers, and what they ordered in which order."""

    tandem: Tandem
    placed: list[tuple[str, str]] = field(default_factory=list)
    began: datetime | None = None

    @property
    def home(self) -> Path:
        return self.tandem.home

    def call(self, path: str, body: object) -> dict:
        token = dotenv_values(self.home / "embedded.env")["TANDEM_CLARITY_TOKEN"]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{self.tandem.base + 2}/sandbox/{path}"
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=60) as got:
            return json.load(got)

    def order(self) -> None:
        """The next customer orders one mug."""
        customer = CUSTOMERS[len(self.placed) % len(CUSTOMERS)]
        form = {"email": f"{customer}@example.com", "lines": [{"sku": "MUG"}], "shippingAddress": ADDRESS}
        (order,) = self.call("orders/bulk", {"orders": [form | {"billingAddress": ADDRESS}]})["orders"]
        self.placed.append((customer, order["orderId"]))

    def rows(self, file: str, statement: str) -> list[tuple]:
        """A database as SQLite alone reads it."""
        with closing(sqlite3.connect(f"file:{self.home / file}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(statement).fetchall()

    def written(self) -> list[str]:
        return [key.strip() for (key,) in self.rows("company01.db", "select extid from tdorder order by rowid")]

    def status(self) -> dict:
        done = self.tandem.run("status", "--json", TANDEM_HOME=str(self.home))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


ADDRESS = {
    "firstName": "Ann",
    "lastName": "Example",
    "address1": "1 Main Street",
    "city": "Springfield",
    "region": "IL",
    "postalCode": "62701",
    "country": "US",
}


def kill_gateway(home: Path) -> None:
    """`kill -9` of the one gateway that was started for this folder."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"TANDEM_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0")
            if ours and b"serve\0gateway" in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue


def squat(port: int) -> socket.socket:
    """Takes the port without listening: who calls is refused, and the supervisor's new gateway cannot have it."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def bound() -> bool:
        try:
            taken.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

    until(bound, f"port {port}", 30)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # from here on nobody shares it
    return taken


@pytest.fixture(scope="module")
def town(place):
    """All is over: the gateway was away, orders came, it is back, and what waited has had its time."""
    town = Town(Tandem(place / "town"))
    town.home.mkdir()
    started = town.tandem.start("up", TANDEM_HOME=str(town.home), TANDEM_SAGEPRO_RATE=str(RATE))
    try:
        until(lambda: "prefect  " in town.tandem.said() or started.poll() is not None, "everything up", START)
        assert started.poll() is None, town.tandem.said()[-3000:]
        town.call("products", {"products": [{"sku": "MUG", "name": "Mug", "unitPrice": "4.50"}]})
        town.call("warehouse/items", [{"item": "MUG", "name": "Mug", "price": "4.50", "stock": "10000"}])
        for _ in CUSTOMERS:
            town.order()
        until(lambda: len(town.written()) == len(CUSTOMERS), "orders before the outage", 240)
        stay_away(town)
        until(lambda: len(town.written()) >= len(town.placed), "what waited", 900)
        until(lambda: not town.status()["away"], "the end of the outage", 120)
        yield town
    finally:
        town.tandem.end()
    assert alive(town.home) == []


def stay_away(town: Town) -> None:
    """The gateway dies and stays away while an order comes every second."""
    town.began = datetime.now(UTC)
    back = time.monotonic() + OUTAGE
    kill_gateway(town.home)
    with closing(squat(town.tandem.base + 1)):
        while time.monotonic() < back:
            town.order()
            time.sleep(BEAT)  # the pace of the shop, which is what this is about
        (away,) = town.status()["away"]
        assert away["system"] == "sagepro"
        assert len(town.written()) == len(CUSTOMERS)


def test_case_040_nothing_is_lost_or_doubled(town):
    assert sorted(town.written()) == sorted(key for _, key in town.placed)
    status = town.status()
    assert status["records"]["main"]["order"] == {"APPLIED": len(town.placed)}
    assert (status["open_letters"], status["postponed"], status["leased"]) == (0, 0, 0)


def test_case_040_each_customers_orders_went_through_the_oldest_first(town):
    written = town.written()
    for customer in CUSTOMERS:
        mine = [key for whose, key in town.placed if whose == customer]
        assert [key for key in written if key in mine] == mine


def test_case_040_the_outage_was_one_alert_in_time_and_one_word_at_its_end(town):
    if OUTAGE < 150:
        pytest.skip("an outage this short is no news")
    alerts = town.rows("tandem.db", "select title, count, created_at from alerts order by id")
    assert [(title, count) for title, count, _ in alerts] == [("Sage Pro is away", 1), ("Sage Pro is back", 1)]
    assert datetime.fromisoformat(alerts[0][2]) - town.began < timedelta(minutes=15)


def test_case_040_no_attempt_was_counted_against_what_waited(town):
    passes = "select entity, key, count(*) from ledger where state in ('RETRY', 'DEAD') group by entity, key"
    assert town.rows("tandem.db", passes) == []


def test_every_call_to_the_gateway_was_counted_against_its_rate(town):
    ((arrival,),) = town.rows("tandem.db", "select arrival from budgets where system = 'sagepro'")
    assert arrival / 1_000_000 > town.began.timestamp()
