"""Corrections are announced into the inbox, so that the ordinary line reads, decides and writes them."""

from __future__ import annotations

from tandem import alerts
from tandem.entities import ENTITIES, System
from tandem.line.connection import Connection
from tandem.line.gather import event_of
from tandem.reconciliation import Comparison, Difference
from tandem.rules.stock import plain
from tandem.stocktaking.judgement import Judgement
from tandem.stocktaking.reading import STOCK
from tandem.store import Event, Proposal
from tandem.values import ZERO, utc_now

SOME = 500
"""Events in one transaction."""

ON_THE_DESK = 200
"""Letters of one run; a person who has more to decide about needs other limits, and the report."""


def announce(line: Connection, comparison: Comparison, *, run: str) -> int:
    """Word of everything that is to be published once more; gives how many records.

    The id of an event holds the run, so a run that is tried again announces nothing twice.
    """
    entity, route = ENTITIES[STOCK], ENTITIES[STOCK].route(System.SAGEPRO)
    events: list[Event] = []
    announced = 0
    for one in comparison.corrections():
        key = f"{one.item}|{one.location}"
        events.append(event_of(line, entity, route, key, event_id=f"reconcile:{STOCK}:{key}:{run}", version=None))
        if len(events) == SOME:
            announced += line.store.inbox.put(events).stored
            events.clear()
    return announced + line.store.inbox.put(events).stored


def propose(line: Connection, comparison: Comparison) -> int:
    """Lay on the desk what a person may have corrected, the largest first, instead of what lay there; how many lie."""
    now = utc_now()
    proposed = [_proposal(one) for one in comparison.proposals(limit=ON_THE_DESK)]
    line.store.letters.propose(line.name, line.company, STOCK, System.SAGEPRO, proposed, now)
    return len(proposed)


def _proposal(one: Difference) -> Proposal:
    shown = None if one.shown is None else plain(one.shown)
    figures = {"shown": shown, "expected": plain(one.expected or ZERO), "kind": str(one.kind)}
    says = "has none" if shown is None else f"shows {shown}"
    reason = (
        f"{one.item} at {one.location} ({one.kind}): the shop {says}, "
        f"{figures['expected']} would be published; {one.why}. "
        "Approve it to have just that published, give it up to leave it"
    )
    return Proposal(key=f"{one.item}|{one.location}", reason=reason, figures=figures)


def tell(line: Connection, judgement: Judgement, *, report: str) -> bool:
    """Ask for one alert if a person must decide about something; whether that was new."""
    if not judgement.held:
        return False
    kinds = ", ".join(f"{one.held} {one.kind}" for one in judgement.sums if one.held)
    why = f"; {judgement.refusal}" if judgement.refusal else ""
    text = f"{kinds}{why}. The report: {report}"
    title = f"stock differs at {judgement.held} places, and a person must decide"
    return alerts.raise_alert(line.store, line.name, "inventory-reconciliation", title, text)
