"""The comparison in SQL says of every row what the rules in Python say of it."""

import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.reconciliation import compare
from tandem.rules.stock_differences import Kept, Kind, Shown, Taken, expected, kind_of
from tests.unit.reconciliation.making import BEGAN, pictures

QUANTITIES = st.one_of(
    st.integers(-20, 60).map(Decimal),
    st.decimals(-(10**11), 10**11, places=6, allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [Decimal("0.000001"), Decimal("-0.000001"), Decimal("11.999999"), Decimal("1E+3"), Decimal("0E-9")]
    ),
)
PACKS = st.one_of(
    st.just(Decimal(1)),
    st.integers(2, 24).map(Decimal),
    st.decimals("0.000001", 10**4, places=6),
    st.just(Decimal("0.5")),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
SKEW = 2
MOMENTS = st.one_of(st.none(), st.integers(BEGAN - 3, BEGAN - 1), st.sampled_from([0, BEGAN + SKEW + 1, BEGAN + 10**9]))
"""Before the pictures were begun, less the seconds that clocks may differ by: some of them count as after it. Those
beyond the present moment come from a clock whose year is wrong."""
MOST = Decimal(10**11)


@st.composite
def rows(draw: st.DrawFn, key: str, decimals: int) -> tuple[Kept, Shown]:
    odd = draw(st.sampled_from(["", "", "", Kind.UNMAPPED, Kind.REFUSED]))
    kept = Kept(
        key="" if odd and draw(st.booleans()) else key,
        item=key,
        location=draw(TEXTS),
        **{name: draw(QUANTITIES) for name in ("on_hand", "available", "computed", "demand", "safety")},
        pieces=draw(st.none() | QUANTITIES),
        pack=draw(PACKS),
        sold=draw(st.integers(0, 5)) > 0,
        due=draw(st.integers(0, 5)) > 0,
        refused=odd,
        changed=draw(MOMENTS),
    )
    right, singles = expected(kept, decimals), expected(replace(kept, pack=Decimal(1)), decimals)
    likely = [min(figure, MOST) for figure in (right, right, right + 1, singles)]
    available = draw(st.sampled_from([*likely, Decimal(0), draw(QUANTITIES)]))
    return kept, Shown(key=key, sku=key, location="L", available=available, changed=draw(MOMENTS))


@st.composite
def both(draw: st.DrawFn) -> tuple[int, dict[str, Kept], dict[str, Shown]]:
    decimals = draw(st.sampled_from([0, 0, 1, 5]))
    kept, shown = dict[str, Kept](), dict[str, Shown]()
    for key in draw(st.sets(TEXTS, max_size=8)):
        one, other = draw(rows(key, decimals))
        where = draw(st.sampled_from(["both", "both", "sage", "shop"]))
        if where != "shop":
            kept[key] = one
        if where != "sage" and not (where == "both" and not one.key):
            shown[key] = other
    return decimals, kept, shown


@settings(max_examples=200, deadline=None)
@given(both())
def test_sql_and_the_rule_agree_on_every_row(sides: tuple[int, dict[str, Kept], dict[str, Shown]]) -> None:
    decimals, kept, shown = sides
    taken = Taken(sage=BEGAN - SKEW, shop=BEGAN - SKEW, latest=BEGAN + SKEW)
    keys = {*kept, *shown}
    wanted = {key: kind_of(kept.get(key), shown.get(key), taken, decimals=decimals) for key in keys}
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = pictures(Path(folder), kept.values(), shown.values())
        with compare(ours, theirs, skew=SKEW, decimals=decimals, now=BEGAN) as comparison:
            found = {difference.item: difference for difference in comparison.differences()}
    assert {key: found[key].kind if key in found else None for key in keys} == wanted
    for key, difference in found.items():
        told = expected(kept[key], decimals) if key in kept and not kept[key].refused else None
        assert difference.expected == told
        assert difference.shown == (shown[key].available if key in shown else None)
        assert difference.difference == (difference.shown or 0) - (told or 0)
