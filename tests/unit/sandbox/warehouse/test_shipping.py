"""What picking and shipping does to the company, read back by plain SQL."""

import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from tandem.sandbox.warehouse.books import WarehouseError, numbered
from tandem.sandbox.warehouse.office import hold_open, leave
from tandem.sandbox.warehouse.shipping import Parcel, pick, ready, ship, void

D = Decimal

TWO = [("LAMP", 3, "12.50", True), ("SHADE", 7, "3.3333", True)]


def look(path, query, *values):
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def the(path, query, *values):
    (row,) = look(path, query, *values)
    return row


def test_a_whole_shipment_closes_the_order_and_moves_every_total(books, enter, path):
    enter("1001", TWO)
    with books.open() as page:
        number = ship(page, "1001", Parcel(carrier="UPS", tracking="1Z9"))

    assert number == "0000000001"
    header = the(path, "select * from somast")
    assert (header["sono"], header["sostat"]) == ("      1001", "C")
    assert (header["ordamt"], header["shpamt"], header["bordamt"], header["bshpamt"]) == (
        "0.00",
        "60.83",
        "0.00",
        "60.83",
    )
    lamp, shade = look(path, "select * from sotran order by tranlineno")
    assert (lamp["qtyord"], lamp["qtyshp"], lamp["shipqty"], lamp["extprice"]) == ("0.0000", "3.0000", "0.0000", "0.00")
    assert (shade["qtyord"], shade["qtyshp"], shade["sostat"], shade["shipdate"]) == (
        "0.0000",
        "7.0000",
        "C",
        "2026-03-02",
    )
    assert the(path, "select onorder from arcust where custno = 'SMITH01'")["onorder"] == "0.00"
    assert the(path, "select lonhand from iciloc where item = 'LAMP'")["lonhand"] == "7.0000"
    assert the(path, "select qonhand from iciqty where item = 'SHADE'")["qonhand"] == "93.0000"
    assert the(path, "select ionhand from icitem where item = 'SHADE'")["ionhand"] == "93.0000"
    rows = look(path, "select * from soship order by tranlineno")
    assert [(r["item"], r["qtyship"], r["shipvia"], r["trackno"], r["shpstat"]) for r in rows] == [
        ("LAMP", "3.0000", "UPS", "1Z9", ""),
        ("SHADE", "7.0000", "UPS", "1Z9", ""),
    ]


def test_stamps_are_the_companys_own_clock(books, enter, path):
    enter("1001", TWO)
    with books.open() as page:
        ship(page, "1001", Parcel())
    row = the(path, "select distinct adduser, adddate, addtime from soship")
    assert tuple(row.values()) == ("WHSE", "2026-03-02", "16:30:05")
    row = the(path, "select lckuser, lckdate, lcktime, lckstat from somast")
    assert tuple(row.values()) == ("WHSE", "2026-03-02", "16:30:05", "")


def test_every_movement_is_on_record_and_adds_up_to_the_shelf(books, enter, path):
    enter("1001", TWO)
    with books.open() as page:
        ship(page, "1001", Parcel(quantities={1: D(2)}))
    moves = look(path, "select * from ictran where item = 'LAMP' order by ttranno")
    assert [(m["trantyp"], m["tqty"], m["docno"], m["per"]) for m in moves] == [
        ("AR", "10.0000", "", "202603"),
        (" I", "-2.0000", "      1001", "202603"),
    ]
    assert the(path, "select int1 from sysdata where sysid = 'IC01'") == the(path, "select int1 from icsysd")
    assert the(path, "select int1 from icsysd")["int1"] == int(moves[-1]["ttranno"])


def test_case_094_two_shipments_leave_the_order_one_after_the_other(books, enter, path):
    enter("1001", [("LAMP", 3, "33.33", True)])
    with books.open() as page:
        first = ship(page, "1001", Parcel(quantities={1: D(1)}, tracking="T1"))
    assert the(path, "select ordamt, shpamt, sostat from somast") == {
        "ordamt": "66.66",
        "shpamt": "33.33",
        "sostat": "",
    }
    assert the(path, "select onorder from arcust where custno = 'SMITH01'")["onorder"] == "66.66"
    with books.open() as page:
        second = ship(page, "1001", Parcel(tracking="T2"))
    assert first != second
    assert the(path, "select ordamt, shpamt, sostat from somast") == {
        "ordamt": "0.00",
        "shpamt": "99.99",
        "sostat": "C",
    }
    rows = look(path, "select shipno, qtyship, trackno from soship order by shipno")
    assert [tuple(r.values()) for r in rows] == [(first, "1.0000", "T1"), (second, "2.0000", "T2")]


def test_what_was_picked_is_what_leaves(books, enter, path):
    enter("1001", TWO)
    with books.open() as page:
        pick(page, "1001", {2: D(4)})
    assert look(path, "select shipqty from sotran order by tranlineno") == [
        {"shipqty": "0.0000"},
        {"shipqty": "4.0000"},
    ]
    with books.open() as page:
        ship(page, "1001", Parcel())
    assert the(path, "select item, qtyship from soship") == {"item": "SHADE", "qtyship": "4.0000"}
    assert look(path, "select qtyord from sotran order by tranlineno") == [{"qtyord": "3.0000"}, {"qtyord": "3.0000"}]


def test_services_go_out_with_the_last_goods_and_are_in_no_parcel(books, enter, path):
    enter("1001", [("LAMP", 2, "10.00", True), ("ADVICE", 1, "40.00", False)])
    with books.open() as page:
        ship(page, "1001", Parcel(quantities={1: D(1)}))
    assert the(path, "select ordamt, sostat from somast") == {"ordamt": "50.00", "sostat": ""}
    with books.open() as page:
        ship(page, "1001", Parcel())
    assert the(path, "select ordamt, shpamt, sostat from somast") == {
        "ordamt": "0.00",
        "shpamt": "60.00",
        "sostat": "C",
    }
    assert the(path, "select count(*) as n from soship where item = 'ADVICE'")["n"] == 0


def test_case_096_a_substitute_and_more_than_ordered_can_leave(books, enter, path):
    enter("1001", [("LAMP", 3, "12.50", True)])
    with books.open() as page:
        ship(page, "1001", Parcel(quantities={1: D(5)}, instead={1: "SHADE"}, beyond=True))
    assert the(path, "select item, qtyship from soship") == {"item": "SHADE", "qtyship": "5.0000"}
    line = the(path, "select item, qtyord, qtyshp, sostat from sotran")
    assert line == {"item": "LAMP", "qtyord": "0.0000", "qtyshp": "5.0000", "sostat": "C"}
    assert the(path, "select shpamt from somast")["shpamt"] == "37.50", "what was not ordered is not charged"
    assert the(path, "select lonhand from iciloc where item = 'SHADE'")["lonhand"] == "95.0000"
    assert the(path, "select lonhand from iciloc where item = 'LAMP'")["lonhand"] == "10.0000"


def test_case_097_a_void_shipment_undoes_itself(books, enter, path):
    enter("1001", TWO)
    tables = ("somast", "sotran", "arcust", "iciloc", "iciqty", "icitem")
    amounts = {
        "somast": "ordamt, shpamt, bordamt, bshpamt, sostat",
        "sotran": "qtyord, qtyshp, shipqty, extprice, tqtyord, sostat",
        "arcust": "onorder",
        "iciloc": "item, lonhand",
        "iciqty": "item, qonhand",
        "icitem": "item, ionhand",
    }
    before = {table: look(path, f"select {amounts[table]} from {table}") for table in tables}
    with books.open() as page:
        number = ship(page, "1001", Parcel(quantities={1: D(2), 2: D(7)}))
    assert before != {table: look(path, f"select {amounts[table]} from {table}") for table in tables}
    with books.open() as page:
        void(page, number)
    assert before == {table: look(path, f"select {amounts[table]} from {table}") for table in tables}
    assert look(path, "select distinct shpstat from soship") == [{"shpstat": "V"}]
    with books.open() as page, pytest.raises(WarehouseError, match="is void already"):
        void(page, number)


def test_amounts_in_another_currency_move_in_both(books, enter, path):
    enter("1001", [("LAMP", 2, "10.00", True)], rate=D("1.25"))
    with books.open() as page:
        ship(page, "1001", Parcel(quantities={1: D(1)}))
    row = the(path, "select ordamt, shpamt, bordamt, bshpamt from somast")
    assert tuple(row.values()) == ("10.00", "10.00", "12.50", "12.50")


@pytest.mark.parametrize(
    ("parcel", "message"),
    [
        (Parcel(quantities={1: D(4)}), r"order 1001 line 1: 4 cannot be shipped, 3.0000 are open"),
        (Parcel(quantities={1: D(-1)}), r"order 1001 line 1: -1 cannot be shipped"),
        (Parcel(quantities={9: D(1)}), r"order 1001 has no open line 9 of goods"),
        (Parcel(quantities={1: D(0)}), r"order 1001 has nothing to ship"),
        (Parcel(quantities={1: D(20)}, beyond=True), r"LAMP at MAIN: 20 wanted, 10.0000 on hand"),
        (Parcel(instead={1: "ADVICE"}), r"iciloc has no record with item 'ADVICE', loctid 'MAIN'"),
    ],
)
def test_what_cannot_be_shipped_leaves_everything_as_it_was(books, enter, path, parcel, message):
    enter("1001", TWO)
    with pytest.raises(WarehouseError, match=message), books.open() as page:
        ship(page, "1001", parcel)
    assert look(path, "select * from soship") == []
    assert look(path, "select * from ictran where trantyp = ' I'") == []
    assert the(path, "select ordamt from somast")["ordamt"] == "60.83"


def test_only_released_open_orders_in_nobodys_hands_are_worked_on(books, enter):
    enter("1001", TWO)
    enter("1002", TWO, release="N")
    enter("1003", TWO)
    enter("1004", TWO)
    with books.open() as page:
        hold_open(page, "order", "1003")
        ship(page, "1004", Parcel())
        assert [row["sono"] for row in ready(page)] == [numbered("1001")]
        for order, message in (("1002", "not released"), ("1003", "in use by WHSE"), ("1004", "not open")):
            with pytest.raises(WarehouseError, match=message):
                pick(page, order)
        leave(page, "order", "1003")
        assert [row["sono"] for row in ready(page)] == [numbered("1001"), numbered("1003")]


@pytest.mark.parametrize(("allocated", "left"), [("5", "2.0000"), ("1", "0.0000"), ("0", "0.0000")])
def test_what_leaves_the_order_leaves_the_allocations_of_a_company_that_has_any(books, enter, path, allocated, left):
    enter("1001", TWO)
    with books.open() as page:
        page.change("iciloc", {"item": "LAMP", "loctid": "MAIN"}, lsoaloc=D(allocated))
        page.change("iciqty", {"item": "LAMP", "loctid": "MAIN"}, qsoaloc=D(allocated))
        ship(page, "1001", Parcel())
    assert the(path, "select lsoaloc from iciloc where item = 'LAMP'")["lsoaloc"] == left
    assert the(path, "select qsoaloc from iciqty where item = 'LAMP'")["qsoaloc"] == left
