"""Companies as other sites have them: older column names, other widths, columns of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tandem.gateway.company.layout import Column, Layout, TableLayout
from tandem.gateway.company.spec import Kind

WIDTHS = {"custno": 6, "item": 15, "loctid": 4, "defloc": 4, "company": 30}


def older() -> Layout:
    """Older names and narrower keys, no `origqtyord`, no `release`: a site on an early release."""
    lacking = {"origqtyord", "origextpri", "release", "shipcomp", "address3", "contact@soaddr"}
    standard = Layout.standard()
    return replace(standard, tables={name: _older(shape, lacking) for name, shape in standard.tables.items()})


def _older(shape: TableLayout, lacking: set[str]) -> TableLayout:
    if shape.spec.companion:
        return shape
    older_names = {spec.name: spec.older for spec in shape.spec}
    columns = {
        name: replace(
            column,
            physical=older_names[name][0] if older_names[name] else column.physical,
            width=WIDTHS.get(name, column.width),
        )
        for name, column in shape.columns.items()
        if name not in lacking and f"{name}@{shape.spec.name}" not in lacking
    }
    return replace(shape, columns=columns)


def with_own(table: str, columns: Iterable[tuple[str, Kind, int]]) -> Layout:
    """The standard layout with columns of the site's own."""
    layout = Layout.standard()
    shape = layout.tables[table]
    own = {name: Column(name, name, kind, width, 2 if kind is Kind.EXACT else 0) for name, kind, width in columns}
    return replace(layout, tables={**layout.tables, table: replace(shape, columns={**shape.columns, **own})})
