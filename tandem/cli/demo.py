"""`tandem demo`: a shop's day, or a file of real sales, played through real processes in a folder of its own."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tandem.errors import SettingsError, TandemError
from tandem.settings import Settings, settings

if TYPE_CHECKING:
    from tandem.cli.acts import Acts, Script
    from tandem.cli.settling import Settling
    from tandem.cli.stock_act import StockAct
    from tandem.sandbox.play.script import Cast, Document
    from tandem.store import Store

LINGER_SECONDS = 15
"""How long the demo's last run waits for more: nobody wants to watch it for five minutes."""

LOOK = 0.2


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
        float | None,
        typer.Option("--interrupt-gateway", metavar="SECONDS", help="Stop the gateway in the middle", min=0),
    ] = None,
    patience: Annotated[float, typer.Option(help="Seconds that nothing may take longer than", min=1)] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")] = False,
) -> None:
    """Start everything in a fresh folder, play, reconcile both systems, tell what happened, stop everything."""
    from tandem.sandbox.play import stock_day

    began = time.monotonic()
    cast, script = _script(online_retail, seed)
    plan = Plan(
        cast=cast,
        script=script,
        outlines=[document.outline() for document in script()],
        few=stock_day.orders(seed) if online_retail is None else {},
        day=online_retail is None,
        outage=interrupt_gateway,
        patience=patience,
        stay=stay,
        as_json=as_json,
        began=began,
    )
    _conclude(_perform(plan, (home or settings().home / "demo").resolve(), keep=keep))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is played and how; the outlines are the script's documents without their bodies.

    `few` are the orders of the stock story by their part in it; none where it is not played.
    """

    cast: Cast
    script: Script
    outlines: list[Document]
    few: dict[str, Document]
    day: bool
    outage: float | None
    patience: float
    stay: bool
    as_json: bool
    began: float


def _perform(plan: Plan, place: Path, *, keep: bool) -> dict[str, Any]:
    """Move in, play, and say where it was."""
    from tandem.cli import environment

    environment.check_ports(settings(), ("gateway", "sandbox", "ingress"))  # before the folder is cleared
    _clear(place, keep=keep)
    now = environment.isolate(place, zone=plan.cast.zone)
    return _play(now, plan)


def _conclude(facts: dict[str, Any]) -> None:
    """An error unless all is well."""
    from tandem.cli.story import good

    if not good(facts):
        raise NotAccountedFor(
            f"not all is well: {facts['accounted']} of {facts['documents']} accounted for, "
            f"{facts['differences']} differences, {len(facts['unexpected'])} not as meant"
            f"{'; '.join(['', *stock['flaws']]) if (stock := facts['stock']) else ''}; look into {facts['home']}"
        )


def _script(file: Path | None, seed: int) -> tuple[Cast, Script]:
    from tandem.sandbox.play import day, retail
    from tandem.sandbox.play.retail_cast import cast_of

    if file is None:
        return day.the_cast(), lambda: day.documents(seed)
    return cast_of(file), lambda: retail.documents(file)


def _clear(place: Path, *, keep: bool) -> None:
    """A fresh folder, unless the last one is to be kept; a folder that is not a demo's is never touched."""
    from tandem.cli import environment

    if not place.exists() or not any(place.iterdir()):
        return
    if not (place / environment.FILE).exists():
        raise SettingsError(f"{place} holds other things than a demo; give --home an empty folder")
    if not keep:
        shutil.rmtree(place)


def _play(now: Settings, plan: Plan) -> dict[str, Any]:
    """The whole play between starting and stopping everything."""
    from tandem.cli.acts import Acts
    from tandem.cli.settling import Settling
    from tandem.cli.stock_act import StockAct
    from tandem.cli.telling import whisper
    from tandem.cli.up import running, say
    from tandem.sandbox.play.stage import Stage
    from tandem.store import Store

    with (
        running(now, currency=plan.cast.currency, TANDEM_LINGER_SECONDS=str(LINGER_SECONDS)) as supervisor,
        closing(Store.open(now.store_url)) as store,
        Stage(now.url_of("sandbox"), now.secret("clarity_token")) as stage,
    ):
        settling = Settling(store, stage, supervisor, now.connection, plan.patience, whisper)
        acts = Acts(now, stage, settling, say)
        acts.enter(plan.cast)
        new = acts.sell(plan.script, plan.outlines, outage=plan.outage, trouble=plan.day)
        few = StockAct(now, stage, settling, say, plan.few) if plan.few and not acts.record.there else None
        if plan.day and new:
            acts.change(new)
            if few:
                few.play()
            acts.ship()
        say("both systems are compared")
        facts = _account(now, store, plan, acts, few)
        if plan.stay:
            _stay(now, settling)
        else:
            settling.idle()
    return facts


def _stay(now: Settings, settling: Settling) -> None:
    """Leave everything running until Ctrl-C; the demo then ends as it would have."""
    from tandem.cli.environment import prefect_url
    from tandem.cli.up import say

    say(f"all is over; look around at {prefect_url(now)} and end it with Ctrl-C")
    try:
        while True:
            settling.tend()
            time.sleep(LOOK)
    except KeyboardInterrupt:
        say("stopping")


def _account(now: Settings, store: Store, plan: Plan, acts: Acts, few: StockAct | None) -> dict[str, Any]:
    """The facts, printed as they are for a program and as a story for a person."""
    from tandem.cli.reconcile import reconcile_facts
    from tandem.cli.story import endings, facts_of
    from tandem.cli.telling import tell
    from tandem.values import dumps

    reconciled = asyncio.run(reconcile_facts(now))
    ended = endings(store, now.connection, [*plan.outlines, *(order.outline() for order in plan.few.values())])
    facts = facts_of(ended, reconciled, plan.cast.currency, acts.record, few.facts() if few else None)
    facts |= {"company": now.company_url.removeprefix("sqlite:///"), "home": str(now.home)}
    facts["seconds"] = round(time.monotonic() - plan.began, 1)
    if plan.as_json:
        typer.echo(dumps(facts))
    else:
        tell(now, ended, facts, reconciled)
    return facts
