"""How a table is described before any database is seen: logical columns, and the names and widths that sites use.

The logical name is the newer one of sagepro.md; a site with older names keeps them, and the layout maps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.types import TypeEngine

from tandem.gateway.company.number_types import Exact, Whole
from tandem.gateway.company.types import Char, Day, Flag, Justified, Memo, Wide


class Kind(StrEnum):
    """What a column holds."""

    CHAR = "char"
    NUMBER = "document number"
    MEMO = "memo"
    MONEY = "money"
    EXACT = "numeric"
    WHOLE = "whole number"
    DAY = "date"
    FLAG = "logical"
    WIDE = "text"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One logical column; `older` are the names it has at other sites, in the order they are tried."""

    name: str
    kind: Kind
    width: int = 0
    scale: int = 0
    older: tuple[str, ...] = ()
    mandatory: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every physical name to look for, the newest first."""
        return (self.name, *self.older)

    def type(self) -> TypeEngine[Any]:
        """The SQLAlchemy type at this width and scale."""
        made: dict[Kind, TypeEngine[Any]] = {
            Kind.CHAR: Char(self.width or 1),
            Kind.NUMBER: Justified(self.width or 10),
            Kind.MEMO: Memo(),
            Kind.MONEY: Exact(self.width or 14, self.scale, money=True),
            Kind.EXACT: Exact(self.width or 14, self.scale),
            Kind.WHOLE: Whole(),
            Kind.DAY: Day(),
            Kind.FLAG: Flag(),
            Kind.WIDE: Wide(self.width),
        }
        return made[self.kind]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table; `system` tables live in the system database of the SQL Server edition.

    `companion` tables are Tandem's own and stand in the company database beside Sage Pro's.
    """

    name: str
    title: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    mandatory: bool = True
    system: bool = False
    companion: bool = False
    updated: bool = field(default=False, compare=False)

    def __iter__(self) -> Iterator[ColumnSpec]:
        """Its columns."""
        return iter(self.columns)


def char(name: str, width: int, *older: str) -> ColumnSpec:
    """Fixed-width text."""
    return ColumnSpec(name, Kind.CHAR, width, older=older)


def chars(width: int, names: str) -> tuple[ColumnSpec, ...]:
    """Several text columns of one width."""
    return tuple(char(name, width) for name in names.split())


def number(name: str) -> ColumnSpec:
    """A right-justified document number."""
    return ColumnSpec(name, Kind.NUMBER, 10)


def money(names: str, *older: str, scale: int = 2) -> tuple[ColumnSpec, ...]:
    """Amounts: MONEY on SQL Server."""
    return tuple(ColumnSpec(name, Kind.MONEY, 14, scale, older=older) for name in names.split())


def exact(names: str, digits: int, scale: int) -> tuple[ColumnSpec, ...]:
    """Exact numbers that are not money."""
    return tuple(ColumnSpec(name, Kind.EXACT, digits, scale) for name in names.split())


def whole(names: str, *older: str) -> tuple[ColumnSpec, ...]:
    """Whole numbers."""
    return tuple(ColumnSpec(name, Kind.WHOLE, 10, older=older) for name in names.split())


def days(names: str) -> tuple[ColumnSpec, ...]:
    """Calendar dates."""
    return tuple(ColumnSpec(name, Kind.DAY) for name in names.split())


def memo(name: str) -> ColumnSpec:
    """Text of any length."""
    return ColumnSpec(name, Kind.MEMO)


def wide(name: str, width: int) -> ColumnSpec:
    """Text of a companion table."""
    return ColumnSpec(name, Kind.WIDE, width)


AUDIT = (
    char("adduser", 4),
    *days("adddate"),
    char("addtime", 8),
    char("lckstat", 1),
    char("lckuser", 4),
    *days("lckdate"),
    char("lcktime", 8),
)


def flat(parts: Iterable[ColumnSpec | Iterable[ColumnSpec]]) -> tuple[ColumnSpec, ...]:
    """Columns and groups of columns as one row of columns."""
    columns: list[ColumnSpec] = []
    for part in parts:
        columns.extend([part] if isinstance(part, ColumnSpec) else part)
    return tuple(columns)


def table(
    name: str,
    title: str,
    *parts: ColumnSpec | Iterable[ColumnSpec],
    must: str = "",
    key: str = "",
    indexes: tuple[str, ...] = (),
    unique: tuple[str, ...] = (),
    mandatory: bool = True,
    system: bool = False,
    companion: bool = False,
    updated: bool = False,
) -> TableSpec:
    """A table whose columns named in `must` have to be there; names are blank-separated."""
    required = set(must.split()) | set(key.split())
    columns = tuple(replace(column, mandatory=column.name in required) for column in flat(parts))
    unknown = required - {column.name for column in columns}
    if unknown:
        raise ValueError(f"{name} has no column {', '.join(sorted(unknown))}")
    return TableSpec(
        name=name,
        title=title,
        columns=columns,
        key=tuple(key.split()),
        indexes=tuple(tuple(index.split()) for index in indexes),
        unique=tuple(tuple(index.split()) for index in unique),
        mandatory=mandatory,
        system=system,
        companion=companion,
        updated=updated,
    )


def history(name: str, title: str, of: TableSpec) -> TableSpec:
    """The history table of an open one: the same columns."""
    return replace(of, name=name, title=title)
