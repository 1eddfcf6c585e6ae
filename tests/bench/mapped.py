"""What the gateway is sent for each order, composed by Tandem's own sheets before the clock starts.

So the raw limit sends exactly the same documents, and pays nothing for how they came to be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from tandem.entities import ENTITIES, System
from tandem.line.connection import connect
from tandem.line.rehearse import rehearse
from tandem.settings import settings
from tandem.values import dumps, loads

AT_ONCE = 500


class NotComposedError(Exception):
    """An order of the corpus would not be written, so it is none to measure with."""


def write_payloads(orders: Sequence[tuple[str, bytes]], file: Path) -> None:
    """Write the items of batches, one order a line, through a gateway that is up.

    Raises:
        NotComposedError: an order would not be written.
    """
    with file.open("wb") as out:
        for key, item in asyncio.run(_composed(orders)):
            out.write(key.encode() + b"\t" + item + b"\n")


async def _composed(orders: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    entity, found = ENTITIES["order"], list[tuple[str, bytes]]()
    route = entity.route(System.CLARITY)
    async with connect(settings(), owner="bench") as line:
        for some in _parts(orders):
            batch = await rehearse(line, entity, route, [loads(body) for _, body in some])
            for cargo in batch.cargo:
                if cargo.outcome is not None or cargo.payload is None:
                    raise NotComposedError(f"order {cargo.message.key}: {cargo.outcome}")
                item = {"IdempotencyKey": f"raw-{cargo.message.key}", "Order": cargo.payload}
                found.append((cargo.message.key, dumps(item).encode()))
    return found


def _parts(orders: Sequence[tuple[str, bytes]]) -> Iterator[Sequence[tuple[str, bytes]]]:
    for start in range(0, len(orders), AT_ONCE):
        yield orders[start : start + AT_ONCE]
