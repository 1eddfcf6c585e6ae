"""One crash test: everything up, load, kills, quiet, then the three databases are asked."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tandem.settings import Settings
from tests.crash import place
from tests.crash.company_side import company_findings, in_company
from tests.crash.customers import Customers
from tests.crash.findings import Finding, counted
from tests.crash.kills import WAIT, say
from tests.crash.quiet import Sides
from tests.crash.reading import Reader
from tests.crash.screens import Screens
from tests.crash.shop_side import accepted, shop_findings
from tests.crash.stock_side import back_ordered, stock_findings
from tests.crash.store_side import store_findings
from tests.crash.storm import PATIENCE, Storm

SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Crash:
    """What is asked for."""

    kills: int
    database: str
    seed: int
    rate: float
    victims: tuple[str, ...]
    home: Path


def crash(asked: Crash) -> dict[str, Any]:
    """The account of one run; folder and database are gone afterwards unless something was found."""
    account: dict[str, Any] = {}
    try:
        with place.database(asked.database) as url:
            now = place.settle_in(asked.home, store=url)
            account |= _run(asked, now)
            if not account["good"]:
                account["kept"] = [str(asked.home), url.rpartition("/")[2]]
                raise place.Found
    except place.Found:
        return account
    shutil.rmtree(asked.home)
    return account


def _run(asked: Crash, now: Settings) -> dict[str, Any]:
    began = time.monotonic()
    sides = Sides(
        shop=Reader(str(now.home / "sandbox.db")), store=Reader.of(now.store_url), company=Reader.of(now.company_url)
    )
    with place.everything(now) as supervisor, _shop(now) as customers:
        storm = Storm(
            now=now,
            supervisor=supervisor,
            customers=customers,
            screens=Screens(customers.http, sides.company, random.Random(asked.seed)),
            sides=sides,
            seed=asked.seed,
            rate=asked.rate,
            victims=asked.victims,
            log=asked.home / "kills.jsonl",
        )
        killed = storm.rage(asked.kills)
    findings = _findings(storm, sides, customers)
    for finding in findings[:SHOWN]:
        say(str(finding))
    account = {
        "database": asked.database,
        "seed": asked.seed,
        "kills": sum(killed.values()),
        "killed": dict(killed),
        **_counts(sides, customers),
        **_stock(storm, sides),
        **counted(findings),
        "storm_seconds": storm.seconds["storm"],
        "quiet_seconds": storm.seconds["quiet"],
        "seconds": round(time.monotonic() - began, 1),
        "findings": [str(finding) for finding in findings],
        "good": not findings,
    }
    say(
        f"{asked.database}, seed {asked.seed}: {account['kills']} kills; {account['lost']} lost of "
        f"{account['acknowledged']} acknowledged, {account['doubled']} doubled, {len(findings)} findings in all, "
        f"{account['seconds']:.0f} s"
    )
    return account


def _findings(storm: Storm, sides: Sides, customers: Customers) -> list[Finding]:
    """Everything that is not as it must be, over all three databases."""
    stuck = (Finding("stuck", name, f"{count} left after {PATIENCE:.0f} s") for name, count in storm.rest.items())
    return sorted(
        [
            *stuck,
            *(Finding("stuck", name, f"did not come back within {WAIT:.0f} s") for name in storm.absent),
            *company_findings(sides.company, customers.book, customers.registered),
            *shop_findings(sides.shop, sides.company, sides.store, customers.book),
            *store_findings(sides.store, sides.company, customers.book),
            *stock_findings(sides.shop, sides.company, sides.store, customers.book, storm.screens),
        ]
    )


def _counts(sides: Sides, customers: Customers) -> dict[str, int]:
    """How much went through: a test over nothing would find nothing."""
    return {
        "acknowledged": len(customers.book),
        "in_company": len(in_company(sides.company)),
        "steps": sum(said.steps for said in customers.book.values()),
        "shipments": sides.company.one("select count(distinct shipno) from soship"),
        "webhooks": len(accepted(sides.shop)),
        "calls": customers.calls["calls"],
        "cut": customers.calls["cut"],
    }


def _stock(storm: Storm, sides: Sides) -> dict[str, Any]:
    """How much became of stock."""
    return {
        "screens": dict(storm.screens.done),
        "sold_out": storm.customers.calls["sold out"],
        "back_ordered": len(back_ordered(sides.store)),
        "figures": sides.store.one("select count(*) from ledger where entity = 'stock' and state = 'APPLIED'"),
    }


@contextmanager
def _shop(now: Settings) -> Iterator[Customers]:
    headers = {"Authorization": f"Bearer {now.secret('clarity_token')}", "Content-Type": "application/json"}
    with httpx.Client(base_url=now.url_of("sandbox"), headers=headers, timeout=15) as http:
        customers = Customers(http)
        try:
            yield customers
        finally:
            customers.stopping.set()
