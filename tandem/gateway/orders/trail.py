"""The trail of a changed order: how it stood before and after, kept beside it."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection

from tandem.gateway.company.company import Company
from tandem.gateway.company.rows import insert_all
from tandem.gateway.models import SalesOrder


def keep_trail(connection: Connection, company: Company, before: SalesOrder, after: SalesOrder) -> None:
    """Write one row of TDHIST in the transaction of the change."""
    row = {
        "histid": str(uuid4()),
        "tablename": "somast",
        "recordkey": after.sales_order_no,
        "recorded": company.clock().isoformat(timespec="milliseconds"),
        "who": company.policy.user,
        "before": before.model_dump_json(by_alias=True),
        "after": after.model_dump_json(by_alias=True),
    }
    insert_all(connection, company.tables.tdhist, [row])
