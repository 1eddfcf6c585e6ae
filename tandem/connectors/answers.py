"""What came back over HTTP, and which refusal it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tandem.connectors.pauses import pause_of
from tandem.errors import RateLimited, Refused, Unauthorized
from tandem.values import loads, utc_now


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer, or the 404 of a read: status, headers and the body as exact JSON (None: no body)."""

    status: int
    headers: Mapping[str, str]
    body: Any


def check(what: str, response: httpx.Response) -> None:
    """Lets 2xx pass; `what` is the call as messages name it.

    Raises:
        RateLimited: 429 or 503, with the time to wait where it says so.
        Unauthorized: 401 or 403.
        Refused: any other.
    """
    status = response.status_code
    if 200 <= status < 300:
        return
    problem = problem_of(response)
    text = f"{what} was answered {status}"
    if status in (429, 503):
        raise RateLimited(text, retry_after=pause_of(response.headers, utc_now()))
    if title := problem.get("code") or problem.get("title"):
        text = f"{text} ({title})"
    if status in (401, 403):
        raise Unauthorized(text, status=status, problem=problem)
    raise Refused(text, status=status, problem=problem)


def problem_of(response: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer; empty where the body is none (a proxy's page)."""
    try:
        body = loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
