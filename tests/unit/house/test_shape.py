"""The house keeps its shape: small files, short functions, names that say something, one tree of errors."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tandem import errors
from tandem.errors import TandemError

ROOT = Path(__file__).parents[3]
SOURCES = sorted(
    file
    for folder in ("tandem", "tasks", "flows", "deployments")
    for file in (ROOT / folder).rglob("*.py")
    if "migrations" not in file.parts  # a migration says at one place what a schema became, and is never edited
)
LINES = 200
FUNCTION = 40
NAMELESS = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "base_utils"})
"""Names under which anything may be put, and so everything is."""

TIERS = {"flows": 150, "tasks": 120}
"""Flows and tasks are the part that everybody reads: they stay shorter still."""


@cache
def module(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 100


def test_files_are_small() -> None:
    lengths = {file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES}
    long = {str(file): n for file, n in lengths.items() if n > TIERS.get(file.parts[0], LINES)}
    assert long == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{file.relative_to(ROOT)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for file in SOURCES
        for node in functions(file)
    }
    assert {name: n for name, n in lengths.items() if n > FUNCTION} == {}


def test_no_module_is_a_drawer_for_everything() -> None:
    parts = {part for file in SOURCES for part in (*file.relative_to(ROOT).parts[:-1], file.stem)}
    assert parts & NAMELESS == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(file.relative_to(ROOT)) for file in SOURCES if not ast.get_docstring(module(file))]
    assert silent == []


def test_nothing_is_left_to_be_done() -> None:
    """No marker of unfinished work, no stub, and no error that nobody sees."""
    marked = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in SOURCES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if any(mark in line for mark in ("TODO", "FIXME", "XXX", "NotImplementedError"))
    ]
    swallowed = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in SOURCES
        for node in ast.walk(module(file))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(part, ast.Pass) for part in node.body)
    ]
    assert (marked, swallowed) == ([], [])


def test_machinery_knows_no_entity() -> None:
    """No station asks which entity it is carrying: what differs stands in a declaration, a sheet or a rule."""
    asked = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in SOURCES
        if file.relative_to(ROOT).parts[0] == "tasks" or file.relative_to(ROOT).parts[:2] == ("tandem", "line")
        for node in ast.walk(module(file))
        if isinstance(node, ast.Compare)
        and any(
            isinstance(side, ast.Constant) and side.value in ("order", "customer", "shipment", "product", "stock")
            for side in (node.left, *node.comparators)
        )
    ]
    assert asked == []


def tree(docstring: str) -> dict[str, str]:
    """The classes drawn in a docstring, each with the one that it is drawn under."""
    parents: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for line in docstring.splitlines():
        name = line.split()[0] if line.split() else ""
        if not name.isidentifier() or not hasattr(errors, name):
            continue
        depth = len(line) - len(line.lstrip())
        path = [(d, n) for d, n in path if d < depth]
        parents[name] = path[-1][1] if path else ""
        path.append((depth, name))
    return parents


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    real = {
        name: kind.__base__.__name__ if kind is not TandemError and kind.__base__ else ""
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, TandemError) and kind.__module__ == errors.__name__
    }
    assert tree(errors.__doc__ or "") == real


def test_a_tree_that_is_wrong_would_be_seen() -> None:
    assert tree("TandemError\n  SheetError\n    Refused x\n  Unavailable") == {
        "TandemError": "",
        "SheetError": "TandemError",
        "Refused": "SheetError",
        "Unavailable": "TandemError",
    }


@pytest.mark.parametrize("folder", ["tandem", "tasks", "flows", "deployments"])
def test_every_folder_of_code_is_a_package(folder: str) -> None:
    folders = {file.parent for file in SOURCES if file.relative_to(ROOT).parts[0] == folder}
    assert [str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()] == []
