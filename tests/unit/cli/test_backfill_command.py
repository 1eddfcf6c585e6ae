"""`tandem backfill` over the register: what stands where, pausing, and going on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tandem import dispatch
from tandem.cli.backfill import NoSuchBackfill, backfill
from tandem.line.backfill import choose
from tandem.settings import settings
from tandem.store import Store
from tandem.store.backfills import Progress

NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    settings.cache_clear()
    opened = Store.open(settings().store_url)
    yield opened
    opened.close()
    settings.cache_clear()


def run(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(backfill)
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def begun(store: Store) -> str:
    name, chosen = choose("order", FIRST, NOW)
    job = store.backfills.begin("main", name, entity="order", chosen=chosen, now=NOW)
    store.backfills.advance(job, mark="2026-02-01T00:00:00+00:00", stored=310, now=NOW)
    return name


def test_every_backfill_is_listed_with_its_mark(store: Store) -> None:
    assert run("--list") == "There was no backfill yet.\n"
    name = begun(store)
    (told,) = json.loads(run("--list", "--json"))["backfills"]
    assert (told["name"], told["state"], told["stored"]) == (name, "running", 310)
    assert told["mark"] == "2026-02-01T00:00:00+00:00"
    line = run("--list")
    assert line.startswith(f"{name}: order 2026-01-01T00:00:00+00:00 to 2026-04-02T09:00:00+00:00: running, 310 stored")


def test_case_170_a_backfill_is_paused_by_its_name(store: Store) -> None:
    name = begun(store)
    assert ": paused, 310 stored" in run("--pause", name)
    job = store.backfills.get("main", name)
    assert job is not None
    assert job.state is Progress.PAUSED


@pytest.mark.parametrize("option", ["--pause", "--resume"])
def test_a_name_that_nobody_knows_is_an_error(store: Store, option: str) -> None:
    begun(store)
    with pytest.raises(NoSuchBackfill, match="--list` shows all"):
        run(option, "order-nothing")


def test_case_170_resuming_asks_for_a_run_of_the_same_choice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.backfill import Range

    asked: list[dict[str, Any]] = []

    async def start(deployment: str, parameters: dict[str, Any]) -> dispatch.Run:
        asked.append({"deployment": deployment, **parameters})
        from uuid import uuid4

        return dispatch.Run(id=uuid4(), name="order", state="Scheduled", final=False, succeeded=False)

    monkeypatch.setattr(dispatch, "start", start)
    name = begun(store)
    run("--resume", name, "--no-wait")
    (sent,) = asked
    assert sent["deployment"] == dispatch.BACKFILL
    again = Range.model_validate(sent["range"])
    assert choose(again.entity, again.since, again.until, again.ids)[0] == name
    assert not again.dry_run


def test_a_choice_has_one_name_and_another_choice_another() -> None:
    names = {
        choose("order", FIRST, NOW)[0],
        choose("order", FIRST, None)[0],
        choose("customer", FIRST, NOW)[0],
        choose("order", ids=("1", "2"))[0],
        choose("order", ids=("2", "1"))[0],
    }
    assert len(names) == 5
    assert choose("order", FIRST, NOW)[0] in names
