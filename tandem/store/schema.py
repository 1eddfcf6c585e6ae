"""What all tables of the store have in common."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Index, MetaData
from sqlalchemy.schema import SchemaItem

from tandem.store.columns import Name

metadata = MetaData()


def whose() -> tuple[SchemaItem, ...]:
    """The columns that say which record a row belongs to."""
    return (
        Column("connection", Name, nullable=False),
        Column("company", Name, nullable=False),
        Column("entity", Name, nullable=False),
        Column("key", Name, nullable=False),
    )


def partial(name: str, *columns: Column[object], where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index over only the rows that are asked for, so that its size follows the backlog and not the history."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
