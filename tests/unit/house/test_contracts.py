"""The import contracts hold, and a violation of each kind would be caught."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLANTED = {
    "flows over tasks over tandem": ("tandem/rules/upwards.py", "import tasks.load"),
    "inside tandem": ("tandem/entities/sideways.py", "import tandem.store"),
    "gateway and sandbox share no model": ("tandem/gateway/sharing.py", "import tandem.entities.order"),
    "prefect only in": ("tandem/store/orchestrated.py", "import prefect"),
    "great_expectations only in": ("tandem/rules/expecting.py", "import great_expectations"),
    "duckdb only in": ("tandem/stocktaking/computing.py", "import duckdb"),
    "sqlalchemy only in": ("tandem/rules/querying.py", "import sqlalchemy"),
    "httpx only in": ("tandem/store/calling.py", "import httpx"),
}
"""For each contract of pyproject.toml, by the beginning of its name, a file that breaks it."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which violations may be planted."""
    house = tmp_path_factory.mktemp("house")
    for folder in ("tandem", "tasks", "flows"):
        shutil.copytree(ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    return house


def lint(house: Path) -> str:
    """What import-linter says of every contract, each on one line."""
    command = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    run = subprocess.run(
        [sys.executable, "-c", command],
        cwd=house,
        env=os.environ | {"COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def contracts() -> list[str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in config["tool"]["importlinter"]["contracts"]]


def test_the_contracts_are_kept(house: Path) -> None:
    said = lint(house)
    assert [name for name in contracts() if f"{name} KEPT" not in said] == [], said


def test_a_planted_violation_of_each_contract_is_caught(house: Path) -> None:
    for path, text in PLANTED.values():
        (house / path).write_text(f'"""Planted."""\n\n{text}\n', encoding="utf-8")
    said = lint(house)
    for name in contracts():
        path = next(path for beginning, (path, _) in PLANTED.items() if name.startswith(beginning))
        assert f"{name} BROKEN" in said, name
        assert path.removesuffix(".py").replace("/", ".") in said, path
