"""Which state of a caller's record was written last: a change that was long under way must not undo a newer one."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict
from tandem.gateway.company.rows import insert_all
from tandem.versions import is_older

SUPERSEDED = "newer-state-written"


def advance(connection: Connection, company: Company, resource: str, external_id: str, version: str) -> None:
    """Remember, in the transaction of a change, the version that the caller gave its state; a blank one asks nothing.

    Counters are compared as numbers, ISO 8601 times as moments; versions of different kinds are not compared.

    Raises:
        Conflict: a newer state of the same record was written before; nothing may be changed.
    """
    if not version or not company.layout.has("tdstate"):
        return
    table = company.tables.tdstate
    own = (table.c.resource == resource, table.c.extid == external_id)
    asked = select(table.c.version).where(*own).with_hint(table, "WITH (UPDLOCK, HOLDLOCK)", "mssql")
    standing: str | None = connection.scalars(asked).one_or_none()
    if standing is not None and is_older(version, standing):
        detail = f"version {version} of {external_id} is older than version {standing}, which was written already"
        raise Conflict(SUPERSEDED, detail)
    if standing == version:
        return
    values = {"version": version, "recorded": company.clock().isoformat(timespec="seconds")}
    if standing is None:
        insert_all(connection, table, [{"resource": resource, "extid": external_id, **values}])
    else:
        connection.execute(update(table).where(*own).values(values))
