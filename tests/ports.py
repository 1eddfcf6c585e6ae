"""Ports for servers that a test starts: found free, and nobody else's who asks here until they are given back."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager

FIRST, BEYOND, SIZE = 20_000, 32_000, 10
"""Below the ports that the system gives to outgoing connections; whoever asks gets a block of ten."""

_KEPT: list[socket.socket] = []


def kept(wanted: int = 5) -> int:
    """The first of so many free ports in a row, ours until this process ends.

    Raises:
        OSError: there are none.
    """
    base, token = _block(wanted)
    _KEPT.append(token)
    return base


@contextmanager
def held(wanted: int = 5) -> Iterator[int]:
    """The same until the end of the block.

    Raises:
        OSError: there are none.
    """
    base, token = _block(wanted)
    with token:
        yield base


def _block(wanted: int) -> tuple[int, socket.socket]:
    """A block and its token: its last port, which is listened on, so that no other process can have the block.

    That a port was free a moment ago says nothing; two processes would find the same one.
    """
    for base in random.SystemRandom().sample(range(FIRST, BEYOND, SIZE), (BEYOND - FIRST) // SIZE):
        if (token := _listening(base + SIZE - 1)) is None:
            continue
        if all(_free(base + offset) for offset in range(wanted)):
            return base, token
        token.close()
    raise OSError(f"no {wanted} free ports in a row between {FIRST} and {BEYOND}")


def _free(port: int) -> bool:
    if (found := _listening(port)) is None:
        return False
    found.close()
    return True


def _listening(port: int) -> socket.socket | None:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return None
