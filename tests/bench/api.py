"""Calls to the Prefect server of a stage."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

BUSY = 503
TIMEOUT = 300.0
"""Seconds: on SQLite the server answers late when many runs write at once."""
PAUSES = (1, 2, 4, 8, 16)
"""Seconds between two tries, as Prefect's own client waits."""


class PrefectError(Exception):
    """The server refused a call; the message names it and the answer."""


def call(url: str, body: Any = None, *, method: str = "POST") -> Any:
    """The answer of the server; None where it has none. While its database is locked it is asked again.

    Raises:
        PrefectError: it refused.
    """
    for pause in PAUSES:
        try:
            return _call(url, body, method)
        except urllib.error.HTTPError as error:
            if error.code != BUSY:
                raise PrefectError(f"{method} {url}: {error.code} {error.read()[:500]!r}") from None
            time.sleep(pause)
    raise PrefectError(f"{method} {url}: {BUSY} for {sum(PAUSES)} s")


def _call(url: str, body: Any, method: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        text = answer.read()
    return json.loads(text) if text else None
