"""Both systems' stock in full, from their lists to disk, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from tandem.connectors.protocol import Record
from tandem.entities import ENTITIES, System
from tandem.entities.kits import folded
from tandem.entities.stock import Item, Level, ShopProduct
from tandem.errors import TandemError
from tandem.line import outage
from tandem.line.connection import Connection
from tandem.reconciliation import KEPT, SHOWN, Picture, Spool
from tandem.rules.stock_differences import Kept, Shown
from tandem.stocktaking.reading import STOCK, Reader, seconds, shown
from tandem.stocktaking.surroundings import Surroundings, summed
from tandem.store.demand import Portion
from tandem.values import utc_now

M = TypeVar("M", Item, ShopProduct)

Told = Callable[[str, int], None]
"""Is told what is being read and how many records there are so far."""


class NotRead(TandemError):
    """A record without which no picture is whole cannot be understood; names the field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """Both pictures, the moment before the first, what was taken then, and the records that no shop sells."""

    kept: Picture
    shown: Picture
    since: datetime
    demand: tuple[Portion, ...]
    aside: int


async def take(line: Connection, folder: Path, told: Told = lambda _what, _count: None) -> Pictures:
    """Read both sides to their ends.

    The shop comes first, what is on its way second, Sage Pro last, as when stock is published: a sale in between is
    counted twice rather than not at all.

    Raises:
        Unavailable: a list broke off; what was read of it is no picture and is thrown away.
        NotRead: a record of the shop's stock does not say how many there are.
    """
    outage.refuse(line, System.CLARITY, System.SAGEPRO)
    since, around = utc_now(), Surroundings()
    await _products(line, around, told)
    await _items(line, around, told)
    theirs = await _shop(line, folder, around, told)
    portions = line.store.demand.everything(line.name)
    around.demand = summed(portions)
    ours, aside = await _company(line, folder, around, told)
    return Pictures(kept=ours, shown=theirs, since=since, demand=tuple(portions), aside=aside)


async def _products(line: Connection, around: Surroundings, told: Told) -> None:
    companion = ENTITIES[STOCK].route(System.SAGEPRO).companions["product"]
    connector, linked = line.connectors[System.CLARITY], set[str]()
    count = 0
    async for page in connector.changed(companion.resource, since=None):
        numbers = [connector.key(companion.resource, record) for record in page]
        items = line.store.links.reverse(line.name, companion.linked, numbers) if companion.linked else {}
        for number, record in zip(numbers, page, strict=True):
            _product(line, around, linked, str(record.get(companion.by or "")), items.get(number), record)
        told("products of the shop", count := count + len(page))


def _product(
    line: Connection, around: Surroundings, linked: set[str], name: str, item: str | None, record: Record
) -> None:
    """One product under the code of Sage Pro's that it is linked to, whatever it is called, else under its own."""
    sku = folded(name if item is None else item)
    product = _beside(line, around, sku, "product_from_clarity", record, ShopProduct)
    if product is not None and product.deleted:
        around.deleted.add(folded(name))
    elif product is not None:
        around.deleted.discard(folded(name))
    if sku in linked and item is None:
        return
    around.names.pop(sku, None)
    around.packs.pop(sku, None)
    if product is None or product.deleted:
        return
    around.packs[sku] = product.pack
    if item is not None:
        linked.add(sku)
        around.names |= {sku: name} if folded(name) != sku else {}


async def _items(line: Connection, around: Surroundings, told: Told) -> None:
    connector = line.connectors[System.SAGEPRO]
    resource = ENTITIES[STOCK].route(System.SAGEPRO).companions["item"].resource
    alike: dict[Item, Item] = {}
    count = 0
    async for page in connector.changed(resource, since=None):
        for record in page:
            sku = folded(connector.key(resource, record))
            if item := _beside(line, around, sku, "item_from_sagepro", record, Item):
                around.items[sku] = alike.setdefault(item, item)
        told("items of Sage Pro", count := count + len(page))


async def _shop(line: Connection, folder: Path, around: Surroundings, told: Told) -> Picture:
    connector = line.connectors[System.CLARITY]
    resource = ENTITIES[STOCK].route(System.SAGEPRO).companions["levels"].resource
    owned = {*(around.packs.keys() - around.names.keys()), *map(folded, around.names.values()), *around.refused}
    with Spool[Shown](folder / "clarity.csv", SHOWN, began=_now()) as spool:
        async for page in connector.changed(resource, since=None):
            rows = [shown(_level(line, record), seconds(connector.stamp(resource, record))) for record in page]
            kept = [row for row in rows if around.shows(row.sku)]
            around.ownerless |= {row.key for row in kept if folded(row.sku) not in owned}
            spool.add(kept)
            told("stock in the shop", spool.rows)
        return spool.finish()


async def _company(line: Connection, folder: Path, around: Surroundings, told: Told) -> tuple[Picture, int]:
    connector, route = line.connectors[System.SAGEPRO], ENTITIES[STOCK].route(System.SAGEPRO)
    reader = Reader(line, around)
    with Spool[Kept](folder / "sagepro.csv", KEPT, began=_now()) as spool:
        async for page in connector.changed(route.read, since=None):
            rows = (
                reader.row(record, connector.key(route.read, record), seconds(connector.stamp(route.read, record)))
                for record in page
            )
            spool.add(row for row in rows if row is not None)
            told("stock in Sage Pro", spool.rows)
        unlisted = await connector.read(route.read, reader.unlisted())
        spool.add(row for key, record in unlisted.items() if record and (row := reader.row(record, key, None)))
        spool.add(reader.kin())
        return spool.finish(), reader.aside


def _level(line: Connection, record: Record) -> Level:
    """What the shop shows.

    Raises:
        NotRead: its record does not say.
    """
    found = line.workbook.apply(STOCK, "levels_from_clarity", record, links={}, zone=line.zone)
    if found.faults:
        raise NotRead("; ".join(f"the shop's inventory: {fault.field}: {fault.message}" for fault in found.faults))
    return Level.model_validate(found.value)


def _beside(
    line: Connection, around: Surroundings, sku: str, direction: str, record: Record, model: type[M]
) -> M | None:
    """A record beside the stock in canonical names; one that is not understood is remembered with the reason."""
    found = line.workbook.apply(STOCK, direction, record, links={}, zone=line.zone)
    if found.faults:
        around.refused[sku] = "; ".join(f"{fault.field}: {fault.message}" for fault in found.faults)
        return None
    try:
        return model.model_validate(found.value)
    except ValidationError as error:
        around.refused[sku] = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return None


def _now() -> int:
    return int(utc_now().timestamp())
