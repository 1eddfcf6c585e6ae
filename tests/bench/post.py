"""The cheapest way from Python to the gateway: one kept-alive connection of the standard library, bodies joined."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

BATCH = "/api/v1/sagepro/orders/batch"


class RefusedError(Exception):
    """The gateway did not enter an order."""


class Post:
    """One connection; not for several threads."""

    def __init__(self, gateway: str, key: str) -> None:
        address = urlsplit(gateway)
        self._http = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def orders(self, items: Sequence[bytes]) -> None:
        """Enter so many orders with one call.

        Raises:
            RefusedError: one of them was not entered.
        """
        body = b'{"Items":[%s]}' % b",".join(items)
        try:
            status, answer = self._ask(body)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._http.close()  # it was idle for longer than the gateway keeps one; each item has its key
            status, answer = self._ask(body)
        results = json.loads(answer).get("Results", ()) if status == 200 else ()
        if len(results) != len(items) or any(result["Status"] != 201 for result in results):
            raise RefusedError(f"the gateway answered {status}: {answer[:500]!r}")

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        self._http.request("POST", BATCH, body, self._headers)
        answer = self._http.getresponse()
        return answer.status, answer.read()
