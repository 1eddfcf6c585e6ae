"""Writes to the gateway: creations by POST, replacements by PUT, up to 500 in one call, one result per item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tandem.connectors.company import BASE, RESOURCES
from tandem.connectors.http import Http
from tandem.connectors.protocol import WriteItem, WriteResult
from tandem.connectors.records import items_of
from tandem.connectors.results import Written, assembled, result_of
from tandem.errors import ConnectorError, OutcomeUnknown, Refused

BATCH = 500
TOO_LARGE = 413


async def write(http: Http, resource: str, items: Sequence[WriteItem]) -> list[WriteResult]:
    """As `protocol.Connector.write` says."""
    if not RESOURCES[resource].item:
        raise ValueError(f"{resource} are not written in batches")
    written: dict[int, Written] = {}
    created = [index for index, item in enumerate(items) if item.target is None]
    replaced = [index for index, item in enumerate(items) if item.target is not None]
    for method, chosen in (("POST", created), ("PUT", replaced)):
        for start in range(0, len(chosen), BATCH):
            some = chosen[start : start + BATCH]
            results = await _batch(http, method, resource, [items[index] for index in some])
            written |= zip(some, results, strict=True)
    return assembled(items, [written[index] for index in range(len(items))])


async def _batch(http: Http, method: str, resource: str, items: Sequence[WriteItem]) -> list[Written]:
    """One call; a body that is too large for the gateway is sent in halves, as any proxy before it may set a limit."""
    body = {"Items": [RESOURCES[resource].envelope(item) for item in items]}
    try:
        answer = await http.send(method, f"{BASE}/{resource}/batch", body, label=f"{resource}/batch of {len(items)}")
        return _results(resource, items, answer.body)
    except Refused as error:
        if error.status != TOO_LARGE or len(items) == 1:
            return [error] * len(items)
    except ConnectorError as error:
        return [error] * len(items)
    half = len(items) // 2
    first = await _batch(http, method, resource, items[:half])
    return first + await _batch(http, method, resource, items[half:])


def _results(resource: str, items: Sequence[WriteItem], body: Any) -> list[Written]:
    """The results in the order of the items; an answer that is not one per item leaves all of them unknown."""
    kind = RESOURCES[resource]
    try:
        results = {result.get("Index"): result for result in items_of(body, resource, "Results")}
    except Refused as error:
        return [OutcomeUnknown(str(error))] * len(items)
    missing = OutcomeUnknown(f"the gateway's answer to a batch of {resource} left this item out")
    return [
        missing
        if not isinstance((result := results.get(index, {})).get("Status"), int)
        else result_of(item, result["Status"], number=kind.key, answer=result, problem=result.get("Problem"))
        for index, item in enumerate(items)
    ]
