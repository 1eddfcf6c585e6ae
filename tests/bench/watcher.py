"""The watcher alone: what a pass costs, how that grows, how soon a change is posted.

For each size: a company with so many item-locations (two places an item), a tenth as many customers, open orders of
three lines for a twentieth of them. Processor time of a look at a company in which nothing was committed, of a fast
pass after 20 stamped changes, and of a full pass; then a real watcher process posts to a receiver that answers at once,
while 20 changes a second are committed as Sage Pro's screens do.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from tandem.gateway.company.company import Company, Policy
from tandem.gateway.company.create import create_company
from tandem.gateway.company.rows import insert_all
from tandem.gateway.watch.backlog import Backlog
from tandem.gateway.watch.kinds import KINDS
from tandem.gateway.watch.state import State
from tandem.gateway.watch.watcher import Rhythm, Watcher
from tandem.values import utc_now
from tests.bench.progress import say

ZONE = "America/Chicago"
SECRET = "whsec_" + "c2VjcmV0IG9mIHR3ZW50eS1mb3VyIGJ5dGVz"
PLACES = ("EAST", "MAIN")
SIZES = (1_000, 10_000, 100_000)
SECONDS = 20.0


def company_of(path: Path, size: int) -> Company:
    """A company with so many item-locations."""
    policy = Policy(company="01", zone=ZoneInfo(ZONE))
    create_company(f"sqlite:///{path}", policy)
    company = Company.connect(f"sqlite:///{path}", policy)
    tables, old = company.tables, {"adduser": "OLD", "adddate": utc_now().date().replace(year=2020), "addtime": "08:00"}
    items = [f"ITEM-{n:06}" for n in range(size // 2)]
    units = {"stkumid": "EA", "sunmsid": "EA", "sumfact": Decimal(1), "stkcode": "Y", "price": Decimal(5)}
    with company.write() as connection:
        insert_all(connection, tables.icitem, [{"item": i, "itmdesc": f"Item {i}", **units, **old} for i in items])
        rows = [{"item": i, "loctid": p, "lonhand": Decimal(50), **old} for i in items for p in PLACES]
        insert_all(connection, tables.iciloc, rows)
        customers = [{"custno": f"C{n:06}", "company": f"Customer {n}", **old} for n in range(size // 10)]
        insert_all(connection, tables.arcust, customers)
        orders = range(size // 20)
        insert_all(connection, tables.somast, [{"sono": str(n), "custno": "C000000", **old} for n in orders])
        lines = [
            {
                "sono": str(n),
                "tranlineno": line,
                "item": items[(7 * n + line) % len(items)],
                "loctid": PLACES[n % 2],
                "qtyord": Decimal(2),
                **old,
            }
            for n in orders
            for line in (1, 2, 3)
        ]
        insert_all(connection, tables.sotran, lines)
    return company


def change(company: Company, number: int, size: int) -> str:
    """One count at a screen; gives its key."""
    item, place = f"ITEM-{(number * 7919) % (size // 2):06}", PLACES[number % 2]
    now = utc_now().astimezone(ZoneInfo(ZONE))
    with company.write() as connection:
        connection.execute(
            text(
                "UPDATE iciloc SET lonhand = :n, lckuser = 'ANN', lckdate = :day, lcktime = :clock "
                "WHERE item = :item AND loctid = :place"
            ),
            {"n": f"{1000 + number}.0000", "day": f"{now:%Y-%m-%d}", "clock": f"{now:%H:%M:%S}", "item": item}
            | {"place": place},
        )
    return f"{item}|{place}"


def passes(folder: Path, company: Company, size: int) -> dict[str, Any]:
    """Processor time of each kind of pass, in milliseconds."""
    backlog, state = Backlog(utc_now), State(folder / "passes.db")
    watcher = Watcher(company, KINDS, state, backlog, rhythm=Rhythm())
    watcher.start()
    first = watcher.figures.last_full_cpu
    looks = [_cpu(watcher.look) for _ in range(200)]
    fast = []
    for turn in range(30):
        for n in range(20):
            change(company, turn * 20 + n, size)
        fast.append(_cpu(watcher.look))
    full = [_cpu(lambda: list(watcher.full_pass())) for _ in range(3)]
    figures = {
        "records": backlog.size,
        "idle_look_ms": round(statistics.median(looks) * 1000, 3),
        "fast_pass_ms": round(statistics.median(fast) * 1000, 2),
        "full_pass_ms": round(statistics.median(full) * 1000, 1),
        "first_pass_ms": round(first * 1000, 1),
        "noticed": watcher.figures.noticed,
    }
    watcher.close()
    state.close()
    return figures | {"state_mib": round((folder / "passes.db").stat().st_size / 2**20, 1)}


def _cpu(call: Any) -> float:
    began = time.thread_time()
    call()
    return time.thread_time() - began


class Receiver(ThreadingHTTPServer):
    """Answers at once and remembers when each key came last."""

    daemon_threads = True

    def __init__(self) -> None:
        self.came: dict[str, float] = {}
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    """One webhook."""

    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.came.setdefault(json.loads(body)["data"].get("Key", ""), time.monotonic())
        self.send_response(202)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def watching(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A watcher process over the company in this folder, from the moment at which it knows everything."""
    settings = {
        "TANDEM_HOME": str(folder),
        "TANDEM_SAGEPRO_ZONE": ZONE,
        "TANDEM_SAGEPRO_WEBHOOK_SECRETS": SECRET,
        "TANDEM_SAGEPRO_WEBHOOK_URL": url,
    }
    with (folder / "watcher.log").open("wb") as log:
        command = (sys.executable, "-m", "tandem", "serve", "watcher")
        process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
        try:
            while not (folder / "watch01.json").exists():
                if process.poll() is not None:
                    raise SystemExit((folder / "watcher.log").read_text())
                time.sleep(0.02)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def latency(folder: Path, company: Company, size: int, *, rate: float, seconds: float) -> dict[str, Any]:
    """From the commit of a change to its webhook, in milliseconds, at so many changes a second."""
    receiver = Receiver()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    with watching(folder, f"http://127.0.0.1:{receiver.server_port}/webhooks/sagepro") as process:
        cpu = _process_cpu(process.pid)
        began, committed = time.monotonic(), {}
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            key = change(company, 10_000 + number, size)
            committed.setdefault(key, time.monotonic())
        deadline = time.monotonic() + 30
        while committed.keys() - receiver.came.keys() and time.monotonic() < deadline:
            time.sleep(0.05)
        cpu = _process_cpu(process.pid) - cpu
        elapsed, memory = time.monotonic() - began, _memory_mib(process.pid)
    receiver.shutdown()
    taken = sorted(1000 * (receiver.came[key] - at) for key, at in committed.items() if key in receiver.came)
    at = {name: round(taken[min(len(taken) - 1, int(len(taken) * part))]) for name, part in PARTS.items()}
    return {"changes": len(committed), "posted": len(taken), **at, "cpu_share": round(cpu / elapsed, 3)} | memory


PARTS = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}


def _process_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mib(pid: int) -> dict[str, float]:
    """What the process holds now, and held at its largest."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        f"{name}_mib": round(int(lines[key].split()[0]) / 1024)
        for name, key in (("memory", "VmRSS"), ("peak", "VmHWM"))
    }


def measure(home: Path, *, rate: float) -> list[dict[str, Any]]:
    """The figures of each size, in a folder of its own."""
    found = []
    for size in SIZES:
        folder = home / str(size)
        folder.mkdir(parents=True)
        company = company_of(folder / "company01.db", size)
        try:
            figures = passes(folder, company, size) | latency(folder, company, size, rate=rate, seconds=SECONDS)
        finally:
            company.close()
        found.append({"item_locations": size, **figures})
        say(f"watcher: {found[-1]}")
    return found
