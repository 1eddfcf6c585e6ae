"""What `tandem reconcile stock` does: the stocktaking in this process, within the limits that were typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from tandem.errors import TandemError
from tandem.rules.stock_differences import PASSES
from tandem.values import ZERO, decimal_of, dumps, utc_now

if TYPE_CHECKING:
    from tandem.line.connection import Connection
    from tandem.rules.stock_differences import Limits

COLUMNS = ("item", "location", "what it is", "shop shows", "should show", "difference", "decision", "why")
FIGURES = ("shop shows", "should show", "difference")
WIDTH = 120
"""Columns of the screen where there is no terminal to ask."""

LINES = 20
"""Differences on the screen; all of them are in the file."""


class NotCompared(TandemError):
    """Stock could not be compared; no word about whether it agrees."""

    exit_code = 2


def compare_stock(
    *, apply: bool, each: str | None, share: str | None, total: str | None, told: Callable[[str, int], None]
) -> dict[str, Any]:
    """Take both pictures, compare them, and announce corrections if that is asked for.

    Raises:
        NotCompared: a side did not answer to the end, or a limit is no number.
    """
    given = {name: _number(name, text) for name, text in (("each", each), ("share", share), ("total", total)) if text}
    if given and not apply:
        raise NotCompared("limits say what --apply may correct: give --apply with them")
    try:
        return asyncio.run(_compare(given, apply=apply, told=told))
    except TandemError as error:
        raise NotCompared(str(error)) from error


async def _compare(given: dict[str, Decimal], *, apply: bool, told: Callable[[str, int], None]) -> dict[str, Any]:
    from tandem.line.connection import connect
    from tandem.rules.stock_differences import Limits
    from tandem.settings import settings
    from tandem.stocktaking.run import limits_of, stocktake

    async with connect(settings(), owner="reconcile stock") as line:
        limits: Limits = replace(limits_of(line.settings), **given) if apply else Limits()
        made = await stocktake(line, limits, told=told, only_look=not apply)
        line.gate.publish()
        if made.facts["announced"]:
            await _wake(line)
    about = {"connection": line.name, "company": line.company, "only_looked": not apply}
    return made.facts | about | {"largest": list(made.rows[:LINES])}


async def _wake(line: Connection) -> None:
    """Ask for a drain of stock where none is up: whoever had it corrected looks at the shop next."""
    from tandem import dispatch
    from tandem.errors import SettingsError, Unavailable

    if any("stock" in drain.entities for drain in line.store.drains.up(utc_now(), line.name)):
        return
    try:
        await dispatch.wake(["stock"])
    except (Unavailable, SettingsError) as error:
        typer.echo(f"No drain could be asked for: {error}; the next sweep publishes the corrections.", err=True)


def _number(name: str, text: str) -> Decimal:
    try:
        number = decimal_of(text)
    except ValueError as error:
        raise NotCompared(f"--{name} {text}: {error}") from None
    if number < ZERO:
        raise NotCompared(f"--{name} {text}: give a number of at least 0")
    return number


def show(facts: dict[str, Any], *, as_json: bool) -> None:
    """The facts, for a program or for a person."""
    if as_json:
        typer.echo(dumps(facts))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(summary(facts), highlight=False)
    if facts["largest"]:
        table = Table()
        for name in COLUMNS:
            table.add_column(name, justify="right" if name in FIGURES else "left", overflow="fold")
        for row in facts["largest"]:
            said = row | {"why": "" if row["why"] == facts["refusal"] else row["why"]}  # it stands above
            table.add_row(*(Text(said[name]) for name in COLUMNS))
        console.print(table)
    console.print(f"All of them: {facts['csv']}\nPicture: {facts['picture']}", highlight=False, soft_wrap=True)


def summary(facts: dict[str, Any]) -> str:
    """What was found and what becomes of it, in one or two sentences."""
    passing = sum(facts["kinds"].get(str(kind), {}).get("rows", 0) for kind in PASSES)
    parts = [f"{facts['differing']} differ", *([f"{passing} more for the moment alone"] if passing else [])]
    parts += [f"{facts['announced']} are published once more"] if facts["announced"] else []
    parts += [f"{facts['held']} wait for a person"] if facts["held"] else []
    told = [f"{facts['compared']} places compared: {', '.join(parts)}."]
    if facts["only_looked"] and facts["differing"]:
        told.append("Nothing was corrected: --apply does, within --each, --share and --total.")
    elif facts["refusal"] and facts["held"]:
        told.append(f"Nothing is corrected: {facts['refusal']}.")
    return " ".join(told)
