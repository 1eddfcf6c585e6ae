"""Row 39: an order entered step by step, killed before every single statement of it, on tables without transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.engine import open_engine
from tandem.gateway.company.faults import Busy, Conflict, Locked
from tandem.gateway.listing import Window
from tandem.gateway.models import Address, SalesOrder
from tandem.gateway.orders.listing import OrderQuery, page
from tandem.gateway.orders.staged.entry import StagedEntry, entry_of
from tandem.gateway.orders.staged.partial import partial_documents
from tests.unit.gateway.orders.conftest import ACME, Desk, line, order, raw

LINES = 3
STAMPS = {"adduser", "adddate", "addtime", "lckuser", "lckdate", "lcktime", "recorded"}
NUMBERS = {"sono", "int1", "stageid", "digest"}
BILL_TO = Address(**{**ACME, "address1": "9 Bank Street"})


class Killed(BaseException):
    """The process is gone: nothing after this statement runs."""


def wanted(external: str = "S-1", **more: Any) -> Any:
    """An order of three lines that adds a ship-to and has a bill-to; two lines are of one item."""
    lines = [line("L1", "TEAPOT", "2"), line("L2", "CUP", "1", "4.05"), line("L3", "TEAPOT", "1", "18.00")]
    return order(external, *lines[:LINES], bill_to_address=BILL_TO, **more)


@contextmanager
def before_each(engine: Engine, call: Callable[[int], None]) -> Iterator[None]:
    """Calls with the number of the statement that is about to run."""
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1
        call(count)

    event.listen(engine, "before_cursor_execute", counted)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", counted)


def killed_before(number: int) -> Callable[[int], None]:
    def call(count: int) -> None:
        if count == number:
            raise Killed

    return call


@pytest.fixture(scope="module")
def loose(made: tuple[Company, sqlite3.Connection]) -> Iterator[Engine]:
    """The same company on an engine that never begins a transaction."""
    engine = open_engine("sqlite://", transactions=False)
    yield engine
    engine.dispose()


@pytest.fixture
def table_store(made: tuple[Company, sqlite3.Connection], loose: Engine) -> Desk:
    company, template = made
    template.backup(raw(loose))
    policy = replace(company.policy, transactions=False, allocate=True)
    return restarted(Desk(Company(loose, company.tables, policy)))


def restarted(desk: Desk) -> Desk:
    """The desk under a new gateway process."""
    company = desk.company
    made = Desk(Company(company.engine, company.tables, company.policy), desk.now)
    made.entry = entry_of(made.company, made.reader)  # type: ignore[assignment]
    return made


def enter(desk: Desk, *orders: Any) -> list[Any]:
    return desk.entry.create_many(orders or [wanted()])


def statements(desk: Desk) -> int:
    """How many statements the order takes in all."""
    last = 0

    def note(count: int) -> None:
        nonlocal last
        last = count

    with before_each(desk.company.engine, note):
        enter(desk)
    return last


def company_of(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """The whole company but for stamps, numbers and what the journal keeps of orders that were backed out."""
    driver = raw(desk.company.engine)
    names = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        cursor = driver.execute(f"SELECT * FROM {name}")
        columns = [column[0] for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        if name == "tdstage":
            rows = [row for row in rows if row["state"] != "backed-out"]
        kept = [{key: value for key, value in row.items() if key not in STAMPS | NUMBERS} for row in rows]
        found[name] = sorted(kept, key=repr)
    return found


def whole_orders_only(desk: Desk) -> None:
    """What a reader of Sage Pro takes for orders is whole: every line there, the amounts equal."""
    driver = raw(desk.company.engine)
    for sono, ordamt, release in driver.execute("SELECT sono, ordamt, release FROM somast WHERE sostat = ''"):
        rows = driver.execute("SELECT extprice, sostat FROM sotran WHERE sono = ?", (sono,)).fetchall()
        assert (len(rows), {sostat for _, sostat in rows}) == (LINES, {""})
        assert sum(Decimal(extprice) for extprice, _ in rows) == Decimal(ordamt)
        assert driver.execute("SELECT count(*) FROM soaddr WHERE sono = ?", (sono,)).fetchone() == (1,)
        assert release == "Y"


def test_an_order_is_entered_as_in_a_transaction(desk: Desk, table_store: Desk) -> None:
    """But for the totals of others, which are computed anew from the orders, and the journal."""
    (loosely,) = enter(table_store)
    firmly = desk.entry.create(wanted())
    apart = {"updated_at", "e_tag", "created_at"}
    assert loosely.model_dump(exclude=apart) == firmly.model_dump(exclude=apart)
    here, there = company_of(table_store), company_of(desk)
    assert {name for name in here if here[name] != there[name]} == {"arcust", "iciloc", "iciqty", "tdstage"}
    assert table_store.value("SELECT onorder FROM arcust WHERE custno = 'SMITH01'") == "61.85"
    assert table_store.value("SELECT lsoaloc FROM iciloc WHERE item = 'TEAPOT' AND loctid = 'MAIN'") == "3.0000"
    assert table_store.sql("SELECT state, lines, quantity, amount, plan FROM tdstage") == [
        ("done", 3, "4.0000", "61.85", "")
    ]


def test_case_039_killed_before_any_statement_no_part_of_an_order_stays(table_store: Desk, loose: Engine) -> None:
    backup = sqlite3.connect(":memory:")
    raw(loose).backup(backup)
    count = statements(table_store)
    clean = company_of(table_store)
    ended = set()
    for number in range(1, count + 1):
        backup.backup(raw(loose))
        desk = restarted(table_store)
        with pytest.raises(Killed), before_each(loose, killed_before(number)):
            enter(desk)
        whole_orders_only(desk)
        desk = restarted(desk)
        with desk.company.read():
            pass
        whole_orders_only(desk)
        (outcome,) = enter(desk)
        ended.add(type(outcome))
        assert company_of(desk) == clean, f"killed before statement {number} of {count}"
        with desk.company.read() as connection:
            assert partial_documents(connection, desk.company) == []
    backup.close()
    assert count > 40, "the journal, each row, each release and each balance are statements of their own"
    assert ended == {SalesOrder, Conflict}, "entered at last, or named as entered before the answer was lost"


def test_case_039_a_reader_never_sees_a_released_partial_order(table_store: Desk, loose: Engine) -> None:
    with before_each(loose, lambda _: whole_orders_only(table_store)):
        (made,) = enter(table_store)
    whole_orders_only(table_store)
    assert made.status == "open"


@pytest.mark.parametrize("locked", [False, True], ids=["completed", "backed out"])
def test_case_039_killed_again_while_it_is_brought_to_an_end(table_store: Desk, loose: Engine, locked: bool) -> None:
    """Every second cut comes into the recovery itself, whether that completes the order or backs it out."""
    backup = sqlite3.connect(":memory:")
    raw(loose).backup(backup)
    count = statements(table_store)
    clean = company_of(table_store)
    lock = "UPDATE arcust SET lckstat = ? WHERE custno = 'SMITH01'"
    for first in range(9, count, 13):
        for second in range(1, 50, 11):
            backup.backup(raw(loose))
            desk = restarted(table_store)
            with pytest.raises(Killed), before_each(loose, killed_before(first)):
                enter(desk)
            if locked:
                desk.sql(lock, "X")
            with (
                pytest.raises(Killed) if second == 1 else nothing(),
                before_each(loose, killed_before(second)),
                restarted(desk).company.read(),
            ):
                pass
            whole_orders_only(desk)
            desk.sql(lock, "")
            enter(desk := restarted(desk))
            assert company_of(desk) == clean, f"killed before statements {first} and {second}"
    backup.close()


@contextmanager
def nothing() -> Iterator[None]:
    """The second kill may come too late to matter."""
    try:
        yield
    except Killed:
        return


def number_of(desk: Desk, beginning: str, turn: int = 1) -> int:
    """The number of the statement that begins so, of those that an order takes; the company is left as it was."""
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    backup = sqlite3.connect(":memory:")
    raw(desk.company.engine).backup(backup)
    event.listen(desk.company.engine, "before_cursor_execute", note)
    enter(desk)
    event.remove(desk.company.engine, "before_cursor_execute", note)
    backup.backup(raw(desk.company.engine))
    backup.close()
    return [number for number, statement in enumerate(seen, 1) if statement.startswith(beginning)][turn - 1]


def cut_off(desk: Desk, beginning: str = "INSERT INTO sotran", turn: int = 2) -> Desk:
    """A gateway was killed before this statement of an order, and a new one has not begun yet."""
    number = number_of(desk, beginning, turn)
    with pytest.raises(Killed), before_each(desk.company.engine, killed_before(number)):
        enter(desk)
    return restarted(desk)


def test_a_partial_order_is_found_by_its_control_totals(table_store: Desk) -> None:
    cut_off(table_store)
    fresh = Company(table_store.company.engine, table_store.company.tables, table_store.company.policy)
    with fresh.read() as connection:
        (partial,) = partial_documents(connection, fresh)
    assert (partial.extid, partial.sono) == ("S-1", "1001")
    assert partial.what == "was cut off while it was entered: 1 of 3 lines are there"


def test_totals_that_do_not_add_up_are_found_without_a_journal(desk: Desk) -> None:
    first, second, third = (desk.entry.create(wanted(f"S-{n}")) for n in (1, 2, 3))
    desk.sql("DELETE FROM sotran WHERE sono = ? AND tranlineno = 2", first.sales_order_no.rjust(10))
    desk.sql("UPDATE somast SET ordamt = '60.00' WHERE sono = ?", second.sales_order_no.rjust(10))
    desk.ship(third.sales_order_no, 1, "1")
    with desk.company.read() as connection:
        found = partial_documents(connection, desk.company)
    assert [(partial.extid, partial.what) for partial in found] == [
        ("S-1", "2 of 3 lines are there"),
        ("S-2", "somast.ordamt is 60.00, its lines come to 61.85"),
    ]


def test_what_can_be_neither_completed_nor_backed_out_now_is_busy_and_stops_no_other(table_store: Desk) -> None:
    desk = cut_off(table_store, "UPDATE somast", 1)
    desk.sql("INSERT INTO somast (sono, custno, sostat, ordamt) VALUES ('       900', 'SMITH01', '', '7.00')")
    desk.sql("UPDATE arcust SET lckstat = 'X' WHERE custno = 'SMITH01'")
    asked = OrderQuery(Window(10, None, None), external_ids=("S-1",))
    with desk.company.read() as connection:
        assert desk.company.unsettled == {"S-1": "1001"}
        with pytest.raises(Busy, match="1001 was cut off"):
            page(connection, desk.reader, asked)
        with pytest.raises(Busy):
            desk.reader.get(connection, "1001")
        assert desk.reader.get(connection, "900").customer_no == "SMITH01"
    (again,) = enter(desk)
    assert isinstance(again, Busy)
    (other,) = enter(desk, wanted("S-2", customer_no="JONES01"))
    assert other.customer_no == "JONES01"
    desk.sql("UPDATE arcust SET lckstat = ''")
    with desk.company.read() as connection:
        (found,) = page(connection, desk.reader, asked).items
    assert (found.sales_order_no, found.status, desk.company.unsettled) == ("1001", "open", {})


def test_an_order_completed_late_bears_the_later_stamp(table_store: Desk) -> None:
    desk = cut_off(table_store)
    desk.wait(3600)
    made = desk.get("1001")
    assert made.updated_at is not None
    assert made.created_at is not None
    assert (made.updated_at - made.created_at).total_seconds() == 3600, "a list by time shows it once more"


def test_a_database_that_fails_in_the_middle_is_no_answer_of_no(table_store: Desk, loose: Engine) -> None:
    number = number_of(table_store, "INSERT INTO sotran", 2)

    def fail(count: int) -> None:
        if count == number:
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("disk I/O error"))

    with before_each(loose, fail):
        (failed,) = enter(table_store)
    assert isinstance(failed, CompanyError), "503: ask again"
    whole_orders_only(table_store)
    (again,) = enter(table_store)
    assert again.extra == {"existing": {"SalesOrderNo": "1001"}}, "the next request finds it completed"
    whole_orders_only(table_store)


def test_a_number_that_somebody_took_in_the_moment_is_theirs(table_store: Desk) -> None:
    desk = cut_off(table_store, "INSERT INTO somast", 1)
    assert desk.value("SELECT count(*) FROM somast") == 0, "the journal is written, the header is not"
    desk.sql("INSERT INTO somast (sono, custno, adduser, sostat) VALUES ('      1001', 'JONES01', 'ANN', '')")
    (made,) = enter(desk)
    assert made.sales_order_no == "1002"
    assert desk.sql("SELECT sono, custno FROM somast ORDER BY sono") == [
        ("      1001", "JONES01"),
        ("      1002", "SMITH01"),
    ]
    assert desk.sql("SELECT state FROM tdstage ORDER BY state") == [("backed-out",), ("done",)]


def test_an_order_that_cannot_be_completed_is_backed_out_with_all_its_balances(table_store: Desk) -> None:
    before = table_store.count()
    desk = cut_off(table_store, "UPDATE somast", 1)
    assert desk.value("SELECT onorder FROM arcust WHERE custno = 'SMITH01'") == "61.85"
    desk.sql("INSERT INTO sotran (sono, tranlineno, item, adduser) VALUES ('      1001', 9, 'CUP', 'ANN')")
    with desk.company.read():
        assert desk.company.unsettled == {}
    assert desk.count() == {**before, "sotran": 1}, "what somebody else wrote is theirs"
    assert desk.value("SELECT onorder FROM arcust WHERE custno = 'SMITH01'") == "0.00"
    for table, column in (("iciloc", "lsoaloc"), ("iciqty", "qsoaloc")):
        assert desk.value(f"SELECT {column} FROM {table} WHERE item = 'TEAPOT' AND loctid = 'MAIN'") == "0.0000"
    assert desk.sql("SELECT state, plan FROM tdstage") == [("backed-out", "")]


def test_a_journal_row_that_is_only_partly_there_is_passed_over(table_store: Desk) -> None:
    desk = cut_off(table_store, "INSERT INTO somast", 1)
    desk.sql("UPDATE tdstage SET plan = substr(plan, 1, 400)")
    (made,) = enter(desk)
    assert made.sales_order_no == "1002"
    assert desk.sql("SELECT state FROM tdstage ORDER BY state") == [("done",), ("torn",)]


def test_a_refused_order_leaves_nothing_and_other_orders_go_on(table_store: Desk) -> None:
    before = table_store.count()
    good = wanted("S-2")
    outcomes = enter(table_store, wanted(customer_no="NOBODY"), good, wanted("S-2"))
    assert [type(outcome).__name__ for outcome in outcomes] == ["Faulty", "SalesOrder", "Conflict"]
    assert table_store.count()["somast"] == before["somast"] + 1
    table_store.sql("UPDATE arcust SET lckstat = 'X'")
    (locked,) = enter(table_store, wanted("S-3"))
    assert isinstance(locked, Locked)


def test_only_new_orders_are_written_without_transactions(table_store: Desk) -> None:
    with pytest.raises(Conflict, match="know no transactions"), table_store.company.write():
        pass


def test_a_company_without_a_journal_is_not_written_to_step_by_step(table_store: Desk) -> None:
    table_store.sql("DROP TABLE tdstage")
    with pytest.raises(CompanyError, match="tdstage is missing"):
        Company.on(table_store.company.engine, table_store.company.policy)
    Company.on(table_store.company.engine, replace(table_store.company.policy, transactions=True))


def test_the_entry_fits_the_company(desk: Desk, table_store: Desk) -> None:
    assert isinstance(entry_of(table_store.company, table_store.reader), StagedEntry)
    assert not isinstance(entry_of(desk.company, desk.reader), StagedEntry)
