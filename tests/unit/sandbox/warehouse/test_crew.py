import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.sandbox.warehouse.books import Books, numbered
from tandem.sandbox.warehouse.crew import Crew, Habits
from tandem.sandbox.warehouse.office import NewItem, enter_customers, enter_items, hold_open, leave

from .conftest import CHICAGO, NOW

D = Decimal

FACTS = (
    "select sono, qtyord, qtyshp, sostat from sotran order by sono, tranlineno",
    "select sono, shipno, tranlineno, item, qtyship, shipvia, trackno from soship order by shipno, tranlineno",
)


def facts(path):
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(query).fetchall() for query in FACTS]


def copied(path, to):
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
    return to


def fill(enter, count=40):
    for number in range(1001, 1001 + count):
        enter(str(number), [("SHADE", 2, f"{number}.00", True)])


def test_the_same_seed_does_the_same_another_does_not(books, enter, path, tmp_path):
    fill(enter)
    outcomes = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        copy = copied(path, tmp_path / name)
        again = Books(f"sqlite:///{copy}", CHICAGO, clock=lambda: NOW)
        Crew(again, seed).shift()
        again.close()
        outcomes.append(facts(copy))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0] != outcomes[2]


def test_the_number_of_an_order_decides_nothing(books, enter, path, tmp_path):
    outcomes = []
    for name, first in (("a", 1001), ("b", 2001)):
        copy = copied(path, tmp_path / name)
        again = Books(f"sqlite:///{copy}", CHICAGO, clock=lambda: NOW)
        with again.open() as page:
            for number in range(20):
                line = {"sono": numbered(first + number), "tranlineno": 1, "item": "SHADE", "loctid": "MAIN"}
                amounts = {"qtyord": D(2), "origqtyord": D(2), "price": D(number), "origextpri": D(2 * number)}
                page.add("sotran", [{**line, **amounts, "extprice": D(2 * number), "stkcode": "Y"}])
                page.add("somast", [{"sono": numbered(first + number), "custno": "SMITH01", "release": "Y"}])
        Crew(again, 7).shift()
        again.close()
        outcomes.append([row[1:] for row in facts(copy)[0]])
    assert outcomes[0] == outcomes[1]


def test_shifts_leave_some_for_later_and_the_last_one_finishes(books, enter, path):
    fill(enter)
    first = Crew(books, 7, Habits(part=300, late=200)).shift()
    assert first.whole
    assert first.part
    assert first.later
    assert first.whole + first.part + first.later == 40
    last = Crew(books, 7).shift(finish=True)
    assert last.whole == first.part + first.later
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select distinct sostat from somast").fetchall() == [("C",)]
    assert Crew(books, 7).shift(finish=True).shipments == []


def test_short_shelves_give_what_they_have_and_never_less_than_nothing(books, enter, path):
    enter("1001", [("LAMP", 8, "1.00", True)])
    enter("1002", [("LAMP", 8, "1.00", True), ("LAMP", 1, "1.00", True)])
    enter("1003", [("LAMP", 8, "1.00", True)])
    done = Crew(books, 7).shift(finish=True)
    assert (done.whole, done.short, done.refused) == (1, 2, [])
    assert len(done.shipments) == 2
    assert facts(path)[0] == [
        ("      1001", "0.0000", "8.0000", "C"),
        ("      1002", "6.0000", "2.0000", ""),
        ("      1002", "1.0000", "0.0000", ""),
        ("      1003", "8.0000", "0.0000", ""),
    ]


def test_a_locked_order_waits_for_the_next_shift(books, enter):
    fill(enter, 2)
    with books.open() as page:
        hold_open(page, "order", "1001")
    assert len(Crew(books, 7).shift(finish=True).shipments) == 1
    with books.open() as page:
        leave(page, "order", "1001")
    assert len(Crew(books, 7).shift(finish=True).shipments) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    orders=st.lists(
        st.lists(st.tuples(st.integers(1, 9), st.integers(0, 99999)), min_size=1, max_size=3), min_size=1, max_size=4
    ),
    seed=st.integers(0, 99),
)
def test_whatever_the_crew_does_the_totals_agree(made, tmp_path_factory, orders, seed):
    path = tmp_path_factory.mktemp("crew") / "company01.db"
    shutil.copy(made, path)
    books = Books(f"sqlite:///{path}", CHICAGO, clock=lambda: NOW)
    with books.open() as page:
        enter_items(page, [NewItem(item="SHADE", name="Shade", price=D(1), stock=D(20))])
        enter_customers(page, [{"custno": "SMITH01"}])
    _enter_all(books, orders)
    for finish in (False, False, True):
        Crew(books, seed).shift(finish=finish)
    with books.open() as page:
        headers, lines = page.rows("somast"), page.rows("sotran")
        for header in headers:
            own = [line for line in lines if line["sono"] == header["sono"]]
            assert header["ordamt"] == sum(line["extprice"] for line in own)
            assert header["ordamt"] + header["shpamt"] == sum(line["origextpri"] for line in own)
            assert (header["sostat"] == "C") == all(line["qtyord"] == 0 for line in own)
        assert page.one("arcust", custno="SMITH01")["onorder"] == sum(header["ordamt"] for header in headers)
        shelf = page.one("iciloc", item="SHADE", loctid="MAIN")["lonhand"]
        assert shelf >= 0
        assert shelf == sum(move["tqty"] for move in page.rows("ictran"))
        assert D(20) - shelf == sum(line["qtyshp"] for line in lines)
        assert page.one("icitem", item="SHADE")["ionhand"] == shelf
    books.close()


def _enter_all(books, orders):
    with books.open() as page:
        total = D(0)
        for sono, order in enumerate(orders, start=1001):
            rows = [
                {
                    "sono": numbered(sono),
                    "tranlineno": number,
                    "custno": "SMITH01",
                    "item": "SHADE",
                    "qtyord": D(quantity),
                    "origqtyord": D(quantity),
                    "price": D(cents) / 10000,
                    "extprice": (D(quantity) * D(cents) / 10000).quantize(D("0.01"), "ROUND_HALF_UP"),
                    "origextpri": (D(quantity) * D(cents) / 10000).quantize(D("0.01"), "ROUND_HALF_UP"),
                    "stkcode": "Y",
                    "loctid": "MAIN",
                }
                for number, (quantity, cents) in enumerate(order, start=1)
            ]
            page.add("sotran", rows)
            amount = sum(row["extprice"] for row in rows)
            total += amount
            page.add("somast", [{"sono": numbered(sono), "custno": "SMITH01", "release": "Y", "ordamt": amount}])
        page.change("arcust", {"custno": "SMITH01"}, onorder=total)
