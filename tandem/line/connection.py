"""One connection: a store and a company that are kept in step, and all that the stations need for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.company import CompanySchema
from tandem.connectors.protocol import Connector
from tandem.connectors.sagepro import SageProConnector
from tandem.entities.declaration import System
from tandem.errors import Unavailable
from tandem.mapping import Workbook
from tandem.quality import Gate
from tandem.rules import Facts
from tandem.rules.retry import Retry
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import decimal_of, utc_now, zone_of

PAUSES = (1, 2, 4, 8, 15, 30)
"""Seconds between the tries to reach the gateway at the start of a run."""


class Connection:
    """Opened once per flow run or command. A plain class: see Batch for why it is no dataclass."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        connectors: dict[System, Connector],
        workbook: Workbook,
        facts: Facts,
        owner: str,
    ) -> None:
        self.settings = settings
        self.name = settings.connection
        self.company = settings.company
        self.store = store
        self.connectors = connectors
        self.workbook = workbook
        self.facts = facts
        self.owner = owner
        self.gate = Gate(settings.home, run=owner)
        self.retry = Retry(limit=settings.retry_limit, park_for=timedelta(hours=settings.park_hours))

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone, in which its date-times without an offset are read."""
        return zone_of(self.settings.clarity_zone, setting="TANDEM_CLARITY_ZONE")


async def _schema(company: SageProConnector) -> CompanySchema:
    """The company's columns; a gateway that is just being restarted is waited for.

    Raises:
        Unavailable: it does not answer for so long that the run had better end and be woken later.
    """
    for pause in PAUSES:
        try:
            return await company.schema()
        except Unavailable:
            await asyncio.sleep(pause)
    return await company.schema()


@asynccontextmanager
async def connect(settings: Settings, *, owner: str) -> AsyncIterator[Connection]:
    """A connection that is closed at the end; `owner` names who holds the leases.

    Raises:
        SettingsError, SheetError: something that it needs is missing or wrong.
        Unavailable: the gateway, which tells the widths of the company's columns, does not answer.
    """
    store = Store.open(settings.store_url)
    shop = ClarityConnector.of(settings)
    company = SageProConnector.of(settings)
    try:
        schema = await _schema(company)
        yield Connection(
            settings,
            store=store,
            connectors={System.CLARITY: shop, System.SAGEPRO: company},
            workbook=Workbook.load(settings.mappings, widths=schema.widths),
            facts=Facts(
                price_scale=schema.scale("sotran.price"),
                discount_scale=schema.scale("sotran.disc"),
                quantity_scale=min(settings.quantity_decimals, schema.scale("sotran.qtyord")),
                rounding_limit=decimal_of(settings.rounding_limit),
                company_currency=schema.currency,
            ),
            owner=owner,
        )
    finally:
        await shop.aclose()
        await company.aclose()
        try:
            # What is still held was cut off, perhaps after its write: it ends as a lease that ran out, so an attempt is
            # counted and the next drain looks before it writes.
            store.inbox.extend(owner, lease_seconds=0, now=utc_now())
        finally:
            store.close()
