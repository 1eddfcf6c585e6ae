"""What a list is asked for: filters by column name, suffix and prefix, several orders, zero-based pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, and_, func, not_, or_

from tandem.sandbox.shop.refusal import ShopError, invalid
from tandem.sandbox.shop.tables import FLAG, INSTANT, NUMBER, TEXT, Kind, Resource, scaled
from tandem.sandbox.shop.transaction import moment_text
from tandem.sandbox.shop.wire import read_moment
from tandem.values import decimal_of

DEFAULT_SIZE, MAX_SIZE, MAX_VALUES = 100, 500, 200

TEXT_SUFFIXES = ("StartsWith", "EndsWith", "Contains")
RANGE_SUFFIXES = ("Min", "Max")
PAGING = ("pageSize", "pageIndex", "sort")

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A page of a list."""

    conditions: tuple[Condition, ...]
    order: tuple[ColumnElement[Any], ...]
    size: int
    index: int


def query_of(resource: Resource, given: Iterable[tuple[str, str]], zone: ZoneInfo) -> Query:
    """Reads a query string; the same key repeated is "or", different keys are "and".

    Raises:
        ShopError: 400 with the key that is unknown, or whose value cannot be used.
    """
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    paging = {name: values.pop(name)[-1] for name in PAGING if name in values}
    size = min(_whole(paging, "pageSize", DEFAULT_SIZE, least=1), MAX_SIZE)
    index = _whole(paging, "pageIndex", 0, least=0)
    conditions = tuple(_condition(resource, name, asked, zone) for name, asked in values.items())
    return Query(conditions, _order(resource, paging.get("sort", "")), size, index)


def _whole(paging: dict[str, str], name: str, default: int, *, least: int) -> int:
    text = paging.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise _malformed(name, f"{text!r} is no whole number of at least {least}")
    return int(text)


def _order(resource: Resource, sort: str) -> tuple[ColumnElement[Any], ...]:
    columns = {name.casefold(): name for name in resource.columns}
    made: list[ColumnElement[Any]] = []
    for term in [part.strip() for part in sort.split(",") if part.strip()] + [resource.key]:
        name = columns.get(term.removeprefix("-").casefold())
        if name is None:
            raise _malformed("sort", f"{resource.name} cannot be sorted by {term!r}")
        column = resource.table.c[name]
        made.append(column.desc() if term.startswith("-") else column.asc())
    return tuple(made)


def _condition(resource: Resource, name: str, asked: list[str], zone: ZoneInfo) -> Condition:
    if len(asked) > MAX_VALUES:
        raise _malformed(name, f"is repeated {len(asked)} times, {MAX_VALUES} is the limit")
    if name.casefold().startswith("tags."):
        tag = func.json_extract(resource.table.c.body, f'$.tags."{_plain_tag(name)}"')
        return tag.in_(asked)
    negated = name.startswith("Not")
    column, suffix = _column(resource, name.removeprefix("Not") if negated else name)
    kind = resource.columns[column]
    terms = [_term(resource.table.c[column], kind, suffix, value, name, zone) for value in asked]
    return not_(func.coalesce(or_(*terms), False)) if negated else or_(*terms)


def _plain_tag(name: str) -> str:
    tag = name[len("tags.") :]
    if not tag or '"' in tag:
        raise _malformed(name, "name a tag, such as tags.channel")
    return tag


def _column(resource: Resource, name: str) -> tuple[str, str]:
    columns = {column.casefold(): column for column in resource.columns}
    for suffix in ("", *TEXT_SUFFIXES, *RANGE_SUFFIXES):
        stem = name[: len(name) - len(suffix)] if name.endswith(suffix) else None
        column = columns.get(stem.casefold()) if stem else None
        if column and _fits(resource.columns[column], suffix):
            return column, suffix
    raise ShopError(400, "unknown-filter", f"{resource.name} cannot be filtered by {name!r}", field=name)


def _fits(kind: Kind, suffix: str) -> bool:
    if suffix in TEXT_SUFFIXES:
        return kind is TEXT
    return not suffix or kind in (INSTANT, NUMBER)


def _term(column: Column[Any], kind: Kind, suffix: str, value: str, name: str, zone: ZoneInfo) -> Condition:
    if suffix == "Contains":
        return column.contains(value, autoescape=True)
    if suffix == "StartsWith":
        return column.startswith(value, autoescape=True)
    if suffix == "EndsWith":
        return column.endswith(value, autoescape=True)
    comparable = _value(kind, value, name, zone, upper=suffix == "Max")
    if suffix == "Min":
        return and_(column.is_not(None), column >= comparable)
    if suffix == "Max":
        return and_(column.is_not(None), column <= comparable)
    return column == comparable


def _value(kind: Kind, text: str, name: str, zone: ZoneInfo, *, upper: bool) -> str | int | bool:
    if kind is FLAG:
        if text.casefold() not in ("true", "false"):
            raise _malformed(name, f"{text!r} is neither true nor false")
        return text.casefold() == "true"
    try:
        if kind is NUMBER:
            return scaled(decimal_of(text))
        if kind is INSTANT:
            return moment_text(read_moment(text, zone, name, later=upper))
    except (ValueError, ShopError) as error:
        raise _malformed(name, str(error).removeprefix(f"{name}: ")) from None
    return text


def _malformed(name: str, message: str) -> ShopError:
    error = invalid(name, message)
    return ShopError(400, "malformed", str(error), field=name)
