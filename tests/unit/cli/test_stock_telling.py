"""The stock story as a person reads it."""

from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from tandem.cli.stock_telling import print_stock

D = Decimal
ROW = {
    "item": "LAMP", "opening": D("10.0000"), "received": D(12), "shipped": D(7), "counter": D(2), "corrected": D(-1),
    "closing": D("12.0000"), "allocated": D(0), "open_orders": D(0), "demand": D(0), "published": D(12), "sold": D(7),
    "agrees": True, "flaws": [],
}  # fmt: skip
STORY = {
    "items": [ROW],
    "oversell": {
        "item": "LAMP", "on_hand": D("3.0000"), "free_in_sagepro": D("3.0000"), "demand": D(3), "published": D(0),
        "wanted": D(1), "refused": True, "would_be_oversold": D("1.0000"),
    },
    "back_order": {"item": "POT", "notes": {"s-2": ["back-ordered: 1 of POT at MAIN not on hand"]}},
    "late_message": {"key": "LAMP|MAIN", "said": D("10.0000"), "state": "STALE", "reason": "older"},
    "flaws": [],
    "adds_up": True,
}  # fmt: skip


def printed(story):
    out = StringIO()
    print_stock(story, Console(file=out, width=120))
    return " ".join(out.getvalue().split())


def test_the_table_and_the_oversell_that_did_not_happen():
    said = printed(STORY)
    assert "│ LAMP │ 10 │ 12 │ 7 │ 2 │ -1 │ 12 │" in said
    assert "│ LAMP │ 12 │ 0 │ 0 │ 0 │ 12 │ 7 │" in said
    assert "Sage Pro had 3 LAMP on hand and 3 of them free" in said
    assert "an order for 3 could not be entered" in said
    assert "the shop showed 0 and refused 1 more" in said
    assert "offered 3 again and sold 1 that nobody has" in said
    assert "Who waits: s-2: back-ordered: 1 of POT" in said
    assert "(LAMP|MAIN, 10 on hand) came once more in the evening and ended as STALE: older" in said
    assert "Does not add up" not in said


@pytest.mark.parametrize("published", [None, D(3)])
def test_what_is_wrong_is_said_in_the_same_place(published):
    oversell = STORY["oversell"] | {"refused": False, "published": published}
    said = printed(STORY | {"oversell": oversell, "flaws": ["LAMP: the movements make 15"]})
    assert "took an order for 1 more all the same" in said
    assert f"showed {'none' if published is None else 3}" in said
    assert "Does not add up: LAMP: the movements make 15." in said
