"""Watches the writes on their way: no second one without a look, and no older state over a newer one."""

from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

import httpx

from tandem.values import loads

REFERENCES = {
    "/api/v1/sagepro/orders": "externalOrderId",
    "/api/v1/sagepro/customers": "externalCustomerId",
    "/api/v1/fulfillments": "externalKey",
}
"""Lists by whose filters a record is looked up, and the filter."""

CREATIONS = {"/api/v1/sagepro/orders/batch": "ExternalOrderId", "/api/v1/sagepro/customers/batch": "ExternalCustomerId"}


class Monitor:
    """`uncertain` are the references of creations whose answer nobody got, until somebody has looked."""

    def __init__(self, fail: Callable[[str], None], count: Callable[[str], None]) -> None:
        self._fail = fail
        self._count = count
        self.uncertain: dict[str, str] = {}

    def departs(self, request: httpx.Request, body: bytes) -> list[str]:
        """A request leaves; gives the references that it creates."""
        created = [f"{request.url.path}:{reference}" for reference in _created(request, body)]
        for reference in created:
            if reference in self.uncertain:
                self._fail(f"second write: {reference} was sent again without a look ({self.uncertain[reference]})")
        return created

    def lost(self, created: Iterable[str], why: str) -> None:
        """Nobody knows what became of these."""
        for reference in created:
            self.uncertain[reference] = why
            self._count("write of unknown outcome")

    def arrives(self, request: httpx.Request, response: httpx.Response, created: Iterable[str]) -> None:
        """An answer has come."""
        if request.method != "GET" and response.status_code >= 500 and response.status_code != 503:
            self.lost(created, f"answered {response.status_code}")
        name = REFERENCES.get(request.url.path)
        if request.method == "GET" and name and response.status_code == 200:
            self._looked(request, response, name)

    def _looked(self, request: httpx.Request, response: httpx.Response, name: str) -> None:
        family = request.url.path.rpartition("/")[2]
        asked = {value for key, value in parse_qsl(request.url.query.decode()) if key == name}
        for reference in [r for r in self.uncertain if family in r and r.partition(":")[2] in asked]:
            del self.uncertain[reference]
            there = reference.partition(":")[2].encode() in response.content
            self._count("look-up found it" if there else "look-up found nothing")


def _created(request: httpx.Request, body: bytes) -> Iterable[str]:
    if request.method != "POST":
        return ()
    path = request.url.path
    if path in CREATIONS:
        kind = "Order" if "orders" in path else "Customer"
        return [str(item[kind][CREATIONS[path]]) for item in loads(body)["Items"]]
    if path.endswith("/fulfillments"):
        return [str(loads(body)["externalKey"])]
    return ()
