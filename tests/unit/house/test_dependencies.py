"""What is imported is declared, what is declared is used, and every cap has its reason."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
OWN = ("tandem", "tasks", "flows", "deployments")
BROUGHT = {
    "starlette": "fastapi",
    "pydantic-core": "pydantic",
    "typing-extensions": "pydantic",
    "python-dotenv": "pydantic-settings",
    "jinja2": "great-expectations",
    "anyio": "prefect",
}
"""Part of what another dependency offers to its users, or the very engine that it runs on."""

BY_NAME = {
    "psycopg": "the PostgreSQL driver that an address names",
    "pymssql": "the SQL Server driver, likewise",
    "httptools": "what uvicorn takes for its parser where it is there",
    "uvloop": "what uvicorn takes for its event loop where it is there",
}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def name_of(requirement: str) -> str:
    return re.split(r"[\s\[<>=!~;]", requirement)[0].lower().replace("_", "-")


def declared(*extras: str) -> set[str]:
    found = project()
    lists = [found["dependencies"], *(found["optional-dependencies"][extra] for extra in extras)]
    return {name_of(requirement) for several in lists for requirement in several}


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The distributions that the code imports."""
    modules = set()
    for file in (file for folder in OWN for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    foreign = modules - set(OWN) - set(sys.stdlib_module_names)
    homes = packages_distributions()
    return {name_of(homes[module][0]) for module in foreign}


def test_what_is_imported_is_declared(imported: set[str]) -> None:
    assert imported - declared("mssql") - set(BROUGHT) == set()


@pytest.mark.parametrize("brought", sorted(BROUGHT))
def test_what_another_brings_it_really_brings(brought: str) -> None:
    assert brought in {name_of(requirement) for requirement in requires(BROUGHT[brought]) or []}


def test_what_is_declared_is_used(imported: set[str]) -> None:
    assert declared("mssql") - imported - set(BY_NAME) == set()


def test_every_dependency_stands_in_its_decision() -> None:
    decision = (ROOT / "docs" / "adr" / "0009-dependencies.md").read_text(encoding="utf-8")
    assert [name for name in sorted(declared("mssql")) if not re.search(rf"\b{name}\b", decision)] == []


def test_every_cap_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    capped = [line for line in lines if re.match(r'\s+"[\w\[\]-]+>=[^"]*,<', line)]
    assert capped
    assert [line for line in capped if "#" not in line and "pydantic" not in line] == []
