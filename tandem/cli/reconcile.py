"""`tandem reconcile`: both systems side by side, counts and amounts by kind, and every difference."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tandem.errors import TandemError

if TYPE_CHECKING:
    from tandem.line.sides import Window
    from tandem.settings import Settings

DIFFERENT = 1


class NotCompared(TandemError):
    """The two systems could not be compared; no word about whether they agree."""

    exit_code = 2


app = typer.Typer(invoke_without_command=True, add_completion=False)


@app.callback()
def reconcile(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="Made in either system from then on: a date, or ISO 8601 with offset")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Made up to then, that day included; like --since")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write what differs or is set apart to a CSV file")
    ] = None,
) -> None:
    """Compare both systems; exit code 0 without a difference, 1 with one, 2 if it could not be told.

    `tandem reconcile stock` compares all stock instead.
    """
    if context.invoked_subcommand is not None:
        return
    from tandem.cli.findings import COLUMNS, rows
    from tandem.cli.spreadsheet import write_csv
    from tandem.settings import settings

    try:
        facts = asyncio.run(reconcile_facts(settings(), since=since, until=until, told=_progress()))
    except TandemError as error:
        raise NotCompared(str(error)) from error
    if csv is not None:
        try:
            write_csv(csv, COLUMNS, rows(facts))
        except OSError as error:
            raise NotCompared(f"--csv {csv}: {error.strerror}") from None
    _print(facts, as_json=as_json)
    if facts["count"]:
        raise typer.Exit(DIFFERENT)


@app.command("stock")
def stock(
    apply: Annotated[bool, typer.Option("--apply", help="Correct what the limits allow; else only look")] = False,
    each: Annotated[str | None, typer.Option(help="Largest correction of one item at one location")] = None,
    share: Annotated[str | None, typer.Option(help="Part of all stock that may differ (0.01: one in 100)")] = None,
    total: Annotated[str | None, typer.Option(help="Largest sum of the corrections")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")] = False,
) -> None:
    """Compare all stock of both systems, item by item; exit codes as above."""
    from tandem.cli import stock as command

    facts = command.compare_stock(apply=apply, each=each, share=share, total=total, told=_progress())
    command.show(facts, as_json=as_json)
    if facts["differing"]:
        raise typer.Exit(DIFFERENT)


async def reconcile_facts(
    settings: Settings,
    *,
    since: str | None = None,
    until: str | None = None,
    told: Callable[[str, int], None] = lambda _resource, _count: None,
) -> dict[str, Any]:
    """What the command prints as JSON: tallies, differences, and what explains itself, in two groups.

    Raises:
        TandemError: the systems could not be compared.
    """
    from tandem.cli.findings import findings
    from tandem.line.connection import connect
    from tandem.line.sides import side_by_side

    started = time.monotonic()
    async with connect(settings, owner="reconcile") as line:
        window = window_of(since, until, line.zone)
        found = await side_by_side(line, window, told)
        reasons = {
            (record.entity, record.key): record.reason
            for difference in found.apart
            for record in line.store.ledger.find(difference.key)
            if record.connection == line.name
        }
    return findings(found, reasons) | {
        "connection": line.name,
        "company": line.company,
        "since": window.since,
        "until": window.until,
        "seconds": round(time.monotonic() - started, 3),
    }


def window_of(since: str | None, until: str | None, zone: ZoneInfo) -> Window:
    """The window that the options name; a date is a day of the shop, from its first moment to its last.

    Raises:
        NotCompared: one of them is no date or time, or they are the wrong way round.
    """
    from tandem.line.sides import Window

    first = _moment("--since", since, zone, last=False)
    last = _moment("--until", until, zone, last=True)
    if first and last and last < first:
        raise NotCompared(f"--until {until} is before --since {since}")
    return Window(since=first, until=last)


def _moment(option: str, text: str | None, zone: ZoneInfo, *, last: bool) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotCompared(f"{option} {text}: use a date such as 2026-03-02, or 2026-03-02T10:00:00+01:00") from None
    if len(text) == len("2026-03-02"):
        day = moment + timedelta(days=1) if last else moment
        return day.replace(tzinfo=zone).astimezone(UTC) - (timedelta(microseconds=1) if last else timedelta())
    if moment.tzinfo is None:
        raise NotCompared(f"{option} {text} has no offset: add one, such as {text}+01:00")
    return moment.astimezone(UTC)


def _progress() -> Callable[[str, int], None]:
    """Tells a person at a terminal how far the reading has come; says nothing into a pipe."""
    if not sys.stderr.isatty():
        return lambda _resource, _count: None

    def told(resource: str, count: int) -> None:
        sys.stderr.write(f"\r{resource}: {count} ")
        sys.stderr.flush()

    return told


def _print(facts: dict[str, Any], *, as_json: bool) -> None:
    from tandem.cli.tables import print_reconciliation
    from tandem.values import dumps

    if as_json:
        typer.echo(dumps(facts))
    else:
        print_reconciliation(facts)
