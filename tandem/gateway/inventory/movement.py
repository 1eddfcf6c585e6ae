"""One stock movement on the company's tables: ICTRAN, ICILOC, ICIQTY and ICITEM move together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, Table, select, update

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict
from tandem.gateway.company.numbering import Counter
from tandem.gateway.company.rows import Row, changed, fetch, insert_all
from tandem.gateway.company.stamps import Stamp
from tandem.gateway.company.tables import labelled
from tandem.values import ZERO, utc_now

_RECEIVED, _ISSUED = "AR", "AI"
_COUNTED_MORE, _COUNTED_LESS = "CR", "CI"
_APPLICATION = "IC"


@dataclass(frozen=True, slots=True)
class Movement:
    """So much more (or less) of one item at one location, and why."""

    delta: Decimal
    counted: bool
    reason: str
    reference: str
    allow_negative: bool

    @property
    def type(self) -> str:
        """ICTRAN's type code: adjustment or count, in or out."""
        into, out = (_COUNTED_MORE, _COUNTED_LESS) if self.counted else (_RECEIVED, _ISSUED)
        return into if self.delta > 0 else out


class Movements:
    """Writes movements in the caller's transaction."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._tables = company.tables

    def write(self, connection: Connection, movement: Movement, *, stock: Row, master: Row) -> None:
        """Moves the quantity on hand of a locked ICILOC row and ICITEM row.

        Raises:
            Conflict: no bin row to move, a serialised item, or less in the bin than is taken.
            CompanyError: the stock counter is missing.
        """
        tables, stamp = self._tables, self._company.stamp()
        shelf = self._bin(connection, movement, stock)
        moved = {"lonhand": stock["lonhand"] + movement.delta}
        self._set(connection, tables.iciloc, stock, ("item", "loctid"), moved, stamp)
        moved = {"qonhand": shelf["qonhand"] + movement.delta}
        self._set(connection, tables.iciqty, shelf, ("item", "loctid", "qstore", "qbin", "qserial"), moved, stamp)
        total: dict[str, Decimal | date] = {"ionhand": master["ionhand"] + movement.delta}
        if movement.counted:
            total["ilpcnt"] = stamp.day
        self._set(connection, tables.icitem, master, ("item",), total, stamp)
        self._document(connection, movement, {**stock, **shelf}, stamp)

    def _set(
        self,
        connection: Connection,
        table: Table,
        row: Row,
        keys: Sequence[str],
        values: dict[str, Any],
        stamp: Stamp,
    ) -> None:
        """One update, guarded by the row's whole key."""
        written = changed(table, {**values, **stamp.touched()})
        connection.execute(update(table).where(*(table.c[key] == row[key] for key in keys)).values(written))

    def _bin(self, connection: Connection, movement: Movement, stock: Row) -> Row:
        """The shelf that the movement takes from or adds to: the fullest one."""
        table = self._tables.iciqty
        statement: Select[Any] = select(*labelled(table, "item loctid qstore qbin qserial qonhand")).where(
            table.c.item == stock["item"], table.c.loctid == stock["loctid"]
        )
        shelves = fetch(connection, statement.with_hint(table, "WITH (UPDLOCK)", "mssql"), table)
        where = f"item {stock['item']} at {stock['loctid']}"
        if any(shelf["qserial"] for shelf in shelves):
            raise Conflict("serialised-item", f"{where} is counted by serial number; adjust it in Sage Pro")
        if not shelves:
            raise Conflict("no-bin", f"{where} has no quantity row (ICIQTY); add it in Sage Pro first")
        fullest = max(shelves, key=lambda shelf: (shelf["qonhand"], shelf["qstore"], shelf["qbin"]))
        if not movement.allow_negative and movement.delta < 0 and fullest["qonhand"] + movement.delta < 0:
            detail = f"{where} has no bin with {-movement.delta}; move stock between bins in Sage Pro first"
            raise Conflict("below-zero", detail, {"existing": {"OnHand": str(fullest["qonhand"])}})
        return fullest

    def _document(self, connection: Connection, movement: Movement, place: Row, stamp: Stamp) -> None:
        """The ICTRAN row under the next number, and the caller's reason beside it."""
        tables = self._tables
        number = self._numbers().take(connection, 1)[0]
        kept = {"item": place["item"], "loctid": place["loctid"], "ttranno": number}
        row = {
            **kept,
            "trantyp": movement.type,
            "tdate": stamp.day,
            "tqty": movement.delta,
            "sqty": movement.delta,
            "tcost": place.get("lavgcst", ZERO) or place.get("lstdcst", ZERO),
            "ref": movement.reference,
            "applid": _APPLICATION,
            "tstore": place["qstore"],
            "tbin": place["qbin"],
            "per": f"{stamp.day:%Y%m}",
            **stamp.added(),
        }
        insert_all(connection, tables.ictran, [row])
        note = {
            **kept,
            "quantity": movement.delta,
            "reason": movement.reason,
            "reference": movement.reference,
            "recorded": utc_now().isoformat(timespec="seconds"),
        }
        insert_all(connection, tables.tdstock, [note])

    def _numbers(self) -> Counter:
        tables = self._tables
        mirror = tables.icsysd if tables.has("icsysd") else tables.sysdata
        return Counter(
            tables.sysdata,
            mirror,
            sysid=f"{_APPLICATION}{self._company.policy.company}",
            documents=(tables.ictran.c.ttranno,),
            width=tables.layout.tables["ictran"].columns["ttranno"].width,
        )
