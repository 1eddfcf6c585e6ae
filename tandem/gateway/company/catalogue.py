"""Every table that the gateway knows, by name."""

from __future__ import annotations

from tandem.gateway.company import tables_ar, tables_ic, tables_invoice, tables_so, tables_sy, tables_td
from tandem.gateway.company.spec import TableSpec

SAGE: tuple[TableSpec, ...] = (
    *tables_ar.TABLES,
    *tables_invoice.TABLES,
    *tables_so.TABLES,
    *tables_ic.TABLES,
    *tables_sy.TABLES,
)
COMPANIONS: tuple[TableSpec, ...] = tables_td.TABLES
CATALOGUE: dict[str, TableSpec] = {spec.name: spec for spec in (*SAGE, *COMPANIONS)}
