"""One connection: a store and a company that are kept in step, and all that the stations need for it."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from tandem.connectors.company import CompanySchema
from tandem.connectors.protocol import Connector
from tandem.connectors.pulse import Pulse
from tandem.entities.declaration import System
from tandem.line.opening import Opening
from tandem.line.traffic import Traffic
from tandem.mapping import Workbook
from tandem.quality import Gate
from tandem.rules import Facts
from tandem.rules.retry import Retry
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import decimal_of, utc_now, zone_of


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
        pulses: Mapping[System, Pulse] | None = None,
    ) -> None:
        self.settings = settings
        self.name = settings.connection
        self.company = settings.company
        self.store = store
        self.connectors = connectors
        self.workbook = workbook
        self.facts = facts
        self.owner = owner
        self.pulses = pulses or {}
        self.traffic = Traffic()
        self.gate = Gate(settings.home, run=owner)
        self.retry = Retry(limit=settings.retry_limit, park_for=timedelta(hours=settings.park_hours))

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone, in which its date-times without an offset are read."""
        return zone_of(self.settings.clarity_zone, setting="TANDEM_CLARITY_ZONE")


COLLECT_AFTER = 20_000
"""New objects between two looks of the garbage collector. A batch makes hundreds of thousands, nearly all in use
until its end: looking every 700, as Python does, finds nothing and takes a sixth of a drain's processor time."""


@asynccontextmanager
async def connect(settings: Settings, *, owner: str) -> AsyncIterator[Connection]:
    """A connection that is closed at the end; `owner` names who holds the leases.

    Raises:
        SettingsError, SheetError: something that it needs is missing or wrong.
        Unavailable: the gateway, which tells the widths of the company's columns, does not answer.
        Unauthorized: it does not take our key.
    """
    gc.set_threshold(COLLECT_AFTER)
    opening = Opening(settings, owner=owner)
    store, shop, company = opening.store, opening.shop, opening.company
    try:
        schema = await opening.schema()
        yield Connection(
            settings,
            store=store,
            connectors={System.CLARITY: shop, System.SAGEPRO: company},
            workbook=Workbook.load(settings.mappings, widths=schema.widths),
            facts=facts_of(settings, schema),
            owner=owner,
            pulses=opening.pulses,
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


def facts_of(settings: Settings, schema: CompanySchema) -> Facts:
    """What the company's own columns and the settings say to the rules."""
    return Facts(
        price_scale=schema.scale("sotran.price"),
        discount_scale=schema.scale("sotran.disc"),
        quantity_scale=min(settings.quantity_decimals, schema.scale("sotran.qtyord")),
        rounding_limit=decimal_of(settings.rounding_limit),
        company_currency=schema.currency,
        price_jump=settings.price_jump,
        zero_prices=settings.zero_prices,
        create_products=settings.catalogue_create,
        hold_unmatched=settings.catalogue_unmatched == "hold",
    )
