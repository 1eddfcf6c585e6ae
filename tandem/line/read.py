"""First stations: read the current record from its owner, understand it, and decide whether it needs doing at all."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tandem.entities.cargo import EMBEDDED, Cargo
from tandem.entities.declaration import at
from tandem.entities.state import Outcome, State, held, skipped
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.mapped import mapped
from tandem.rules import judge
from tandem.values import content_hash, utc_now

PASSING = {"version", "updated_at"}
"""Canonical fields that change without the content changing."""


async def extract(line: Connection, batch: Batch) -> Batch:
    """Read every record of the batch again from its owner, in bulk; late and doubled events then do no harm.

    Raises:
        Unavailable: the source does not answer; nothing of the batch is decided.
    """
    known = line.store.ledger.known(line.name, batch.entity.name, [c.message.key for c in batch.cargo])
    for cargo in batch.cargo:
        cargo.known = known.get(cargo.message.key)
    reckoned = batch.route.reckoned
    if reckoned is None:
        batch.decide(lambda cargo: judge.older(cargo.message.version, cargo.known))
    # A key of our own making (guest:...) is nobody's number.
    wanted = [c for c in batch.open if c.message.edited is None and (reckoned or ":" not in c.message.key)]
    keys = [batch.route.own(c.message.key) for c in wanted]
    records = await line.connectors[batch.route.source].read(batch.route.read, keys)
    for cargo in batch.open:
        cargo.record = cargo.message.edited or records.get(batch.route.own(cargo.message.key)) or _embedded(cargo)
        if cargo.record is None and reckoned is not None:
            cargo.record = reckoned.absent(batch.route.own(cargo.message.key))
        cargo.version = judge.version_of(at(cargo.record, batch.route.version))
        if cargo.record is None and cargo.message.event_type in batch.route.erases:
            cargo.outcome = skipped(f"erased at {batch.route.source}")
        elif cargo.record is None:
            cargo.outcome = line.retry.parked(
                cargo.message,
                f"{batch.route.source} has no {batch.entity.name} {cargo.message.key}",
            )
    if reckoned is None:  # its content may change under the stamp that it had
        batch.decide(lambda cargo: judge.given_up(cargo.version, None, cargo.known))
    return batch


def _embedded(cargo: Cargo) -> dict[str, object] | None:
    return cargo.message.body if cargo.message.event_type.startswith(EMBEDDED) else None


def understand(line: Connection, batch: Batch) -> Batch:
    """Source record to canonical model by its sheet; what says nothing new is settled here."""
    for cargo in batch.open:
        cargo.outcome = _understand(line, batch, cargo)
    return batch


def _understand(line: Connection, batch: Batch, cargo: Cargo) -> Outcome | None:
    assert cargo.record is not None  # noqa: S101 - extract parks what has no record
    value = mapped(line, batch, cargo, _direction(batch, cargo), cargo.record)
    if isinstance(value, Outcome):
        return value
    try:
        read = batch.entity.model.model_validate(value)
    except ValidationError as error:
        return held("; ".join(_sentence(fault) for fault in error.errors()))
    cargo.canonical = read.as_of(utc_now().astimezone(line.zone).date())
    if cargo.known and cargo.known.manual_link:
        why = f"linked by hand to {cargo.known.target}; what stands there is left to whoever linked it"
        return Outcome(state=State.NOOP, reason=why, target=cargo.known.target)
    cargo.content_hash = content_hash(cargo.canonical.model_dump(exclude=PASSING))
    if batch.route.reckoned:
        return judge.unheeded(cargo.content_hash, cargo.message.version, cargo.known)
    return judge.same(cargo.content_hash, cargo.version, cargo.known)


def _direction(batch: Batch, cargo: Cargo) -> str:
    """The sheet's direction; a parent out of its child's record has its own, unless the source had the record."""
    return cargo.message.event_type.removeprefix(EMBEDDED) if is_embedded(cargo) else batch.route.sheet_in


def is_embedded(cargo: Cargo) -> bool:
    """Whether the record is its child's; an edited one is that of a parent which the source cannot have."""
    message = cargo.message
    if not message.event_type.startswith(EMBEDDED):
        return False
    return cargo.record is message.body or (cargo.record is message.edited and ":" in message.key)


def _sentence(fault: ErrorDetails) -> str:
    path = ".".join(str(part) for part in fault["loc"])
    return f"{path}: {fault['msg']} (got {fault['input']!r})"
