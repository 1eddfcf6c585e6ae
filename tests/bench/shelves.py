"""Two pictures of the same stock with differences planted, written as the reconciliation itself writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

from tandem.reconciliation import KEPT, SHOWN, Picture, Spool
from tandem.rules.stock_differences import Kept, Kind, Shown, expected

BEGAN = 1_760_000_000
LONG_AGO = BEGAN - 86_400
APART, MISSING = 100, 1000
"""One in a hundred differs, one in a thousand is missing in the shop, and one in a thousand in Sage Pro."""

PLACES = ("MAIN", "EAST", "NORTH", "SOUTH")
AT_ONCE = 10_000


def plant(folder: Path, count: int) -> dict[str, str]:
    """Both files, and what was planted: the kind of each difference by item and location."""
    planted: dict[str, str] = {}
    with (
        Spool[Kept](folder / "sagepro.csv", KEPT, began=BEGAN) as ours,
        Spool[Shown](folder / "clarity.csv", SHOWN, began=BEGAN) as theirs,
    ):
        some: list[tuple[Kept | None, Shown | None]] = []
        for one in _rows(count, planted):
            some.append(one)
            if len(some) == AT_ONCE:
                _write(some, ours, theirs)
        _write(some, ours, theirs)
        _describe(folder, ours.finish(), theirs.finish())
    return planted


def _write(some: list[tuple[Kept | None, Shown | None]], ours: Spool[Kept], theirs: Spool[Shown]) -> None:
    """Each side in an order of its own: two lists by the time of the last change never come alike."""
    ours.add(kept for kept, _ in some if kept)
    theirs.add(shown for _, shown in reversed(some) if shown)
    some.clear()


def _rows(count: int, planted: dict[str, str]) -> Iterator[tuple[Kept | None, Shown | None]]:
    dice = Random(1)
    for number in range(count):
        item, place = f"ITEM-{number // len(PLACES):07d}", PLACES[number % len(PLACES)]
        key, on_hand = f"{item}|{place}", Decimal(dice.randrange(2000))
        pack = Decimal(12) if number % 50 == 3 else Decimal(1)
        kept = Kept(
            key=key,
            item=item,
            location=place,
            on_hand=on_hand,
            available=on_hand - dice.randrange(40),
            computed=on_hand - dice.randrange(60),
            demand=Decimal(dice.randrange(3)),
            safety=Decimal(2),
            pack=pack,
            changed=LONG_AGO,
        )
        right = expected(kept)
        if number % MISSING == 7:
            planted[key] = Kind.MISSING_IN_SHOP
            yield kept, None
        elif number % MISSING == 11:
            planted[key] = Kind.MISSING_IN_SAGE
            yield None, Shown(key=key, sku=item, location=place, available=right, changed=LONG_AGO)
        else:
            wrong = Decimal(1 + dice.randrange(500)) if number % APART == 50 else Decimal(0)
            if wrong:
                planted[key] = Kind.DRIFT
            yield kept, Shown(key=key, sku=item, location=place, available=right + wrong, changed=LONG_AGO)


def _describe(folder: Path, ours: Picture, theirs: Picture) -> None:
    rows = {picture.file.name: picture.rows for picture in (ours, theirs)}
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")


def pictures(folder: Path) -> tuple[Picture, Picture]:
    """The two files again."""
    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    ours, theirs = (
        Picture(file=folder / name, began=BEGAN, rows=rows[name], size=(folder / name).stat().st_size, moved=False)
        for name in ("sagepro.csv", "clarity.csv")
    )
    return ours, theirs
