"""Something that may take long, done while the services are looked after: it may need one that was just killed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK = 0.1


def beside(work: Callable[[], T], tend: Callable[[], None]) -> T:
    """Do the work, in a thread of its own, and give what it gives.

    Raises:
        BaseException: what the work or the tending raised.
    """
    made: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.append(work())
        except BaseException as error:  # raised again below: a thread has nobody to raise it to
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        tend()
        thread.join(LOOK)
    if failed:
        raise failed[0]
    return made[0]
