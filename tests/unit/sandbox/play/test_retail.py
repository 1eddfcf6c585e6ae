from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.sandbox.play import retail
from tandem.sandbox.play.people import person
from tandem.sandbox.play.retail_cast import cast_of, is_service, sku_of
from tandem.sandbox.play.script import Fate, Kind

D = Decimal
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
FILE = (
    HEAD
    + """\
536365,85123A,WHITE LAMP ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123a,WHITE LAMP,2,2010-12-01 08:26:00,2.95,17850.0,United Kingdom
536366,POST,POSTAGE,1,2010-12-01 08:28:00,18.00,17850.0,EIRE
536367,22139,,56,2010-12-01 11:52:00,0.0,,Unspecified
C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom
536589,21777,lost,-10,2010-12-01 16:50:00,0.0,,United Kingdom
A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom
536590,85123A,WHITE LAMP,3,2010-12-02 09:00:00,2.55,17850.0,United Kingdom
536590,85123A,WHITE LAMP,-1,2010-12-02 09:00:00,2.55,17850.0,United Kingdom
"""
)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text(FILE)
    return path


def test_products_come_from_what_was_sold(path):
    items = {item.sku: item for item in cast_of(path).items}
    assert sorted(items) == ["21777", "22139", "85123A", "B", "D", "POST"]
    lamp = items["85123A"]
    assert (lamp.name, lamp.price, lamp.stock, lamp.stocked) == ("WHITE LAMP", D("2.55"), 11, True)
    assert (items["22139"].name, items["22139"].price, items["22139"].stock) == ("Item 22139", 0, 56)
    assert (items["21777"].name, items["21777"].stock) == ("Item 21777", 0), "a remark on a loss is no product's name"
    assert not items["POST"].stocked
    assert not items["D"].stocked


def test_customers_live_where_most_of_their_invoices_went(path):
    cast = cast_of(path)
    assert [customer["customerId"] for customer in cast.customers] == ["14527", "17850"]
    assert cast.customers[1]["billingAddress"]["country"] == "United Kingdom"
    assert cast.notes == {
        "sale": 2,
        "free goods": 1,
        "return": 1,
        "stock write-off": 1,
        "bookkeeping entry": 1,
        "sale with lines taken back": 1,
    }


def test_every_invoice_becomes_one_document_and_none_is_silent(path):
    found = {document.key: document for document in retail.documents(path)}
    assert {key: (d.kind, d.fate) for key, d in found.items()} == {
        "536365": (Kind.ORDER, Fate.SOLD),
        "536366": (Kind.ORDER, Fate.SOLD),
        "536367": (Kind.ORDER, Fate.SOLD),
        "C536379": (Kind.RETURN, Fate.LEFT_OUT),
        "536589": (Kind.ADJUSTMENT, Fate.LEFT_OUT),
        "A563185": (Kind.ADJUSTMENT, Fate.LEFT_OUT),
        "536590": (Kind.ORDER, Fate.REFUSED),
    }
    assert all(document.why for document in found.values() if document.fate is not Fate.SOLD)
    assert found["C536379"].body["returnId"] == "C536379"
    assert found["536589"].body["adjustmentId"] == "536589"


def test_an_order_is_the_invoice_at_its_own_time(path):
    order = next(iter(retail.documents(path)))
    assert order.amount == D("21.20")
    assert order.body["orderDate"] == "2010-12-01T08:26:00"
    assert [(line["sku"], line["quantity"], line["unitPrice"]) for line in order.body["lines"]] == [
        ("85123A", 6, D("2.55")),
        ("85123a", 2, D("2.95")),
    ]


def test_an_order_goes_where_its_own_invoice_says(path):
    by_key = {document.key: document.body for document in retail.documents(path) if document.kind is Kind.ORDER}
    assert by_key["536366"]["shippingAddress"]["country"] == "EIRE"
    assert by_key["536366"]["customerId"] == "17850"
    assert by_key["536366"]["email"] == by_key["536365"]["email"]
    assert by_key["536367"]["customerId"] is None
    assert by_key["536367"]["email"] == "buyer-guest-536367@example.com"


def test_services_are_told_from_goods():
    services = ["POST", "DOT", "M", "D", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK", "S", "B", "PADS", "m"]
    assert all(is_service(sku_of(code)) for code in services)
    assert not any(is_service(code) for code in ["85123A", "DCGS0003", "gift_0001_20".upper(), "15056BL"])


@given(st.text(min_size=1, max_size=12))
def test_the_same_person_always_bears_the_same_name(key):
    from tandem.sandbox.play.people import digits_of

    assert person(digits_of(key)) == person(digits_of(key))
    assert all(person(digits_of(key)))
