"""What people do with stock: at Sage Pro's screens, in the shop, and a message that comes hours late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx
from standardwebhooks import Webhook

from tandem.sandbox.play.stage import PAGE, Stage, StageError
from tandem.values import dumps


class Screens:
    """The stock side of a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def receive(self, sku: str, quantity: Decimal) -> None:
        """Goods come in at Sage Pro's main location."""
        self._stock(sku, "receive", quantity)

    def sell(self, sku: str, quantity: Decimal) -> None:
        """Goods go over the counter: sold at Sage Pro's screen, gone at once."""
        self._stock(sku, "sell", quantity)

    def count(self, sku: str, counted: Decimal) -> None:
        """A count says what is there."""
        self._stock(sku, "count", counted)

    def open_card(self, custno: str) -> None:
        """Somebody has a customer's card open: nothing can be entered for that customer."""
        self._stage.call("PUT", f"/sandbox/warehouse/open/customer/{quote(custno)}")

    def close_card(self, custno: str) -> None:
        """The card is left."""
        self._stage.call("DELETE", f"/sandbox/warehouse/open/customer/{quote(custno)}")

    def refused(self, cart: Mapping[str, Any]) -> dict[str, Any] | None:
        """A customer tries to order: the shop's refusal, or None where it took the order."""
        try:
            self._stage.call("POST", "/sandbox/orders", dict(cart))
        except StageError as error:
            if error.refusal is None:
                raise
            return error.refusal
        return None

    def shown(self, sku: str, place: str) -> Decimal | None:
        """How many the shop offers, by its REST API; None while it keeps no figure."""
        items = self._stage.call("GET", f"/api/v1/inventory?sku={quote(sku)}&pageSize={PAGE}")["items"]
        found = [item["available"] for item in items if (item["sku"], item["locationId"]) == (sku, place)]
        return Decimal(found[0]) if found else None

    def ordered(self) -> Counter[str]:
        """Pieces on the shop's orders that were not cancelled, by its REST API."""
        pieces: Counter[str] = Counter()
        index = 0
        while items := self._stage.call("GET", f"/api/v1/orders?pageSize={PAGE}&pageIndex={index}")["items"]:
            index += 1
            for order in items:
                for line in order["lineItems"] if order["status"] != "cancelled" else ():
                    pieces[line["sku"]] += int(line["currentQuantity"])
        return pieces

    def _stock(self, sku: str, what: str, quantity: Decimal) -> None:
        body = {"quantity": quantity, "location": "MAIN"}
        self._stage.call("POST", f"/sandbox/warehouse/stock/{quote(sku)}/{what}", body)


def tell_late(url: str, secret: str, record: Mapping[str, Any], now: datetime) -> str:
    """Delivers an old message of Sage Pro's watcher, signed as it signs; gives the event's id.

    Raises:
        StageError: the receiver does not take it.
    """
    name = f"late_{record['Key']}_{now.timestamp():.0f}"
    body = dumps({"type": "stock.updated", "timestamp": now.isoformat(), "data": dict(record)})
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, now, body),
    }
    answer = httpx.post(url, content=body.encode(), headers=headers, timeout=30, trust_env=False)
    if not answer.is_success:
        raise StageError(f"POST {url}: {answer.status_code} {answer.text[:500]}")
    return name
