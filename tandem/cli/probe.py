"""Questions to services on this machine: are they up, what do they say."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Any

from tandem.values import dumps, loads

PATIENCE = 5.0


def ask(url: str, body: Any = None) -> Any:
    """The JSON that an address answers, a POST if there is a body; None while it does not answer with success."""
    request = urllib.request.Request(  # noqa: S310 (always an address that this installation made)
        url,
        data=None if body is None else dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return loads(answer.read())
    except (OSError, http.client.HTTPException, urllib.error.URLError, ValueError):
        return None


def answers(url: str) -> bool:
    """Whether the address answers with success."""
    return ask(url) is not None
