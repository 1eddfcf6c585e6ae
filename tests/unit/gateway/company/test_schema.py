"""What a database says of its own columns."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import types
from sqlalchemy.dialects import mssql

from tandem.gateway.company.layout import Layout
from tandem.gateway.company.schema import Found, FoundColumn, of_declaration, of_type, read_schema
from tandem.gateway.company.spec import Kind


@pytest.mark.parametrize(
    ("declared", "kind", "width", "scale"),
    [
        ("DECIMAL_TEXT(14,2)", Kind.EXACT, 14, 2),
        ("DATE_TEXT", Kind.DAY, 0, 0),
        ("CHAR(10)", Kind.CHAR, 10, 0),
        ("varchar( 35 )", Kind.CHAR, 35, 0),
        ("TEXT", Kind.MEMO, 0, 0),
        ("BIGINT", Kind.WHOLE, 10, 0),
        ("", None, 0, 0),
        ("BLOB", None, 0, 0),
    ],
)
def test_sqlite_type_names(declared: str, kind: Kind | None, width: int, scale: int) -> None:
    assert of_declaration(declared) == (kind, width, scale)


@pytest.mark.parametrize(
    ("type_", "found"),
    [
        (types.CHAR(10), (Kind.CHAR, 10, 0)),
        (types.VARCHAR(), (Kind.MEMO, 0, 0)),
        (types.TEXT(), (Kind.MEMO, 0, 0)),
        (mssql.MONEY(), (Kind.MONEY, 19, 4)),
        (types.NUMERIC(12, 3), (Kind.EXACT, 12, 3)),
        (types.FLOAT(), (Kind.EXACT, 15, 4)),
        (types.INTEGER(), (Kind.WHOLE, 10, 0)),
        (types.DATETIME(), (Kind.DAY, 0, 0)),
        (types.BOOLEAN(), (Kind.FLAG, 0, 0)),
        (mssql.BIT(), (Kind.FLAG, 0, 0)),
        (mssql.TIMESTAMP(), (None, 0, 0)),
        (mssql.UNIQUEIDENTIFIER(), (None, 0, 0)),
        (types.LargeBinary(), (None, 0, 0)),
    ],
)
def test_reflected_types(type_: Any, found: tuple[Kind | None, int, int]) -> None:
    assert of_type(type_) == found


def test_the_inspector_is_asked_on_sql_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []

    class Inspector:
        def get_multi_columns(self, schema: str | None) -> dict[tuple[str | None, str], list[dict[str, Any]]]:
            asked.append(schema)
            identity = {"name": "id_col", "type": types.INTEGER(), "identity": {"start": 1}}
            return {(schema, "SYSDATA"): [{"name": "SYSID", "type": types.CHAR(12)}, identity]}

    class Connection:
        dialect = mssql.dialect()

    monkeypatch.setattr("tandem.gateway.company.schema.inspect", lambda _: Inspector())
    found = read_schema(Connection(), "PROSYS.dbo")["sysdata"]  # type: ignore[arg-type]
    assert asked == ["PROSYS.dbo"]
    assert found.physical == "SYSDATA"
    assert found.columns["sysid"] == FoundColumn("SYSID", "CHAR(12)", Kind.CHAR, 12, 0, generated=False)
    assert found.columns["id_col"].generated


def test_a_sql_server_company_keeps_its_widths_and_its_money_in_cents(monkeypatch: pytest.MonkeyPatch) -> None:
    """MONEY has four decimals for every amount; what Sage Pro keeps in cents stays in cents."""
    layout = Layout.standard()
    schema: dict[str, Found] = {}
    for name, shape in layout.tables.items():
        columns = {c.physical: reflected(c.physical, c.kind, c.width, c.scale) for c in shape.columns.values()}
        columns["id_col"] = FoundColumn("id_col", "INTEGER", Kind.WHOLE, 10, 0, generated=True)
        schema[name] = Found(name.upper(), columns)
    monkeypatch.setattr("tandem.gateway.company.layout.read_schema", lambda *_: schema)

    class Connection:
        dialect = mssql.dialect()

    read = Layout.read(Connection(), system_schema="PROSYS.dbo")  # type: ignore[arg-type]
    assert read.tables["somast"].physical == "SOMAST"
    assert read.system_schema == "PROSYS.dbo"
    ordamt, price = read.column("somast.ordamt"), read.column("sotran.price")
    assert ordamt is not None
    assert price is not None
    assert (ordamt.width, ordamt.scale) == (17, 2)
    assert (price.width, price.scale) == (19, 4)
    assert read.column("somast.id_col") is None


def reflected(name: str, kind: Kind, width: int, scale: int) -> FoundColumn:
    if kind is Kind.MONEY:
        return FoundColumn(name, "MONEY", Kind.MONEY, 19, 4, generated=False)
    return FoundColumn(name, str(kind), Kind.CHAR if kind is Kind.NUMBER else kind, width, scale, generated=False)
