"""Next numbers from SYSDATA and its mirror, by Sage Pro's rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict
from tandem.gateway.company.numbering import LAST_NUMBER, Counter, Lettered, invoice_numbers, order_numbers
from tandem.gateway.company.rows import insert_all
from tandem.gateway.company.tables import Tables


def counter(connection: Connection, company: Company, table: str = "sysdata") -> int:
    found = getattr(company.tables, table)
    last: int = connection.execute(
        select(found.c.int1).where(found.c.sysid == "SO01", found.c.pass2 == "")
    ).scalar_one()
    return last


def put(connection: Connection, company: Company, last: int) -> None:
    for table in (company.tables.sysdata, company.tables.sosysd):
        connection.execute(update(table).where(table.c.sysid == "SO01").values(int1=last))


def use(connection: Connection, company: Company, numbers: list[int], *, history: bool = False) -> None:
    table = company.tables.soymst if history else company.tables.somast
    insert_all(connection, table, [{"sono": str(number)} for number in numbers])


def test_the_next_number_follows_the_last_and_moves_both_counters(company: Company) -> None:
    with company.write() as connection:
        assert order_numbers(company.tables, "01").take(connection, 3) == ["1001", "1002", "1003"]
        assert counter(connection, company) == counter(connection, company, "sosysd") == 1003


def test_nothing_asked_for_moves_nothing(company: Company) -> None:
    with company.write() as connection:
        assert order_numbers(company.tables, "01").take(connection, 0) == []
        assert counter(connection, company) == 1000


def test_numbers_in_use_are_passed_over_open_and_in_history(company: Company) -> None:
    with company.write() as connection:
        use(connection, company, [1001, 1004])
        use(connection, company, [1002], history=True)
        assert order_numbers(company.tables, "01").take(connection, 2, avoid={"1005"}) == ["1003", "1006"]
        assert counter(connection, company) == 1006


def test_case_051_a_range_used_by_another_feed_is_read_and_never_assumed(company: Company) -> None:
    with company.write() as connection:
        use(connection, company, list(range(1001, 2600)))
        assert order_numbers(company.tables, "01").take(connection, 1) == ["2600"]


def test_case_051_the_range_wraps_to_one(company: Company) -> None:
    with company.write() as connection:
        put(connection, company, LAST_NUMBER - 1)
        use(connection, company, [1])
        taken = order_numbers(company.tables, "01").take(connection, 3)
        assert taken == [str(LAST_NUMBER), "2", "3"]
        assert counter(connection, company, "sosysd") == 3


def test_a_disabled_row_is_skipped(company: Company) -> None:
    sysdata = company.tables.sysdata
    with company.write() as connection:
        connection.execute(insert(sysdata).values(sysid="SO01", int1=77, pass2="DISABLED"))
        assert order_numbers(company.tables, "01").take(connection, 1) == ["1001"]
        disabled = select(sysdata.c.int1).where(sysdata.c.pass2 == "DISABLED")
        assert connection.execute(disabled).scalar_one() == 77


@pytest.mark.parametrize("table", ["sysdata", "sosysd"])
def test_a_missing_counter_row_is_named_and_nothing_is_written(company: Company, table: str) -> None:
    found = getattr(company.tables, table)
    with company.write() as connection:
        connection.execute(delete(found).where(found.c.sysid == "SO01"))
        with pytest.raises(CompanyError, match=f"{table} has no enabled row with sysid SO01"):
            order_numbers(company.tables, "01").take(connection, 1)
        other = "sosysd" if table == "sysdata" else "sysdata"
        assert counter(connection, company, other) == 1000


def test_an_only_row_that_is_disabled_counts_as_missing(company: Company) -> None:
    with company.write() as connection:
        connection.execute(update(company.tables.sysdata).values(pass2="D"))
        with pytest.raises(CompanyError, match="no enabled row"):
            order_numbers(company.tables, "01").take(connection, 1)


def test_when_every_number_is_in_use_it_is_said(company: Company) -> None:
    tables = company.tables
    few = Counter(tables.sysdata, tables.sosysd, sysid="SO01", documents=(tables.somast.c.sono,), width=1)
    with company.write() as connection:
        use(connection, company, list(range(1, 10)))
        with pytest.raises(CompanyError, match=r"sysdata\.int1 of sysid SO01: every number up to 9 is in use"):
            few.take(connection, 1)


def test_a_counter_that_moves_under_our_hands_is_not_overwritten(company: Company) -> None:
    tables = company.tables
    moved = update(tables.sysdata).where(tables.sysdata.c.sysid == "SO01").values(int1=5000)

    class Meanwhile(Counter):
        def _used(self, connection: Connection, block: Sequence[str]) -> set[str]:
            connection.execute(moved)
            return super()._used(connection, block)

    counter = Meanwhile(tables.sysdata, tables.sosysd, sysid="SO01", documents=(tables.somast.c.sono,), width=10)
    with company.write() as connection, pytest.raises(CompanyError, match="changed 0 rows instead of one"):
        counter.take(connection, 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    last=st.integers(0, 60) | st.integers(LAST_NUMBER - 20, LAST_NUMBER),
    used=st.sets(st.integers(1, 80) | st.integers(LAST_NUMBER - 30, LAST_NUMBER), max_size=60),
    count=st.integers(1, 30),
)
def test_whatever_is_used_numbers_are_free_distinct_and_in_counting_order(
    company: Company, last: int, used: set[int], count: int
) -> None:
    with company.engine.connect() as connection:
        put(connection, company, last)
        use(connection, company, sorted(used))
        taken = [int(number) for number in order_numbers(company.tables, "01").take(connection, count)]
        steps = [(number - last - 1) % LAST_NUMBER for number in taken]
        assert len(taken) == count
        assert not used & set(taken)
        assert steps == sorted(set(steps))
        between = {(last + step) % LAST_NUMBER + 1 for step in range(steps[-1])} - set(taken)
        assert between <= used
        assert counter(connection, company) == taken[-1]
        connection.rollback()


def test_invoices_of_a_site_that_has_not_said_how_it_counts_get_no_number(company: Company) -> None:
    unknown = invoice_numbers(company.tables, "01", "none")
    with company.write() as connection:
        assert unknown.take(connection, 0) == []
        with pytest.raises(Conflict, match="set TANDEM_SAGEPRO_INVOICE_NUMBERS=sysdata") as refused:
            unknown.take(connection, 1)
    assert refused.value.code == "numbering-unknown"


def test_invoices_are_counted_by_the_row_of_receivables_and_its_mirror(company: Company) -> None:
    tables = company.tables
    with company.write() as connection:
        insert_all(connection, tables.armast, [{"invno": "1"}])
        insert_all(connection, tables.arymst, [{"invno": "3"}])
        assert invoice_numbers(tables, "01", "sysdata").take(connection, 2) == ["2", "4"]
        last = [
            connection.execute(select(found.c.int1).where(found.c.sysid == "AR01")).scalar_one()
            for found in (tables.sysdata, tables.arsysd)
        ]
    assert last == [4, 4]
    assert counter_of_orders(company) == 1000


def counter_of_orders(company: Company) -> int:
    with company.read() as connection:
        return counter(connection, company)


def test_a_site_without_the_mirror_of_receivables_counts_in_sysdata_alone(company: Company) -> None:
    layout = company.layout
    bare = replace(layout, tables={**layout.tables, "arsysd": replace(layout.tables["arsysd"], present=False)})
    with company.write() as connection:
        connection.exec_driver_sql("DELETE FROM arsysd")
        assert invoice_numbers(Tables(bare), "01", "sysdata").take(connection, 1) == ["1"]


def test_an_invoice_counter_that_is_missing_is_named(company: Company) -> None:
    with company.write() as connection:
        connection.exec_driver_sql("DELETE FROM sysdata WHERE sysid = 'AR01'")
        with pytest.raises(CompanyError, match="sysdata has no enabled row with sysid AR01"):
            invoice_numbers(company.tables, "01", "sysdata").take(connection, 1)


def test_numbers_of_our_own_run_on_behind_their_letter_until_they_are_used_up(company: Company) -> None:
    table = company.tables.tdrcpt
    numbers = Lettered("R", table.c.rcptno, 4)
    with company.write() as connection:
        assert numbers.take(connection, 2) == ["R001", "R002"]
        insert_all(connection, table, [{"rcptno": "R997", "extid": "x"}])
        assert numbers.take(connection, 2) == ["R998", "R999"]
        with pytest.raises(CompanyError, match="tdrcpt: the numbers behind R are used up"):
            numbers.take(connection, 3)
