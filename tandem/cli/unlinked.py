"""`tandem unlinked`: the records of either side that have no counterpart on the other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tandem.errors import SettingsError


def unlinked(
    entity: Annotated[str, typer.Argument(help="Such as product")],
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write them to a CSV file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")] = False,
) -> None:
    """List what is in neither crosswalk: with its side, its number, its state and why."""
    from collections import Counter

    from tandem.cli.spreadsheet import write_csv
    from tandem.entities import ENTITIES
    from tandem.line.unlinked import COLUMNS
    from tandem.line.unlinked import unlinked as listed
    from tandem.settings import settings
    from tandem.store import Store
    from tandem.values import dumps

    if entity not in ENTITIES:
        raise SettingsError(f"there is no entity {entity!r}; one of {', '.join(ENTITIES)} is needed")
    store = Store.open(settings().store_url)
    try:
        rows = [row.row() for row in listed(store, settings().connection, entity)]
    finally:
        store.close()
    counts = dict(Counter(row["side"] for row in rows))
    if csv is not None:
        try:
            write_csv(csv, COLUMNS, rows)
        except OSError as error:
            raise SettingsError(f"--csv {csv}: {error.strerror}") from None
    if as_json:
        sys.stdout.write(dumps({"entity": entity, "counts": counts, "records": rows}) + "\n")
        return
    for row in rows if csv is None else ():
        sys.stdout.write(f"{row['side']}  {row['number']}  {row['state']}  {row['reason']}\n")
    total = ", ".join(f"{count} of {side}" for side, count in sorted(counts.items())) or "none"
    sys.stdout.write(f"{entity} without a counterpart: {total}\n")
