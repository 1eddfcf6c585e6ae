"""A company and a shop that both keep the same many places, filled in bulk: what the fetch is measured over.

The first item is entered as people enter it, and all others are copies of its rows under other numbers. Their stamps
lie apart as those of a year do: a list by the time of the last change then never has a page full of one moment.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.shop import Shop
from tandem.sandbox.shop.tables import INVENTORY
from tandem.sandbox.warehouse.books import Books
from tandem.sandbox.warehouse.office import NewItem, enter_items
from tandem.settings import Settings

PLACES = ("MAIN", "EAST")
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
A_SECOND = 20
"""Records that bear one stamp."""
AT_ONCE = 5000
STOCK = 100


def fill(now: Settings, rows: int) -> None:
    """Both systems with so many places; each shows what it should."""
    items = rows // len(PLACES)
    _company(now, items)
    _shop(now, items)


def _company(now: Settings, items: int) -> None:
    zone = ZoneInfo(str(now.sagepro_zone))
    create_company(now.company_url, Policy.of(now))
    books = Books(now.company_url, zone)
    with books.open() as page:
        enter_items(page, [NewItem(item="P0", name="A thing", price=Decimal(1), stock=Decimal(STOCK), places=PLACES)])
    books.close()
    with closing(sqlite3.connect(now.company_url.removeprefix("sqlite:///"))) as connection:
        for table in ("icitem", "iciloc", "iciqty"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            copied = ", ".join(_copied(name) for name in columns)
            connection.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {items - 1}) "
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {copied} FROM {table}, n WHERE trim(item) = 'P0'"
            )
        connection.commit()


def _copied(column: str) -> str:
    """A column of a copy: its own number, its own moment, the rest as it is."""
    moment = f"datetime('2026-01-01', '+' || (i / {A_SECOND}) || ' seconds')"
    return {"item": "'P' || i", "lckdate": f"date({moment})", "lcktime": f"time({moment})"}.get(column, column)


def _shop(now: Settings, items: int) -> None:
    zone = ZoneInfo(str(now.clarity_zone))
    shop = Shop.open(Path(now.home), zone=zone)
    numbers = iter(range(items))
    while some := list(islice(numbers, AT_ONCE)):
        made = shop.add_products({"sku": f"P{number}", "unitPrice": Decimal(1)} for number in some)
        with shop.writing() as tx:
            for number, product in zip(some, made, strict=True):
                stamp = (FIRST + timedelta(seconds=number * len(PLACES) // A_SECOND)).astimezone(zone).isoformat()
                for place in PLACES:
                    record = {"inventoryId": f"P{number}|{place}", "version": 1, "sku": f"P{number}"}
                    record |= {"productId": product["productId"], "locationId": place}
                    tx.add(INVENTORY, record | {"available": Decimal(STOCK), "updatedDate": stamp})
    shop.close()
