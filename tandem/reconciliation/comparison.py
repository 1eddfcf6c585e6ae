"""Both pictures compared by item and location, on disk as far as they do not fit into the memory they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from tandem.reconciliation import statements
from tandem.reconciliation.difference import COLUMNS, CORRECT, HOLD, Difference, Sum
from tandem.reconciliation.spool import KEPT, SHOWN, BrokenPicture, Picture
from tandem.rules.stock_differences import CORRECTABLE, DECIMALS, Kind, Taken
from tandem.values import ZERO, utc_now

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "256MB"
"""What the engine may take before it goes to disk."""

SOME = 5000
"""Differences in one hand."""


class Comparison:
    """The differences, in the engine's hands: any number of them, of which a caller sees a few at a time."""

    def __init__(self, engine: DuckDBPyConnection, kept: Picture, shown: Picture) -> None:
        self.kept = kept
        self.shown = shown
        self._engine = engine

    @property
    def compared(self) -> int:
        """Rows that either side has: those of Sage Pro and what only the shop has."""
        return self.kept.rows + self._count("on_hand IS NULL")

    def sums(self) -> list[Sum]:
        """Each kind that there is, in the order of the kinds."""
        found = self._engine.execute(
            f"SELECT kind, count(*), sum(abs(difference)), count(*) FILTER (decision = '{HOLD}'), "
            f"count(*) FILTER (decision = '{CORRECT}') FROM differences GROUP BY kind"
        ).fetchall()
        sums = [Sum(kind=Kind(k), rows=n, quantity=q, held=h, corrected=c) for k, n, q, h, c in found]
        return sorted(sums, key=lambda one: list(Kind).index(one.kind))

    def differences(self, *, limit: int | None = None, where: str = "TRUE") -> Iterator[Difference]:
        """The largest first, those of equal size by item and location; a few thousand in memory at a time."""
        rows = f"SELECT {', '.join(COLUMNS)} FROM differences WHERE {where}"
        order = f"{rows} ORDER BY abs(difference) DESC, item, location, id LIMIT {limit or 'ALL'}"
        with self._engine.cursor() as cursor:
            cursor.execute(order)
            while some := cursor.fetchmany(SOME):
                for row in some:
                    values = dict(zip(COLUMNS, row, strict=True))
                    yield Difference(**values | {"kind": Kind(values["kind"])})

    def corrections(self) -> Iterator[Difference]:
        """Those that are to be corrected."""
        return self.differences(where=f"decision = '{CORRECT}'")

    def proposals(self, *, limit: int) -> Iterator[Difference]:
        """Those that could be corrected and are held, the largest first."""
        return self.differences(limit=limit, where=f"decision = '{HOLD}' AND {_CORRECTABLE}")

    def correctable(self, each: Decimal) -> tuple[int, Decimal]:
        """How many differences publishing once more would put right, and what those not beyond `each` add up to."""
        within = f"abs(difference) <= {_quantity(each)}"
        (row,) = self._engine.execute(
            f"SELECT count(*), sum(abs(difference)) FILTER ({within}) FROM differences WHERE {_CORRECTABLE}"
        ).fetchall()
        return int(row[0]), ZERO if row[1] is None else row[1]

    def beyond(self, each: Decimal) -> Iterator[Difference]:
        """Those that publishing once more would put right by more than this, and about which nothing is decided."""
        return self.differences(where=f"{_CORRECTABLE} AND decision = '' AND abs(difference) > {_quantity(each)}")

    def explain(self, told: Callable[[Sequence[Difference]], Mapping[str, tuple[Kind, str]]]) -> None:
        """Let `told` say by key, of a few thousand differences at a time, what else explains them, and a sentence."""
        known: dict[str, tuple[str, str]] = {}
        some: list[Difference] = []
        for one in self.differences(where="key IS NOT NULL"):
            some.append(one)
            if len(some) == SOME:
                known |= {key: (str(kind), why) for key, (kind, why) in told(some).items()}
                some.clear()
        known |= {key: (str(kind), why) for key, (kind, why) in told(some).items()}
        self._change(("kind", "why"), known)

    def hold(self, reasons: Mapping[str, str]) -> None:
        """These are for a person to decide, each for a reason."""
        self._change(("decision", "why"), {key: (HOLD, why) for key, why in reasons.items()})

    def hold_kind(self, kind: Kind, why: str = "") -> None:
        """All of a kind is for a person to decide; why, unless that is said already."""
        self._decide(f"kind = '{kind}'", HOLD, why)

    def hold_rest(self, why: str) -> None:
        """All that could be corrected, and that nobody holds, is for a person to decide."""
        self._decide(_CORRECTABLE, HOLD, why)

    def correct_rest(self) -> None:
        """All that could be corrected, and that nobody holds, is to be corrected."""
        self._decide(_CORRECTABLE, CORRECT, "")

    def _decide(self, where: str, decision: str, why: str) -> None:
        said = "CASE WHEN why = '' THEN $why ELSE why END"
        statement = f"UPDATE differences SET decision = $decision, why = {said} WHERE {where} AND decision = ''"
        self._engine.execute(statement, {"decision": decision, "why": why})

    def _change(self, columns: tuple[str, str], rows: Mapping[str, tuple[str, str]]) -> None:
        """Both columns of many rows in one statement."""
        what = ", ".join(f"{column} = given.{column}" for column in columns)
        given = ", ".join(f"unnest(${name}::VARCHAR[]) AS {name}" for name in ("key", *columns))
        values = zip(*((key, *pair) for key, pair in rows.items()), strict=True) if rows else ([], [], [])
        self._engine.execute(
            f"UPDATE differences SET {what} FROM (SELECT {given}) AS given WHERE differences.key = given.key",
            {name: list(some) for name, some in zip(("key", *columns), values, strict=True)},
        )

    def _count(self, where: str) -> int:
        (row,) = self._engine.execute(f"SELECT count(*) FROM differences WHERE {where}").fetchall()
        return int(row[0])


_CORRECTABLE = "kind IN ({})".format(", ".join(f"'{kind}'" for kind in sorted(CORRECTABLE)))


def _quantity(value: Decimal) -> str:
    """A number in a statement: of Decimal's own making, so nothing but a number."""
    return f"CAST('{value:f}' AS DECIMAL(38, {DECIMALS}))"


@contextmanager
def compare(
    kept: Picture,
    shown: Picture,
    *,
    skew: int = 0,
    decimals: int = 0,
    folder: Path | None = None,
    now: int | None = None,
) -> Iterator[Comparison]:
    """Compare Sage Pro's picture with the shop's; the result is there until the end of the block.

    Args:
        kept: Sage Pro's picture.
        shown: the shop's.
        skew: seconds by which the clocks of the systems and ours may differ.
        decimals: how many a quantity may have in the shop.
        folder: where the engine may put what does not fit into memory; beside the pictures if absent.
        now: seconds since 1970, beyond which (and `skew`) no stamp is true; the present moment if absent.

    Raises:
        BrokenPicture: a file is not what was spooled.
    """
    import duckdb

    for picture in (kept, shown):
        picture.check()
    present = int(utc_now().timestamp()) if now is None else now
    taken = Taken(sage=kept.began - skew, shop=shown.began - skew, latest=present + skew)
    with duckdb.connect(config=_settings(folder or kept.file.parent / "spill")) as engine:
        try:
            engine.execute(
                statements.differences(statements.side(kept, KEPT), statements.side(shown, SHOWN), taken, decimals)
            )
        except duckdb.Error as error:
            raise BrokenPicture(f"the pictures could not be compared: {str(error).splitlines()[0]}") from None
        yield Comparison(engine, kept, shown)


def _settings(spill: Path) -> dict[str, str | bool | int | float | list[str]]:
    return {"memory_limit": MEMORY, "temp_directory": str(spill), "preserve_insertion_order": False}
