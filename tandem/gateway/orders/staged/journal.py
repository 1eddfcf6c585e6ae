"""The journal of orders under way (TDSTAGE): written before anything else, closed after everything else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import Row, fetch, insert_all
from tandem.gateway.company.tables import labelled
from tandem.gateway.orders.staged.plan import Plan, Totals

OPEN, DONE, BACKED_OUT, TORN = "open", "done", "backed-out", "torn"


@dataclass(frozen=True, slots=True)
class Entry:
    """One open journal row; `plan` is None where the row itself was cut off while it was written."""

    stage_id: str
    sono: str
    extid: str
    totals: Totals
    plan: Plan | None


def begin(connection: Connection, company: Company, plan: Plan) -> None:
    """Write the journal row of an order; nothing of the order is written before."""
    totals, text = plan.totals, plan.as_text()
    row = {
        "stageid": plan.stage_id,
        "sono": plan.sono,
        "extid": plan.extid,
        "custno": plan.custno,
        "state": OPEN,
        "lines": totals.lines,
        "quantity": totals.quantity,
        "amount": totals.amount,
        "digest": _digest(text),
        "plan": text,
        "recorded": company.clock().isoformat(timespec="seconds"),
    }
    insert_all(connection, company.tables.tdstage, [row])


def unfinished(connection: Connection, company: Company) -> list[Entry]:
    """The journal rows that are still open, the oldest first."""
    table = company.tables.tdstage
    statement = select(*labelled(table)).where(table.c.state == OPEN).order_by(table.c.recorded, table.c.stageid)
    return [_entry(company, row) for row in fetch(connection, statement, table)]


def close(connection: Connection, company: Company, stage_id: str, how: str) -> None:
    """Close a journal row; who bought what is not kept in it any longer, its totals are."""
    table = company.tables.tdstage
    connection.execute(update(table).where(table.c.stageid == stage_id).values(state=how, plan=""))


def _entry(company: Company, row: Row) -> Entry:
    totals = Totals(row["lines"], row["quantity"], row["amount"])
    plan = None
    if _digest(row["plan"]) == row["digest"]:
        plan = Plan.of_text(company.tables, row["stageid"], row["extid"], row["plan"])
    whole = plan is not None and plan.totals == totals
    return Entry(row["stageid"], row["sono"], row["extid"], totals, plan if whole else None)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
