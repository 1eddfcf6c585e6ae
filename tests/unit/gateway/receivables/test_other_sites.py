"""Invoices and receipts in a company on an early release: older names, fewer columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from tandem.gateway.company.company import Company
from tandem.gateway.company.create import create_on
from tandem.gateway.company.engine import open_engine
from tandem.gateway.models import Invoice, Receipt
from tests.unit.gateway.company.sites import older
from tests.unit.gateway.orders.conftest import START, stock_up

from .conftest import NUMBERED, Office, application, invoice, receipt

LACKING = {
    "armast": {"bbal", "binvamt", "bpaidamt", "btax", "refno", "notes", "currid", "exchrat", "currhist"},
    "artran": {"transeq", "bprice", "bcost", "bextpri", "cost", "tqtyshp", "currhist"},
    "arcash": {"currid", "currhist"},
}
HISTORY = {"arymst": "armast", "arytrn": "artran", "arycsh": "arcash"}


@pytest.fixture
def early() -> Iterator[Office]:
    """A company that lacks every column of receivables that is not certain."""
    layout = older()
    tables = {
        name: replace(
            shape,
            columns={
                key: replace(column, width=10) if key == "custno" else column
                for key, column in shape.columns.items()
                if key not in LACKING.get(HISTORY.get(name, name), set())
            },
        )
        for name, shape in layout.tables.items()
    }
    engine = open_engine("sqlite://")
    create_on(engine, NUMBERED, layout=replace(layout, tables=tables))
    company = Company.on(engine, NUMBERED, clock=lambda: START)
    stock_up(company)
    yield Office(company)
    engine.dispose()


def test_an_early_release_takes_invoices_receipts_and_applications(early: Office) -> None:
    number = early.order()
    early.sql("UPDATE sotran SET qtyshp = '10.0000' WHERE [lineno] = 1")
    made, refused = early.invoices.create_many(
        [invoice(number, {"a": Decimal(7)}, ReferenceNo="ref"), invoice(number, {"a": Decimal(4)})]
    )
    assert isinstance(made, Invoice), made
    assert (made.total_amount, made.reference_no, made.currency) == (Decimal("14.00"), "ref", "")
    assert not isinstance(refused, Invoice)
    assert early.sql("SELECT [lineno], qtyshp FROM artran") == [(1, "7.0000")]
    (paid, deposit) = early.receipts.create_many(
        [receipt(made.invoice_no, Decimal("9.00")), receipt("", Decimal("8.00"))]
    )
    assert isinstance(paid, Receipt), paid
    assert isinstance(deposit, Receipt), deposit
    applied = early.apply(deposit.receipt_no, application(made.invoice_no, Decimal("5.00")))
    assert (paid.status, applied.unapplied) == ("unposted", Decimal("3.00"))
    assert set(early.cents("ardist")) == {0}
