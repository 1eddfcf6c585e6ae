"""Sends what is due, several at a time; what was under way when the process died is sent again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import httpx
from sqlalchemy import RowMapping

from tandem.sandbox.faults import Board
from tandem.sandbox.webhooks.outbox import GONE, Attempt, Outbox
from tandem.sandbox.webhooks.schedule import pause_asked
from tandem.sandbox.webhooks.signing import signed
from tandem.values import utc_now

log = logging.getLogger(__name__)

AHEAD = 64
"""Rows taken from the outbox at a time, and so also settled at a time when there is much to send."""

AT_ONCE = 8
"""httpx asks every socket of its pool at each request: more connections make it slower, not faster."""

TIMEOUT = 15.0
"""Seconds for one attempt, the short end of what Standard Webhooks suggests."""

LOOK_AGAIN = 1.0
"""Longest time in seconds without a look at the outbox: another process may have written to it."""


class Sender:
    """One per process; runs until it is stopped."""

    def __init__(
        self,
        outbox: Outbox,
        board: Board,
        secrets: Sequence[str],
        *,
        clock: Callable[[], datetime] = utc_now,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._outbox = outbox
        self._board = board
        self._secrets = secrets
        self._clock = clock
        self._transport = transport
        self._next: deque[RowMapping] = deque()
        self._taken: set[int] = set()
        self._in_flight = 0
        self._landed: list[Attempt] = []
        self._news = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """There is something new to send; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    def stop(self) -> None:
        """Ends `run` once what is under way has come back."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Sends until stopped."""
        self._loop = asyncio.get_running_loop()
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=4.0)
        async with (
            httpx.AsyncClient(transport=self._transport, limits=limits, timeout=TIMEOUT, trust_env=False) as client,
            asyncio.TaskGroup() as group,
        ):
            while not self._stopping or self._in_flight:
                self._news.clear()
                pause = await self._turn(client, group)
                try:
                    await asyncio.wait_for(self._news.wait(), timeout=pause)
                except TimeoutError:
                    continue
            await self._settle()

    async def _turn(self, client: httpx.AsyncClient, group: asyncio.TaskGroup) -> float:
        """Sends what is due as far as there is room; tells how long there will be nothing else to do."""
        if any(one.status == GONE for one in self._landed):
            await self._settle()
        pause, sends = LOOK_AGAIN, self._outbox.endpoint.active and not self._stopping
        if not sends:
            self._taken.difference_update(row["seq"] for row in self._next)
            self._next.clear()
        if not self._next:
            await self._settle()
            if sends:
                pause = await self._fetch()
        while self._next and self._in_flight < AT_ONCE:
            self._in_flight += 1
            group.create_task(self._send(client, self._next.popleft()))
        return pause

    async def _fetch(self) -> float:
        """Takes the next rows that are due; seconds until there are more."""
        now = self._clock()
        rows = await asyncio.to_thread(self._outbox.due, now, limit=AHEAD, taken=frozenset(self._taken))
        self._next.extend(rows)
        self._taken.update(row["seq"] for row in rows)
        following = await asyncio.to_thread(self._outbox.next_due, frozenset(self._taken))
        if following is None:
            return LOOK_AGAIN
        return min(max(following - now.timestamp(), 0.0), LOOK_AGAIN)

    async def _settle(self) -> None:
        """Writes down what came back; until then it counts as taken."""
        landed, self._landed = self._landed, []
        if landed:
            await asyncio.to_thread(self._outbox.settle, landed, self._board.knobs.retry_scale)
            self._taken.difference_update(one.seq for one in landed)

    async def _send(self, client: httpx.AsyncClient, row: RowMapping) -> None:
        try:
            landed = await self.attempt(client, row)
            self._landed.append(landed)  # the list may have been replaced meanwhile: see _settle
        finally:
            self._in_flight -= 1
        self._news.set()

    async def attempt(self, client: httpx.AsyncClient, row: RowMapping) -> Attempt:
        """One try; an answer that never comes is a result, not an error."""
        url, sent, began = self._outbox.endpoint.url, self._clock(), time.perf_counter()
        body, headers = signed(row["body"], row["event_id"], sent, self._secrets, self._board.knobs.signing)
        status, error, pause = None, "", None
        try:
            answer = await client.post(str(url), content=body, headers=headers)
            status, pause = answer.status_code, pause_asked(answer.status_code, answer.headers, sent)
            error = "" if answer.is_success else answer.text[:500]
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            error = f"{type(failure).__name__}: {failure}"
            log.info("webhook %s not delivered: %s", row["event_id"], error)
        return Attempt(
            seq=row["seq"],
            event_id=row["event_id"],
            number=row["attempts"] + 1,
            sent=sent,
            status=status,
            error=error,
            milliseconds=round((time.perf_counter() - began) * 1000),
            retry_after=pause,
        )
