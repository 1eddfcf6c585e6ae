"""One drain in a process of its own: the live flow as the worker would run it, without the worker."""

from __future__ import annotations

import asyncio
import os
import sys

from flows.order_to_fulfillment import Options, order_to_fulfillment


def main() -> int:
    """Drain until nothing came for a while, or until told to end; the argument is the name that the database sees."""
    os.environ["PGAPPNAME"] = sys.argv[1]
    asyncio.run(order_to_fulfillment(Options(live=True)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
