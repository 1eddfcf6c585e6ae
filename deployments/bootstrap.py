"""The work pool on the Prefect server: what prefect.yaml cannot say. Running it again changes nothing.

How often either system is called is no limit of Prefect's but a budget in the store (`TANDEM_CLARITY_RATE`,
`TANDEM_SAGEPRO_RATE`), which holds for every drain on every machine.

`python -m deployments.bootstrap`
"""

from __future__ import annotations

import asyncio
import sys

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound

POOL = "tandem"


async def ensure_pool(client: PrefectClient) -> bool:
    """Create the process work pool; gives whether it was missing."""
    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        return True
    return False


async def main() -> None:
    """Bring the server into the state that the deployments rely on."""
    async with get_client() as client:
        made = await ensure_pool(client)
    sys.stderr.write(f"work pool {POOL!r} {'created' if made else 'was there'}\n")


if __name__ == "__main__":
    asyncio.run(main())
