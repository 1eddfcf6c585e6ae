"""The same writer at a site with older names, other widths, columns missing or added."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from tandem.gateway.company.company import Company
from tandem.gateway.company.create import create_on
from tandem.gateway.company.engine import open_engine
from tandem.gateway.company.faults import Faulty
from tandem.gateway.company.layout import Column, Layout
from tandem.gateway.company.spec import Kind
from tandem.gateway.models import Address

from .conftest import ACME, POLICY, Desk, change, line, order, raw, stock_up

RENAMED = {
    "arcust": {"addrstate": "state", "credlimit": "limit"},
    "arcadr": {"addrstate": "state"},
    "somast": {"defloc": "loctid", "currhist": "current"},
    "sotran": {"tranlineno": "lineno", "transeq": "seq", "currhist": "current"},
    "soaddr": {"addrstate": "state"},
    "soymst": {"defloc": "loctid", "currhist": "current"},
    "soytrn": {"tranlineno": "lineno", "transeq": "seq", "currhist": "current"},
    "soyadr": {"addrstate": "state"},
}
LACKING = {
    "somast": ("release", "shipcomp", "notes", "exempt", "bshpamt"),
    "sotran": ("origqtyord", "origextpri", "tbprice", "tbcost"),
    "soaddr": ("contact", "address3"),
    "arcadr": ("address3",),
}
WIDTHS = {"custno": 7, "item": 15, "company": 30, "ponum": 15, "defloc": 4, "loctid": 4}


def early_layout() -> Layout:
    """A site on an early release."""
    standard = Layout.standard()
    tables = {}
    for name, shape in standard.tables.items():
        renamed, lacking = RENAMED.get(name, {}), LACKING.get(name, ())
        columns = {
            logical: replace(
                column,
                physical=renamed.get(logical, logical),
                width=column.width if shape.spec.companion else WIDTHS.get(logical, column.width),
            )
            for logical, column in shape.columns.items()
            if logical not in lacking
        }
        tables[name] = replace(shape, columns=columns)
    return replace(standard, tables=tables)


@pytest.fixture(scope="module")
def early_made() -> Iterator[tuple[Company, sqlite3.Connection]]:
    yield from _made(early_layout())


def _made(layout: Layout, **policy: Any) -> Iterator[tuple[Company, sqlite3.Connection]]:
    engine: Engine = open_engine("sqlite://")
    create_on(engine, POLICY, layout=layout)
    company = Company.on(engine, replace(POLICY, **policy))
    stock_up(company)
    template = sqlite3.connect(":memory:")
    raw(engine).backup(template)
    yield company, template
    template.close()
    engine.dispose()


@pytest.fixture
def early(early_made: tuple[Company, sqlite3.Connection]) -> Desk:
    company, template = early_made
    template.backup(raw(company.engine))
    return Desk(company)


def test_an_order_is_entered_under_the_older_names(early: Desk) -> None:
    contact = Address(**{**ACME, "contact": "Ann Lee"})
    made = early.entry.create(order("S-1", line(), line("L2", "CUP"), ship_to_address=contact))
    assert early.sql('SELECT "lineno", seq, item, qtyord, extprice FROM sotran ORDER BY "lineno"') == [
        (1, "   1", "TEAPOT", "2.0000", "39.80"),
        (2, "   2", "CUP", "2.0000", "39.80"),
    ]
    assert early.sql("SELECT loctid, ordamt FROM somast") == [("MAIN", "79.60")]
    assert early.sql("SELECT state FROM soaddr") == [("TX",)]
    assert made.ship_to_address.contact == "Ann Lee"  # kept in the companion table: this SOADDR has no contact
    assert made.release  # a site without the column has no unreleased orders


def test_it_is_changed_cancelled_and_read_there_too(early: Desk) -> None:
    early.entry.create(order("S-1", line("a"), line("b", "CUP")))
    found = early.changes.update("1001", change("S-1", line("a", quantity="3"), purchase_order_no="PO-9"))
    assert [(item.line_no, item.quantity) for item in found.line_items] == [(1, 3)]
    early.sql("UPDATE sotran SET qtyord = '2.0000', qtyshp = '1.0000' WHERE \"lineno\" = 1")
    found = early.changes.update("1001", change("S-1", line("a", quantity="3"), purchase_order_no="PO-9", cancel=True))
    assert (found.status, found.line_items[0].open_quantity, found.line_items[0].shipped_quantity) == ("closed", 0, 1)


def test_its_widths_rule(early: Desk) -> None:
    bad = order(purchase_order_no="P" * 16, ship_to_address=Address(**{**ACME, "company": "C" * 31}))
    with pytest.raises(Faulty) as refused:
        early.entry.create(bad)
    assert {fault.field: fault.message for fault in refused.value.faults} == {
        "PurchaseOrderNo": "has 16 characters, the column holds 15",
        "ShipToAddress.Company": "has 31 characters, the column holds 30",
    }


def test_what_has_no_column_there_is_refused_by_name(early: Desk) -> None:
    bad = order(notes="Ring twice", ship_to_address=Address(**{**ACME, "address3": "Back door"}))
    with pytest.raises(Faulty) as refused:
        early.entry.create(bad)
    assert {(fault.field, fault.column, fault.code) for fault in refused.value.faults} == {
        ("Notes", "somast.notes", "no-such-column"),
        ("ShipToAddress.Address3", "soaddr.address3", "no-such-column"),
    }


def test_an_order_cannot_be_held_where_there_is_no_column_to_hold_it(early: Desk) -> None:
    with pytest.raises(Faulty) as refused:
        early.entry.create(order(release=False))
    assert [(fault.field, fault.column) for fault in refused.value.faults] == [("Release", "somast.release")]


def test_the_companion_keeps_a_contact_within_its_own_width(early: Desk) -> None:
    long = Address(**{**ACME, "contact": "c" * 81})
    with pytest.raises(Faulty) as refused:
        early.entry.create(order(add_ship_to=False, ship_to_address=long))
    assert [(fault.field, fault.column) for fault in refused.value.faults] == [
        ("ShipToAddress.Contact", "tdorder.contact")
    ]


OWN = {
    "websono": (Kind.CHAR, 12, 0),
    "hotness": (Kind.EXACT, 9, 2),
    "rank": (Kind.WHOLE, 10, 0),
    "due": (Kind.DAY, 0, 0),
}


@pytest.fixture(scope="module")
def customised_made() -> Iterator[tuple[Company, sqlite3.Connection]]:
    standard = Layout.standard()
    tables = dict(standard.tables)
    for name in ("somast", "soymst"):
        own = {column: Column(column, column, *shape) for column, shape in OWN.items()}
        tables[name] = replace(tables[name], columns={**tables[name].columns, **own})
    opened = frozenset(f"somast.{name}" for name in OWN)
    yield from _made(replace(standard, tables=tables), custom_fields=opened)


@pytest.fixture
def customised(customised_made: tuple[Company, sqlite3.Connection]) -> Desk:
    company, template = customised_made
    template.backup(raw(company.engine))
    return Desk(company)


def test_the_sites_own_columns_are_written_and_read_by_the_allow_list(customised: Desk) -> None:
    made = customised.entry.create(order(custom_fields={"WebSono": "W-1", "hotness": "2.5", "rank": "7"}))
    assert made.custom_fields == {"due": "", "hotness": "2.50", "rank": "7", "websono": "W-1"}
    assert customised.sql("SELECT websono, hotness, rank FROM somast") == [("W-1", "2.50", 7)]
    found = customised.changes.update("1001", change(custom_fields={"websono": "W-2", "rank": ""}))
    assert (found.custom_fields["websono"], found.custom_fields["rank"]) == ("W-2", "0")
    assert found.custom_fields["hotness"] == "2.50"
    again = change(custom_fields={"websono": "W-2 ", "rank": "0.0", "hotness": "2.500"})
    assert customised.changes.update("1001", again) == found


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("websono", "W" * 13, "too-long"),
        ("websono", "東", "not-in-code-page"),
        ("hotness", "warm", "not-a-number"),
        ("hotness", "1.234", "too-many-decimals"),
        ("rank", "1.5", "too-many-decimals"),
        ("due", "2026-03-02", "custom-field-type"),
        ("ordamt", "0", "custom-field-not-allowed"),
    ],
)
def test_custom_fields_are_judged_like_all_others(customised: Desk, name: str, value: str, code: str) -> None:
    with pytest.raises(Faulty) as refused:
        customised.entry.create(order(custom_fields={name: value}))
    assert [(f.field, f.column, f.code) for f in refused.value.faults] == [
        (f"CustomFields.{name}", f"somast.{name}", code)
    ]


def test_a_price_column_of_two_decimals_refuses_a_third(desk: Desk) -> None:
    desk.sql("ALTER TABLE sotran RENAME COLUMN price TO gone")
    desk.sql("ALTER TABLE sotran ADD COLUMN price DECIMAL_TEXT(12,2) NOT NULL DEFAULT '0.00'")
    site = Desk(Company.on(desk.company.engine, POLICY))
    with pytest.raises(Faulty) as refused:
        site.entry.create(order("S-1", line(price="3.333")))
    assert [fault.message for fault in refused.value.faults] == ["has 3 decimals, the column holds 2"]
    assert site.entry.create(order("S-1", line(price="3.33"))).line_items[0].unit_price == Decimal("3.33")


def test_a_site_without_shipment_tables_has_orders_all_the_same(desk: Desk) -> None:
    desk.sql("DROP TABLE soship")
    desk.sql("DROP TABLE soyshp")
    site = Desk(Company.on(desk.company.engine, POLICY))
    assert site.entry.create(order()).shipments == []
