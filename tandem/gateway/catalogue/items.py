"""Item codes as callers write them, matched on the trimmed, case-folded key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from tandem.gateway.company.rows import chunks
from tandem.gateway.company.tables import Tables


def folded(code: str) -> str:
    """What two item codes are compared by."""
    return code.strip().casefold()


def resolve(connection: Connection, tables: Tables, codes: Iterable[str]) -> dict[str, str]:
    """The company's own spelling of each code that it has, by the code as it was given.

    The spelling as given and the upper-case one are looked up by the key's index; only what is left costs a scan.
    """
    wanted = {code: folded(code) for code in codes}
    item = tables.icitem.c.item
    near = {spelling for code in wanted for spelling in (code.strip(), code.strip().upper()) if spelling}
    found = _named(connection, item, item, sorted(near))
    missing = set(wanted.values()) - {folded(code) for code in found} - {""}
    found += _named(connection, item, func.lower(item), sorted(missing))
    spellings: dict[str, list[str]] = {}
    for code in sorted(found):
        spellings.setdefault(folded(code), []).append(code)
    return {code: _best(code, spellings[key]) for code, key in wanted.items() if key in spellings}


def _named(connection: Connection, item: ColumnElement[Any], by: ColumnElement[Any], keys: Sequence[str]) -> list[str]:
    found: list[str] = []
    for part in chunks(keys):
        found.extend(connection.scalars(select(item).where(by.in_(part))))
    return found


def _best(code: str, spellings: Sequence[str]) -> str:
    """Of items that differ in case only, the one spelt as given, else the upper-case one."""
    for spelling in (code.strip(), code.strip().upper()):
        if spelling in spellings:
            return spelling
    return spellings[0]
