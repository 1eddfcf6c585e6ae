"""A live run that is told to end: a process of its own, a real signal, and what is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from prefect.settings import get_current_settings

from tandem.entities.state import State
from tests.flows.stack import ROOT, Stack

RUN = """
import asyncio
from flows import pipeline
from flows.order_to_fulfillment import Options, order_to_fulfillment

pipeline.STOP_SECONDS = {patience}
print(asyncio.run(order_to_fulfillment(Options(live=True))))
"""


class Held:
    """ASGI middleware: a write arrives, is committed if it may be, and its answer waits until it is let go."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.arrived = 0
        self.on = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not (self.on and scope["type"] == "http" and scope["method"] == "POST"):
            await self.app(scope, receive, send)
            return

        async def never(_message: Any) -> None:
            return

        await self.app(scope, receive, never)
        self.arrived += 1
        while (await receive())["type"] != "http.disconnect":
            pass


def until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait for a condition, but not for ever, and not for a process that has ended."""
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()[1][-2000:]
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def drain(line: Stack, *, patience: float = 8.0) -> Iterator[subprocess.Popen[str]]:
    """A live run in a process of its own; it is in the register when the block begins."""
    settings = get_current_settings().to_environment_variables(exclude_unset=True)
    process = subprocess.Popen(
        [sys.executable, "-c", RUN.format(patience=patience)],
        env={**os.environ, **settings, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: line.store.drains.up(datetime.now(UTC), "main"), process)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_told_to_end_a_run_finishes_reports_and_leaves(line: Stack) -> None:
    order = line.order()["orderId"]
    line.event("order.created", order)
    with drain(line) as process:
        until(lambda: line.rows("somast"), process)
        process.send_signal(signal.SIGTERM)
        printed, said = process.communicate(timeout=60)
        assert process.returncode == 0, said[-2000:]
        assert "'order APPLIED': 1" in printed
    assert line.store.drains.up(datetime.now(UTC), "main") == []
    assert line.store.status().leased == 0
    assert line.record("order", order).state is State.APPLIED


async def test_case_049_told_to_end_in_the_middle_of_a_write_the_effect_is_once(line: Stack) -> None:
    """The answer does not come in time: the records go back, an attempt is counted, and the next run looks first."""
    await line.run()
    held = Held(line.cut.app)
    line.cut.app = held
    order = line.order()["orderId"]
    line.event("order.created", order)
    held.on = True
    with drain(line, patience=0.2) as process:
        until(lambda: held.arrived, process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said[-2000:]
    held.on = False
    assert line.store.drains.up(datetime.now(UTC), "main") == []
    assert line.store.status().leased == 0, "nobody has to wait for a lease to run out"
    await line.run()
    await line.run()
    assert line.record("order", order).state is State.APPLIED
    assert len(line.rows("somast")) == 1


async def test_case_049_a_run_that_is_killed_leaves_leases_that_run_out(line: Stack) -> None:
    held = Held(line.cut.app)
    line.cut.app = held
    order = line.order()["orderId"]
    line.event("order.created", order)
    held.on = True
    with drain(line) as process:
        until(lambda: held.arrived, process)
        process.kill()
        process.wait()
    held.on = False
    assert line.store.status().leased > 0
    assert await line.run() == {}, "the lease is still another's"
    line.make_due()
    for _ in range(3):
        await line.run()
        line.make_due()
    assert line.record("order", order).state is State.APPLIED
    assert len(line.rows("somast")) == 1
    assert len(line.rows("arcust")) == 1
