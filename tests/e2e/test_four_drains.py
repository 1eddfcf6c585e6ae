"""Four drains in four processes on one PostgreSQL: nothing doubled, nothing lost, each key in order."""

import json
import os
import subprocess
import sys

import pytest

from .conftest import ROOT

ORDERS, DRAINS, HOT, EVENTS = 300, 4, 5, 20
BATCH = 10
"""Small, so that there is something to take for each of them."""


@pytest.fixture(scope="module")
def account(tmp_path_factory, pytestconfig):
    """What the race came to; checked by plain SQL on the databases, see tests/crash.

    Who took how much and how fast it went is told and not judged: that is up to the machine and what else it does.
    """
    if not os.environ.get("TANDEM_TEST_POSTGRES_URL"):
        pytest.skip("TANDEM_TEST_POSTGRES_URL names no PostgreSQL server")
    home = tmp_path_factory.mktemp("drains") / "home"
    size = [
        "--orders",
        str(ORDERS),
        "--drains",
        str(DRAINS),
        "--hot",
        str(HOT),
        "--events",
        str(EVENTS),
        "--batch",
        str(BATCH),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.drains", "--no-compare", *size, "--home", str(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.stdout.strip(), done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    told = {name: found[name] for name in ("throughput", "by_drain", "wandered", "settled_seconds")}
    pytestconfig.get_terminal_writer().line(f"\nfour drains, {ORDERS} orders: {told}")
    return found


def test_case_002_four_drains_lose_and_double_nothing(account):
    assert account["findings"] == []
    assert account["orders"] == account["in_company"] == ORDERS
    assert (account["lost"], account["doubled"]) == (0, 0)


def test_there_was_more_than_one_hand(account):
    assert len(account["by_drain"]) > 1


def test_keys_with_many_events_went_through_in_order(account):
    assert account["hot"] == HOT
    assert account["events"] >= ORDERS + HOT * (EVENTS - 1)
    assert account["changes"] >= HOT
    assert [one for one in account["findings"] if one.startswith(("order:", "check:"))] == []
