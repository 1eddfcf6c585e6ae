"""Reading records for the wire: the kept text goes out as it is, no record is built."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, select, true

from tandem.sandbox.shop.query import query_of
from tandem.sandbox.shop.refusal import missing
from tandem.sandbox.shop.shop import Shop
from tandem.sandbox.shop.tables import Resource
from tandem.sandbox.shop.wire import shown


def listed(shop: Shop, resource: Resource, given: Iterable[tuple[str, str]]) -> str:
    """A page of a list as JSON text.

    Raises:
        ShopError: the query cannot be used.
    """
    query, table = query_of(resource, given, shop.zone), resource.table
    wanted = [*query.conditions, _visible(shop, resource)]
    page = select(table.c.body, table.c[resource.key]).where(*wanted).order_by(*query.order)
    with shop.database.reading() as connection:
        total = connection.scalar(select(func.count()).select_from(table).where(*wanted))
        rows = connection.execute(page.limit(query.size).offset(query.index * query.size)).all()
    _shift(shop, resource, [row[1] for row in rows])
    items = shown(",".join(row[0] for row in rows), offset=shop.board.knobs.offset)
    return (
        f'{{"items":[{items}],"pageIndex":{query.index},"pageSize":{query.size},"totalCount":{total}}}'
    )  # fmt: skip


def single(shop: Shop, resource: Resource, key: str) -> str:
    """One record as JSON text.

    Raises:
        ShopError: 404.
    """
    table = resource.table
    wanted = select(table.c.body).where(table.c[resource.key] == key, _visible(shop, resource))
    with shop.database.reading() as connection:
        body = connection.scalar(wanted)
    if body is None:
        raise missing(resource.name, key)
    return shown(body, offset=shop.board.knobs.offset)


def _visible(shop: Shop, resource: Resource) -> ColumnElement[bool]:
    if shop.board.knobs.hide_deleted and "isDeleted" in resource.columns:
        return resource.table.c.isDeleted.is_(False)
    return true()


def _shift(shop: Shop, resource: Resource, keys: list[str]) -> None:
    """The knob that changes records behind a reader's back."""
    knob = shop.board.knobs.page_shift
    if knob and keys and knob.resource == resource.name and shop.board.hits(knob, "pageShift"):
        shop.touch(resource, keys[: knob.records])
