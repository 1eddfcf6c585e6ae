"""Opaque cursors: the place where a page ended, tied to the query that it belongs to."""

from __future__ import annotations

import base64
import hmac
import re
from hashlib import blake2b
from typing import Any

from tandem.gateway.api.problems import ProblemError
from tandem.gateway.company.faults import Fault
from tandem.gateway.listing import Place
from tandem.values import dumps, loads

_FORM = re.compile(r"[A-Za-z0-9_-]{1,512}")


def _mark(text: str, query: str) -> str:
    return blake2b(f"{query}\n{text}".encode(), digest_size=8).hexdigest()


def query_mark(**filters: Any) -> str:
    """Stands for the filters of a list: a cursor is good for the same filters only."""
    return dumps({name: str(value) for name, value in filters.items()}, sort_keys=True)


def encode(place: Place | None, query: str) -> str | None:
    """The cursor of a place in the list of this query; None where the list ends."""
    if place is None:
        return None
    text = dumps([place.stamp, *place.key])
    return base64.urlsafe_b64encode(f"{_mark(text, query)}{text}".encode()).decode().rstrip("=")


def decode(cursor: str | None, query: str) -> Place | None:
    """The place that a cursor stands for.

    Raises:
        ProblemError: 422, the cursor was not made here or belongs to another query.
    """
    if cursor is None:
        return None
    place = _place(cursor, query)
    if place is None:
        fault = Fault(
            field="cursor",
            column="",
            code="invalid-cursor",
            message="is not a cursor of this list; use NextCursor of the page before, with the same filters",
            value=cursor[:80],
        )
        raise ProblemError(422, "invalid-cursor", "The cursor cannot be used.", errors=[fault])
    return place


def _place(cursor: str, query: str) -> Place | None:
    if not _FORM.fullmatch(cursor):
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None
    mark, text = raw[:16], raw[16:]
    if not hmac.compare_digest(mark.encode(), _mark(text, query).encode()):
        return None
    stamp, *key = loads(text)
    return Place(stamp, tuple(key))
