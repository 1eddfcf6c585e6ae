"""One reconciliation of stock from its pictures to its report, in a folder of its own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from tandem.line.connection import Connection
from tandem.reconciliation import Comparison, compare
from tandem.rules.stock_differences import Limits
from tandem.settings import Settings
from tandem.stocktaking import corrections, flight, pictures
from tandem.stocktaking.judgement import Judgement, judge
from tandem.stocktaking.pictures import Pictures, Told
from tandem.stocktaking.report import Report, forget, report
from tandem.values import utc_now

CLOCKS = 60
"""Seconds by which the clocks of the two systems and ours may differ; more than that is told by the receiver."""


def limits_of(settings: Settings) -> Limits:
    """The limits that the installation sets."""
    return Limits(each=settings.reconcile_each, share=settings.reconcile_share, total=settings.reconcile_total)


class Stocktaking:
    """One run: `name` begins with its time, `folder` keeps its report, the pictures go with the run."""

    def __init__(self, line: Connection) -> None:
        self.line = line
        self.name = f"{utc_now():%Y%m%d-%H%M%S-%f}"
        self.home = line.settings.home.resolve() / "reconciliation" / line.name
        self.folder = self.home / self.name
        self.spool = self.folder / "pictures"

    @contextmanager
    def place(self) -> Iterator[Stocktaking]:
        """The folder; pictures are gone at the end, and old reports with them."""
        self.spool.mkdir(parents=True)
        try:
            yield self
        finally:
            shutil.rmtree(self.spool)
            forget(self.home)

    async def take(self, told: Told = lambda _what, _count: None) -> Pictures:
        """Both pictures; see `pictures.take`."""
        return await pictures.take(self.line, self.spool, told)

    @contextmanager
    def compared(self, taken: Pictures) -> Iterator[Comparison]:
        """The differences, with what is in flight set apart."""
        decimals = self.line.facts.quantity_scale
        with compare(
            taken.kept, taken.shown, skew=CLOCKS, decimals=decimals, folder=self.spool / "spill"
        ) as comparison:
            flight.set_apart(self.line, comparison, taken)
            yield comparison

    def judge(self, comparison: Comparison, limits: Limits) -> Judgement:
        """What is to become of each difference."""
        return judge(comparison, self.line.gate, limits, run=self.name)

    def correct(self, comparison: Comparison) -> int:
        """Announce the corrections; how many."""
        return corrections.announce(self.line, comparison, run=self.name)

    def propose(self, comparison: Comparison) -> int:
        """Lay on the desk what a person may have corrected; how many letters lie there."""
        return corrections.propose(self.line, comparison)

    def report(self, comparison: Comparison, judgement: Judgement, *, aside: int, announced: int) -> Report:
        """Write the report, and ask for an alert where a person must decide."""
        made = report(comparison, judgement, self.folder, aside=aside, announced=announced)
        corrections.tell(self.line, judgement, report=str(made.csv))
        return made


async def stocktake(line: Connection, limits: Limits, told: Told, *, only_look: bool = False) -> Report:
    """All of it in this process, without Prefect; nothing comes before a person of what was only looked at."""
    with Stocktaking(line).place() as run:
        # Loading the library freezes what is in memory; the engine's own objects had better not be among that.
        taken, _ = await asyncio.gather(run.take(told), asyncio.to_thread(line.gate.warm))
        with run.compared(taken) as comparison:
            judgement = run.judge(comparison, limits)
            announced = run.correct(comparison)
            if not only_look:
                run.propose(comparison)
            made = run.report(comparison, judgement, aside=taken.aside, announced=announced)
    return made
