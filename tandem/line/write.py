"""Last stations: look before any second write, write in bulk, and settle what became of each record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tandem.connectors.protocol import WriteItem, WriteResult
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import at
from tandem.entities.state import Fault, Outcome, State, dead, held, skipped
from tandem.line import second_look
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.values import content_hash


async def find(line: Connection, batch: Batch) -> dict[str, list[str]]:
    """Where records stand in the target that may have been written before without our knowing: key to numbers.

    A pass that was cut off, a lost lease and a replay all look alike: an attempt before this one and no link. More
    than one number is for a person to sort out.

    Raises:
        Unavailable: the look-up failed, so nothing may be written.
    """
    doubtful = [c for c in batch.open if not _target(c) and (c.message.attempts or (c.known and c.known.perhaps_sent))]
    if not doubtful or batch.route.write is None or batch.route.target is None or batch.route.reference is None:
        return {}  # what carries no reference of ours is found as its counterpart
    connector = line.connectors[batch.route.target]
    found = await connector.find(batch.route.write, [c.message.key for c in doubtful])
    resource = batch.route.write
    return {key: sorted({connector.key(resource, record) for record in some}) for key, some in found.items() if some}


def _found_twice(found: dict[str, list[str]], cargo: Cargo) -> Outcome | None:
    """Two records under one reference of ours: neither is written to, and no third is made."""
    numbers = found.get(cargo.message.key, [])
    if len(numbers) < 2:
        return None
    reason = f"our reference {cargo.message.key} is that of {len(numbers)} records: {', '.join(numbers)}"
    return replace(held(f"{reason}; cancel all but one there and link it by hand"), fault=Fault.UNKNOWN)


def _never_written(found: Mapping[str, object], cargo: Cargo) -> Outcome | None:
    """What is cancelled and not there must not be made only to be cancelled."""
    if not getattr(cargo.document, "cancelled", False) or _target(cargo) or cargo.message.key in found:
        return None
    return skipped("cancelled before it was written")


def _target(cargo: Cargo) -> str | None:
    return cargo.found or (cargo.known.target if cargo.known else None)


async def match(line: Connection, batch: Batch) -> None:
    """Link what the target already has under an equal field (a customer's e-mail), rather than make it twice."""
    wanted = batch.route.match
    fresh = [c for c in batch.open if not _target(c) and at(c.payload, wanted.field if wanted else None)]
    if wanted is None or not fresh or batch.route.write is None or batch.route.target is None:
        return
    connector = line.connectors[batch.route.target]
    values = sorted({str(at(c.payload, wanted.field)) for c in fresh})
    found = await connector.match(batch.route.write, wanted.field, values)
    first: dict[str, Cargo] = {}
    for cargo in fresh:
        value = str(at(cargo.payload, wanted.field))
        numbers = sorted({connector.key(batch.route.write, record) for record in found.get(value, [])})
        twin = first.setdefault(value.strip().casefold(), cargo)
        cargo.outcome = _matched(line, wanted.field, numbers, cargo, twin)


def _matched(line: Connection, field: str, numbers: list[str], cargo: Cargo, twin: Cargo) -> Outcome | None:
    """Linked to the one that is there; where there is none, the first of several equal ones is made alone."""
    if len(numbers) == 1:
        return Outcome(state=State.APPLIED, target=numbers[0], reason=f"linked by equal {field}")
    if numbers:
        return held(f"{field} is that of {len(numbers)} records: {', '.join(numbers)}; link one by hand")
    if twin is not cargo:
        why = f"{twin.message.key} has the same {field} and goes first"
        return line.retry.again(cargo.message, why, outage=True)
    return None


async def load(line: Connection, batch: Batch) -> Batch:
    """Write what is open to the target, in bulk.

    Raises:
        Unavailable: nothing was written.
    """
    if batch.route.write is None or batch.route.target is None or not batch.open:
        return batch
    seen = await find(line, batch)
    batch.decide(partial(_found_twice, seen))
    batch.decide(partial(_never_written, seen))
    found = {key: numbers[0] for key, numbers in seen.items()}
    await match(line, batch)
    ready = batch.open
    results = await _write(line, batch, ready, found)
    _reopen(ready, results)
    existing = {r.reference: r.target for r in results if r.status == "existing" and r.target}
    again = [c for c in ready if c.message.key in existing]
    for cargo, result in zip(ready, results, strict=True):
        if cargo.message.key not in existing and result.status != "changed":
            cargo.outcome = _outcome(line, batch, cargo, result)
    for cargo, result in zip(again, await _write(line, batch, again, existing), strict=True):
        cargo.outcome = _outcome(line, batch, cargo, result)
    second_look.begin(batch)
    return batch


def _reopen(ready: Sequence[Cargo], results: Sequence[WriteResult]) -> None:
    """What the target has changed since it was read was not written: it is undecided again."""
    for cargo, result in zip(ready, results, strict=True):
        if result.status == "changed":
            cargo.document = cargo.payload = cargo.payload_hash = None


def overtaken(line: Connection, cargo: Cargo) -> Outcome:
    """The target changed time and again between the look at it and the write."""
    return line.retry.again(cargo.message, "the target changed again before each write", outage=True)


async def _write(line: Connection, batch: Batch, cargo: Sequence[Cargo], found: dict[str, str]) -> list[WriteResult]:
    route = batch.route
    if not cargo or route.target is None or route.write is None:
        return []
    items = [
        WriteItem(
            reference=c.message.key,
            key=_idempotency_key(line, batch, c, target := _target(c) or found.get(c.message.key)),
            payload=c.payload or {},
            target=target,
            parent=str(at(c.canonical, route.under)) if route.under else None,
            version=None if c.message.edited else c.version,
        )
        for c in cargo
    ]
    return await line.connectors[route.target].write(route.write, items)


def _idempotency_key(line: Connection, batch: Batch, cargo: Cargo, target: str | None) -> str:
    """Equal for every try of the same content on the same record, different as soon as either differs.

    Where the plan has seen that the target lost what was written, the same content is another write: it is told by the
    event that began it.
    """
    message, began = cargo.message, cargo.message.ids[:1] if batch.route.weighs else ()
    return content_hash(
        [line.name, line.company, batch.entity.name, message.key, target, cargo.payload_hash, cargo.version, *began]
    )


def _outcome(line: Connection, batch: Batch, cargo: Cargo, result: WriteResult) -> Outcome:
    problem = result.problem or {}
    reason = sentence(problem)
    match result.status:
        case "created" | "updated" | "existing":
            return Outcome(
                state=State.APPLIED,
                target=result.target,
                amount=at(cargo.canonical, batch.entity.amount) if batch.entity.amount else None,
                currency=at(cargo.canonical, batch.entity.currency) if batch.entity.currency else None,
                notes=(*cargo.notes, *getattr(cargo.document, "notes", ()), *result.remarks),
                news=result.news,
            )
        case "refused":
            return dead(reason, problem=problem)
        case "conflict":
            return held(reason, problem=problem)
        case "locked" | "busy" | "changed":
            return line.retry.again(
                cargo.message, reason or "the record is in use", retry_after=result.retry_after, outage=True
            )
        case "unknown":
            return line.retry.unknown(cargo.message, reason or f"{batch.route.target} gave no answer to the write")


def sentence(problem: dict[str, Any]) -> str:
    """The faults of a problem document in one line, each with its field."""
    faults = problem.get("errors") or problem.get("differences") or []
    said = [f"{f.get('field')}: {f.get('message') or _difference(f)}{_value(f)}" for f in faults]
    return "; ".join(said) or str(problem.get("detail") or problem.get("title") or "")


def _value(fault: dict[str, Any]) -> str:
    return f" (got {fault['value']!r})" if fault.get("value") else ""


def _difference(fault: dict[str, Any]) -> str:
    return f"is {fault.get('before')!r}, wanted {fault.get('after')!r}"
