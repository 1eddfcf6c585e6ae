"""Corrections are announced into the inbox, so that the ordinary line reads, decides and writes them."""

from __future__ import annotations

from tandem import alerts
from tandem.entities import ENTITIES, System
from tandem.line.connection import Connection
from tandem.line.gather import event_of
from tandem.reconciliation import Comparison
from tandem.stocktaking.judgement import Judgement
from tandem.stocktaking.reading import STOCK
from tandem.store import Event

SOME = 500
"""Events in one transaction."""


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


def tell(line: Connection, judgement: Judgement, *, report: str) -> bool:
    """Ask for one alert if a person must decide about something; whether that was new."""
    if not judgement.held:
        return False
    kinds = ", ".join(f"{one.held} {one.kind}" for one in judgement.sums if one.held)
    why = f"; {judgement.refusal}" if judgement.refusal else ""
    text = f"{kinds}{why}. The report: {report}"
    title = f"stock differs at {judgement.held} places, and a person must decide"
    return alerts.raise_alert(line.store, line.name, "inventory-reconciliation", title, text)
