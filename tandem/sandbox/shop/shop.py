"""The shop as a whole: all its desks over one file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from tandem.sandbox.database import Database
from tandem.sandbox.faults import Board
from tandem.sandbox.shop.amendments import AmendmentDesk
from tandem.sandbox.shop.catalogue import CatalogueDesk
from tandem.sandbox.shop.customers import CustomerDesk
from tandem.sandbox.shop.fulfilments import FulfilmentDesk
from tandem.sandbox.shop.inventory import InventoryDesk
from tandem.sandbox.shop.orders import OrderDesk
from tandem.sandbox.shop.payments import PaymentDesk
from tandem.sandbox.shop.tables import ORDERS, RESOURCES, notification
from tandem.sandbox.shop.transaction import Record
from tandem.sandbox.webhooks import Outbox
from tandem.values import utc_now

FILE = "sandbox.db"


class Shop(OrderDesk, AmendmentDesk, PaymentDesk, FulfilmentDesk, CustomerDesk, CatalogueDesk, InventoryDesk):
    """What its REST API, the control API and the players all work with; safe to use from several threads."""

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        zone: ZoneInfo,
        board: Board | None = None,
        webhook_url: str | None = None,
        currency: str = "USD",
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """The shop in this folder, as it was left.

        Raises:
            SettingsError: it was made in another time zone.
        """
        home.mkdir(parents=True, exist_ok=True)
        board = board or Board()
        database = Database(f"sqlite:///{(home / FILE).resolve()}")
        outbox = Outbox(database, board, configured=webhook_url)
        return cls(database, zone=zone, board=board, outbox=outbox, currency=currency, clock=clock)

    def order(self, order_id: str) -> Record:
        """An order as the shop knows it.

        Raises:
            ShopError: 404.
        """
        with self.reading() as tx:
            return tx.need(ORDERS, order_id)

    def find_order(self, order_number: str) -> Record | None:
        """The order with this number."""
        with self.reading() as tx:
            found = tx.where(ORDERS, "orderNumber", [order_number])
        return found[0] if found else None

    def counts(self) -> dict[str, int]:
        """How many records there are of each kind."""
        with self.reading() as tx:
            return {
                name: tx.connection.scalar(select(func.count()).select_from(one.table)) or 0
                for name, one in RESOURCES.items()
            }

    def notifications(self, order_id: str | None = None) -> list[dict[str, Any]]:
        """The mails that went to customers, oldest first."""
        query = select(notification).order_by(notification.c.id)
        if order_id:
            query = query.where(notification.c.orderId == order_id)
        with self.reading() as tx:
            return [dict(row) for row in tx.connection.execute(query).mappings()]

    def close(self) -> None:
        """Closes the file."""
        self.database.close()
