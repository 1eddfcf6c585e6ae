"""Word to the person who looks on; facts go to standard output."""

from __future__ import annotations

import sys
import time

_BEGAN = time.monotonic()


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{time.monotonic() - _BEGAN:6.1f} s  {line}\n")
    sys.stderr.flush()
