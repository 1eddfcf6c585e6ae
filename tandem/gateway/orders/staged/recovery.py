"""What a cut left behind, brought to an end before anything else is read or written."""

from __future__ import annotations

import logging

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Rejection
from tandem.gateway.orders.staged import journal
from tandem.gateway.orders.staged.course import back_out, complete

log = logging.getLogger(__name__)


def recover(connection: Connection, company: Company) -> dict[str, str]:
    """Complete every order that was cut off, or back it out; what can be neither now, external id to number.

    Raises:
        DBAPIError: the database failed; what is left is brought to an end at the next call.
    """
    left: dict[str, str] = {}
    for entry in journal.unfinished(connection, company):
        try:
            how = _finish(connection, company, entry)
        except (Rejection, CompanyError) as error:
            log.warning("sales order %s was cut off and cannot be brought to an end now: %s", entry.sono, error)
            left[entry.extid] = entry.sono
        else:
            log.warning("sales order %s was cut off: %s", entry.sono, how)
            journal.close(connection, company, entry.stage_id, how)
    return left


def _finish(connection: Connection, company: Company, entry: journal.Entry) -> str:
    plan = entry.plan
    if plan is None:  # the journal row itself was cut off, and nothing is written before it is whole
        return journal.TORN
    try:
        complete(connection, company, plan, late=True)
    except (Rejection, CompanyError, IntegrityError) as error:
        log.warning("sales order %s is backed out: %s", entry.sono, error)
        back_out(connection, company, plan)
        return journal.BACKED_OUT
    return journal.DONE
