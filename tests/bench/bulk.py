"""The raw limit of W2: pages of a hundred out of the shop, arrays of a hundred into the gateway, nothing between.

Pages are read ahead while arrays are written; what is posted was mapped beforehand. Run as a program:

    python -m tests.bench.bulk --shop URL --gateway URL --payloads FILE --concurrency 2
"""

from __future__ import annotations

import argparse
import http.client
import os
import queue
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.limit import read_payloads
from tests.bench.post import Post

PAGE = 100
AHEAD = 8


def _pages(shop: str, items: list[bytes], waiting: queue.Queue[list[bytes] | None], posters: int) -> None:
    """Read page after page and hand over what was composed for its orders."""
    address = urlsplit(shop)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    for index in range((len(items) + PAGE - 1) // PAGE):
        connection.request("GET", f"/api/v1/orders?sort=orderDate,orderId&pageSize={PAGE}&pageIndex={index}")
        body, part = connection.getresponse().read(), items[index * PAGE : (index + 1) * PAGE]
        if body.count(b'{"orderId":') != len(part):
            sys.exit(f"page {index} holds {body.count(b'{')} orders")
        waiting.put(part)
    for _ in range(posters):
        waiting.put(None)


def main() -> None:
    """Bring all of it over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shop", required=True)
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--payloads", type=Path, required=True)
    parser.add_argument("--concurrency", type=int, default=1)
    given = parser.parse_args()
    items = list(read_payloads(given.payloads).values())
    waiting: queue.Queue[list[bytes] | None] = queue.Queue(AHEAD)

    def write() -> None:
        post = Post(given.gateway, os.environ["TANDEM_SAGEPRO_API_KEY"])
        while (part := waiting.get()) is not None:
            post.orders(part)

    writers = [threading.Thread(target=write) for _ in range(given.concurrency)]
    for writer in writers:
        writer.start()
    _pages(given.shop, items, waiting, given.concurrency)
    for writer in writers:
        writer.join()


if __name__ == "__main__":
    main()
