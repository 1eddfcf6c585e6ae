"""The stand-in in this process, and the real thing in a process of its own."""

import base64
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tandem.sandbox.app import StandIn, create_app
from tandem.settings import Settings
from tandem.values import dumps, loads
from tests import ports

TOKEN = "shop-token"
CURRENT, PREVIOUS = ("whsec_" + base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


def settings_in(home: Path, **more: Any) -> Settings:
    return Settings(_env_file=None, home=home, clarity_token=SecretStr(TOKEN), clarity_zone="America/Chicago", **more)


class Client:
    """Calls the stand-in and reads its JSON exactly."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        content = None if body is None else dumps(body)
        answer = await self.http.request(method, path, content=content, **more)
        return answer.status_code, loads(answer.content)

    async def get(self, path: str, **params: Any) -> Any:
        status, body = await self.call("GET", path, params=params)
        assert status == 200, body
        return body

    async def post(self, path: str, body: Any = None) -> Any:
        status, answer = await self.call("POST", path, body)
        assert status in (200, 201, 202), answer
        return answer

    async def faults(self, **knobs: Any) -> None:
        status, answer = await self.call("PUT", "/sandbox/faults", knobs)
        assert status == 200, answer


@pytest.fixture
def app(tmp_path: Path) -> Iterator[StandIn]:
    made = create_app(settings_in(tmp_path))
    yield made
    made.state.shop.close()


@pytest.fixture
async def client(app: StandIn) -> AsyncIterator[Client]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=AUTHORISED) as http:
        yield Client(http)


SERVE = """
from pathlib import Path
import sys
from pydantic import SecretStr
from tandem.sandbox.app import serve
from tandem.settings import Settings
home, token, secrets, base = sys.argv[1:]
serve(Settings(_env_file=None, home=Path(home), clarity_token=SecretStr(token), clarity_zone="America/Chicago",
               clarity_webhook_secrets=SecretStr(secrets), port_base=int(base)))
"""


class Served:
    """A stand-in in its own process; it can be killed and started again over the same folder.

    Its webhooks go to a port on which nobody listens, and nobody will.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.base = ports.kept(3)
        self.url = f"http://127.0.0.1:{self.base + 2}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = [str(self.home), TOKEN, f"{CURRENT},{PREVIOUS}", str(self.base)]
        self.process = subprocess.Popen([sys.executable, "-c", SERVE, *arguments], env=os.environ | {"PYTHONPATH": "."})
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.process.poll() is None, "the stand-in did not start"
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.base + 2)):
                return
            time.sleep(0.05)
        raise AssertionError("the stand-in did not answer in 60 s")

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        return self.process.wait(timeout=15)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("served"))
    made.start()
    yield made
    if made.process and made.process.poll() is None:
        made.stop()


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(served: Served) -> Iterator[Ask]:
    with httpx.Client(base_url=served.url, headers=AUTHORISED, timeout=10) as http:

        def request(method: str, path: str, body: Any = None) -> httpx.Response:
            return http.request(method, path, content=None if body is None else dumps(body))

        yield request
        http.request("DELETE", "/sandbox/faults")
