"""All that one order will write, as the journal keeps it, and the control totals that tell whether it is all there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import Table

from tandem.gateway.company.rows import Row, changed
from tandem.gateway.company.spec import Kind
from tandem.gateway.company.tables import Tables, shape_of
from tandem.gateway.orders.amounts import total
from tandem.gateway.orders.written import OrderRows
from tandem.values import dumps, loads

_EXACT = (Kind.MONEY, Kind.EXACT)


@dataclass(frozen=True, slots=True)
class Totals:
    """Control totals of an order's lines."""

    lines: int
    quantity: Decimal
    amount: Decimal

    @classmethod
    def of(cls, lines: Iterable[Mapping[str, Any]]) -> Totals:
        """The totals of SOTRAN rows."""
        rows = list(lines)
        return cls(len(rows), total(row["qtyord"] for row in rows), total(row["extprice"] for row in rows))


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows of one order as they are to stand in the end, by table and in the order of writing, its header first."""

    stage_id: str
    extid: str
    rows: tuple[tuple[str, Row], ...]

    @classmethod
    def of(cls, tables: Tables, order: OrderRows, ship_tos: Sequence[Row]) -> Plan:
        """The plan of a new order; of each row only what the site has a column for."""
        bill_to = [] if order.bill_to is None else [order.bill_to]
        parts: tuple[tuple[str, Sequence[Row]], ...] = (
            ("somast", [order.header]),
            ("soaddr", [order.address]),
            ("tdorder", [order.companion]),
            ("tdline", order.references),
            ("tdaddr", bill_to),
            ("arcadr", ship_tos),
            ("sotran", order.lines),
        )
        rows = [(name, changed(getattr(tables, name), row)) for name, some in parts for row in some]
        return cls(str(uuid4()), str(order.companion["extid"]), tuple(rows))

    @property
    def header(self) -> Row:
        """The SOMAST row."""
        return self.rows[0][1]

    @property
    def sono(self) -> str:
        """The order's number."""
        return str(self.header["sono"])

    @property
    def custno(self) -> str:
        """The customer's number."""
        return str(self.header["custno"])

    @property
    def lines(self) -> list[Row]:
        """The SOTRAN rows."""
        return [row for name, row in self.rows if name == "sotran"]

    @property
    def totals(self) -> Totals:
        """What the lines must come to."""
        return Totals.of(self.lines)

    def as_text(self) -> str:
        """The plan as JSON; amounts as text, so that no digit is lost."""
        return dumps([[name, {column: _frozen(value) for column, value in row.items()}] for name, row in self.rows])

    @classmethod
    def of_text(cls, tables: Tables, stage_id: str, extid: str, text: str) -> Plan:
        """The plan out of its text."""
        rows = [(name, _thawed(getattr(tables, name), row)) for name, row in loads(text)]
        return cls(stage_id, extid, tuple(rows))


def _frozen(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _thawed(table: Table, row: Mapping[str, Any]) -> Row:
    columns = shape_of(table).columns
    return {name: _value(columns[name].kind, value) for name, value in row.items()}


def _value(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind in _EXACT:
        return Decimal(value)
    return date.fromisoformat(value[:10]) if kind is Kind.DAY else value
