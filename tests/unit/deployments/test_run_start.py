"""How the worker starts a flow run: at once, with its own Python, and not through a second Prefect."""

import shlex
import shutil
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from prefect.client.schemas.objects import FlowRun
from prefect.workers.process import ProcessJobConfiguration

from tandem.cli import environment
from tandem.settings import Settings

ROOT = Path(__file__).parents[3]
DEPLOYMENTS = {d["name"]: d for d in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_a_run_is_started_by_a_command_of_its_own(name: str) -> None:
    configuration = ProcessJobConfiguration(**DEPLOYMENTS[name]["work_pool"]["job_variables"])
    configuration.prepare_for_flow_run(FlowRun(id=uuid4(), flow_id=uuid4()))
    assert configuration._command_configured, "else the worker starts a Prefect that starts the run"
    assert shlex.split(configuration.command or "")[1:] == ["-m", "prefect.engine"]


def test_its_python_is_that_of_tandem_up(tmp_path: Path) -> None:
    program = shlex.split(DEPLOYMENTS["live"]["work_pool"]["job_variables"]["command"])[0]
    for given in ({}, {"PATH": "/usr/bin"}):
        children = environment.of_children(Settings(home=tmp_path), given)
        found = shutil.which(program, path=children["PATH"])
        assert found is not None
        assert Path(found).parent == Path(sys.executable).parent
        assert Path(found).samefile(sys.executable)
