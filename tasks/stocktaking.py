"""Stations of a stocktaking: take both pictures, judge their differences, announce corrections, show it all."""

from __future__ import annotations

import asyncio

from prefect import get_run_logger, task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from tandem import dispatch
from tandem.errors import SettingsError, Unavailable
from tandem.reconciliation import Comparison
from tandem.rules.stock_differences import Limits
from tandem.stocktaking.judgement import Judgement
from tandem.stocktaking.pictures import Pictures
from tandem.stocktaking.report import Report
from tandem.stocktaking.run import Stocktaking
from tandem.values import utc_now
from tasks.policies import LOCAL, REMOTE


# Safe to retry: read only, and a picture that breaks off is thrown away.
@task(name="take-pictures", task_run_name="take pictures", **REMOTE)
async def take_pictures(run: Stocktaking) -> Pictures:
    """Both systems' stock in full, on disk."""
    taken = await run.take()
    get_run_logger().info("%s places in Sage Pro, %s in the shop", taken.kept.rows, taken.shown.rows)
    return taken


@task(name="judge-differences", task_run_name="judge differences", **LOCAL)
async def judge_differences(run: Stocktaking, comparison: Comparison, limits: Limits) -> Judgement:
    """Validated, and decided within the limits that a person set."""
    return await asyncio.to_thread(run.judge, comparison, limits)


# No retry: events carry the name of the run, and what was announced is written by the ordinary line.
@task(name="announce-corrections", task_run_name="announce corrections", **LOCAL)
async def announce_corrections(run: Stocktaking, comparison: Comparison, *, propose: bool) -> int:
    """Word into the inbox of all that is to be published once more; how many records. What is held becomes letters."""
    announced = run.correct(comparison)
    if propose:
        get_run_logger().info("%s corrections lie on the desk", run.propose(comparison))
    if announced:
        await _wake(run)
    return announced


async def _wake(run: Stocktaking) -> None:
    """A drain of stock that lingers has seen it already; else one is asked for, and the sweep is the net under it."""
    entities = ("stock",)
    if any(set(entities) <= drain.entities for drain in run.line.store.drains.up(utc_now(), run.line.name)):
        return
    try:
        await dispatch.wake(entities)
    except (Unavailable, SettingsError) as error:
        get_run_logger().warning("no drain could be asked for: %s; the next sweep publishes the corrections", error)


@task(name="show-differences", task_run_name="show differences", **LOCAL)
async def show_differences(
    run: Stocktaking, comparison: Comparison, judgement: Judgement, aside: int, announced: int
) -> Report:
    """Files for the warehouse, artifacts of this run, the Data Docs of its validation."""
    made = await asyncio.to_thread(run.report, comparison, judgement, aside=aside, announced=announced)
    key = f"tandem-{run.line.name}-stock"
    await acreate_markdown_artifact(made.markdown, key=f"{key}-reconciliation", description="Stock in both systems")
    await acreate_table_artifact(
        list(made.rows), key=f"{key}-differences", description="The largest differences; what lasts comes first"
    )
    await asyncio.to_thread(run.line.gate.publish)
    return made
