"""The faults of an order: all of them at once, each naming member and column, and nothing written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tandem.gateway.company.faults import Fault, Faulty
from tandem.gateway.models import Address

from .conftest import ACME, Desk, line, order


def faults_of(desk: Desk, given: Any) -> list[Fault]:
    before = desk.count()
    with pytest.raises(Faulty) as refused:
        desk.entry.create(given)
    assert desk.count() == before
    return list(refused.value.faults)


def codes(faults: list[Fault]) -> dict[str, str]:
    return {fault.field: fault.code for fault in faults}


def ship_to(**members: str) -> Address:
    return Address(**{**ACME, **members})


@pytest.mark.parametrize(
    ("member", "given", "column", "code"),
    [
        ("CustomerNo", {"customer_no": "NOBODY"}, "arcust.custno", "unknown-customer"),
        ("PurchaseOrderNo", {"purchase_order_no": "P" * 21}, "somast.ponum", "too-long"),
        ("PaymentTerms", {"payment_terms": "T" * 21}, "somast.pterms", "too-long"),
        ("ShipVia", {"ship_via": "V" * 13}, "somast.shipvia", "too-long"),
        ("TaxExemptCode", {"tax_exempt_code": "X" * 21}, "somast.exempt", "too-long"),
        ("Notes", {"notes": "嗨"}, "somast.notes", "not-in-code-page"),
        ("ExternalOrderNumber", {"external_order_number": "n" * 65}, "tdorder.extnumber", "too-long"),
        ("Location", {"location": "NORTH"}, "icloct.loctid", "unknown-location"),
        ("OrderDate", {"order_date": date(1900, 1, 1)}, "somast.ordate", "date-out-of-range"),
        ("SalesOrderNo", {"sales_order_no": "1" * 11}, "somast.sono", "too-long"),
        ("Currency", {"currency": "EURO", "exchange_rate": Decimal(1)}, "somast.currid", "too-long"),
        ("Currency", {"currency": "E1", "exchange_rate": Decimal(1)}, "somast.currid", "unknown-currency"),
        ("ExchangeRate", {"currency": "EUR"}, "somast.exchrat", "rate-missing"),
        ("ExchangeRate", {"exchange_rate": Decimal("1.1")}, "somast.exchrat", "rate-not-one"),
        ("ExchangeRate", {"currency": "EUR", "exchange_rate": Decimal(10**7)}, "somast.exchrat", "too-large"),
        ("ShipToAddress.City", {"ship_to_address": ship_to(city="C" * 21)}, "soaddr.city", "too-long"),
        ("ShipToAddress.State", {"ship_to_address": ship_to(state="S" * 11)}, "soaddr.addrstate", "too-long"),
        ("ShipToAddress.PostalCode", {"ship_to_address": ship_to(postal_code="7" * 11)}, "soaddr.zip", "too-long"),
        (
            "ShipToAddress.Address1",
            {"ship_to_address": ship_to(address1="東京")},
            "soaddr.address1",
            "not-in-code-page",
        ),
        ("BillToAddress.Phone", {"bill_to_address": Address(phone="5" * 41)}, "tdaddr.phone", "too-long"),
        ("TaxAmount", {"tax_amount": Decimal(1)}, "somast.tax", "tax-differs"),
        ("TotalAmount", {"total_amount": Decimal("39.81")}, "somast.ordamt", "total-differs"),
        ("CustomFields.WebOrder", {"custom_fields": {"WebOrder": "1"}}, "somast.weborder", "custom-field-not-allowed"),
    ],
)
def test_each_member_of_the_header(desk: Desk, member: str, given: dict[str, Any], column: str, code: str) -> None:
    found = {(fault.field, fault.column, fault.code) for fault in faults_of(desk, order(**given))}
    assert (member, column, code) in found


@pytest.mark.parametrize(
    ("member", "given", "column", "code"),
    [
        ("ItemCode", {"item": "NO-SUCH"}, "sotran.item", "unknown-item"),
        ("Quantity", {"quantity": "0"}, "sotran.qtyord", "zero-quantity"),
        ("Quantity", {"quantity": "0.00001"}, "sotran.qtyord", "too-many-decimals"),
        ("Quantity", {"quantity": "1000000000"}, "sotran.qtyord", "too-large"),
        ("UnitPrice", {"price": "1.00001"}, "sotran.price", "too-many-decimals"),
        ("UnitPrice", {"price": "10000000000"}, "sotran.price", "too-large"),
        ("DiscountPercent", {"discount_percent": Decimal("1.2345")}, "sotran.disc", "too-many-decimals"),
        ("DiscountPercent", {"discount_percent": Decimal("100.5")}, "sotran.disc", "discount-out-of-range"),
        ("DiscountPercent", {"discount_percent": Decimal(-1)}, "sotran.disc", "discount-out-of-range"),
        ("ExtendedPrice", {"extended_price": Decimal("39.81")}, "sotran.extprice", "extended-price-differs"),
        ("ExtendedPrice", {"extended_price": Decimal("39.801")}, "sotran.extprice", "too-many-decimals"),
        ("TaxAmount", {"tax_amount": Decimal("0.001")}, "tdline.taxamt", "too-many-decimals"),
        ("Description", {"description": "d" * 121}, "sotran.descrip", "too-long"),
        ("Description", {"description": "Dvořák"}, "sotran.descrip", "not-in-code-page"),
        ("Location", {"location": "NORTH"}, "icloct.loctid", "unknown-location"),
        ("Location", {"item": "CUP", "location": "EAST"}, "iciloc.loctid", "not-stocked-there"),
        ("Location", {"item": "CUP", "location": "EAST"}, "iciqty.loctid", "not-stocked-there"),
    ],
)
def test_each_member_of_a_line(desk: Desk, member: str, given: dict[str, Any], column: str, code: str) -> None:
    found = {
        (fault.field, fault.column, fault.code) for fault in faults_of(desk, order("S-1", line("L0"), line(**given)))
    }
    assert (f"LineItems[1].{member}", column, code) in found


def test_all_faults_of_an_order_are_told_at_once(desk: Desk) -> None:
    bad = order(
        "S-1",
        line("a", item="NO-SUCH"),
        line("b", quantity="0"),
        line("b"),
        customer_no="NOBODY",
        purchase_order_no="P" * 21,
        ship_to_address=ship_to(company="東京商事", country="C" * 16),
        total_amount=Decimal(1),
    )
    assert codes(faults_of(desk, bad)) == {
        "CustomerNo": "unknown-customer",
        "PurchaseOrderNo": "too-long",
        "ShipToAddress.Company": "not-in-code-page",
        "ShipToAddress.Country": "too-long",
        "LineItems[0].ItemCode": "unknown-item",
        "LineItems[1].Quantity": "zero-quantity",
        "LineItems[2].LineReference": "duplicate-line",
        "TotalAmount": "total-differs",
    }


def test_a_fault_says_what_would_be_right(desk: Desk) -> None:
    (fault,) = faults_of(
        desk,
        order(
            "S-1",
            line(quantity="3", price="2.93", extended_price=Decimal("8.78")),
        ),
    )
    assert fault.message == "must be 8.79: 3 x 2.93 less 0 % rounded half up to cents"
    assert fault.value == "8.78"
    (fault,) = faults_of(desk, order(total_amount=Decimal(1)))
    assert fault.message == "must be 39.80: lines 39.80 plus tax 0"


@pytest.mark.parametrize("table", ["somast", "soymst"])
def test_a_given_number_in_use_open_or_in_history(desk: Desk, table: str) -> None:
    desk.sql(f"INSERT INTO {table} (sono) VALUES ('      7777')")
    (fault,) = faults_of(desk, order(sales_order_no="7777"))
    assert (fault.code, fault.column) == ("number-in-use", "somast.sono")


def test_a_missing_default_location_is_told_by_name(desk: Desk) -> None:
    faults = faults_of(desk.under(location="HERE"), order())
    assert [(fault.field, fault.code, fault.value) for fault in faults] == [("Location", "unknown-location", "HERE")]
    assert "EAST, MAIN" in faults[0].message


def test_case_137_a_code_longer_than_the_width_is_never_cut(desk: Desk) -> None:
    (fault,) = faults_of(desk, order("S-1", line(item="TEAPOT" + "X" * 30)))
    assert fault.code == "unknown-item"


def test_an_item_whose_own_description_does_not_fit_asks_for_one(desk: Desk) -> None:
    desk.sql("UPDATE icitem SET itmdesc = ? WHERE item = 'TEAPOT'", "d" * 121)
    (fault,) = faults_of(desk, order())
    assert (fault.field, fault.code) == ("LineItems[0].Description", "too-long")
    assert desk.entry.create(order("S-1", line(description="A teapot"))).line_items[0].description == "A teapot"


def test_a_ship_to_that_is_not_to_be_added_need_not_fit_the_ship_to_table(desk: Desk) -> None:
    desk.sql("DELETE FROM soaddr")
    contact = ship_to(contact="c" * 31)
    assert "ShipToAddress.Contact" in codes(faults_of(desk, order(ship_to_address=contact)))


def test_more_lines_than_the_company_can_number(desk: Desk) -> None:
    many = [line(str(number), quantity="1", price="1") for number in range(10_000)]
    assert codes(faults_of(desk, order("S-1", *many)))["LineItems"] == "too-many-lines"
