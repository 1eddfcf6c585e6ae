"""The OpenAPI document against a real server on SQLite: every check of schemathesis, in all of its phases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import KEY

ROOT = Path(__file__).parents[3]
MAX_EXAMPLES = 2
"""For each operation at random, besides the some 3,000 cases that the document itself asks for."""

pytestmark = pytest.mark.schemathesis


def test_every_operation_keeps_its_promises(served: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    options = [
        *("--config-file", str(ROOT / "schemathesis.toml"), "--no-color"),
        *("run", f"{served}/openapi.json", "--header", f"Authorization: Bearer {KEY}"),
        *("--checks", "all", "--max-examples", str(MAX_EXAMPLES), "--generation-deterministic"),
    ]
    ended = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
    assert "Test Phases:" in ended.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in ended.stdout
