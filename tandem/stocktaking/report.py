"""What a warehouse manager reads: a summary, the largest differences as a table, all of them as a file, a picture."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from tandem.reconciliation import Comparison, Difference
from tandem.rules.stock_differences import PASSES, Kind
from tandem.spreadsheet import write_csv
from tandem.stocktaking.chart import COLOURS, draw
from tandem.stocktaking.judgement import Judgement

SHOWN = 200
"""Rows in the table; all of them stand in the file."""

DRAWN = 25
"""Bars in the picture."""

KEPT = 30
"""Reports that stay on disk."""

HEADINGS = {
    "item": "item",
    "location": "location",
    "kind": "what it is",
    "shown": "shop shows",
    "expected": "should show",
    "difference": "difference",
    "decision": "decision",
    "why": "why",
    "on_hand": "on hand",
    "available": "less allocated",
    "computed": "less open orders",
    "demand": "sold, not in Sage Pro",
    "safety": "held back",
    "pack": "pieces in one",
}
"""Columns of the report, as people call them."""

BY_ITSELF = "one side changed just before or during the comparison; if it lasts, the next one tells"

SAID = {"correct": "is corrected", "hold": "held for a person", "": ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What is shown of one run; the files are None where there was nothing to write them for."""

    markdown: str
    rows: tuple[dict[str, str], ...]
    csv: Path
    picture: Path
    facts: dict[str, Any]


def report(comparison: Comparison, judgement: Judgement, folder: Path, *, aside: int, announced: int) -> Report:
    """Write the files of a run into its folder and give what is shown of it."""
    folder.mkdir(parents=True, exist_ok=True)
    csv, picture = folder / "differences.csv", folder / "differences.svg"
    write_csv(csv, list(HEADINGS.values()), (row(one) for one in comparison.differences()))
    lasting = f"kind IN ({', '.join(repr(str(kind)) for kind in COLOURS)}) AND difference <> 0"
    title = f"Stock: shop and Sage Pro differ at {judgement.differing} of {comparison.compared} places"
    draw(picture, list(comparison.differences(limit=DRAWN, where=lasting)), title=title)
    facts = _facts(comparison, judgement, aside=aside, announced=announced)
    return Report(
        markdown=_markdown(title, facts, judgement, csv, picture),
        rows=tuple(row(one) for one in islice(_worth_showing(comparison), SHOWN)),
        csv=csv,
        picture=picture,
        facts=facts | {"csv": str(csv), "picture": str(picture)},
    )


def row(one: Difference) -> dict[str, str]:
    """A difference in the words of the report."""
    why = one.why or (BY_ITSELF if one.kind is Kind.LAG else "")
    values = asdict(one) | {"decision": SAID[one.decision], "why": why}
    return {heading: plain(values[name]) for name, heading in HEADINGS.items()}


def plain(value: Any) -> str:
    """A quantity without noughts at its end; nothing for nothing."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def forget(folder: Path, *, keep: int = KEPT) -> None:
    """Take away the oldest reports; their names begin with their time."""
    for old in sorted((f for f in folder.iterdir() if f.is_dir()), reverse=True)[keep:]:
        shutil.rmtree(old)


def _worth_showing(comparison: Comparison) -> Iterator[Difference]:
    """What lasts first; what settles by itself after it."""
    passing = ", ".join(repr(str(kind)) for kind in sorted(PASSES))
    yield from comparison.differences(limit=SHOWN, where=f"kind NOT IN ({passing})")
    yield from comparison.differences(limit=SHOWN, where=f"kind IN ({passing})")


def _facts(comparison: Comparison, judgement: Judgement, *, aside: int, announced: int) -> dict[str, Any]:
    return {
        "sagepro": comparison.kept.rows,
        "clarity": comparison.shown.rows,
        "not_sold": aside,
        "compared": comparison.compared,
        "differing": judgement.differing,
        "held": judgement.held,
        "announced": announced,
        "refusal": judgement.refusal,
        "kinds": {
            str(one.kind): {"rows": one.rows, "quantity": one.quantity, "held": one.held, "corrected": one.corrected}
            for one in judgement.sums
        },
        "warnings": [f.sentence for f in judgement.verdict.failures if not f.line],
    }


def _markdown(title: str, facts: dict[str, Any], judgement: Judgement, csv: Path, picture: Path) -> str:
    counted = "\n".join(
        f"| {one.kind} | {one.rows} | {plain(one.quantity)} | {one.corrected} | {one.held} |" for one in judgement.sums
    )
    sold = f"Sage Pro's list holds {facts['sagepro']} places that the shop sells from, and {facts['not_sold']} others"
    lines = [
        f"**{title}.**",
        f"{sold}; the shop's list holds {facts['clarity']}.",
        *(["Nothing is corrected: " + judgement.refusal + "."] if judgement.refusal and judgement.held else []),
        *facts["warnings"],
        "| what it is | places | units | is corrected | held |\n| --- | ---: | ---: | ---: | ---: |\n" + counted
        if counted
        else "Both agree everywhere.",
        f"All of them: `{csv}`. Picture: `{picture}`.",
    ]
    return "\n\n".join(lines)
