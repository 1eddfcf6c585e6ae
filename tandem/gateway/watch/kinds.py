"""What is watched: kinds of records, the tables that they are made of, and the events that tell of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Table

from tandem.errors import SettingsError
from tandem.gateway.company.spec import AUDIT
from tandem.gateway.company.tables import Tables, shape_of
from tandem.gateway.inventory.stock import wanting

_TOTALS = (
    *("ionhand", "ilsale", "ilrecv", "ilordr", "ilpcnt", "nserial"),
    *("balance", "onorder", "ptdsls", "ytdsls", "hibalance", "lastpay", "lsale", "ldate", "lpymt", "pmtdays"),
)
NOT_NEWS = frozenset(_TOTALS) | {column.name for column in AUDIT}
"""Columns that move with every sale: stamps, and totals of what other records tell."""

Conditions = Callable[[Table], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """The rows of one table that belong to records of a kind.

    `key` are the columns that spell the record's key; a part that spells less of it than its kind belongs to every
    record that begins so. No `content`: every column of the catalogue but `NOT_NEWS`. `header` is the table by whose
    stamps changed rows are found, over the column `document`; None: the table's own stamps. Not `followed`: there is no
    index over its stamps, so the full pass alone sees it. Rows that count `alone` make a record also where the first
    part has none.
    """

    table: str
    key: tuple[str, ...]
    content: tuple[str, ...] = ()
    where: Conditions = field(default=lambda _: ())
    header: str | None = None
    document: str = ""
    followed: bool = True
    alone: bool = False

    def columns(self, table: Table) -> tuple[str, ...]:
        """Names of the columns whose change is a change of the record, as far as the site has them."""
        has = shape_of(table).columns
        wanted = self.content or tuple(c.name for c in shape_of(table).spec if c.name not in {*NOT_NEWS, *self.key})
        return tuple(name for name in wanted if name in has)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of records; its first part is the one without which there is no record, but for parts that count alone.

    `field` is the member of the event that carries the key. `gone` says whether it is news that a record is no longer
    there: a shipment that moves to the history table is not.
    """

    name: str
    field: str
    parts: tuple[Part, ...]
    created: str
    updated: str
    gone: bool = True

    @property
    def depth(self) -> int:
        """How many columns spell a key."""
        return len(self.parts[0].key)


KINDS = (
    Kind(
        name="stock",
        field="Key",
        created="stock.updated",
        updated="stock.updated",
        parts=(
            Part(
                table="iciloc",
                key=("item", "loctid"),
                content=("lonhand", "lsoaloc", "lwoaloc", "lonordr", "itemstat"),
            ),
            Part(
                table="sotran",
                key=("item", "loctid"),
                content=("sono", "tranlineno", "qtyord"),
                where=wanting,
                header="somast",
                document="sono",
                alone=True,  # a kit that is no stock item is on orders and on no shelf
            ),
            Part(table="icitem", key=("item",), content=("stkcode", "itemstat", "inactive", "sunmsid", "sumfact")),
        ),
    ),
    Kind(
        name="product",
        field="ItemCode",
        created="product.updated",
        updated="product.updated",
        parts=(
            Part(table="icitem", key=("item",)),
            Part(table="tdprice", key=("item",), content=("pricecode", "currid", "effdate", "price"), followed=False),
        ),
    ),
    Kind(
        name="shipment",
        field="ShipmentNo",
        created="shipment.created",
        updated="shipment.updated",
        gone=False,
        parts=(Part(table="soship", key=("shipno",)),),
    ),
    Kind(
        name="customer",
        field="CustomerNo",
        created="customer.updated",
        updated="customer.updated",
        parts=(Part(table="arcust", key=("custno",)), Part(table="arcadr", key=("custno",), followed=False)),
    ),
)


def chosen(names: str, tables: Tables) -> tuple[Kind, ...]:
    """The kinds that the setting names, as far as the company has their tables.

    Raises:
        SettingsError: a name is none of a kind, or none is left.
    """
    known = {kind.name: kind for kind in KINDS}
    wanted = names.lower().replace(",", " ").split()
    if strange := [name for name in wanted if name not in known]:
        raise SettingsError(f"TANDEM_SAGEPRO_WATCH: {strange[0]!r} is not watched; {', '.join(known)} are")
    kinds = tuple(known[name] for name in dict.fromkeys(wanted) if tables.has(known[name].parts[0].table))
    if not kinds:
        raise SettingsError(f"TANDEM_SAGEPRO_WATCH names nothing that the company has; choose from {', '.join(known)}")
    return kinds
