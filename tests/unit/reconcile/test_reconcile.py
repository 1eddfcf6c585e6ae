"""`tandem reconcile`: its options, its exit codes, its JSON, its tables and its CSV."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tandem.cli import app
from tandem.cli import reconcile as command
from tandem.cli.findings import COLUMNS, findings, rows
from tandem.cli.reconcile import NotCompared, window_of
from tandem.cli.spreadsheet import write_csv
from tandem.cli.tables import SHOWN, print_reconciliation
from tandem.entities.state import State
from tandem.errors import Unavailable
from tandem.rules.reconciliation import Document, reconcile
from tandem.values import loads

CHICAGO = ZoneInfo("America/Chicago")


def document(key: str, amount: str = "10.00", **more: Any) -> Document:
    given = {"kind": "order", "number": f"N{key}", "currency": "USD"} | more
    return Document(key=key, amount=Decimal(amount), **given)


def facts(*, missing: int = 1) -> dict[str, Any]:
    source = [document(f"{n:03}") for n in range(missing)] + [document("=cmd()"), document("moving"), document("same")]
    states = {("order", "=cmd()"): State.SKIPPED, ("order", "moving"): State.RETRY}
    found = reconcile(source, [document("same")], states=states)
    return findings(found, {("order", "=cmd()"): "a test order"})


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, (None, None)),
        ("2026-03-02", None, ("2026-03-02T06:00:00", None)),
        ("2026-03-08", "2026-03-08", ("2026-03-08T06:00:00", "2026-03-09T04:59:59.999999")),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T10:00:00Z", ("2026-03-02T09:00:00", "2026-03-02T10:00:00")),
    ],
)
def test_a_day_is_the_shops_day_to_its_last_moment(since: str | None, until: str | None, expected: Any) -> None:
    window = window_of(since, until, CHICAGO)
    wanted = tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None for text in expected)
    assert (window.since, window.until) == wanted


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("yesterday", None, "--since yesterday: use a date"),
        (None, "2026-13-01", "--until 2026-13-01"),
        ("2026-03-02T10:00:00", None, "has no offset"),
        ("2026-03-03", "2026-03-02", "is before"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(since: str | None, until: str | None, said: str) -> None:
    with pytest.raises(NotCompared, match=said):
        window_of(since, until, CHICAGO)


def test_the_json_members() -> None:
    found = facts()
    assert found["count"] == 1
    assert found["differences"][0] | {"source": None} == {
        "kind": "order",
        "key": "000",
        "what": "missing in target",
        "amount": Decimal("-10.00"),
        "source": None,
        "target": None,
        "state": None,
        "reason": "",
    }
    assert [d["key"] for d in found["in_flight"]] == ["moving"]
    assert [d["reason"] for d in found["explained"]] == ["a test order"]
    assert found["kinds"][0]["source_amount"] == Decimal("40.00")


def test_case_132_a_csv_file_runs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "differences.csv"
    write_csv(file, COLUMNS, rows(facts()))
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = list(csv.DictReader(text))
    assert [line["key"] for line in lines] == ["000", "moving", "'=cmd()"]
    assert lines[0]["source_amount"] == "10.00"
    assert lines[0]["amount"] == "-10.00"
    assert lines[2]["state"] == "SKIPPED"


def test_the_tables_show_the_verdict_and_say_what_they_leave_out() -> None:
    console = Console(record=True, width=160, file=StringIO())
    print_reconciliation(facts(missing=SHOWN + 2), console)
    text = console.export_text()
    assert "Differences: 52" in text
    assert "2 more: use --json or --csv" in text
    assert "52 differences. 1 on its way, 1 explained." in text


@pytest.mark.parametrize(("missing", "code"), [(0, 0), (1, 1)])
def test_the_exit_code_is_the_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: int, code: int) -> None:
    async def made(*_args: Any, **_more: Any) -> dict[str, Any]:
        return facts(missing=missing)

    monkeypatch.setattr(command, "reconcile_facts", made)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["reconcile", "--json"])
    assert result.exit_code == code
    assert loads(result.stdout)["count"] == missing
    result = CliRunner().invoke(app, ["reconcile", "--csv", str(tmp_path / "differences.csv")])
    assert result.exit_code == code
    assert "difference" in result.stdout
    assert len((tmp_path / "differences.csv").read_text(encoding="utf-8-sig").splitlines()) == 1 + missing + 2
    result = CliRunner().invoke(app, ["reconcile", "--csv", str(tmp_path)])
    assert isinstance(result.exception, NotCompared)
    assert "--csv" in str(result.exception)


def test_what_could_not_be_compared_is_neither_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def failing(*_args: Any, **_more: Any) -> dict[str, Any]:
        raise Unavailable("Clarity: GET orders got no answer (ConnectError)")

    monkeypatch.setattr(command, "reconcile_facts", failing)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["reconcile"])
    assert isinstance(result.exception, NotCompared)
    assert result.exception.exit_code == 2
