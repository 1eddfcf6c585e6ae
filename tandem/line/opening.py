"""The beginning of a connection: its two sides with their budgets, and the first call, which may meet an outage."""

from __future__ import annotations

import asyncio

from tandem import alerts
from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.company import CompanySchema
from tandem.connectors.pulse import Pulse
from tandem.connectors.sagepro import SageProConnector
from tandem.entities.declaration import System
from tandem.errors import RateLimited, Unauthorized, Unavailable
from tandem.line import budget, outage
from tandem.settings import Settings
from tandem.store import Store

PAUSES = (1, 2, 4, 8, 15, 30)
"""Seconds between the tries to reach the gateway at the start of a run."""


class Opening:
    """Store and connectors of a connection that does not stand yet."""

    def __init__(self, settings: Settings, *, owner: str) -> None:
        self.settings = settings
        self.name = settings.connection
        self.owner = owner
        self.store = Store.open(settings.store_url)
        self.pulses = {system: Pulse() for system in System}
        sides = {system: budget.admission(self.store, settings, system) for system in System}
        self.shop = ClarityConnector.of(settings, admit=sides[System.CLARITY], pulse=self.pulses[System.CLARITY])
        self.company = SageProConnector.of(settings, admit=sides[System.SAGEPRO], pulse=self.pulses[System.SAGEPRO])

    async def schema(self) -> CompanySchema:
        """The company's columns; a gateway that is just being restarted is waited for, one that is away is not.

        Raises:
            Unavailable: it does not answer; the run had better end and be woken later.
            Unauthorized: it does not take our key.
        """
        outage.refuse(self, System.SAGEPRO)
        known = any(pause.system == System.SAGEPRO for pause in self.store.pauses.standing(self.name))
        pauses = iter(() if known else PAUSES)
        while True:
            try:
                return await self.company.schema()
            except (Unavailable, Unauthorized) as error:
                pause = next(pauses, None)
                if pause is None or isinstance(error, RateLimited | Unauthorized):
                    if outage.note(self, error):
                        await asyncio.to_thread(alerts.send_pending, self.store, self.settings)
                    raise
            await asyncio.sleep(pause)
