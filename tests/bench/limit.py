"""The raw limit of W1: a durable intake and a sender in bulk, with nothing between them.

The intake checks the signature and the time, commits in groups (SQLite with a write-ahead log and full durability) and
answers 202 after the commit. The sender takes what was committed, up to 100 at once, posts what was mapped beforehand,
and crosses it off. No orchestration, no re-reading, no validation, no mapping, no ledger. What was left by a crash is
sent again at the next start. Run as a program:

    python -m tests.bench.limit --port PORT --database FILE --gateway URL --payloads FILE --concurrency 2
    python -m tests.bench.limit --port PORT --database ADDRESS --bare        intake alone, and no checks
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hmac
import os
import queue
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from tests.bench.keep import Keep, open_keep
from tests.bench.post import Post

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

GROUP = 500
ARRAY = 100
TOLERANCE = 300


class Committer(threading.Thread):
    """Commits what came while the commit before was being made, and crosses off what was sent."""

    def __init__(self, keep: Keep, committed: Callable[[list[str]], None]) -> None:
        super().__init__(daemon=True)
        self.keep = keep
        self.committed = committed
        self.waiting: queue.SimpleQueue[tuple[str, bytes, asyncio.Future[None]] | list[str]] = queue.SimpleQueue()

    def run(self) -> None:
        """Group after group."""
        while True:
            items = [self.waiting.get()]
            while len(items) < GROUP and not self.waiting.empty():
                items.append(self.waiting.get_nowait())
            new = [item for item in items if isinstance(item, tuple)]
            self.keep.write([(key, body) for key, body, _ in new], [k for i in items if isinstance(i, list) for k in i])
            if new:
                loop = new[0][2].get_loop()
                loop.call_soon_threadsafe(_answer, [future for _, _, future in new])
                self.committed([key for key, _, _ in new])


def _answer(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


class Intake:
    """The application."""

    def __init__(self, committer: Committer, secret: bytes | None) -> None:
        self.committer = committer
        self.secret = secret

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Takes one webhook."""
        if scope["type"] != "http":
            return
        status = 200
        if scope["method"] == "POST":
            body, more = b"", True
            while more:
                part = await receive()
                body += part.get("body", b"")
                more = part.get("more_body", False)
            status = await self._take(dict(scope["headers"]), body)
        answer = b'{"status":"stored"}'
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _take(self, headers: dict[bytes, bytes], body: bytes) -> int:
        name, stamp = headers[b"webhook-id"], headers[b"webhook-timestamp"]
        if self.secret is not None:
            expected = b"v1," + base64.b64encode(hmac.digest(self.secret, b"%s.%s.%s" % (name, stamp, body), "sha256"))
            if not hmac.compare_digest(expected, headers[b"webhook-signature"]):
                return 401
            if abs(time.time() - int(stamp)) > TOLERANCE:
                return 401
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.committer.waiting.put((name.decode().removeprefix("msg_"), body, done))
        await done
        return 202


class Sender(threading.Thread):
    """Posts what waits, as much as there is up to an array, over one connection that is kept alive."""

    def __init__(self, ready: queue.SimpleQueue[str], post: Post, payloads: dict[str, bytes], off: Any) -> None:
        super().__init__(daemon=True)
        self.ready = ready
        self.post = post
        self.payloads = payloads
        self.off = off

    def run(self) -> None:
        """Array after array."""
        while True:
            keys = [self.ready.get()]
            try:
                while len(keys) < ARRAY:
                    keys.append(self.ready.get_nowait())
            except queue.Empty:
                pass
            self.post.orders([self.payloads[key] for key in keys])
            self.off(keys)


def read_payloads(file: Path) -> dict[str, bytes]:
    """The items of batches, mapped beforehand, by order."""
    with file.open("rb") as lines:
        return {key.decode(): item for key, _, item in (line.rstrip(b"\n").partition(b"\t") for line in lines)}


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--gateway")
    parser.add_argument("--payloads", type=Path)
    parser.add_argument("--concurrency", type=int, default=1)
    given = parser.parse_args()
    ready: queue.SimpleQueue[str] = queue.SimpleQueue()
    keep = open_keep(given.database)
    for key in keep.left():
        ready.put(key)

    def hand_over(keys: list[str]) -> None:
        for key in () if given.bare else keys:
            ready.put(key)

    committer = Committer(keep, hand_over)
    committer.start()
    secret = None
    if not given.bare:
        secret = base64.b64decode(os.environ["TANDEM_CLARITY_WEBHOOK_SECRETS"].removeprefix("whsec_"))
        payloads = read_payloads(given.payloads)
        for _ in range(given.concurrency):
            post = Post(given.gateway, os.environ["TANDEM_SAGEPRO_API_KEY"])
            Sender(ready, post, payloads, committer.waiting.put).start()
    uvicorn.run(Intake(committer, secret), host="127.0.0.1", port=given.port, log_level="warning", lifespan="off")


if __name__ == "__main__":
    main()
