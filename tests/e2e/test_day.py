"""The demo's day, with the gateway stopped for a minute in the middle, and what a browser shows of it."""

import json
import os
import shutil
import sqlite3
import subprocess
import urllib.request
from contextlib import closing
from decimal import Decimal

import pytest

from .conftest import START, Tandem, alive, until

OUTAGE = "60"


@pytest.fixture(scope="module")
def day(place):
    """The day is over and everything still runs, to be looked at; afterwards it is ended as a person would."""
    tandem = Tandem(place / "day")
    started = tandem.start(
        "demo", "--home", str(tandem.home), "--interrupt-gateway", OUTAGE, "--stay", "--json", "--patience", "300"
    )
    try:
        until(lambda: "all is over" in tandem.said() or started.poll() is not None, "the day", START + 600)
        assert started.poll() is None, tandem.said()[-3000:]
        yield tandem
    finally:
        code = tandem.end()
    assert code == 0
    assert alive(tandem.home) == []


def ask(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_every_order_went_through_a_flow_run_whose_tasks_and_artifacts_are_kept(day):
    runs = ask(f"{day.prefect}/api/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}})
    assert runs or ask(f"{day.prefect}/api/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}})
    tasks = ask(f"{day.prefect}/api/task_runs/filter", {"limit": 200})
    names = {task["name"].split()[0] for task in tasks}
    assert {"extract", "validate", "transform", "load", "settle"} <= names
    artifacts = ask(f"{day.prefect}/api/artifacts/latest/filter", {})
    assert {artifact["key"] for artifact in artifacts} >= {"tandem-main-tally", "tandem-main-failures"}


def test_the_sweep_is_scheduled(day):
    scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    until(lambda: ask(f"{day.prefect}/api/flow_runs/filter", scheduled), "a scheduled sweep", 150)


def browse(tmp_path, *options):
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("CI"):
        pytest.skip("no chromium on this machine")
    assert chromium, "the pages can only be tested with chromium"
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=30000", *options],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    return done.stdout


def test_the_prefect_pages_show_runs_and_failures(day, tmp_path):
    page = browse(tmp_path, "--dump-dom", f"{day.prefect}/deployments")
    assert "order-to-fulfillment" in page
    page = browse(tmp_path, "--dump-dom", f"{day.prefect}/artifacts")
    assert "tandem-main-failures" in page


def test_data_docs_open_in_a_browser(day, tmp_path):
    index = day.home / "gx" / "uncommitted" / "data_docs" / "tandem" / "index.html"
    page = browse(tmp_path, "--dump-dom", f"file://{index}")
    assert "order.inbound" in page
    assert "order.outbound" in page


def test_status_and_reconcile_say_the_same_from_another_terminal(day):
    here = {"TANDEM_HOME": str(day.home)}
    status = json.loads(day.run("status", "--json", **here).stdout)
    assert status["open_letters"] == 12
    done = day.run("reconcile", "--json", **here)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["count"] == 0


def printed_facts(day):
    return json.loads(day.printed(), parse_float=Decimal)


def test_the_stock_story_adds_up_and_nothing_was_oversold(day):
    until(lambda: day.printed().strip(), "the facts", 60)
    stock = printed_facts(day)["stock"]
    assert stock["adds_up"], stock["flaws"]
    found = {row["item"]: row for row in stock["items"]}
    assert set(found) == {"KETTLE", "LANTERN", "TEAPOT"}
    for row in found.values():
        moved = row["received"] - row["shipped"] - row["counter"] + row["corrected"]
        assert row["opening"] + moved == row["closing"], row
        free = row["closing"] - max(row["allocated"], row["open_orders"]) - row["demand"]
        assert max(free, 0) == row["published"], row
        assert row["shipped"] + row["open_orders"] + row["demand"] == row["sold"], row
    assert (found["KETTLE"]["received"], found["KETTLE"]["counter"], found["KETTLE"]["corrected"]) == (12, 2, -1)
    assert (found["LANTERN"]["sold"], found["LANTERN"]["counter"], found["LANTERN"]["closing"]) == (3, 1, 0)
    assert (found["TEAPOT"]["sold"], found["TEAPOT"]["shipped"], found["TEAPOT"]["open_orders"]) == (2, 1, 1)
    oversell = stock["oversell"]
    assert oversell["refused"]
    assert (oversell["free_in_sagepro"], oversell["demand"], oversell["published"]) == (3, 3, 0)
    assert oversell["would_be_oversold"] == 1
    assert len(stock["back_order"]["notes"]) == 1
    assert stock["late_message"]["state"] == "STALE"


def test_both_systems_hold_what_the_story_says(day):
    """By queries of the test's own: the company's table and the shop's, nothing of the demo's code."""
    with closing(sqlite3.connect(day.home / "company01.db")) as company:
        on_hand = dict(
            company.execute("select item, lonhand from iciloc where item in ('KETTLE', 'LANTERN', 'TEAPOT')")
        )
    with closing(sqlite3.connect(day.home / "sandbox.db")) as shop:
        shown = [json.loads(body) for (body,) in shop.execute("select body from inventory")]
    offered = {level["sku"]: level["available"] for level in shown if level["sku"] in on_hand}
    assert {item: Decimal(quantity) for item, quantity in on_hand.items()} == {"KETTLE": 12, "LANTERN": 0, "TEAPOT": 0}
    assert offered == {"KETTLE": 12, "LANTERN": 0, "TEAPOT": 0}


def test_all_stock_of_both_systems_is_in_step_afterwards(day):
    done = day.run("reconcile", "stock", "--json", TANDEM_HOME=str(day.home))
    facts = json.loads(done.stdout)
    assert facts["compared"] > 50
    assert (done.returncode, facts["differing"]) == (0, 0), facts["largest"]


def test_the_day_ends_as_if_the_gateway_had_never_been_away(day):
    said = day.said()
    assert "the gateway is stopped for 60 s" in said
    assert "the gateway is up again" in said
    status = json.loads(day.run("status", "--json", TANDEM_HOME=str(day.home)).stdout)
    assert status["records"]["main"]["order"] == {"APPLIED": 192, "DEAD": 1, "HELD": 11, "SKIPPED": 1}
