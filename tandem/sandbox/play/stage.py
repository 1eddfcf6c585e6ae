"""The stage: hands a play to a running sandbox over HTTP, as its customers, shop people and warehouse would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import httpx

from tandem.errors import TandemError
from tandem.sandbox.play.script import Cast, Document, Item, Kind, Step
from tandem.values import dumps, loads

PAGE = 500
CROWD = 100
"""Orders that are placed with one call."""


class StageError(TandemError):
    """The sandbox did not do what the play asks; the message names the call and its answer.

    `refusal` is the JSON object of an answer 409: what is asked for cannot be had.
    """

    def __init__(self, message: str, refusal: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.refusal = refusal


class Stage:
    """One running sandbox."""

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=120, transport=transport)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give back the connections."""
        self._http.close()

    def stock_up(self, cast: Cast) -> None:
        """Fill catalogue and shelves, before anybody listens to the shop: a catalogue is there before it is joined."""
        listening = self.call("GET", "/sandbox/webhooks")
        self.call("PUT", "/sandbox/webhooks", {**listening, "active": False})
        products = [_product(item) for item in cast.items]
        for part in _parts(products, PAGE):
            self.call("POST", "/sandbox/products", {"products": part, "keepExisting": True})
        self.call("PUT", "/sandbox/webhooks", {**listening, "active": True})
        items = [_item(item) for item in cast.items if item.in_company]
        for part in _parts(items, PAGE):
            self.call("POST", "/sandbox/warehouse/items", part)

    def register(self, customers: Iterable[Mapping[str, Any]]) -> int:
        """Customers open their accounts; gives how many did not have one."""
        return sum(
            self.call("POST", "/sandbox/customers", dict(customer), known="duplicate-customer") is not None
            for customer in customers
        )

    def orders_there(self) -> set[str]:
        """The ids of the orders that the shop has."""
        found: set[str] = set()
        for page in range(1_000_000):
            answer = self.call("GET", f"/api/v1/orders?pageSize={PAGE}&pageIndex={page}")
            found |= {order["orderId"] for order in answer["items"]}
            if len(found) >= answer["totalCount"] or not answer["items"]:
                break
        return found

    def play(self, documents: Iterable[Document]) -> None:
        """Place orders and announce what is no order, in the order of the script and never all of it in memory."""
        orders: list[Document] = []
        for document in documents:
            if document.kind is Kind.ORDER:
                orders.append(document)
            if orders and (document.kind is not Kind.ORDER or len(orders) == CROWD):
                self._place(orders)
                orders = []
            if document.kind is not Kind.ORDER:
                event = {"type": f"{document.kind.value}.created", "subject": document.key, "data": document.body}
                self.call("POST", "/sandbox/events", event)
        if orders:
            self._place(orders)

    def step(self, key: str, step: Step) -> None:
        """Something is done to an order."""
        self.call("POST", f"/sandbox/orders/{key}/{step.what}", step.body)

    def trouble(self, knobs: Mapping[str, Any]) -> None:
        """Turn the knobs by which the sandbox misbehaves; none turns all of them off."""
        self.call("PUT", "/sandbox/faults", dict(knobs))

    def shift(self, seed: int, *, finish: bool = False) -> dict[str, Any]:
        """The warehouse works through what is ready."""
        done: dict[str, Any] = self.call("POST", "/sandbox/warehouse/shift", {"seed": seed, "finish": finish})
        return done

    def void(self, shipment: str) -> None:
        """The warehouse takes a shipment back."""
        self.call("POST", f"/sandbox/warehouse/shipments/{shipment}/void", {})

    def taken_back(self) -> int:
        """Fulfilments that the shop was told are void."""
        counted: int = self.call("GET", "/api/v1/fulfillments?pageSize=1&status=cancelled")["totalCount"]
        return counted

    def undelivered(self) -> int:
        """Webhooks that are still to be sent."""
        counts: dict[str, int] = self.call("GET", "/sandbox/deliveries?limit=1")["counts"]
        return counts.get("waiting", 0)

    def announced(self, kinds: Iterable[Kind]) -> set[str]:
        """The records without a place in the shop that were announced before."""
        types = {f"{kind.value}.created" for kind in kinds}
        return {event["subject"] for event in self._events() if event["type"] in types}

    def announce_again(self) -> int:
        """Send every event of before once more, as a shop that lost its memory would; gives how many."""
        ids = {event["eventId"] for event in self._events() if event["state"] == "delivered"}
        for event_id in sorted(ids):
            self.call("POST", f"/sandbox/deliveries/{event_id}/resend")
        return len(ids)

    def call(self, method: str, path: str, body: Any = None, *, known: str = "") -> Any:
        """The answer; None for a refusal with the code `known`.

        Raises:
            StageError: the sandbox refused, or does not answer.
        """
        content = None if body is None else dumps(body)
        try:
            answer = self._http.request(method, path, content=content, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            raise StageError(f"{method} {path}: the sandbox does not answer ({type(error).__name__})") from error
        if answer.is_success:
            return loads(answer.content)
        if known and loads(answer.content).get("code") == known:
            return None
        refusal = loads(answer.content) if answer.status_code == httpx.codes.CONFLICT else None
        raise StageError(f"{method} {path}: {answer.status_code} {answer.text[:500]}", refusal)

    def _events(self) -> Iterator[dict[str, Any]]:
        after = 0
        while items := self.call("GET", f"/sandbox/deliveries?after={after}&limit=1000")["items"]:
            yield from items
            after = items[-1]["seq"]

    def _place(self, documents: Sequence[Document]) -> None:
        bodies = [document.body for document in documents]
        self.call("POST", "/sandbox/orders/bulk", {"orders": bodies, "keepExisting": True})


def _parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _product(item: Item) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "name": item.name,
        "unitPrice": item.price,
        "allowBackorder": item.backorder,
        "unit": item.unit,
        "requiresShipping": item.stocked,
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "item": item.sku,
        "name": item.name,
        "price": item.price / item.pieces,
        "cost": item.cost,
        "stock": item.stock,
        "stocked": item.stocked,
        "places": item.places,
    }
