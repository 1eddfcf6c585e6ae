"""Journals: entered as unposted batches of the ledger, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select

from tandem.gateway import entering
from tandem.gateway.company import periods
from tandem.gateway.company.calendar import Calendar, Period
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict, Fault, Faulty, PeriodClosed
from tandem.gateway.company.limits import day_fault, first, number_fault, text_fault, width_of
from tandem.gateway.company.numbering import Lettered, Numbering
from tandem.gateway.company.required import require
from tandem.gateway.company.rows import Row, insert_all
from tandem.gateway.ledger.accounts import Accounts, account_faults
from tandem.gateway.ledger.journal_read import JournalReader
from tandem.gateway.models import Journal, JournalIn
from tandem.gateway.orders.amounts import total

NEEDED = "glbtch glhunp gldunp glacnt sycdfis.begdate sycdfis.enddate sycdfis.closed tdjrnl"
GROUP = 50
"""Journals in one transaction."""

_ENTRY = "1"
_APPLICATION = "GL"


class Journals:
    """Enters journals into one company; each is a batch of one entry."""

    def __init__(self, company: Company, reader: JournalReader, numbering: Numbering | None = None) -> None:
        self._company = company
        self._reader = reader
        tables = company.tables
        width = min(width_of(table, "glbatch") for table in (tables.glbtch, tables.glhunp, tables.tdjrnl))
        self._numbering = numbering or Lettered("J", tables.tdjrnl.c.glbatch, width)
        self._entering = entering.Entering(company, entering.in_groups(GROUP), entering.one_by_one(self.enter))

    def create_many(
        self, journals: Sequence[JournalIn], record: entering.Record[Journal] | None = None
    ) -> list[entering.Outcome[Journal]]:
        """Enter journals, each for itself: one outcome for each, in their order, durable when this returns."""
        return self._entering.many(journals, record)

    def faults(self, given: JournalIn) -> list[Fault]:
        """Every fault of a journal that is not going to be written.

        Raises:
            Conflict: the company lacks a table that journals need.
        """
        require(self._company, NEEDED)
        with self._company.read() as connection:
            known = Accounts(self._company).known(connection, {line.account for line in given.lines})
            calendar = Calendar.around(connection, self._company, given.journal_date)
            return list(_faults(given, known, calendar, self._company))

    def enter(self, connection: Connection, given: JournalIn) -> Journal:
        """Writes one journal in the caller's transaction.

        Raises:
            Conflict: the external id has been entered, or a table is missing.
            Faulty: with every fault of the journal.
            PeriodClosed: its date lies in a closed period and is not to be moved.
            CompanyError: the company refuses the write.
        """
        company, tables = self._company, self._company.tables
        require(company, NEEDED)
        self._require_new(connection, given)
        known = Accounts(company).known(connection, {line.account for line in given.lines})
        calendar = Calendar.around(connection, company, given.journal_date)
        faults = list(_faults(given, known, calendar, company))
        closed = periods.period_faults(given.journal_date, "JournalDate", "journal", calendar, company)
        if faults:
            raise Faulty([*faults, *closed])
        if closed:
            raise PeriodClosed(closed)
        (number,) = self._numbering.take(connection, 1)
        day = periods.open_day(given.journal_date, calendar, company)
        period = calendar.on(day)
        insert_all(connection, tables.glbtch, [self._batch(given, number, day)])
        insert_all(connection, tables.glhunp, [self._header(given, number, day, period)])
        insert_all(connection, tables.gldunp, list(self._lines(given, known, number, day)))
        insert_all(connection, tables.tdjrnl, [self._companion(given, number, day)])
        return self._reader.get(connection, number)

    def _batch(self, given: JournalIn, number: str, day: date) -> Row:
        return {
            "glbatch": number,
            "descrip": self._cut("glbtch", "descrip", given.description),
            "applid": _APPLICATION,
            "batdate": day,
            "debits": total(line.amount for line in given.lines if line.amount > 0),
            "credits": -total(line.amount for line in given.lines if line.amount < 0),
            **self._company.stamp().added(),
        }

    def _header(self, given: JournalIn, number: str, day: date, period: Period | None) -> Row:
        return {
            "glbatch": number,
            "entryno": _ENTRY,
            "trandte": day,
            "descrip": self._cut("glhunp", "descrip", given.description),
            "refno": self._cut("glhunp", "refno", given.reference_no),
            "fisyr": period.year if period else "",
            "period": period.number if period else "",
            **self._company.stamp().added(),
        }

    def _lines(self, given: JournalIn, known: Mapping[str, str], number: str, day: date) -> Iterator[Row]:
        moved = given.journal_date != day
        for place, line in enumerate(given.lines, start=1):
            yield {
                "glbatch": number,
                "entryno": _ENTRY,
                "tranlineno": place,
                "glacnt": known[line.account],
                "amount": line.amount,
                "descrip": line.description or self._cut("gldunp", "descrip", given.description),
                "notes": periods.mark(given.journal_date, "journal") if moved else "",
            }

    def _companion(self, given: JournalIn, number: str, day: date) -> Row:
        stamp = self._company.stamp()
        return {
            "glbatch": number,
            "entryno": _ENTRY,
            "extid": given.external_journal_id,
            "jrnldate": day,
            "owndate": None if given.journal_date == day else given.journal_date,
            "descrip": given.description,
            "refno": given.reference_no,
            "adddate": stamp.day,
            "addtime": stamp.clock,
            "recorded": self._company.clock().isoformat(timespec="milliseconds"),
        }

    def _cut(self, table: str, column: str, text: str) -> str:
        """As much as the column holds; the whole of it stands in the companion table."""
        found = getattr(self._company.tables, table)
        return text[: width_of(found, column)].rstrip() if column in found.c else ""

    def _require_new(self, connection: Connection, given: JournalIn) -> None:
        table, extid = self._company.tables.tdjrnl, given.external_journal_id
        existing = connection.scalars(select(table.c.glbatch).where(table.c.extid == extid)).first()
        if existing is not None:
            detail = f"external journal {extid} is journal {existing}"
            raise Conflict("duplicate-external-journal", detail, {"existing": {"JournalNo": existing}})


def _faults(given: JournalIn, known: Mapping[str, str], calendar: Calendar, company: Company) -> Iterator[Fault]:
    tables, day = company.tables, given.journal_date
    found = list(first(day_fault("JournalDate", "glhunp.trandte", day)))
    yield from found
    if not found and calendar.on(day) is None:
        message = "lies in no fiscal period of the company; add its period in Sage Pro"
        yield Fault("JournalDate", "sycdfis.begdate", "unknown-period", message, day.isoformat())
    for field, name, text in (
        ("Description", "descrip", given.description),
        ("ReferenceNo", "refno", given.reference_no),
    ):
        width = width_of(tables.glhunp, name) if name in tables.glhunp.c else 0
        yield from first(
            text_fault(tables.tdjrnl, name, field, text), text_fault(tables.glhunp, name, field, text[:width])
        )
    yield from account_faults(((f"Lines[{n}].Account", line.account) for n, line in enumerate(given.lines)), known)
    for number, line in enumerate(given.lines):
        yield from first(number_fault(tables.gldunp, "amount", f"Lines[{number}].Amount", line.amount))
        yield from first(text_fault(tables.gldunp, "descrip", f"Lines[{number}].Description", line.description))
    debits = total(line.amount for line in given.lines if line.amount > 0)
    yield from first(number_fault(tables.glbtch, "debits", "Lines", debits))
    off = total(line.amount for line in given.lines)
    if off:
        yield Fault("Lines", "gldunp.amount", "does-not-balance", f"sum to {off:f} instead of zero", f"{off:f}")
