"""From an HTTP answer, of a whole call or of one item in a batch, to the WriteResult of an item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tandem.connectors.protocol import Record, Status, WriteItem, WriteResult
from tandem.errors import ConnectorError, OutcomeUnknown, RateLimited, Refused, Unauthorized

DUPLICATE = "duplicate-external-"
BACK_ORDERED = "back-ordered"
IN_PROGRESS = "idempotency-in-progress"
SUPERSEDED = "newer-state-written"

Written = WriteResult | ConnectorError
"""What one item came to, or the error that its whole call ended in."""


def code_of(problem: Record | None) -> str:
    """The short code of a problem document: its `code`, else the end of its `type`."""
    problem = problem or {}
    return str(problem.get("code") or str(problem.get("type") or "").rpartition(":")[2])


def result_of(
    item: WriteItem,
    status: int,
    *,
    number: str,
    answer: Record | None = None,
    problem: Record | None = None,
) -> WriteResult:
    """What an HTTP status means for one item; `number` is the field that holds the target's own number."""
    if 200 <= status < 300:
        done = _done(item, status, _text((answer or {}).get(number)) or item.target)
        remarks = tuple(_remarks(answer or {}))
        return replace(done, remarks=remarks, news=BACK_ORDERED) if remarks else done
    outcome, target = _refusal(status, code_of(problem)), item.target
    if outcome == "existing":
        target = _existing(problem or {}, number)
        if target is None or item.target not in (None, target):
            outcome, target = "conflict", item.target
    return WriteResult(reference=item.reference, status=outcome, target=target, problem=problem)


def _remarks(answer: Record) -> Iterator[str]:
    """One sentence for each line that was taken though its goods are not there."""
    for short in answer.get("BackOrders") or ():
        if isinstance(short, dict):
            quantity, code, location = (str(short.get(name)) for name in ("Quantity", "ItemCode", "Location"))
            plain = quantity.rstrip("0").rstrip(".") if "." in quantity else quantity
            yield f"{BACK_ORDERED}: {plain} of {code} at {location} not on hand"


def _done(item: WriteItem, status: int, target: str | None) -> WriteResult:
    if target is None:  # done, but where: the look-up by our reference will tell
        problem = {"title": "the answer to the write has no number"}
        return WriteResult(reference=item.reference, status="unknown", problem=problem)
    created = status == 201 or item.target is None
    return WriteResult(reference=item.reference, status="created" if created else "updated", target=target)


def _refusal(status: int, code: str) -> Status:
    if status == 409 and code.startswith(DUPLICATE):
        return "existing"
    if status in (429, 503) or (status == 409 and code == IN_PROGRESS):
        return "busy"
    if status == 409 and code == SUPERSEDED:
        return "changed"
    if status in (409, 412):
        return "conflict"
    if status == 423:
        return "locked"
    return "unknown" if status >= 500 else "refused"


def _existing(problem: Record, number: str) -> str | None:
    inner = problem.get("existing")
    return _text((inner if isinstance(inner, dict) else problem).get(number))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def conflict(item: WriteItem, reason: str) -> WriteResult:
    """The item does not fit what the other side has or can do; a person must look."""
    problem = {"code": "conflict", "title": reason}
    return WriteResult(reference=item.reference, status="conflict", target=item.target, problem=problem)


def failed(item: WriteItem, error: ConnectorError) -> WriteResult:
    """The result of an item whose call ended in `error`; refused credentials say nothing against the item itself."""
    status: Status = "busy"
    if isinstance(error, OutcomeUnknown):
        status = "unknown"
    elif isinstance(error, Refused) and not isinstance(error, Unauthorized):
        status = "refused"
    return WriteResult(
        reference=item.reference,
        status=status,
        target=item.target,
        problem=(error.problem if isinstance(error, Refused) else None) or {"title": str(error)},
        retry_after=error.retry_after if isinstance(error, RateLimited) else None,
    )


def assembled(items: Sequence[WriteItem], outcomes: Sequence[Written]) -> list[WriteResult]:
    """One result per item.

    Raises:
        ConnectorError: no call went through and nothing was written, so the whole write may simply be tried again.
    """
    nothing = [o for o in outcomes if isinstance(o, ConnectorError) and not isinstance(o, OutcomeUnknown)]
    if nothing and len(nothing) == len(outcomes):
        raise nothing[0]
    return [
        outcome if isinstance(outcome, WriteResult) else failed(item, outcome)
        for item, outcome in zip(items, outcomes, strict=True)
    ]
