"""What prefect.yaml says, and what Prefect makes of a schedule on the two odd nights of the year."""

import importlib
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from prefect import Flow
from prefect.server.schemas.schedules import CronSchedule

ROOT = Path(__file__).parents[3]
DEPLOYMENTS = {d["name"]: d for d in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}


async def runs(cron: str, zone: str, start: str, end: str) -> list[datetime]:
    schedule = CronSchedule(cron=cron, timezone=zone)
    return await schedule.get_dates(1000, start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))


async def test_case_155_a_schedule_in_the_missing_hour_runs_once() -> None:
    found = await runs("30 2 * * *", "America/Chicago", "2025-03-09T00:00-06:00", "2025-03-09T23:59-05:00")
    assert len(found) == 1


async def test_case_156_a_schedule_in_the_hour_that_comes_twice_runs_once() -> None:
    found = await runs("30 1 * * *", "America/Chicago", "2025-11-02T00:00-05:00", "2025-11-02T23:59-06:00")
    assert len(found) == 1


@pytest.mark.parametrize("day", ["2025-03-09", "2025-11-02"])
async def test_the_sweep_keeps_its_pace_through_the_night_of_the_change(day: str) -> None:
    (schedule,) = DEPLOYMENTS["sweep"]["schedules"]
    found = await runs(schedule["cron"], schedule["timezone"], f"{day}T04:00+00:00", f"{day}T10:00+00:00")
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert max(gaps) == min(gaps) == timedelta(minutes=5)


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_every_entrypoint_is_a_flow_that_takes_the_parameters_given(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    module, _, attribute = deployment["entrypoint"].rpartition(".")
    flow = getattr(importlib.import_module(module), attribute)
    assert isinstance(flow, Flow)
    if deployment.get("parameters"):
        assert flow.validate_parameters(deployment["parameters"])
    assert deployment["work_pool"]["name"] == "tandem"
    assert "concurrency_limit" not in deployment  # its slots leak when the server or the worker is killed


def test_no_parameter_of_a_deployment_is_a_secret() -> None:
    text = yaml.safe_dump([d.get("parameters") for d in DEPLOYMENTS.values()]).lower()
    assert not any(word in text for word in ("secret", "token", "password", "api_key"))
