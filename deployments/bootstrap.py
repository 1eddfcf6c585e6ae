"""Work pool and limits on the Prefect server: what prefect.yaml cannot say. Running it again changes nothing.

`python -m deployments.bootstrap`
"""

from __future__ import annotations

import asyncio
import sys

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound

POOL = "tandem"
LIMITS = {"sagepro": 4, "clarity": 4}
"""Calls under way at once against each system, over all runs; a missing limit would only warn."""


async def ensure_pool(client: PrefectClient) -> bool:
    """Create the process work pool; gives whether it was missing."""
    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        return True
    return False


async def ensure_limits(client: PrefectClient) -> None:
    """Create or correct the global concurrency limits."""
    for name, limit in LIMITS.items():
        await client.upsert_global_concurrency_limit_by_name(name, limit)


async def main() -> None:
    """Bring the server into the state that the deployments rely on."""
    async with get_client() as client:
        made = await ensure_pool(client)
        await ensure_limits(client)
    sys.stderr.write(f"work pool {POOL!r} {'created' if made else 'was there'}; limits {LIMITS}\n")


if __name__ == "__main__":
    asyncio.run(main())
