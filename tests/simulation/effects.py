"""In which order the states of an order reached the company: an older one never over a newer one."""

from collections.abc import Callable
from typing import Any

import httpx

from tandem.values import loads


class Effects:
    """Told of every write that the gateway has carried out."""

    def __init__(self, fail: Callable[[str], None], history: Callable[[str], list[dict[str, Any]]]) -> None:
        self._fail = fail
        self._history = history
        self._keys: dict[str, str] = {}
        self.reached: dict[str, int] = {}
        self.entered: list[str] = []

    def handled(self, request: httpx.Request, body: bytes, response: httpx.Response) -> None:
        """A request to write orders was answered; replays have changed nothing."""
        if not request.url.path.endswith("/orders/batch") or response.status_code != 200:
            return
        results = loads(response.content)["Results"]
        for item, result in zip(loads(body)["Items"], results, strict=True):
            if result["Status"] < 300 and not result["Replayed"]:
                self._written(str(result["SalesOrderNo"]).strip(), item["Order"])

    def _written(self, number: str, order: dict[str, Any]) -> None:
        key = self._keys.setdefault(number, str(order.get("ExternalOrderId") or ""))
        if order.get("ExternalOrderId") and key not in self.entered:
            self.entered.append(key)
        states = [n for n, state in enumerate(self._history(key)) if _tells(state) == _signature(order)]
        reached = self.reached.get(key, 0)
        later = [n for n in states if n >= reached]
        if later:
            self.reached[key] = later[0]
        elif states:
            self._fail(f"order of effects: {key} went back to state {states[-1]} after {reached} in the company")


def _tells(state: dict[str, Any]) -> tuple[Any, ...]:
    if state["status"] == "cancelled":
        return ("cancelled",)
    return (state["totalAmount"], state["shippingAddress"]["address1"])


def _signature(order: dict[str, Any]) -> tuple[Any, ...]:
    if order.get("Status") == "void" or order.get("Cancelled") or "TotalAmount" not in order:
        return ("cancelled",)
    return (order["TotalAmount"], order["ShipToAddress"]["Address1"])
