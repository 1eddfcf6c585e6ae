"""Posts what is to be told; it counts as told when the ingress has answered 2xx and that is written down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import httpx

from tandem.gateway.watch.backlog import Backlog, Change
from tandem.gateway.watch.events import SETTING, Signer, body_of, event_id
from tandem.gateway.watch.pace import ITS_OWN, LONGEST, Pace, asked_for
from tandem.gateway.watch.state import Known, State

log = logging.getLogger(__name__)

AT_ONCE = 8
"""httpx asks every socket of its pool at each request: more connections make it slower, not faster."""

TIMEOUT = 10.0
"""Seconds for one attempt."""

LOOK_AGAIN = 0.5
"""Longest time in seconds without a look at what may have become due."""


class Sender:
    """One per process; runs until it is stopped."""

    def __init__(
        self, url: str, signer: Signer, backlog: Backlog, state: State, *, clock: Callable[[], datetime]
    ) -> None:
        self._url = url
        self._signer = signer
        self._backlog = backlog
        self._state = state
        self._clock = clock
        self._pace = Pace()
        self._in_flight = 0
        self._landed: list[Change] = []
        self._news = asyncio.Event()
        self._stopping = False
        self.sent = 0
        self.trouble = ""

    def wake(self) -> None:
        """There may be something to send; to be called in the loop of `run`."""
        self._news.set()

    def stop(self) -> None:
        """Ends `run` once what is under way has come back; to be called in its loop."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        """Sends until stopped."""
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=4.0)
        async with (
            httpx.AsyncClient(limits=limits, timeout=TIMEOUT, trust_env=False) as client,
            asyncio.TaskGroup() as group,
        ):
            while not self._stopping or self._in_flight:
                self._news.clear()
                await self._turn(client, group)
                try:
                    await asyncio.wait_for(self._news.wait(), self._pause())
                except TimeoutError:
                    continue
            await self._turn(client, group)

    def _pause(self) -> float:
        return min(self._pace.wait() or LOOK_AGAIN, LOOK_AGAIN)

    async def _turn(self, client: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        """One transaction for what was acknowledged, which until then counts as under way, and for what goes now."""
        landed, self._landed = self._landed, []
        going = list(self._next())
        if landed or going:
            await asyncio.to_thread(self._state.keep, _rows(landed), _rows(going))
            self._backlog.landed(landed)
            self.sent += len(landed)
        for change in going:
            group.create_task(self._send(client, change))

    def _next(self) -> Iterator[Change]:
        """As much as there is room for: one while the receiver does not answer."""
        while not self._stopping and not self._pace.wait():
            if self._in_flight >= (1 if self._pace.failing else AT_ONCE):
                return
            change = self._backlog.take()
            if change is None:
                return
            self._in_flight += 1
            yield change

    async def _send(self, client: httpx.AsyncClient, change: Change) -> None:
        try:
            await self._attempt(client, change)
        finally:
            self._in_flight -= 1
            self._news.set()

    async def _attempt(self, client: httpx.AsyncClient, change: Change) -> None:
        name, body = event_id(change, self._state.era), body_of(change)
        try:
            answer = await client.post(
                self._url, content=body.encode(), headers=self._signer.headers(name, body, self._clock())
            )
        except httpx.HTTPError as error:
            self._refused(change, f"{type(error).__name__}: {error}", self._pace.failed())
            return
        if answer.is_success:
            self._landed.append(change)
            if self._pace.well():
                log.info("the ingress takes webhooks again; %s changes wait", len(self._backlog))
            self.trouble = ""
        elif answer.status_code in ITS_OWN:
            self._refused(change, f"{answer.status_code} for {name}: {answer.text[:200]}", LONGEST)
        else:
            told = f"answered {answer.status_code}: {answer.text[:200]}"
            hint = f"; is {SETTING} the same on both sides?" if answer.status_code in (401, 403) else ""
            self._refused(change, told + hint, self._pace.failed(asked_for(answer.headers)))

    def _refused(self, change: Change, told: str, pause: float) -> None:
        """Nothing is lost: the change waits again. The same trouble is logged once."""
        self._backlog.failed(change, pause)
        if told != self.trouble:
            log.warning("the ingress does not take webhooks, next try in %.1f s: %s", pause, told)
            self.trouble = told


def _rows(changes: Sequence[Change]) -> list[tuple[str, Known]]:
    return [(change.kind.name, Known(change.key, change.content, change.turn)) for change in changes]
