"""Shipments read from SOSHIP and its history table: one per number and order, whatever its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select, union_all

from tandem.gateway import etag
from tandem.gateway.company.company import Company
from tandem.gateway.company.expressions import updated
from tandem.gateway.company.faults import NotFound
from tandem.gateway.company.rows import Row, chunks, fetch
from tandem.gateway.company.stamps import moment_of_text
from tandem.gateway.company.tables import labelled
from tandem.gateway.listing import Place, Slice, Window
from tandem.gateway.models import Shipment, ShipmentLine

Key = tuple[str, str]
_VOID = "V"
_COLUMNS = "sono shipno tranlineno custno item loctid qtyship shipdate shipvia trackno shpstat"


class Shipments:
    """The shipments of one company."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._tables = company.tables
        names = [name for name in ("soship", "soyshp") if company.tables.has(name)]
        self._sources: list[Table] = [getattr(company.tables, name) for name in names]

    def get(self, connection: Connection, shipment_no: str) -> Shipment:
        """One shipment by its number, open or in history.

        Raises:
            NotFound: there is none.
        """
        found = self.page(connection, Window(limit=1), shipment_nos=[shipment_no])
        if not found.items:
            raise NotFound(f"there is no shipment {shipment_no}")
        return found.items[0]

    def page(
        self,
        connection: Connection,
        window: Window,
        *,
        shipment_nos: Sequence[str] = (),
        sales_order_nos: Sequence[str] = (),
    ) -> Slice[Shipment]:
        """Shipments by the moment of their last change."""
        if not self._sources:
            return Slice([], None)
        rows = fetch(connection, self._keys(window, list(shipment_nos), list(sales_order_nos)))
        page = window.cut(rows, lambda row: Place(row["updated"], (row["shipno"], row["sono"])))
        return page.map(lambda kept: self._shipments(connection, kept))

    def _keys(self, window: Window, shipment_nos: list[str], sales_order_nos: list[str]) -> Select[Any]:
        """Number, order and last change of the shipments in a window.

        A row below the window's floor cannot be the last change of a shipment that reaches it, so each source is
        cut at the floor first, by its index.
        """
        floor = window.floor(self._company.policy.zone)
        rows = union_all(
            *(self._changes(source, floor, shipment_nos, sales_order_nos) for source in self._sources)
        ).subquery()
        groups = (
            select(rows.c.shipno, rows.c.sono, func.max(rows.c.updated).label("updated"))
            .group_by(rows.c.shipno, rows.c.sono)
            .subquery()
        )
        keys = [groups.c.shipno, groups.c.sono]
        return (
            select(groups)
            .where(*window.conditions(groups.c.updated, keys, self._company.policy.zone))
            .order_by(groups.c.updated, *keys)
            .limit(window.limit + 1)
        )

    def _changes(self, source: Table, floor: str, shipment_nos: list[str], sales_order_nos: list[str]) -> Select[Any]:
        stamp = updated(source)
        conditions = [stamp >= floor] if floor else []
        if shipment_nos:
            conditions.append(source.c.shipno.in_(shipment_nos))
        if sales_order_nos:
            conditions.append(source.c.sono.in_(sales_order_nos))
        return select(source.c.shipno, source.c.sono, stamp.label("updated")).where(*conditions)

    def _shipments(self, connection: Connection, groups: Sequence[Row]) -> list[Shipment]:
        keys = [(row["shipno"], row["sono"]) for row in groups]
        lines = self._lines(connection, keys)
        orders = sorted({sono for _, sono in keys})
        references = self._references(connection, orders)
        external = self._external(connection, orders)
        return [
            self._shipment(row, lines[key], references, external.get(row["sono"]))
            for key, row in zip(keys, groups, strict=True)
        ]

    def _lines(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, list[Row]]:
        """The rows of each shipment by line; one that stands in both tables counts once, as it is in the open one."""
        found: dict[Key, dict[int, Row]] = {key: {} for key in keys}
        for source in self._sources:
            for part in chunks(sorted({shipno for shipno, _ in keys})):
                rows: Select[Any] = select(*labelled(source, _COLUMNS)).where(source.c.shipno.in_(part))
                for row in fetch(connection, rows, source):
                    of_key = found.get((row["shipno"], row["sono"]))
                    if of_key is not None:
                        of_key.setdefault(row["tranlineno"], row)
        return {key: [rows[number] for number in sorted(rows)] for key, rows in found.items()}

    def _references(self, connection: Connection, orders: Sequence[str]) -> dict[tuple[str, int], str]:
        table = self._tables.tdline
        found: dict[tuple[str, int], str] = {}
        for part in chunks(orders):
            statement = select(table.c.sono, table.c.tranlineno, table.c.lineref).where(table.c.sono.in_(part))
            found.update({(sono, number): text for sono, number, text in connection.execute(statement)})
        return found

    def _external(self, connection: Connection, orders: Sequence[str]) -> dict[str, str]:
        table = self._tables.tdorder
        found: dict[str, str] = {}
        for part in chunks(orders):
            statement = select(table.c.sono, table.c.extid).where(table.c.sono.in_(part))
            found |= {row[0]: row[1] for row in connection.execute(statement)}
        return found

    def _shipment(
        self, group: Row, lines: Sequence[Row], references: Mapping[tuple[str, int], str], external: str | None
    ) -> Shipment:
        first = lines[0]
        sono = group["sono"]
        made = Shipment(
            e_tag="",
            shipment_no=group["shipno"],
            sales_order_no=sono,
            external_order_id=external,
            customer_no=first["custno"],
            ship_date=first["shipdate"],
            ship_via=first["shipvia"],
            tracking_no=first["trackno"],
            location=first["loctid"],
            voided=all(line["shpstat"] == _VOID for line in lines),
            updated_at=moment_of_text(group["updated"], self._company.policy.zone),
            lines=[
                ShipmentLine(
                    line_no=line["tranlineno"],
                    line_reference=references.get((sono, line["tranlineno"])),
                    item_code=line["item"],
                    quantity=line["qtyship"],
                )
                for line in lines
            ],
        )
        return etag.seal(made)
