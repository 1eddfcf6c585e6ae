"""What any company looks like, without a row of its data: the first thing to ask of a real installation."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tandem.errors import CompanyError
from tandem.gateway.company.engine import open_engine
from tandem.gateway.company.layout import Layout, TableLayout
from tandem.gateway.company.spec import Kind
from tandem.gateway.company.tables import Tables, labelled

_SIZED = (Kind.CHAR, Kind.NUMBER, Kind.WIDE)
_SCALED = (Kind.EXACT, Kind.MONEY)


def describe_company(address: str, *, system_schema: str | None = None) -> dict[str, Any]:
    """Tables, columns and widths of a company, its counters, and what keeps the gateway from using it.

    Raises:
        CompanyError: the database cannot be reached.
    """
    engine = open_engine(address)
    try:
        with engine.connect() as connection:
            layout, complaints = Layout.examine(connection, system_schema=system_schema)
            return {
                "company": make_url(address).render_as_string(hide_password=True),
                "usable": not complaints,
                "complaints": complaints,
                "tables": {name: _table(shape) for name, shape in layout.tables.items() if shape.present},
                "missing": [name for name, shape in layout.tables.items() if not shape.present],
                "counters": _counters(connection, layout),
            }
    except DBAPIError as error:
        raise CompanyError(f"the company database cannot be reached: {error.orig}") from error
    finally:
        engine.dispose()


def _table(shape: TableLayout) -> dict[str, Any]:
    columns = [
        {
            "column": column.physical,
            "field": None if column.site else column.name,
            "type": str(column.kind),
            "width": column.width or None if column.kind in (*_SIZED, *_SCALED) else None,
            "scale": column.scale if column.kind in _SCALED else None,
        }
        for column in shape.columns.values()
    ]
    return {"name": shape.physical, "title": shape.spec.title, "columns": columns}


def _counters(connection: Connection, layout: Layout) -> list[dict[str, Any]]:
    tables, found = Tables(layout), []
    for name in ("sysdata", "sosysd", "icsysd"):
        if not layout.has(name) or not {"sysid", "int1", "pass2"} <= layout.tables[name].columns.keys():
            continue
        table = getattr(tables, name)
        for row in connection.execute(select(*labelled(table, "sysid int1 pass2")).order_by(table.c.sysid)):
            disabled = row.pass2.startswith("D")
            found.append({"table": name, "sysid": row.sysid, "last_number": row.int1, "disabled": disabled})
    return found
