"""What an outcome makes of a record's row, its ledger line and its letter; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tandem.entities import ENTITIES
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import at
from tandem.entities.state import Outcome, State
from tandem.store.correspondence import Trouble
from tandem.store.masking import masked
from tandem.store.whose import of

ECHO = frozenset({State.NOOP, State.STALE})
"""Says nothing new about the record."""

STANDS = frozenset({State.APPLIED, State.HELD, State.DEAD})
"""Is not replaced by an echo: an earlier error stays visible."""

DECIDED = frozenset({State.APPLIED, State.NOOP, State.HELD, State.DEAD, State.SKIPPED})
"""What the record was is remembered from these passes only; the others have not come to an end."""

WENT_THROUGH = frozenset({State.APPLIED, State.NOOP})


def outcome_of(cargo: Cargo) -> Outcome:
    """The outcome of a cargo that comes to be settled.

    Raises:
        ValueError: no station decided; names the record.
    """
    if cargo.outcome is None:
        raise ValueError(f"{cargo.message.entity} {cargo.message.key} comes to be settled without an outcome")
    return cargo.outcome


def record_row(before: Mapping[str, Any], cargo: Cargo, now: datetime) -> dict[str, Any]:
    """The record's columns after this pass; a payload only if this pass has changed it."""
    outcome = outcome_of(cargo)
    after = {**before, "updated_at": now}
    if not (outcome.state in ECHO and before["state"] in STANDS):
        after |= {
            "state": str(outcome.state),
            "reason": outcome.reason,
            "fault": outcome.fault and str(outcome.fault),
        }
    seen: dict[str, Any] = {"number": _number(cargo), "target": outcome.target}
    if outcome.state in DECIDED:
        seen |= {"version": cargo.version or cargo.message.version, "content_hash": cargo.content_hash}
    if outcome.state in (State.APPLIED, State.UNKNOWN) and cargo.payload is not None:
        seen |= {"payload": cargo.payload, "payload_hash": cargo.payload_hash}
    if outcome.state in WENT_THROUGH and outcome.target:
        seen["written"] = True
    if outcome.state != State.STALE:
        seen |= _money(cargo, outcome) | _parent(cargo)
    return after | {name: value for name, value in seen.items() if value is not None}


def ledger_row(cargo: Cargo, owner: str, now: datetime, flow_run_id: str | None) -> dict[str, Any]:
    """The line that this pass adds to the ledger."""
    outcome = outcome_of(cargo)
    trace = [
        {"target": line.target, "source": line.source, "kind": line.kind, "note": line.note}
        for line in cargo.trace
        if line.kind != "mapped"
    ]
    detail = {"notes": outcome.notes, "detail": outcome.detail, "trace": trace}
    return {
        **of(cargo.message)._asdict(),
        "at": now,
        "state": str(outcome.state),
        "reason": outcome.reason,
        "fault": outcome.fault and str(outcome.fault),
        "target": outcome.target,
        "version": cargo.version or cargo.message.version,
        **_money(cargo, outcome),
        "owner": owner,
        "flow_run_id": flow_run_id,
        "detail": masked({name: value for name, value in detail.items() if value}),
    }


def trouble_of(cargo: Cargo, now: datetime) -> Trouble:
    """What a person needs to see of a record that did not go through."""
    outcome, message = outcome_of(cargo), cargo.message
    payload = next((p for p in (cargo.record, message.edited, message.body) if p is not None), None)
    return Trouble(
        whose=of(message),
        source=str(message.source),
        event_type=message.event_type,
        state=outcome.state,
        reason=outcome.reason,
        fault=outcome.fault,
        at=now,
        number=_number(cargo),
        attempts=message.attempts + 1,
        payload=None if payload is None else masked(payload),
        document=cargo.payload,
        detail=masked(outcome.detail),
    )


def parent_of(outcome: Outcome) -> tuple[str, str] | None:
    """Entity and key of the parent that a parked record waits for; None if the outcome does not say."""
    named = outcome.detail.get("parent")
    if outcome.state != State.PARKED or not named:
        return None
    entity, key = (named["entity"], named["key"]) if isinstance(named, Mapping) else named
    return str(entity), str(key)


def _number(cargo: Cargo) -> str | None:
    route = ENTITIES[cargo.message.entity].route(cargo.message.source)
    number = at(cargo.record, route.number) if route.number else None
    return str(number) if number not in (None, "") else None


def _money(cargo: Cargo, outcome: Outcome) -> dict[str, Any]:
    entity = ENTITIES[cargo.message.entity]
    amount: Decimal | None = outcome.amount
    currency: str | None = outcome.currency
    if amount is None and entity.amount:
        amount = at(cargo.canonical, entity.amount)
    if currency is None and entity.currency:
        currency = at(cargo.canonical, entity.currency)
    return {"amount": amount, "currency": currency}


def _parent(cargo: Cargo) -> dict[str, str]:
    for parent in ENTITIES[cargo.message.entity].route(cargo.message.source).parents:
        key = at(cargo.canonical, parent.key)
        if key is not None:
            return {"parent_entity": parent.entity, "parent_key": str(key)}
    return {}
