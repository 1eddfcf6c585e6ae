"""The spool: page by page, exact, whole or not at all."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tandem.reconciliation import KEPT, SHOWN, BrokenPicture, Spool, compare
from tandem.rules.stock_differences import Kept, Kind, Shown
from tests.unit.reconciliation.making import BEGAN, pictures

D = Decimal
PAGE, PAGES = 500, 40


class Row(Shown):
    """A row that is counted for as long as it is in memory."""

    alive = 0
    most = 0

    def __post_init__(self) -> None:
        Row.alive += 1
        Row.most = max(Row.most, Row.alive)

    def __del__(self) -> None:
        Row.alive -= 1


def page(number: int) -> Iterator[Shown]:
    for place in range(PAGE):
        yield Row(key=f"i{number}-{place}|main", sku="I", location="MAIN", available=D(1))


def test_the_spool_never_holds_more_than_a_page(tmp_path: Path) -> None:
    Row.alive = Row.most = 0
    with Spool[Shown](tmp_path / "clarity.csv", SHOWN, began=BEGAN) as spool:
        for number in range(PAGES):
            spool.add(list(page(number)))
        picture = spool.finish()
    assert picture.rows == PAGE * PAGES
    assert Row.most <= PAGE
    picture.check()


def test_what_breaks_off_leaves_no_picture(tmp_path: Path) -> None:
    def broken() -> None:
        with Spool[Shown](tmp_path / "clarity.csv", SHOWN, began=BEGAN) as spool:
            spool.add(page(1))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_was_cut_off_afterwards_is_not_compared(tmp_path: Path) -> None:
    ours, theirs = pictures(tmp_path, [], page(1))
    theirs.file.write_bytes(theirs.file.read_bytes()[:-20])
    with pytest.raises(BrokenPicture, match=r"clarity\.csv has \d+ bytes in place of \d+"), compare(ours, theirs):
        raise AssertionError


@pytest.mark.parametrize(
    ("quantity", "why"),
    [
        ("0.0000001", "more than 6 decimals"),
        ("1000000000000", "no quantity below"),
        ("NaN", "no quantity below"),
        ("Infinity", "no quantity below"),
    ],
)
def test_what_would_be_rounded_is_refused_and_named(tmp_path: Path, quantity: str, why: str) -> None:
    row = Kept(key="abc|main", item="ABC", location="MAIN", available=D(quantity))
    with (
        Spool[Kept](tmp_path / "sagepro.csv", KEPT, began=BEGAN) as spool,
        pytest.raises(BrokenPicture, match=rf"abc\|main: available is .*{why}"),
    ):
        spool.add([row])


def test_numbers_stay_exact_to_the_last_decimal(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.3 here, and twelve digits before the point keep six behind it."""
    thirds = Kept(
        key="a|m", item="A", location="M", available=D("0.3"), computed=D("0.3"), safety=D("0.1"), pack=D("0.1")
    )
    large = D("999999999999.999999")
    most = Kept(key="b|m", item="B", location="M", available=large, computed=large, pack=D("0.5"))
    shown = [
        Shown(key="a|m", sku="A", location="M", available=D(2)),
        Shown(key="b|m", sku="B", location="M", available=D(1)),
    ]
    ours, theirs = pictures(tmp_path, [thirds, most], shown)
    with compare(ours, theirs) as comparison:
        (one,) = comparison.differences()
    assert (one.item, one.expected, one.on_hand) == ("B", D(1999999999999), D(0))


def test_of_a_record_that_came_twice_the_later_counts(tmp_path: Path) -> None:
    """It changed while the list was read, and so moved to its end."""
    kept = [
        Kept(key="a|m", item="A", location="M", available=D(9), computed=D(9), changed=BEGAN - 900),
        Kept(key="b|m", item="B", location="M", available=D(4), computed=D(4), changed=BEGAN - 900),
        Kept(key="a|m", item="A", location="M", available=D(5), computed=D(5), changed=BEGAN + 1),
    ]
    shown = [Shown(key=f"{sku}|m", sku=sku, location="M", available=D(n)) for sku, n in (("a", 5), ("b", 3))]
    ours, theirs = pictures(tmp_path, kept, shown)
    assert ours.moved
    with compare(ours, theirs, skew=60) as comparison:
        assert [(d.item, d.kind) for d in comparison.differences()] == [("B", Kind.DRIFT)]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", 'quote"d', "comma, and\nline", "Łódź", "'; DROP TABLE x; --"])
def test_any_text_comes_through_as_it_is(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "it's a folder"
    kept = Kept(key=name, item=name, location="M", available=D(2), computed=D(2))
    ours, theirs = pictures(folder, [kept], [])
    with compare(ours, theirs) as comparison:
        (one,) = comparison.differences()
        assert one.kind is Kind.MISSING_IN_SHOP
        assert one.item == (name if name.isprintable() else name.replace("\n", "\ufffd"))
