from decimal import Decimal
from pathlib import Path

import pytest

from tandem.sandbox.play.retail_file import RetailFileError, Sort, invoices

D = Decimal
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
DAY = "2010-12-01 08:26:00"


@pytest.fixture
def read(tmp_path):
    def read(*lines, encoding="utf-8"):
        path = tmp_path / "sales.csv"
        path.write_bytes((HEAD + "\n".join(lines) + "\n").encode(encoding))
        return list(invoices(path))

    return read


def row(number, code="85123A", quantity="6", price="2.55", customer="17850.0", country="United Kingdom", name="A LAMP"):
    return f"{number},{code},{name},{quantity},{DAY},{price},{customer},{country}"


@pytest.mark.parametrize(
    ("lines", "sort"),
    [
        ([row("536365")], Sort.SALE),
        ([row("536365"), row("536365", price="0.0")], Sort.SALE),
        ([row("536414", price="0.0", name="")], Sort.FREE),
        ([row("536589", quantity="-10", price="0.0", name="")], Sort.WRITE_OFF),
        ([row("C536379", quantity="-1", code="D", price="27.5")], Sort.RETURN),
        ([row("c536379", quantity="-1")], Sort.RETURN),
        ([row("536589", quantity="-10", price="1.00")], Sort.RETURN),
        ([row("536589"), row("536589", quantity="-1")], Sort.MIXED),
        ([row("536589"), row("536589", quantity="-1", price="0")], Sort.MIXED),
        ([row("A563185", code="B", quantity="1", price="11062.06")], Sort.BOOKKEEPING),
        ([row("563186", code="B", quantity="1", price="-11062.06")], Sort.BOOKKEEPING),
    ],
)
def test_what_an_invoice_is(read, lines, sort):
    (invoice,) = read(*lines)
    assert invoice.sort is sort


def test_a_line_is_taken_as_it_stands_but_for_blanks(read):
    (invoice,) = read(row("536365", code="85123a ", price="0.001", quantity="3", name='"  WHITE  LAMP "'))
    (line,) = invoice.lines
    assert (line.code, line.name, line.quantity, line.price, line.amount) == ("85123a", "WHITE LAMP", 3, D("0.001"), 0)
    assert (invoice.customer, invoice.country) == ("17850", "United Kingdom")
    assert invoice.placed_at.isoformat() == "2010-12-01T08:26:00"


def test_the_same_code_twice_stays_two_lines(read):
    (invoice,) = read(row("536365", quantity="6"), row("536365", quantity="2"))
    assert [line.quantity for line in invoice.lines] == [6, 2]
    assert invoice.amount == D("20.40")


def test_an_invoice_whose_lines_stand_apart_is_still_one(read):
    found = read(row("1", quantity="1"), row("2"), row("1", quantity="2"), row("3"))
    assert [(invoice.number, len(invoice.lines)) for invoice in found] == [("2", 1), ("1", 2), ("3", 1)]


def test_a_guest_has_no_number(read):
    (invoice,) = read(row("536544", customer=""))
    assert invoice.customer == ""


def test_files_in_code_page_1252_and_with_a_mark_in_front_are_read(read, tmp_path):
    assert read(row("1", name="VOUCHER £20.00"), encoding="cp1252")[0].lines[0].name == "VOUCHER £20.00"
    assert read(row("1", name="VOUCHER £20.00"), encoding="utf-8-sig")[0].lines[0].name == "VOUCHER £20.00"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (row("1", quantity="six"), r"sales.csv, line 2: Quantity: 'six' is not a number"),
        (row("1", price="nan"), r"line 2: UnitPrice: 'nan' is not finite"),
        (row("1").replace(DAY, "1 Dec"), r"line 2: InvoiceDate: '1 Dec' is no local date and time"),
        (row("1").replace(DAY, DAY + "+00:00"), r"line 2: InvoiceDate: .* is no local date and time"),
        (row("1", code=" "), "line 2: StockCode is empty"),
        (row(" "), "line 2: InvoiceNo is empty"),
        ("1,85123A", "line 2: has not as many fields as line 1"),
        (row("1") + ",more", "line 2: has not as many fields as line 1"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(read, line, message):
    with pytest.raises(RetailFileError, match=message) as refused:
        read(line)
    assert refused.value.exit_code == 2


def test_a_missing_column_and_a_missing_file_are_named(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("InvoiceNo,StockCode\n1,2\n")
    with pytest.raises(RetailFileError, match=r"column Description, Quantity, .*Country is missing"):
        list(invoices(path))
    with pytest.raises(RetailFileError, match=r"nowhere\.csv: cannot be read: No such file"):
        list(invoices(Path("nowhere.csv")))
