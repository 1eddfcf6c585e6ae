"""The receiver on a real socket, and killed in the middle of its work."""

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from tandem.ingress import create_app, from_settings
from tandem.settings import settings as current_settings
from tandem.store import Store
from tandem.values import utc_now
from tests.contract.ingress.conftest import SECRET, Sender, settings
from tests.unit.store.conftest import KINDS, scratch_database

CHILD = """
import socket, sys, uvicorn
from tandem.ingress import create_app
from tandem.settings import Settings
from tandem.store import Store
app = create_app(Settings(_env_file=None), Store.open(sys.argv[1]))
listener = socket.socket(fileno=int(sys.argv[2]))
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
"""


def listening() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """The receiver in a thread of this process."""
    app = create_app(settings(), store)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    listener = listening()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


async def deliver(address: str, store: Store, keys: list[str], seconds: list[float] | None = None) -> list[str]:
    """Sends an order each, twenty at a time; the keys that were acknowledged, and how long each took."""
    acknowledged: list[str] = []
    waiting = iter(keys)
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        sender = Sender(client, store, None, now=utc_now())

        async def work() -> None:
            for key in waiting:
                raw = json.dumps({"type": "order.created", "data": {"orderId": key}}).encode()
                asked = time.perf_counter()
                try:
                    answer = await sender.post(raw, sender.headers(raw, id=f"msg_{key}"))
                except httpx.TransportError:
                    return
                if answer.is_success:
                    acknowledged.append(key)
                    if seconds is not None:
                        seconds.append(time.perf_counter() - asked)

        await asyncio.gather(*(work() for _ in range(20)))
    return acknowledged


def stored(store: Store) -> set[str]:
    return {record.key for record in store.ledger.records("main", "order", limit=10_000)}


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store's address on either database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        with scratch_database() as address:
            yield address


async def test_case_019_two_thousand_at_once_are_all_stored(url: str) -> None:
    """None is refused and none is lost; the times are printed and not judged, for the machine may be busy."""
    store = Store.open(url)
    keys = [str(n) for n in range(2000)]
    seconds: list[float] = []
    with serving(store) as address:
        started = time.perf_counter()
        assert sorted(await deliver(address, store, keys, seconds)) == sorted(keys)
        taken = time.perf_counter() - started
    print(f"2000 events in {taken:.1f} s, p99 {statistics.quantiles(seconds, n=100)[98] * 1000:.0f} ms")  # noqa: T201 - for whoever looks
    assert stored(store) == set(keys)
    assert store.inbox.waiting("main") == 2000
    assert store.counters.all() == {}, "nothing refused, nothing doubled"
    store.close()


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = Store.open(url)
    listener = listening()
    root = str(Path(sys.modules["tandem"].__path__[0]).parent)
    environment = {**os.environ, "PYTHONPATH": root, "TANDEM_CLARITY_WEBHOOK_SECRETS": SECRET}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(listener.fileno())],
        env=environment,
        cwd=tmp_path,
        pass_fds=[listener.fileno()],
    )
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    delivering = asyncio.create_task(deliver(address, store, [str(n) for n in range(5000)]))
    async with asyncio.timeout(60):
        while len(stored(store)) < 50:
            await asyncio.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    acknowledged = await delivering
    assert 50 <= len(acknowledged) < 5000
    assert set(acknowledged) <= stored(store)
    assert store.inbox.waiting("main") == len(stored(store)), "every record is either queued or not there at all"
    store.close()


async def test_the_receiver_is_made_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TANDEM_CLARITY_WEBHOOK_SECRETS", SECRET)
    current_settings.cache_clear()
    app = from_settings()
    current_settings.cache_clear()
    assert (tmp_path / "home" / "tandem.db").exists()
    async with app.router.lifespan_context(app):
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingress")
        async with client:
            assert (await client.get("/health")).status_code == 200
            assert (await client.post("/webhooks/clarity", content=b"{}")).status_code == 401
            assert (await client.post("/webhooks/sagepro", content=b"{}")).status_code == 404
