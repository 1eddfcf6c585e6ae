"""Middle stations: bring what the decision needs, decide, and write the decision down in the target's own form."""

from __future__ import annotations

from tandem.entities import ENTITIES
from tandem.entities.cargo import APPROVED, EMBEDDED, Cargo
from tandem.entities.declaration import Parent, at
from tandem.entities.state import NEEDS_A_PERSON, Outcome
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.demand import planned
from tandem.line.mapped import mapped
from tandem.rules import PLANS, Circumstances, judge
from tandem.store import Event
from tandem.values import content_hash, utc_now


def link(line: Connection, batch: Batch) -> dict[Parent, list[Cargo]]:
    """Give each record the numbers of its parents; what is returned still lacks that parent."""
    missing: dict[Parent, list[Cargo]] = {}
    for parent in batch.route.parents:
        keys = {str(at(cargo.canonical, parent.key)) for cargo in batch.open}
        numbers = line.store.links.find(line.name, parent.entity, sorted(keys))
        for cargo in batch.open:
            number = numbers.get(str(at(cargo.canonical, parent.key)))
            if number is None:
                missing.setdefault(parent, []).append(cargo)
            else:
                cargo.links[parent.entity] = number
    return missing


def announce(line: Connection, batch: Batch, missing: dict[Parent, list[Cargo]]) -> dict[str, list[str]]:
    """Put every missing parent into the inbox as a record of its own; gives the keys by entity."""
    announced: dict[str, list[str]] = {}
    events = []
    for parent, children in missing.items():
        route = ENTITIES[parent.entity].route(batch.route.source)
        wanted = {str(at(cargo.canonical, parent.key)): cargo for cargo in children}
        known = line.store.ledger.known(line.name, parent.entity, sorted(wanted))
        for key, cargo in wanted.items():
            announced.setdefault(parent.entity, []).append(key)
            # While the parent stands on the desk the same child announces it once; after that at each of its passes.
            turn = 0 if (before := known.get(key)) and before.state in NEEDS_A_PERSON else cargo.message.attempts
            events.append(
                Event(
                    connection=line.name,
                    company=line.company,
                    source=route.source,
                    event_id=f"parent:{parent.entity}:{key}:{cargo.message.key}:{cargo.message.ids[-1]}:{turn}",
                    event_type=f"{EMBEDDED}{parent.sheet}" if parent.sheet else f"{parent.entity}.needed",
                    entity=parent.entity,
                    key=key,
                    version=None,
                    body=cargo.record if parent.sheet else None,
                    received_at=utc_now(),
                )
            )
    line.store.inbox.put(events)
    return announced


def park_orphans(line: Connection, missing: dict[Parent, list[Cargo]]) -> None:
    """What still has no parent waits for it, by event and by timer."""
    for parent, children in missing.items():
        for cargo in (c for c in children if c.open):
            key = str(at(cargo.canonical, parent.key))
            state = line.store.ledger.known(line.name, parent.entity, [key]).get(key)
            why = f"; it is {state.state}" if state else ""
            cargo.outcome = line.retry.parked(
                cargo.message, f"waits for {parent.entity} {key}{why}", parent=(parent.entity, key)
            )


def compose(line: Connection, batch: Batch) -> Batch:
    """Decide by the rules, then canonical document to target payload by its sheet."""
    for cargo in batch.open:
        cargo.outcome = _compose(line, batch, cargo)
    return batch


def _compose(line: Connection, batch: Batch, cargo: Cargo) -> Outcome | None:
    assert cargo.canonical is not None  # noqa: S101 - understand decides what has none
    name = batch.entity.name
    approved = cargo.message.event_type == APPROVED
    around = Circumstances(
        known=cargo.known,
        companions=cargo.companions,
        links=cargo.links,
        taken=cargo.taken,
        lookup=line.workbook.table,
        account=line.workbook.account,
        policy=line.workbook.decide(name, cargo.companions | cargo.canonical.model_dump()),
        facts=line.facts,
        doubtful=cargo.message.attempts > 0 or (cargo.known is not None and cargo.known.perhaps_sent),
        again=cargo.message.attempts > 0,
        approved=approved,
        proposal=(cargo.message.body or {}).get("proposal") if approved else None,
        source=batch.route.source,
        found=cargo.found,
    )
    document = PLANS[name](cargo.canonical, around)
    if isinstance(document, Outcome):
        return line.retry.timed(cargo.message, document)
    cargo.document = document
    cargo.needs = planned(batch.route, document)
    if batch.route.reckoned:
        cargo.found = str(at(document, batch.route.reckoned.number))
    value = mapped(line, batch, cargo, batch.route.sheet_out, document.model_dump(), links=cargo.links)
    if isinstance(value, Outcome):
        return value
    cargo.payload = value
    cargo.payload_hash = content_hash(cargo.payload)
    # What was written last is no proof of what stands there now, where the plan has just looked.
    return None if batch.route.weighs else judge.same_payload(cargo.payload_hash, cargo.known)
