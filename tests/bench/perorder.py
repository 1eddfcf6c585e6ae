"""Asks for a flow run per order, as a webhook handler would, and waits for what they write."""

from __future__ import annotations

import sys
import time
from typing import Any

from tandem.cli import environment
from tests.bench.api import call
from tests.bench.figures import rounded
from tests.bench.progress import say
from tests.bench.stack import Stack, until
from tests.bench.watch import Commits

NAME = "sync-order/per-order"
PATIENCE = 300.0


def per_order(running: Stack, orders: list[tuple[str, bytes]], commits: Commits) -> float:
    """Orders a second, from the first run asked for to the last order committed; all are asked for at once."""
    words = ("-m", "prefect", "deploy", "--prefect-file", "tests/bench/prefect.yaml", "--all", "--no-prompt")
    running.supervisor.run("deploy-per-order", (sys.executable, *words))
    api = f"{environment.prefect_url(running.settings)}/api"
    deployment = call(f"{api}/deployments/name/{NAME}", method="GET")["id"]
    before, began = len(commits.seen), time.monotonic()
    runs = [_ask(api, deployment, {"order_id": key}) for key, _ in orders]
    commits.wait(before + len(orders), patience=PATIENCE)
    seconds = max(commits.seen[key] for key, _ in orders) - began
    until(lambda: all(_over(api, run) for run in runs), "the end of the flow runs per order")
    say(f"a flow run per order: {len(orders) / seconds:.3f} orders/s")
    return rounded(len(orders) / seconds)


def ask(running: Stack, name: str, parameters: dict[str, Any]) -> str:
    """Ask for a run of a deployment; gives its id."""
    api = f"{environment.prefect_url(running.settings)}/api"
    return _ask(api, call(f"{api}/deployments/name/{name}", method="GET")["id"], parameters)


def _ask(api: str, deployment: str, parameters: dict[str, Any]) -> str:
    body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
    return str(call(f"{api}/deployments/{deployment}/create_flow_run", body)["id"])


def _over(api: str, run: str) -> bool:
    state = call(f"{api}/flow_runs/{run}", method="GET")["state"]["type"]
    if state in ("FAILED", "CRASHED", "CANCELLED"):
        raise RuntimeError(f"flow run {run} ended as {state}")
    return bool(state == "COMPLETED")
