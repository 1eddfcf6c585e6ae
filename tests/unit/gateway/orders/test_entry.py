"""Entering one order: what stands in the tables afterwards, as a plain reader finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from tandem.errors import CompanyError
from tandem.gateway.company.faults import Busy, Conflict, Locked
from tandem.gateway.models import Address, SalesOrder

from .conftest import ACME, START, Desk, line, order


def header(desk: Desk, number: str = "1001") -> dict[str, Any]:
    return row(desk, "somast", "sono", number.rjust(10))


def row(desk: Desk, table: str, key: str, value: Any, more: str = "") -> dict[str, Any]:
    names = [found[1] for found in desk.sql(f"SELECT * FROM pragma_table_info('{table}')")]
    (found,) = desk.sql(f"SELECT * FROM {table} WHERE {key} = ? {more}", value)
    return dict(zip(names, found, strict=True))


def test_the_answer_is_the_order_as_it_was_read_back(desk: Desk) -> None:
    made = desk.entry.create(order("S-1", line(tax_amount=Decimal("3.28"), taxable=True)))
    assert made == desk.get("1001")
    assert (made.sales_order_no, made.external_order_id, made.status) == ("1001", "S-1", "open")
    assert (made.open_amount, made.tax_amount, made.total_amount) == (
        Decimal("39.80"),
        Decimal("3.28"),
        Decimal("43.08"),
    )
    assert (made.created_at, made.updated_at) == (START, START)
    assert made.e_tag


def test_the_number_is_right_justified_and_the_counters_moved(desk: Desk) -> None:
    desk.entry.create(order())
    assert desk.sql("SELECT sono FROM somast") == [("      1001",)]
    assert desk.sql("SELECT DISTINCT sono FROM sotran") == [("      1001",)]
    assert desk.value("SELECT int1 FROM sysdata WHERE sysid = 'SO01'") == 1001
    assert desk.value("SELECT int1 FROM sosysd") == 1001


def test_values_are_copied_from_the_customer(desk: Desk) -> None:
    desk.entry.create(order())
    found = header(desk)
    copied = {name: found[name] for name in ("pterms", "pdisc", "pdays", "pnet", "disc", "salesmn", "terr", "glarec")}
    assert copied == {
        "pterms": "2% 10 Net 30",
        "pdisc": "2.000",
        "pdays": 10,
        "pnet": 30,
        "disc": "1.500",
        "salesmn": "JO",
        "terr": "S",
        "glarec": "WEB",
    }
    assert (found["taxrate"], found["taxdist"]) == ("8.250", "TX1")


def test_values_are_copied_from_item_and_stock(desk: Desk) -> None:
    desk.entry.create(order())
    found = row(desk, "sotran", "sono", "      1001")
    names = ("item", "descrip", "isoclss", "stkcode", "taxcode", "cost", "glasst", "glsale", "pricecode", "umeasur")
    assert [found[name] for name in names] == [
        "TEAPOT",
        "Teapot of china",
        "TEA",
        "Y",
        "T",
        "8.1234",
        "INV",
        "WEB",
        "A",
        "EA",
    ]
    assert (found["tranlineno"], found["transeq"]) == (1, "   1")


def test_quantities_prices_and_twins_are_filled(desk: Desk) -> None:
    desk.entry.create(order("S-1", line(quantity="3", price="2.9333", discount_percent=Decimal("12.5"))))
    found = row(desk, "sotran", "sono", "      1001")
    assert found["qtyord"] == found["origqtyord"] == found["tqtyord"] == "3.0000"
    assert (found["qtyshp"], found["shipqty"]) == ("0.0000", "0.0000")
    assert found["price"] == found["bprice"] == found["tprice"] == found["tbprice"] == "2.9333"
    assert found["cost"] == found["bcost"] == found["tcost"] == found["tbcost"] == "8.1234"
    assert found["extprice"] == found["origextpri"] == found["bextpri"] == "7.70"
    head = header(desk)
    assert head["ordamt"] == head["bordamt"] == "7.70"
    assert (head["shpamt"], head["bshpamt"], head["currship"]) == ("0.00", "0.00", "0.00")


def test_the_base_currency_twins_follow_the_rate(desk: Desk) -> None:
    desk.entry.create(
        order("S-1", line(price="10", tax_amount=Decimal(1)), currency="EUR", exchange_rate=Decimal("1.1"))
    )
    head, found = header(desk), row(desk, "sotran", "sono", "      1001")
    assert (head["currid"], head["exchrat"]) == ("EUR", "1.10000000")
    assert (head["ordamt"], head["bordamt"], head["tax"], head["btax"]) == ("20.00", "22.00", "1.00", "1.10")
    assert (found["extprice"], found["bextpri"], found["bprice"]) == ("20.00", "22.00", "11.0000")


@pytest.mark.parametrize(
    ("quantity", "told", "unit", "factor", "price"),
    [("24", "2.0000", "DOZ", "12.0000", "12.0000"), ("10", "10.0000", "EA", "1.0000", "1.0000")],
)
def test_the_selling_unit_is_used_where_the_quantity_can_be_told_in_it(
    desk: Desk, quantity: str, told: str, unit: str, factor: str, price: str
) -> None:
    desk.entry.create(order("S-1", line(item="SPOON/S", quantity=quantity, price="1")))
    found = row(desk, "sotran", "sono", "      1001")
    assert (found["tqtyord"], found["umeasur"], found["umfact"], found["tprice"]) == (told, unit, factor, price)


def test_case_160_the_order_date_is_kept_and_the_day_of_entry_is_the_companys(desk: Desk) -> None:
    desk.now = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # still the second of March in Chicago
    made = desk.entry.create(order(order_date=date(2026, 2, 27), requested_date=date(2026, 3, 9)))
    found = header(desk)
    assert (found["sodate"], found["ordate"]) == ("2026-03-02", "2026-02-27")
    assert desk.sql("SELECT ordate, rqdate, shipdate FROM sotran") == [("2026-02-27", "2026-03-09", "")]
    assert (made.order_date, made.requested_date) == (date(2026, 2, 27), date(2026, 3, 9))


def test_rows_are_stamped_in_the_companys_time_and_not_yet_changed(desk: Desk) -> None:
    desk.entry.create(order())
    for table in ("somast", "sotran", "soaddr", "arcadr"):
        stamp = desk.sql(f"SELECT adduser, adddate, addtime, lckstat, lckuser, lckdate, lcktime FROM {table}")
        assert stamp == [("TNDM", "2026-03-02", "10:00:00", "", "", "", "")]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", ("2% 10 Net 30", "2.000", 10, 30)),
        ("2% 10 NET 30", ("2% 10 Net 30", "2.000", 10, 30)),
        ("Net 45", ("Net 45", "0.000", 0, 45)),
        ("Prepaid", ("Prepaid", "0.000", 0, 0)),
    ],
)
def test_terms_are_the_customers_unless_the_order_brings_its_own(desk: Desk, given: str, found: tuple[Any]) -> None:
    desk.entry.create(order(payment_terms=given))
    assert desk.sql("SELECT pterms, pdisc, pdays, pnet FROM somast") == [found]


def test_what_the_caller_gives_stands_in_its_column(desk: Desk) -> None:
    made = desk.entry.create(
        order(
            "S-1",
            line(taxable=True),
            line("L2", "CUP", "1", "5"),
            external_order_number="#1042",
            purchase_order_no="PO-7",
            ship_via="UPS GROUND",
            tax_exempt_code="TX-EX-1",
            notes="Leave at\nthe door",
            release=False,
            bill_to_address=Address(company="Łódź 東京", city="Łódź"),
        )
    )
    found = header(desk)
    assert (found["ponum"], found["shipvia"], found["exempt"], found["release"]) == (
        "PO-7",
        "UPS GROUND",
        "TX-EX-1",
        "N",
    )
    assert (found["notes"], found["taxsamt"], found["defloc"]) == ("Leave at\nthe door", "39.80", "MAIN")
    assert (made.external_order_number, made.release) == ("#1042", False)
    assert made.bill_to_address is not None
    assert made.bill_to_address.company == "Łódź 東京"  # a companion table: not Sage Pro's code page


def test_case_075_an_exempt_order_gets_no_tax_rate(desk: Desk) -> None:
    desk.entry.create(order(tax_exempt_code="TX-EX-1"))
    assert desk.sql("SELECT taxrate, tax FROM somast") == [("0.000", "0.00")]
    assert desk.sql("SELECT taxrate FROM sotran") == [("0.000",)]


def test_lines_keep_their_reference_and_their_tax(desk: Desk) -> None:
    made = desk.entry.create(
        order("S-1", line("a", tax_amount=Decimal("0.07")), line("b", "CUP", tax_amount=Decimal("1.10")))
    )
    assert [(found.line_no, found.line_reference, found.tax_amount) for found in made.line_items] == [
        (1, "a", Decimal("0.07")),
        (2, "b", Decimal("1.10")),
    ]
    assert desk.value("SELECT tax FROM somast") == "1.17"


def test_the_customers_open_amount_grows_by_the_goods_exactly(desk: Desk) -> None:
    desk.entry.create(order("S-1", line(price="0.1", quantity="1", tax_amount=Decimal(5))))
    desk.entry.create(order("S-2", line(price="0.2", quantity="1")))
    assert desk.value("SELECT onorder FROM arcust WHERE custno = 'SMITH01'") == "100.40"
    assert desk.value("SELECT onorder FROM arcust WHERE custno = 'JONES01'") == "0.00"
    assert desk.value("SELECT lckdate FROM arcust WHERE custno = 'SMITH01'") == ""


def test_a_service_item_needs_no_stock(desk: Desk) -> None:
    desk.entry.create(order("S-1", line(item="FREIGHT", quantity="1", price="4.90")))
    assert desk.sql("SELECT item, stkcode, cost, glasst FROM sotran") == [("FREIGHT", "N", "0.0000", "")]


@pytest.mark.parametrize("code", ["teapot", " TEAPOT ", "LOWER-1", "lower-1"])
def test_case_134_items_are_matched_on_the_trimmed_case_folded_key(desk: Desk, code: str) -> None:
    desk.entry.create(order("S-1", line(item=code)))
    assert desk.value("SELECT item FROM sotran") == ("TEAPOT" if "ea" in code.casefold() else "lower-1")


def test_customers_and_locations_are_matched_in_upper_case(desk: Desk) -> None:
    made = desk.entry.create(order(customer_no=" smith01 ", location="east"))
    assert (made.customer_no, made.location, made.line_items[0].location) == ("SMITH01", "EAST", "EAST")


def test_a_line_may_have_its_own_location(desk: Desk) -> None:
    made = desk.entry.create(order("S-1", line(location="EAST"), line("L2")))
    assert [found.location for found in made.line_items] == ["EAST", "MAIN"]


def test_allocation_is_left_alone_unless_the_site_wants_it(desk: Desk) -> None:
    desk.entry.create(order())
    assert desk.value("SELECT lsoaloc FROM iciloc WHERE item = 'TEAPOT' AND loctid = 'MAIN'") == "1.0000"


def test_allocation_by_setting_counts_every_stocked_line(desk: Desk) -> None:
    site = desk.under(allocate=True)
    site.entry.create(order("S-1", line(), line("L2", quantity="0.5"), line("L3", "FREIGHT")))
    place = "item = 'TEAPOT' AND loctid = 'MAIN'"
    assert desk.value(f"SELECT lsoaloc FROM iciloc WHERE {place}") == "3.5000"
    assert desk.value(f"SELECT qsoaloc FROM iciqty WHERE {place}") == "2.5000"
    assert desk.value("SELECT lsoaloc FROM iciloc WHERE item = 'TEAPOT' AND loctid = 'EAST'") == "1.0000"


@pytest.mark.parametrize(("table", "key"), [("arcust", "custno = 'SMITH01'"), ("iciloc", "item = 'TEAPOT'")])
def test_a_record_in_use_is_answered_locked_and_nothing_is_written(desk: Desk, table: str, key: str) -> None:
    desk.sql(f"UPDATE {table} SET lckstat = 'L' WHERE {key}")
    before = desk.count()
    with pytest.raises(Locked, match="in use at Sage Pro's screens"):
        desk.under(allocate=True).entry.create(order())
    assert desk.count() == before
    assert desk.value("SELECT int1 FROM sysdata WHERE sysid = 'SO01'") == 1000


def test_the_same_external_order_again_names_the_order_that_there_is(desk: Desk) -> None:
    desk.entry.create(order())
    before = desk.count()
    with pytest.raises(Conflict) as refused:
        desk.entry.create(order("S-1", line(item="NO SUCH ITEM")))
    assert (refused.value.code, refused.value.extra) == (
        "duplicate-external-order",
        {"existing": {"SalesOrderNo": "1001"}},
    )
    assert desk.count() == before


@pytest.mark.parametrize("table", ["sysdata", "sosysd"])
def test_a_company_without_a_counter_row_is_named_and_nothing_is_written(desk: Desk, table: str) -> None:
    desk.sql(f"DELETE FROM {table} WHERE sysid = 'SO01'")
    before = desk.count()
    with pytest.raises(CompanyError, match=f"{table} has no enabled row with sysid SO01"):
        desk.entry.create(order())
    assert desk.count() == before
    assert desk.value("SELECT onorder FROM arcust WHERE custno = 'SMITH01'") == "100.10"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM syccomp", "syccomp has no row with compid 01"),
        ("UPDATE syccomp SET currid = ''", "syccomp.currid of company 01 is blank"),
    ],
)
def test_a_company_without_its_record_is_named(desk: Desk, statement: str, told: str) -> None:
    desk.sql(statement)
    with pytest.raises(CompanyError, match=told):
        desk.entry.create(order())


def test_a_number_that_is_given_is_used_and_the_counter_stays(desk: Desk) -> None:
    made = desk.entry.create(order(sales_order_no=" 1002 "))
    assert made.sales_order_no == "1002"
    assert desk.value("SELECT int1 FROM sysdata WHERE sysid = 'SO01'") == 1000
    numbers = [desk.entry.create(order(f"T-{n}")).sales_order_no for n in range(2)]
    assert numbers == ["1001", "1003"]  # the counter passes over the one that was given


def test_two_shop_orders_may_carry_one_purchase_order(desk: Desk) -> None:
    desk.entry.create(order("S-1", purchase_order_no="PO-7"))
    assert desk.entry.create(order("S-2", purchase_order_no="PO-7")).purchase_order_no == "PO-7"


def test_case_088_over_the_credit_limit_the_order_waits_for_a_person(desk: Desk) -> None:
    within = desk.entry.create(order("S-1", line(quantity="1", price="400"), customer_no="JONES01"))
    over = desk.entry.create(order("S-2", line(quantity="1", price="0.01"), customer_no="JONES01"))
    assert (within.release, over.release) == (True, False)
    assert over.status == "open"
    assert desk.entry.create(order("S-3", line(quantity="9", price="400"))).release  # no limit, no hold


def test_case_128_text_of_code_page_1252_is_stored_exactly(desk: Desk) -> None:
    name = "Café \u201cZoë\u201d \u2013 €"
    made = desk.entry.create(order(ship_to_address=Address(**{**ACME, "company": name}), notes=name))
    assert (made.ship_to_address.company, made.notes) == (name, name)
    assert desk.value("SELECT company FROM soaddr") == name
    assert desk.value("SELECT company FROM soaddr").encode("cp1252").decode("cp1252") == name


def test_case_068_an_order_of_nothing_to_pay_is_an_order(desk: Desk) -> None:
    made = desk.entry.create(order("S-1", line(discount_percent=Decimal(100))))
    assert (made.total_amount, made.line_items[0].discount_percent) == (0, 100)


def test_case_062_a_rounding_line_may_be_below_zero(desk: Desk) -> None:
    made = desk.entry.create(order("S-1", line(quantity="3", price="2.93"), line("R", "ROUNDING", "1", "-0.01")))
    assert made.open_amount == made.total_amount == Decimal("8.78")


def test_what_must_be_durable_with_the_order_is_written_in_its_transaction(desk: Desk) -> None:
    def record(connection: Connection, made: Sequence[tuple[int, SalesOrder]]) -> None:
        ((index, found),) = made
        values = {"caller": "test", "idemkey": str(index), "etag": found.e_tag, "body": found.sales_order_no}
        connection.execute(insert(desk.company.tables.tdidem).values(values))

    made = desk.entry.create(order(), record)
    assert desk.sql("SELECT idemkey, etag, body FROM tdidem") == [("0", made.e_tag, "1001")]


def test_when_that_fails_there_is_no_order_either(desk: Desk) -> None:
    def record(_: Connection, __: Sequence[tuple[int, SalesOrder]]) -> None:
        raise CompanyError("no room for the key")

    before = desk.count()
    with pytest.raises(CompanyError, match="no room for the key"):
        desk.entry.create(order(), record)
    assert desk.count() == before
    assert desk.value("SELECT int1 FROM sysdata WHERE sysid = 'SO01'") == 1000


def test_another_process_that_entered_the_same_in_the_same_moment_is_looked_at_once_more(desk: Desk) -> None:
    tries = []

    def record(_: Connection, __: Sequence[tuple[int, SalesOrder]]) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise IntegrityError("insert", {}, Exception("unique"))

    assert desk.entry.create(order(), record).sales_order_no == "1001"
    assert len(tries) == 2


def test_one_that_cannot_be_seen_even_then_is_asked_to_come_again(desk: Desk) -> None:
    def record(_: Connection, __: Sequence[tuple[int, SalesOrder]]) -> None:
        raise IntegrityError("insert", {}, Exception("unique"))

    with pytest.raises(Busy, match="ask again"):
        desk.entry.create(order(), record)
    assert desk.count()["somast"] == 0


def test_another_numbering_may_stand_in_for_the_counter(desk: Desk) -> None:
    class ByWarehouse:
        def take(self, connection: Connection, count: int, *, avoid: Any = ()) -> list[str]:
            return [f"W{number}" for number in range(count)]

    site = replace(desk.company)
    entry = type(desk.entry)(site, desk.reader, ByWarehouse())
    assert entry.create(order()).sales_order_no == "W0"


def test_a_plain_reader_sums_the_orders_exactly(desk: Desk) -> None:
    orders = [
        order(f"S-{n}", line(price=f"0.{n:02}", quantity="1"), line("L2", "CUP", "3", "33.3333")) for n in range(100)
    ]
    made = [found for found in desk.entry.create_many(orders) if isinstance(found, SalesOrder)]
    expected = sum((found.total_amount for found in made), Decimal(0))
    cents = desk.value("SELECT sum(CAST(replace(ordamt, '.', '') AS INTEGER)) FROM somast")
    assert Decimal(cents) / 100 == expected == Decimal("10049.50")
    lines = desk.value("SELECT sum(CAST(replace(extprice, '.', '') AS INTEGER)) FROM sotran")
    assert lines == cents
    assert desk.value("SELECT round(sum(ordamt), 2) FROM somast") == float(expected)
