"""The reconciliation as tables for a person at a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

SHOWN = 50
"""Rows of a group on the screen; --json and --csv have them all."""

GROUPS = {
    "differences": "Differences",
    "in_flight": "On its way",
    "explained": "Explained: skipped on purpose, or waiting for a person",
}


def print_reconciliation(facts: dict[str, Any], console: Console | None = None) -> None:
    """Counts and amounts by kind, then each group of differences, then the verdict."""
    out = console or Console()
    out.print(_tallies(facts))
    for group, title in GROUPS.items():
        if facts[group]:
            out.print(_group(title, facts[group]))
    count = facts["count"]
    verdict = "No difference." if not count else f"{count} difference{'s' if count > 1 else ''}."
    out.print(Text(f"{verdict} {len(facts['in_flight'])} on its way, {len(facts['explained'])} explained."))


def _tallies(facts: dict[str, Any]) -> Table:
    table = Table(title="Both systems side by side")
    for name in ("kind", "currency", "source", "amount", "target", "amount", "by hand"):
        table.add_column(name, justify="left" if name in ("kind", "currency") else "right")
    for tally in facts["kinds"]:
        table.add_row(
            tally["kind"],
            tally["currency"],
            str(tally["source_count"]),
            _amount(tally["source_amount"], tally["currency"]),
            str(tally["target_count"]),
            _amount(tally["target_amount"], tally["currency"]),
            str(tally["by_hand"] or ""),
        )
    return table


def _amount(amount: Any, currency: str) -> str:
    return f"{amount:,}" if currency else ""


def _group(title: str, found: list[dict[str, Any]]) -> Table:
    table = Table(title=f"{title}: {len(found)}")
    for name in ("kind", "key", "what", "source", "target", "by", "state", "reason"):
        table.add_column(name, justify="right" if name == "by" else "left")
    for difference in found[:SHOWN]:
        cells = (
            difference["kind"],
            difference["key"],
            difference["what"],
            _side(difference["source"]),
            _side(difference["target"]),
            str(difference["amount"] or ""),
            difference["state"] or "",
            difference["reason"],
        )
        table.add_row(*(Text(str(cell)) for cell in cells))
    if len(found) > SHOWN:
        table.caption = f"{len(found) - SHOWN} more: use --json or --csv"
    return table


def _side(document: dict[str, Any] | None) -> str:
    if document is None:
        return "-"
    amount = f" {document['amount']} {document['currency']}" if document["currency"] else ""
    return f"{document['number']}{amount} ({document['status']})"
