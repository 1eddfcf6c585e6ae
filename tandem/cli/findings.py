"""What a reconciliation found, as JSON members and as rows of a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tandem.entities.state import COMES_BACK, State
from tandem.rules.reconciliation import Difference, Document, Reconciliation, Ref

MOVING = COMES_BACK | {State.WAITING}

COLUMNS = (
    "group",
    "kind",
    "key",
    "what",
    "amount",
    "source_number",
    "source_amount",
    "source_status",
    "target_number",
    "target_amount",
    "target_status",
    "currency",
    "state",
    "reason",
)


def findings(found: Reconciliation, reasons: Mapping[Ref, str]) -> dict[str, Any]:
    """The reconciliation as JSON members; `reasons` say why a record that is set apart is in its state."""
    return {
        "kinds": [asdict(tally) for tally in found.tallies],
        "count": len(found.differences),
        "differences": [_difference(d, "") for d in found.differences],
        "in_flight": [_difference(d, reasons.get((d.kind, d.key), "")) for d in found.apart if d.state in MOVING],
        "explained": [_difference(d, reasons.get((d.kind, d.key), "")) for d in found.apart if d.state not in MOVING],
    }


def _difference(difference: Difference, reason: str) -> dict[str, Any]:
    return {
        "kind": difference.kind,
        "key": difference.key,
        "what": difference.what,
        "amount": difference.amount,
        "source": _document(difference.source),
        "target": _document(difference.target),
        "state": difference.state,
        "reason": reason,
    }


def _document(document: Document | None) -> dict[str, Any] | None:
    if document is None:
        return None
    return {name: getattr(document, name) for name in ("number", "amount", "currency", "status")}


def rows(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each difference and each document that is set apart."""
    for group in ("differences", "in_flight", "explained"):
        for found in facts[group]:
            sides = {
                f"{side}_{name}": (found[side] or {}).get(name)
                for side in ("source", "target")
                for name in ("number", "amount", "status")
            }
            currency = (found["source"] or found["target"])["currency"]
            yield found | sides | {"group": group, "currency": currency}
