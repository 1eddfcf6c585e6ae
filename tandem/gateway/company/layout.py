"""Which physical name, type and width each logical column has at one site; read from the database at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from tandem.errors import CompanyError
from tandem.gateway.company.catalogue import CATALOGUE
from tandem.gateway.company.schema import Found, FoundColumn, read_schema
from tandem.gateway.company.spec import ColumnSpec, Kind, TableSpec

_AMOUNTS = (Kind.EXACT, Kind.MONEY)
_NUMERIC = (*_AMOUNTS, Kind.WHOLE)
_TEXTUAL = (Kind.CHAR, Kind.NUMBER, Kind.MEMO, Kind.WIDE)
_MONEY_DIGITS = 15  # before the point, in SQL Server's MONEY


@dataclass(frozen=True, slots=True)
class Column:
    """A logical column as this site has it; `site` marks a column of the site's own, unknown to the catalogue."""

    name: str
    physical: str
    kind: Kind
    width: int
    scale: int
    site: bool = False

    @property
    def spec(self) -> ColumnSpec:
        """The specification at this site's width, for its SQLAlchemy type."""
        return ColumnSpec(self.name, self.kind, self.width, self.scale)


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table as this site has it; `present` is False for an optional table that it lacks."""

    spec: TableSpec
    physical: str
    columns: Mapping[str, Column]
    present: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """All tables of one company, by logical name."""

    tables: Mapping[str, TableLayout]
    system_schema: str | None = None

    def has(self, table: str) -> bool:
        """Whether this site has the table at all."""
        return self.tables[table].present

    def column(self, place: str) -> Column | None:
        """The column named `table.column` logically, or None where this site has none."""
        table, _, name = place.partition(".")
        shape = self.tables.get(table)
        return shape.columns.get(name) if shape is not None else None

    @classmethod
    def standard(cls, system_schema: str | None = None) -> Layout:
        """The newer names at the catalogue's own widths: what the embedded company is made from."""
        return cls({name: _standard(spec) for name, spec in CATALOGUE.items()}, system_schema)

    @classmethod
    def read(cls, connection: Connection, *, system_schema: str | None = None) -> Layout:
        """The layout of the database at the other end.

        Raises:
            CompanyError: mandatory tables or columns are missing, or SQLite would keep an amount as a float;
                names every one of them.
        """
        layout, complaints = cls.examine(connection, system_schema=system_schema)
        if complaints:
            raise CompanyError("the company cannot be used: " + "; ".join(complaints))
        return layout

    @classmethod
    def examine(cls, connection: Connection, *, system_schema: str | None = None) -> tuple[Layout, list[str]]:
        """The layout of a database as far as it has one, and what keeps it from being used."""
        company = read_schema(connection, None)
        system = read_schema(connection, system_schema) if system_schema else company
        complaints: list[str] = []
        tables = {
            name: _matched(spec, system if spec.system else company, connection.dialect.name, complaints)
            for name, spec in CATALOGUE.items()
        }
        return cls(tables, system_schema), complaints


def _standard(spec: TableSpec) -> TableLayout:
    columns = {c.name: Column(c.name, c.name, c.kind, c.width, c.scale) for c in spec}
    return TableLayout(spec, spec.name, columns)


def _matched(spec: TableSpec, schema: Mapping[str, Found], dialect: str, complaints: list[str]) -> TableLayout:
    found = schema.get(spec.name)
    if found is None:
        complaints.extend(_missing(spec))
        return replace(_standard(spec), present=False)
    columns: dict[str, Column] = {}
    taken: set[str] = set()
    for column in spec:
        seen = next((found.columns[name] for name in column.names if name in found.columns), None)
        if seen is not None:
            taken.add(seen.physical)
            complaints.extend(_unfit(spec, column, seen, dialect))
            columns[column.name] = _fitted(column, seen)
        elif column.mandatory:
            complaints.append(f"{spec.name} has no column {' or '.join(column.names)}")
    for name, seen in found.columns.items():
        if seen.physical not in taken and seen.kind is not None and not seen.generated:
            columns[name] = Column(name, seen.physical, seen.kind, seen.width, seen.scale, site=True)
    return TableLayout(spec, found.physical, columns)


def _missing(spec: TableSpec) -> Iterable[str]:
    if spec.companion and spec.mandatory:
        yield f"table {spec.name} is missing; `tandem company prepare` adds the companion tables"
    elif spec.mandatory:
        yield f"table {spec.name} ({spec.title}) is missing"


def _fitted(column: ColumnSpec, seen: FoundColumn) -> Column:
    width, scale = column.width, column.scale
    if column.kind in _TEXTUAL:
        width = seen.width or column.width
    elif column.kind in _AMOUNTS and seen.kind is Kind.MONEY:
        width = _MONEY_DIGITS + scale
    elif column.kind in _AMOUNTS and seen.kind in (Kind.EXACT, Kind.WHOLE):
        width, scale = seen.width, seen.scale
    return Column(column.name, seen.physical, column.kind, width, scale)


def _unfit(spec: TableSpec, column: ColumnSpec, seen: FoundColumn, dialect: str) -> Iterable[str]:
    place = f"{spec.name}.{seen.physical}"
    if column.kind in _TEXTUAL and seen.kind not in _TEXTUAL:
        yield f"{place} is {seen.declared}, but must hold text"
    elif dialect == "sqlite" and column.kind in _AMOUNTS and not _is_text(seen.declared):
        yield f"{place} is {seen.declared}, which SQLite keeps as a float; declare it DECIMAL_TEXT(width,scale)"
    elif dialect != "sqlite" and column.kind in _NUMERIC and seen.kind not in _NUMERIC:
        yield f"{place} is {seen.declared}, but must hold a number"


def _is_text(declared: str) -> bool:
    return any(part in declared.upper() for part in ("TEXT", "CHAR", "CLOB"))
