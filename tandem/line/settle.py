"""The last station: what became of each record is written down, and one that cannot be stored stops no other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from tandem.entities.cargo import Cargo
from tandem.entities.state import Fault, State, dead
from tandem.errors import StoreUnavailable
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.store import SettleReport
from tandem.values import utc_now

log = logging.getLogger(__name__)


def settle(line: Connection, batch: Batch, *, flow_run_id: str | None = None) -> SettleReport:
    """Write down what became of each record, in one transaction; one whose lease went elsewhere is left alone.

    Should that be refused for what a record holds, each goes alone, and the one that is refused again becomes a dead
    letter without its content.

    Raises:
        StoreUnavailable: nothing was written, or not all; the leases run out, and the next pass looks.
    """
    for cargo in batch.cargo:
        # Before settling: killed in between, the event is still open and the next drain erases again.
        if cargo.message.event_type in batch.route.erases:
            line.store.erase(line.name, batch.entity.name, cargo.message.key, utc_now())
    try:
        return _settle(line, batch.cargo, flow_run_id)
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("%s could not be settled together; each goes alone", batch)
    return _sum([_alone(line, cargo, flow_run_id) for cargo in batch.cargo])


def _alone(line: Connection, cargo: Cargo, flow_run_id: str | None) -> SettleReport:
    try:
        return _settle(line, [cargo], flow_run_id)
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - it becomes the record's state, which is looked at
        why = f"{type(error).__name__}: what became of it could not be stored; look whether the target has it"
        bare = Cargo(message=cargo.message, outcome=dead(why, fault=Fault.UNKNOWN))
        report = _settle(line, [bare], flow_run_id)
        cargo.take(bare)
        return report


def _settle(line: Connection, cargo: Sequence[Cargo], flow_run_id: str | None) -> SettleReport:
    return line.store.ledger.settle(cargo, owner=line.owner, now=utc_now(), flow_run_id=flow_run_id)


def _sum(reports: Sequence[SettleReport]) -> SettleReport:
    states: Counter[State] = Counter()
    for report in reports:
        states.update(report.states)
    return SettleReport(
        settled=sum(report.settled for report in reports),
        lost=tuple(message for report in reports for message in report.lost),
        states=states,
        letters_opened=sum(report.letters_opened for report in reports),
        letters_closed=sum(report.letters_closed for report in reports),
        woken=sum(report.woken for report in reports),
    )
