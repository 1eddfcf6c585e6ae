"""What the documents say is so: settings, commands, targets, files and states."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from tandem.cli import COMMANDS, app
from tandem.entities.state import State
from tandem.settings import Settings

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    file
    for pattern in ("*.md", "docs/**/*.md", "flows/*.md", "tasks/*.md", "mappings/*.md", "deployments/*.md")
    for file in ROOT.glob(pattern)
)
NAMES = [f"TANDEM_{name.upper()}" for name in Settings.model_fields]


def said(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def test_every_setting_stands_in_the_example_with_what_it_is_for() -> None:
    lines = said(ROOT / ".env.example").splitlines()
    shown = [line.lstrip("# ").partition("=")[0] for line in lines if re.match(r"#? ?TANDEM_\w+=", line)]
    assert shown == NAMES, "all of them, in the order of the settings, and no other"
    for name, field in zip(NAMES, Settings.model_fields.values(), strict=True):
        place = next(i for i, line in enumerate(lines) if line.lstrip("# ").startswith(f"{name}="))
        assert field.description, name
        assert lines[place - 1] == f"# {field.description}", name


def test_every_setting_stands_in_the_readme() -> None:
    assert [name for name in NAMES if f"`{name}`" not in README] == []


def test_no_document_names_a_setting_that_is_none() -> None:
    known = {*NAMES, "TANDEM_TEST_POSTGRES_URL"}
    for file in DOCUMENTS:
        assert set(re.findall(r"TANDEM_[A-Z_]*[A-Z]", said(file))) <= known, file.name


def commands() -> set[str]:
    """Every command with its subcommands, as it is typed."""
    group = typer.main.get_command(app)
    context = group.make_context("tandem", [], resilient_parsing=True)
    found = set()
    for name in COMMANDS:
        command = group.get_command(context, name)  # type: ignore[attr-defined]
        found.add(name)
        found |= {f"{name} {inner}" for inner in getattr(command, "commands", {})}
    return found


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"`tandem {name}" not in README] == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_that_a_document_names_exists(file: Path) -> None:
    known = commands()
    for line in re.findall(r"(?:`|^ *\$? ?|^ +)tandem ((?:[a-z-]+ ?)+)", said(file), flags=re.MULTILINE):
        words = line.split()
        assert words[0] in known, line
        if any(name.startswith(f"{words[0]} ") for name in known) and len(words) > 1 and not words[1].startswith("-"):
            assert " ".join(words[:2]) in known, line


def test_every_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", said(ROOT / "Makefile"), flags=re.MULTILINE))
    named = {
        target for file in DOCUMENTS for target in re.findall(r"(?:`|^)make ([a-z0-9-]+)", said(file), re.MULTILINE)
    }
    assert named
    assert named <= targets


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", said(file)):
        assert (file.parent / target).exists(), target


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_that_a_document_names_in_code_exists(file: Path) -> None:
    """Paths such as `tandem/line/write.py`; those with a placeholder are a reader's own."""
    roots = ("tandem/", "tasks/", "flows/", "mappings/", "deployments/", "docs/", "tests/")
    for path in re.findall(r"`([\w./-]+/[\w./-]*)`", said(file)):
        if path.startswith(roots) and "NAME" not in path:
            assert (ROOT / path).exists(), path


def test_every_state_is_explained() -> None:
    architecture = said(ROOT / "docs" / "architecture.md")
    assert [state for state in State if f"`{state}`" not in architecture] == []


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    files = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    index = said(ROOT / "docs" / "adr" / "README.md")
    for file in files:
        assert f"({file.name})" in index, file.name
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in said(file), f"{file.name}: {heading}"
