"""The network between the processes: requests that are lost, cut, doubled, late, refused, or simply arrive."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from tests.simulation.dice import Dice
from tests.simulation.figures import SERVED
from tests.simulation.monitor import Monitor
from tests.simulation.processes import CURRENT, NOBODY, Processes, point
from tests.simulation.refusals import TIMEOUT, away, refused
from tests.simulation.server import Server
from tests.simulation.weather import Weather

Seen = Callable[[httpx.Request, bytes, httpx.Response, str], None]


class Network:
    """Carries requests to servers by their port."""

    def __init__(self, seed: int, weather: Weather, processes: Processes, seen: Seen, monitor: Monitor) -> None:
        self.dice = Dice(seed, "network")
        self.weather = weather
        self.processes = processes
        self.servers: dict[int, Server] = {}
        self.seen = seen
        self.monitor = monitor

    async def carry(self, request: httpx.Request) -> httpx.Response:
        """One request to its server and the answer back, or an error of httpx.

        Raises:
            httpx.TransportError: as the network and the weather will have it.
        """
        point("before it sends a request")
        server = self.servers[request.url.port or 80]
        body = await request.aread()
        created = self.monitor.departs(request, body)
        try:
            response = await self._carry(server, request, body)
            point("when an answer has come")
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise
        except BaseException as error:
            self.monitor.lost(created, type(error).__name__)
            raise
        self.monitor.arrives(request, response, created)
        response.request = request
        return response

    async def _carry(self, server: Server, request: httpx.Request, body: bytes) -> httpx.Response:
        now = asyncio.get_running_loop().time()
        outage = self.weather.outage(server.name, now)
        if outage is not None:
            return await away(outage.manner, outage.end - now)
        if server.process is None:
            await asyncio.sleep(0.001)
            raise httpx.ConnectError("nobody listens")
        strike = self.weather.strike(server.name, request.method, now)
        if strike is not None:
            self.processes.count(f"{server.name}: {strike}")
            self.processes.trace(f"{_who()} {request.method} {request.url.path}: {strike}")
        match strike:
            case None:
                return await self._exchange(server, request, body)
            case "late" | "double" | "cut after" | "500 after commit" | "slow":
                return await self._troubled(strike, server, request, body)
            case _:
                return await refused(self.dice, strike)

    async def _exchange(
        self, server: Server, request: httpx.Request, body: bytes, delay: float = 0.0
    ) -> httpx.Response:
        """There and back, or the time is up, or the server dies."""
        answer = self._dispatch(server, request, body, delay + self.dice.scale(0.001, 0.05))
        try:
            async with asyncio.timeout(TIMEOUT):
                response = await asyncio.shield(answer)
        except TimeoutError:
            raise httpx.ReadTimeout("no answer in time") from None
        await asyncio.sleep(self.dice.scale(0.001, 0.05))
        return response

    async def _troubled(self, strike: str, server: Server, request: httpx.Request, body: bytes) -> httpx.Response:
        if strike == "slow":
            return await self._exchange(server, request, body, self.dice.between(1, TIMEOUT - 2))
        if strike == "late":
            return await self._exchange(server, request, body, TIMEOUT + self.dice.scale(0.1, 120))
        if strike == "double":
            self._dispatch(server, request, body, self.dice.scale(0.001, 20))
            return await self._exchange(server, request, body)
        response = await self._exchange(server, request, body)
        if strike == "500 after commit":
            return httpx.Response(502, content=b"")
        if response.is_success:
            self.processes.count(f"{server.name}: answer lost after success")
        raise httpx.RemoteProtocolError("cut before the answer was whole")

    def _dispatch(
        self, server: Server, request: httpx.Request, body: bytes, delay: float
    ) -> "asyncio.Future[httpx.Response]":
        """The request on its way; it arrives even if the sender has gone."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[httpx.Response] = loop.create_future()
        answer.add_done_callback(lambda f: f.cancelled() or f.exception())

        def arrive() -> None:
            process = server.process
            if process is None or self.weather.outage(server.name, loop.time()):
                _fail(answer, httpx.RemoteProtocolError("nobody listens any more"))
                return
            process.at_death.append(lambda: _fail(answer, httpx.RemoteProtocolError("the server died")))
            process.spawn(self._serve(server, request, body, answer), f"{server.name} serves")

        loop.call_later(delay, arrive, context=NOBODY)
        return answer

    async def _serve(
        self, server: Server, request: httpx.Request, body: bytes, answer: "asyncio.Future[httpx.Response]"
    ) -> None:
        SERVED.set(request)
        response = await server.answer(request, body)
        self.seen(request, body, response, server.name)
        point("before it answers")
        if not answer.done():
            answer.set_result(response)


class Wire(httpx.AsyncBaseTransport):
    """httpx's transport onto the simulated network."""

    network: Network | None = None

    def __init__(self, **_options: Any) -> None: ...

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        assert self.network is not None
        return await self.network.carry(request)


def _fail(answer: "asyncio.Future[httpx.Response]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)


def _who() -> str:
    process = CURRENT.get()
    return process.name if process else "-"
