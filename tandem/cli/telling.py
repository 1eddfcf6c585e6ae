"""The story of the demo for a person: what ended how, what failed and why, both systems, and where to look."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tandem.cli.environment import prefect_url
from tandem.cli.stock_telling import print_stock
from tandem.cli.story import MISSING, Ending
from tandem.cli.tables import print_reconciliation
from tandem.settings import Settings

SHOWN = 40
"""Failures on the screen; `tandem letters list` has them all."""

DATA_DOCS = ("gx", "uncommitted", "data_docs", "tandem", "index.html")
WIDTH = 120
"""Columns where there is no terminal to ask."""


def tell(now: Settings, ended: Sequence[Ending], facts: dict[str, Any], reconciled: dict[str, Any]) -> None:
    """Print the story."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(_tally(ended))
    if facts["failures"]:
        console.print(_failures(facts["failures"]))
    if facts["unexpected"]:
        console.print(_failures(facts["unexpected"], "Not as meant"))
    warehouse = facts["warehouse"]
    if warehouse["shipments"]:
        console.print(
            f"The warehouse sent {warehouse['shipments']} parcels: {warehouse['whole']} orders whole, "
            f"{warehouse['part']} in part, {warehouse['short']} short; {warehouse['voided']} was taken back."
        )
    if warehouse["there"]:
        console.print(
            f"{warehouse['there']} documents were there before; {warehouse['announced_again']} events were "
            f"sent once more, {warehouse['placed']} documents are new."
        )
    if facts["stock"]:
        print_stock(facts["stock"], console)
    print_reconciliation(reconciled | {"explained": []}, console)
    if reconciled["explained"]:
        console.print(f"{len(reconciled['explained'])} more stand on one side alone, for the reasons above.")
    console.print(f"Accounted for: {facts['accounted']} of {facts['documents']} documents.")
    console.print(Text(f"Prefect while it runs: {prefect_url(now)}/runs"))
    console.print(Text(f"Data Docs: {now.home.resolve().joinpath(*DATA_DOCS)}"), soft_wrap=True)
    console.print(Text(f"Logs: {now.home.resolve() / 'logs'}"), soft_wrap=True)


def _tally(ended: Sequence[Ending]) -> Table:
    states = sorted({str(ending.state or MISSING) for ending in ended})
    counts = Counter((ending.document.sort, str(ending.state or MISSING)) for ending in ended)
    table = Table(title="What came in, and how it ended")
    table.add_column("sort")
    for state in states:
        table.add_column(state, justify="right")
    for sort in dict.fromkeys(ending.document.sort for ending in ended):
        table.add_row(sort, *(str(counts[sort, state] or "") for state in states))
    totals = Counter(str(ending.state or MISSING) for ending in ended)
    table.add_section()
    table.add_row("all", *(str(totals[state]) for state in states))
    return table


def _failures(failures: Sequence[dict[str, str]], title: str = "What waits for a person") -> Table:
    table = Table(title=f"{title}: {len(failures)}")
    for name in ("document", "what", "state", "reason"):
        table.add_column(name, overflow="fold")
    for failure in failures[:SHOWN]:
        table.add_row(*(Text(failure[name]) for name in ("key", "sort", "state", "reason")))
    return table


def whisper(line: str) -> None:
    """Progress that the next line replaces, for a person at a terminal alone."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{line}\r")
        sys.stderr.flush()
