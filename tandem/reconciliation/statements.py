"""The comparison as SQL: the publishing rule, and the kinds of differences, over both files at once.

A test holds every row equal to what `tandem.rules.stock_differences` says of it.
"""

from __future__ import annotations

from decimal import Decimal

from tandem.reconciliation.spool import Picture
from tandem.rules.stock_differences import DECIMALS, Kind, Taken

QUANTITY = f"DECIMAL(18, {DECIMALS})"
TYPES = {
    "seq": "BIGINT",
    "changed": "BIGINT",
    **dict.fromkeys(("sold", "due"), "TINYINT"),
    **dict.fromkeys(("key", "item", "sku", "location", "refused", "why"), "VARCHAR"),
    **dict.fromkeys(("on_hand", "available", "computed", "demand", "pieces", "safety", "pack"), QUANTITY),
}

_UNITS = 10**DECIMALS
_PIECES = "(coalesce(a.pieces, least(a.available, a.computed) - a.demand) - a.safety)"
"""Exact: a subtraction of decimals has a digit more than its terms."""


def expected(decimals: int, *, pack: str = "a.pack") -> str:
    """What would be published. Decimals would be divided as floats, so whole numbers of the smallest part are."""
    units = f"CAST({_PIECES} * {_UNITS} AS HUGEINT) * {10**decimals} // CAST({pack} * {_UNITS} AS HUGEINT)"
    quotient = f"CAST({units} AS DECIMAL(30, 0)) * CAST('{Decimal(1).scaleb(-decimals):f}' AS DECIMAL(8, {decimals}))"
    whole = f"WHEN {pack} = 1 THEN floor({_PIECES}) " if decimals == 0 else ""
    return f"CASE WHEN a.sold = 0 OR {_PIECES} <= 0 THEN 0 {whole}ELSE {quotient} END"


def kind(taken: Taken) -> str:
    """Of which kind a difference is, as far as both pictures tell."""
    return f"""CASE
    WHEN refused IS NOT NULL THEN refused
    WHEN kept_changed BETWEEN {taken.shop} AND {taken.latest}
        OR shown_changed BETWEEN {taken.sage} AND {taken.latest} THEN '{Kind.LAG}'
    WHEN shown IS NULL THEN '{Kind.MISSING_IN_SHOP}'
    WHEN on_hand IS NULL THEN '{Kind.MISSING_IN_SAGE}'
    WHEN pack <> 1 AND shown = singles THEN '{Kind.UNIT}'
    ELSE '{Kind.DRIFT}'
END"""


def side(picture: Picture, columns: tuple[str, ...]) -> str:
    """A picture as a table; a file that does not have the form stops the comparison."""
    names = ", ".join(f"'{name}': '{TYPES[name]}'" for name in ("seq", *columns))
    file = str(picture.file).replace("'", "''")
    form = "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'"
    read = f"read_csv('{file}', columns = {{{names}}}, {form})"
    return _latest(read, picture.began) if picture.moved else read


def _latest(read: str, since: int) -> str:
    """Without the rows that the list gave again later: only what changed while it was read can come twice."""
    again = f"(SELECT key, max(seq) AS last FROM {read} WHERE changed >= {since} GROUP BY key)"
    return f"(SELECT one.* FROM {read} AS one LEFT JOIN {again} AS again USING (key) WHERE last IS NULL OR seq >= last)"


def differences(kept: str, shown: str, taken: Taken, decimals: int) -> str:
    """The statement that makes the table of differences out of both sides."""
    right = expected(decimals)
    return f"""
CREATE TABLE differences AS
WITH both_sides AS (
    SELECT coalesce(a.key, b.key) AS key, coalesce(a.item, b.sku) AS item, coalesce(a.location, b.location) AS location,
           on_hand, a.available, computed, demand, pieces, safety, pack, refused, a.why,
           b.available AS shown, a.changed AS kept_changed, b.changed AS shown_changed,
           CASE WHEN a.seq IS NOT NULL AND refused IS NULL THEN {right} END AS expected,
           {expected(decimals, pack="1")} AS singles
    FROM {kept} AS a FULL OUTER JOIN {shown} AS b ON a.key = b.key
    WHERE a.seq IS NULL OR refused IS NOT NULL OR (b.seq IS NULL AND due = 1) OR b.available <> {right}
)
SELECT row_number() OVER () AS id, key, item, location, on_hand, available, computed, demand, pieces, safety, pack,
       expected, shown, coalesce(shown, 0) - coalesce(expected, 0) AS difference, {kind(taken)} AS kind,
       '' AS decision, coalesce(why, '') AS why
FROM both_sides
"""
