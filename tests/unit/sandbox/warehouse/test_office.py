import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from tandem.sandbox.warehouse import stock
from tandem.sandbox.warehouse.books import Books, WarehouseError
from tandem.sandbox.warehouse.office import NewItem, change_customer, enter_customers, enter_items, hold_open, leave

from .conftest import CHICAGO

D = Decimal


def look(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_items_come_with_their_stock_and_costs(books, path):
    assert look(path, "select itmdesc, stkcode, price, stdcost, ionhand from icitem where item = 'LAMP'") == [
        ("Lamp", "Y", "12.5000", "5.1234", "10.0000")
    ]
    assert look(path, "select loctid, lonhand, slsdcst from iciloc where item = 'LAMP'") == [
        ("MAIN", "10.0000", "5.1234")
    ]
    assert look(path, "select count(*) from iciloc where item = 'ADVICE'") == [(0,)]


def test_entering_again_changes_nothing(books, path):
    before = (
        look(path, "select * from icitem") + look(path, "select * from ictran") + look(path, "select * from arcust")
    )
    with books.open() as page:
        assert enter_items(page, [NewItem(item="LAMP", name="Another", price=D(1), stock=D(5))]) == 0
        assert enter_customers(page, [{"custno": "SMITH01", "company": "Somebody else"}]) == 0
    after = look(path, "select * from icitem") + look(path, "select * from ictran") + look(path, "select * from arcust")
    assert after == before


def test_no_column_is_ever_null(books, path):
    for table in ("icitem", "iciloc", "iciqty", "ictran", "arcust"):
        for row in look(path, f"select * from {table}"):
            assert None not in row, table


def test_a_customers_card_is_changed_and_stamped(books, path):
    with books.open() as page:
        change_customer(page, "SMITH01", {"phone": "312/555-0100", "city": "Chicago"})
    assert look(path, "select phone, city, company, lckuser, lcktime from arcust") == [
        ("312/555-0100", "Chicago", "Ann Smith", "WHSE", "16:30:05")
    ]


def test_what_the_office_may_not_change(books):
    with books.open() as page:
        with pytest.raises(WarehouseError, match=r"arcust\.balance is not for the office"):
            change_customer(page, "SMITH01", {"balance": "1.00"})
        with pytest.raises(WarehouseError, match="arcust has no record with custno 'NOBODY'"):
            change_customer(page, "NOBODY", {"city": "Chicago"})
        hold_open(page, "customer", "SMITH01")
        with pytest.raises(WarehouseError, match="customer SMITH01 is in use by WHSE"):
            change_customer(page, "SMITH01", {"city": "Chicago"})
        with pytest.raises(WarehouseError, match="customer SMITH01 is in use"):
            hold_open(page, "customer", "SMITH01")
        leave(page, "customer", "SMITH01")
        change_customer(page, "SMITH01", {"city": "Chicago"})
        with pytest.raises(WarehouseError, match="'invoice' is no kind of record"):
            leave(page, "invoice", "1")


def test_a_count_finds_a_difference_and_a_receipt_adds(books, path):
    with books.open() as page:
        assert stock.count(page, "LAMP", "MAIN", D(8)) == D(-2)
        assert stock.count(page, "LAMP", "MAIN", D(8)) == 0
        stock.receive(page, "LAMP", "MAIN", D("1.5"))
    assert look(path, "select lonhand from iciloc where item = 'LAMP'") == [("9.5000",)]
    assert look(path, "select ionhand, ilpcnt from icitem where item = 'LAMP'") == [("9.5000", "2026-03-02")]
    assert look(path, "select trantyp, tqty from ictran where item = 'LAMP' order by ttranno") == [
        ("AR", "10.0000"),
        ("AI", "-2.0000"),
        ("AR", "1.5000"),
    ]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda page: stock.receive(page, "LAMP", "MAIN", D(0)), "quantity 0 of LAMP: a receipt is more than nothing"),
        (lambda page: stock.count(page, "LAMP", "MAIN", D(-1)), "counted -1 of LAMP"),
        (
            lambda page: stock.receive(page, "LAMP", "NORTH", D(1)),
            "iciloc has no record with item 'LAMP', loctid 'NORTH'",
        ),
    ],
)
def test_impossible_stock_is_refused(books, act, message):
    with books.open() as page, pytest.raises(WarehouseError, match=message):
        act(page)


def test_goods_are_taken_from_as_many_shelves_as_are_needed(books, path):
    with books.open() as page:
        page.add("iciqty", [{"item": "LAMP", "loctid": "MAIN", "qstore": "B", "qonhand": D(4)}])
        page.change("iciloc", {"item": "LAMP", "loctid": "MAIN"}, lonhand=D(14))
        page.change("icitem", {"item": "LAMP"}, ionhand=D(14))
        stock.count(page, "LAMP", "MAIN", D(3))
    assert look(path, "select qstore, qonhand from iciqty where item = 'LAMP' order by qstore") == [
        ("", "0.0000"),
        ("B", "3.0000"),
    ]


def test_without_a_company_the_missing_tables_are_named(tmp_path):
    books = Books(f"sqlite:///{tmp_path / 'empty.db'}", CHICAGO)
    with pytest.raises(WarehouseError, match=r"has no table arcust, .*tandem company create"), books.open():
        pass
    books.close()


def test_without_a_counter_row_nothing_moves(books, path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("delete from sysdata where sysid like 'IC%'")
    with pytest.raises(WarehouseError, match="sysdata has no counter row for IC"), books.open() as page:
        stock.receive(page, "LAMP", "MAIN", D(1))
    assert look(path, "select lonhand from iciloc where item = 'LAMP'") == [("10.0000",)]
