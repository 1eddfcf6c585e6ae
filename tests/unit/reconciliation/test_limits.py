"""What may be corrected unasked: only inside all three limits, and never without any."""

from decimal import Decimal
from pathlib import Path

import pytest

from tandem.quality import Gate
from tandem.reconciliation import Difference, compare
from tandem.rules.stock_differences import Kept, Kind, Limits, Shown, too_large, too_much
from tandem.stocktaking.judgement import Judgement, judge
from tests.unit.reconciliation.making import pictures

D = Decimal
WIDE = Limits(each=D(10), share=D("0.5"), total=D(100))


@pytest.mark.parametrize("limits", [Limits(), Limits(each=D(5)), Limits(each=D(5), total=D(5)), Limits(share=D(1))])
def test_a_limit_that_nobody_set_allows_nothing(limits: Limits) -> None:
    assert "no limits are set" in too_much(limits, compared=100, differing=1, total=D(1))


def test_the_limits_themselves_are_still_inside() -> None:
    assert too_much(WIDE, compared=100, differing=50, total=D(100)) == ""
    assert "51 of 100 differ" in too_much(WIDE, compared=100, differing=51, total=D(1))
    assert "add up to 100.5" in too_much(WIDE, compared=100, differing=1, total=D("100.5"))
    assert (too_large(WIDE, D(10)), too_large(WIDE, D(-10))) == ("", "")
    assert "a correction of 11 is more than the 10" in too_large(WIDE, D(-11))


def judged(tmp_path: Path, limits: Limits, *shown: int, **fields: D) -> tuple[Judgement, dict[str, Difference]]:
    """Items A, B, ... of ten each; the shop shows so many of them, and the rest agrees."""
    names = [chr(ord("A") + place) for place in range(20)]
    kept = [Kept(key=n, item=n, location="M", available=D(10), computed=D(10), **fields) for n in names]
    figures = [*map(D, shown), *([D(10)] * (len(names) - len(shown)))]
    theirs = [Shown(key=n, sku=n, location="M", available=f) for n, f in zip(names, figures, strict=True)]
    with compare(*pictures(tmp_path, kept, theirs)) as comparison:
        judgement = judge(comparison, Gate(tmp_path), limits, run="a run")
        return judgement, {one.item: one for one in comparison.differences()}


def test_one_that_is_too_large_is_held_and_the_others_are_corrected(tmp_path: Path) -> None:
    judgement, found = judged(tmp_path, WIDE, 8, 30, 0)
    assert {item: one.decision for item, one in found.items()} == {"A": "correct", "B": "hold", "C": "correct"}
    assert "a correction of 20 is more than the 10" in found["B"].why
    assert (judgement.refusal, judgement.held, judgement.differing) == ("", 1, 3)


def test_beyond_the_share_all_are_held_and_each_says_why(tmp_path: Path) -> None:
    judgement, found = judged(tmp_path, Limits(each=D(10), share=D("0.1"), total=D(100)), 8, 9, 9)
    assert {one.decision for one in found.values()} == {"hold"}
    assert all(one.why == judgement.refusal for one in found.values())
    assert "3 of 20 differ" in judgement.refusal


def test_what_great_expectations_refuses_is_held(tmp_path: Path) -> None:
    """A key that stands twice: two of Sage Pro's places are one in the shop, and nobody can say what it should show."""
    kept = [Kept(key="A", item="A", location=place, available=D(4), computed=D(4)) for place in "XY"]
    others = [Kept(key=n, item=n, location="X", available=D(4), computed=D(4)) for n in "BCDEFGH"]
    shown = [Shown(key=one.key, sku=one.item, location="X", available=D(4)) for one in others]
    shown[0] = Shown(key="B", sku="B", location="X", available=D(5))
    with compare(
        *pictures(tmp_path, [*kept, *others], [*shown, Shown(key="A", sku="A", location="X", available=D(5))])
    ) as c:
        judge(c, Gate(tmp_path), WIDE, run="a run")
        assert [(d.item, d.decision) for d in c.differences()] == [("A", "hold"), ("A", "hold"), ("B", "correct")]
        assert all("key must stand once" in d.why for d in c.differences() if d.item == "A")


def test_an_empty_picture_of_sage_pro_takes_nothing_off_sale(tmp_path: Path) -> None:
    shown = [Shown(key="A", sku="A", location="M", available=D(5))]
    with compare(*pictures(tmp_path, [], shown)) as comparison:
        judgement = judge(comparison, Gate(tmp_path), WIDE, run="a run")
        (one,) = comparison.differences()
    assert "sagepro must count at least one row" in judgement.refusal
    assert (one.kind, one.decision) == (Kind.MISSING_IN_SAGE, "hold")


def test_the_data_docs_show_it(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    ours, theirs = pictures(tmp_path, [], [Shown(key="A", sku="A", location="M", available=D(5))])
    with compare(ours, theirs) as comparison:
        judge(comparison, gate, WIDE, run="a run")
    published = gate.publish()
    assert published.added == 1
    assert "inventory_reconciliation" in published.index.read_text(encoding="utf-8")
