"""The day's account of an item, by the company's own tables."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tandem.cli.stock_account import Account, Tables, account, flaws
from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.warehouse import stock
from tandem.sandbox.warehouse.books import Books, numbered
from tandem.sandbox.warehouse.office import NewItem, enter_items

D = Decimal
ZONE = ZoneInfo("America/Chicago")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "company01.db"
    create_company(f"sqlite:///{path}", Policy("01", ZONE))
    return path


@pytest.fixture
def books(path):
    books = Books(f"sqlite:///{path}", ZONE)
    with books.open() as page:
        enter_items(page, [NewItem(item="LAMP", name="Lamp", price=D(12), stock=D(10))])
    yield books
    books.close()


def a_day(books):
    """Twelve come in, three are shipped, two go over the counter, one is found broken, four are still on order."""
    with books.open() as page:
        stock.receive(page, "LAMP", "MAIN", D(12))
        shipped = stock.Movement(item="LAMP", place="MAIN", quantity=D(-3), kind=stock.ISSUE, document="1001")
        stock.move(page, [shipped])
        stock.sell(page, "LAMP", "MAIN", D(2))
        stock.count(page, "LAMP", "MAIN", D(16))
        line = {"sono": numbered(1001), "tranlineno": 1, "item": "LAMP", "loctid": "MAIN", "qtyord": D(4)}
        page.add("sotran", [line])


def of(tables, after, **other):
    told = {"opening": D(10), "after": after, "demand": D(1), "published": D(11), "sold": Counter(LAMP=8)}
    return account(tables, "LAMP", **told | other)


def test_every_movement_of_the_day_is_in_one_of_four_sums_and_they_make_the_closing_stock(path, books):
    tables = Tables(path)
    after = tables.newest()
    a_day(books)
    found = of(tables, after)
    assert (found.received, found.shipped, found.counter, found.corrected) == (D(12), D(3), D(2), D(-1))
    assert (found.closing, found.open_orders, found.allocated) == (D(16), D(4), D(0))
    assert found.flaws == [], "10 + 12 - 3 - 2 - 1 = 16; 16 - 4 - 1 = 11; 3 + 4 + 1 = 8"
    assert tables.level("LAMP").free == D(12)


@pytest.mark.parametrize(
    ("told", "flaw"),
    [
        ({"opening": D(9)}, "LAMP: the movements make 15.0000, on hand are 16.0000"),
        ({"published": D(12)}, "LAMP: 11.0000 can be sold, the shop shows 12"),
        ({"published": None}, "LAMP: 11.0000 can be sold, the shop shows none"),
        ({"sold": Counter(LAMP=9)}, "LAMP: 1.0000 sold in the shop were neither shipped nor are they on order"),
    ],
)
def test_what_does_not_add_up_is_named_with_its_figures(path, books, told, flaw):
    tables = Tables(path)
    after = tables.newest()
    a_day(books)
    assert of(tables, after, **told).flaws == [flaw]


def test_three_totals_of_one_stock_must_be_one(path, books):
    with books.open() as page:
        page.change("icitem", {"item": "LAMP"}, ionhand=D(11))
    assert not Tables(path).level("LAMP").agrees
    found = of(Tables(path), Tables(path).newest(), published=D(9), sold=Counter(LAMP=1))
    assert found.flaws == ["LAMP: ICILOC, ICIQTY and ICITEM differ"]


def test_allocations_count_where_they_are_more_than_open_orders(path, books):
    with books.open() as page:
        page.change("iciloc", {"item": "LAMP", "loctid": "MAIN"}, lsoaloc=D(14))
    assert Tables(path).level("LAMP").free == D(0), "never below nothing"


WHOLE = Account(
    item="LAMP", opening=D(1), received=D(0), shipped=D(0), counter=D(0), corrected=D(0), closing=D(1),
    allocated=D(0), open_orders=D(0), demand=D(0), published=D(1), sold=D(0), agrees=True,
)  # fmt: skip


def told(**other):
    facts = {
        "items": [{"flaws": WHOLE.flaws}],
        "oversell": {"item": "LAMP", "refused": True, "would_be_oversold": D(1)},
        "back_order": {"item": "POT", "notes": {"1": ["back-ordered: 1 of POT at MAIN not on hand"]}},
        "late_message": {"key": "LAMP|MAIN", "state": "STALE"},
    }
    return facts | other


def test_a_whole_story_has_no_flaws():
    assert flaws(told()) == []


@pytest.mark.parametrize(
    ("other", "flaw"),
    [
        ({"items": [{"flaws": replace(WHOLE, closing=D(2), published=D(2)).flaws}]}, "LAMP: the movements make 1"),
        ({"oversell": told()["oversell"] | {"refused": False}}, "took an order for what was sold already"),
        ({"oversell": told()["oversell"] | {"would_be_oversold": D(0)}}, "nothing would have been oversold"),
        ({"back_order": {"item": "POT", "notes": {}}}, "POT: no order was found to be back-ordered"),
        ({"late_message": {"key": "LAMP|MAIN", "state": "APPLIED"}}, "the late message ended as APPLIED"),
    ],
)
def test_each_part_of_the_story_can_spoil_it(other, flaw):
    (found,) = flaws(told(**other))
    assert flaw in found
