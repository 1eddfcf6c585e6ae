"""The real code, rebound: tasks without Prefect, clocks without waiting, no threads, doors that can be shut.

Everything is undone at the end, so that other tests of the same process are left alone.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import anyio.to_thread
import httpx._client
import prefect
from prefect import Task, get_run_logger

import flows.backfill
import flows.drain
import flows.live
import tandem.connectors.sagepro
import tandem.ingress.app
import tandem.ingress.committer
import tandem.ingress.waker
import tandem.line.connection
from tandem import dispatch
from tandem.settings import settings as real_settings
from tests.simulation.doors import doors
from tests.simulation.hands import watched
from tests.simulation.network import Wire
from tests.simulation.plants import plant
from tests.simulation.receiver import InlineCommitter, InlineWaker
from tests.simulation.shortcuts import shortcuts
from tests.simulation.stand_ins import Heard, PassThrough, RunName, plain
from tests.simulation.watching import unhurried


@contextmanager
def rebound(world: Any) -> Iterator[None]:
    """All of it, for the length of a block; `world` is the simulated one."""
    with ExitStack() as stack:

        def put(owner: Any, name: str, value: Any) -> None:
            stack.enter_context(patch.object(owner, name, value))

        _modules(put, world)
        _threads(put)
        doors(put, world)
        _logs(put, world)
        put(httpx._client, "AsyncHTTPTransport", Wire)
        put(Wire, "network", world.network)
        put(tandem.line.connection, "Gate", PassThrough)
        shortcuts(put, world)
        for module in (flows.drain, flows.live):
            put(module, "LOOK_SECONDS", world.look_seconds)
        put(tandem.connectors.sagepro, "PAGE", str(world.page_size))
        put(dispatch, "start", world.conductor.start)
        put(dispatch, "wake", world.conductor.woken)
        put(tandem.ingress.app, "Committer", InlineCommitter)
        put(tandem.ingress.app, "Waker", InlineWaker)
        unhurried(put)
        watched(put, world.fail)
        if world.planted:
            plant(put, world.planted)
        yield


def _watches(put: Callable[[Any, str, Any], None], module: ModuleType, now: Callable[[], float]) -> None:
    """Data classes whose fields took the real clock when the class was made."""
    for name, kind in list(vars(module).items()):
        fields = getattr(kind, "__dataclass_fields__", {}) if isinstance(kind, type) else {}
        clocks = [field for field, of in fields.items() if of.default_factory is time.monotonic]
        if clocks:
            put(module, name, lambda kind=kind, clocks=clocks, **given: kind(**(dict.fromkeys(clocks, now()) | given)))


def _modules(put: Callable[[Any, str, Any], None], world: Any) -> None:
    """Tasks to plain coroutines, clocks to the virtual one, settings to those of the world."""
    clock, tasks = world.clock.time_module(), {}
    logger = logging.getLogger("tandem.simulated")
    for name, module in sorted(sys.modules.items()):
        if not isinstance(module, ModuleType) or name.split(".")[0] not in ("flows", "tasks", "tandem"):
            continue
        if name.startswith("tandem.cli"):
            continue
        _watches(put, module, clock.monotonic)
        for attribute, value in list(vars(module).items()):
            if isinstance(value, Task):
                put(module, attribute, tasks.setdefault(id(value), plain(value, world.dice)))
            elif value is get_run_logger:
                put(module, attribute, lambda: logger)
            elif value is prefect.runtime:
                put(module, attribute, SimpleNamespace(flow_run=RunName()))
            elif value is time:
                put(module, attribute, clock)
            elif value is real_settings:
                put(module, attribute, lambda: world.settings)
            elif attribute.startswith("acreate_"):
                put(module, attribute, _nothing)


def _logs(put: Callable[[Any, str, Any], None], world: Any) -> None:
    heard = Heard(world)
    for name in ("tandem", "flows"):
        logger = logging.getLogger(name)
        put(logger, "handlers", [heard])
        put(logger, "propagate", False)
        put(logger, "level", logging.INFO)


async def _nothing(*_: Any, **__: Any) -> None:
    return None


def _threads(put: Callable[[Any, str, Any], None]) -> None:
    async def run_sync(call: Callable[..., Any], *arguments: Any, **_options: Any) -> Any:
        await asyncio.sleep(0)
        result = call(*arguments)
        await asyncio.sleep(0)
        return result

    async def to_thread(call: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
        await asyncio.sleep(0)
        return call(*arguments, **options)

    put(anyio.to_thread, "run_sync", run_sync)
    put(asyncio, "to_thread", to_thread)
