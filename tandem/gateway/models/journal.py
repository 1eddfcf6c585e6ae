"""Journals (GLBTCH, GLHUNP, GLDUNP) and the chart of accounts (GLACNT) on the wire."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tandem.gateway.models.base import Day, Exact, Number, Record, Required, Stamp, Text, WireIn, WireOut
from tandem.gateway.models.finance import ExternalDocumentId

JournalStatus = Literal["unposted", "posted", "gone"]


class JournalLineIn(WireIn):
    """One line in the company's currency; a debit is above zero, a credit below."""

    account: Required = Field(description="An account of the chart (GLACNT)")
    amount: Number
    description: Text = ""


class JournalIn(WireIn):
    """A journal to be entered, unposted, as a batch of its own."""

    external_journal_id: ExternalDocumentId = Field(description="The caller's id; unique in the company")
    journal_date: Day
    description: Required
    reference_no: Text = ""
    lines: list[JournalLineIn] = Field(min_length=2, max_length=5000, description="Sum to zero")


class JournalLine(WireOut):
    """One line of a journal."""

    line_no: int
    account: str
    amount: Exact
    description: str


class Journal(Record):
    """A journal; `gone` is one that Sage Pro no longer keeps unposted: posted and moved, or deleted at its screens."""

    journal_no: str
    external_journal_id: str
    status: JournalStatus
    journal_date: date | None
    own_date: date | None = Field(description="The date it came with, where that lay in a closed period")
    fiscal_year: str
    period: str
    description: str
    reference_no: str
    lines: list[JournalLine]
    updated_at: Stamp | None


class Account(WireOut):
    """One account of the chart."""

    account: str
    description: str
