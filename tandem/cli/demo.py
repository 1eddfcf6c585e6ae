"""`tandem demo`: a shop's day, or a file of real sales, played through real processes in a folder of its own."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tandem.errors import SettingsError, TandemError
from tandem.settings import Settings, settings

if TYPE_CHECKING:
    from tandem.cli.acts import Acts
    from tandem.cli.processes import Supervisor
    from tandem.sandbox.play.script import Cast, Document

LINGER_SECONDS = 15
"""How long the demo's last run waits for more: nobody wants to watch it for five minutes."""


class NotAccountedFor(TandemError):
    """The demo ended with something missing, something unmeant, or a difference."""


def demo(
    online_retail: Annotated[
        Path | None, typer.Option("--online-retail", metavar="FILE", help="Play this file of sales instead of a day")
    ] = None,
    home: Annotated[Path | None, typer.Option(help="Folder to play in [default: demo under TANDEM_HOME]")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Go on in the folder of the last time")] = False,
    stay: Annotated[bool, typer.Option("--stay", help="Leave everything running until Ctrl-C, to look at")] = False,
    seed: Annotated[int, typer.Option(help="Another number is another day", min=0, max=999)] = 7,
    interrupt_gateway: Annotated[
        float | None, typer.Option("--interrupt-gateway", metavar="SECONDS", help="Stop the gateway in the middle", min=0)
    ] = None,
    patience: Annotated[float, typer.Option(help="Seconds that nothing may take longer than", min=1)] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")] = False,
) -> None:
    """Start everything in a fresh folder, play, reconcile both systems, tell what happened, stop everything."""
    from tandem.cli.story import good
    from tandem.values import dumps

    started = time.monotonic()
    cast, documents = _script(online_retail, seed)
    _move_in(home or settings().home / "demo", keep=keep)
    facts, reconciled = _run(cast, documents, outage=interrupt_gateway, trouble=online_retail is None,
                             patience=patience, stay=stay, started=started, show=not as_json)
    if as_json:
        typer.echo(dumps(facts))
    if not good(facts):
        raise NotAccountedFor(
            f"not all is well: {facts['accounted']} of {facts['documents']} accounted for, "
            f"{facts['differences']} differences, {len(facts['unexpected'])} not as meant; see {facts['home']}"
        )
    del reconciled


def _script(file: Path | None, seed: int) -> tuple[Cast, list[Document]]:
    from tandem.sandbox.play import day, retail
    from tandem.sandbox.play.retail_cast import cast_of

    if file is None:
        return day.the_cast(), list(day.documents(seed))
    return cast_of(file), list(retail.documents(file))


def _move_in(home: Path, *, keep: bool) -> None:
    raise NotImplementedError
