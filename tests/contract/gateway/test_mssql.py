"""Every statement that the gateway sends while it plays the examples, written for SQL Server instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event
from sqlalchemy.dialects import mssql
from sqlalchemy.sql.dml import UpdateBase

from .test_openapi import story


@pytest.fixture
async def statements(tmp_path: Path) -> list[str]:
    """Each statement once, as SQL Server would get it."""
    seen: dict[str, None] = {}
    dialect = mssql.dialect()

    def note(_: Any, element: Any, many: Any, single: Any, __: Any) -> None:
        if isinstance(element, Select | UpdateBase):
            keys = list((many[0] if many else single) or ())
            seen[str(element.compile(dialect=dialect, column_keys=keys or None))] = None

    event.listen(Engine, "before_execute", note)
    try:
        await story(tmp_path)
    finally:
        event.remove(Engine, "before_execute", note)
    return list(seen)


async def test_every_statement_can_be_written_for_sql_server(statements: list[str]) -> None:
    assert len(statements) > 60
    for statement in statements:
        assert " || " not in statement, statement
        assert "LIMIT" not in statement, statement
        assert "length(" not in statement, statement


async def test_rows_that_are_read_to_be_written_are_locked(statements: list[str]) -> None:
    def of(table: str, *parts: str) -> list[str]:
        return [s for s in statements if f"FROM {table}" in s and s.startswith("SELECT") and all(p in s for p in parts)]

    assert all("WITH (UPDLOCK, HOLDLOCK)" in s for s in of("arcust", "BETWEEN"))
    assert of("arcust", "BETWEEN")
    for table in ("tdrcpt", "tdappl", "tdjrnl"):
        assert of(table, "max(", "WITH (UPDLOCK, HOLDLOCK)"), table
    for table in ("icitem", "iciloc", "iciqty", "arcust", "somast", "armast"):
        assert of(table, "WITH (UPDLOCK)"), table
