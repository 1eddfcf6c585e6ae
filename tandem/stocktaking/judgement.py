"""What is to become of the differences: validated, then corrected within the limits that a person set, or held."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from tandem.quality import Gate, Verdict
from tandem.reconciliation import Comparison, Sum
from tandem.rules.stock_differences import PASSES, Kind, Limits, too_large, too_much

SUITE = "inventory_reconciliation"

FOR_A_PERSON = {
    Kind.MISSING_IN_SAGE: "Sage Pro does not keep it there: enter it, or take it off the shop's list",
    Kind.UNMAPPED: "",
    Kind.REFUSED: "",
}
"""What publishing once more cannot put right, and what would, where the picture itself does not say."""

MOST = 20_000
"""Differences that are looked at one by one, the largest first; with more of them nothing is corrected unasked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The verdict on the differences, what they come to, and why nothing is corrected at all (empty: something may)."""

    verdict: Verdict
    sums: tuple[Sum, ...]
    refusal: str

    @property
    def differing(self) -> int:
        """Differences that will not settle by themselves."""
        return sum(one.rows for one in self.sums if one.kind not in PASSES)

    @property
    def held(self) -> int:
        """Differences that a person must decide about."""
        return sum(one.held for one in self.sums)


def judge(comparison: Comparison, gate: Gate, limits: Limits, *, run: str) -> Judgement:
    """Decide about every difference: to be corrected, held with a sentence, or left to itself."""
    verdict, keys = _validated(comparison, gate, run)
    refusal = _refusal(comparison, verdict, limits)
    for kind, why in FOR_A_PERSON.items():
        comparison.hold_kind(kind, why)
    if refusal:
        comparison.hold_rest(refusal)
    else:
        comparison.hold({keys[f.line]: f.sentence for f in verdict.failures if f.severity == "critical"})
        comparison.hold({str(one.key): too_large(limits, one.difference) for one in comparison.beyond(limits.each)})
        comparison.correct_rest()
    return Judgement(verdict=verdict, sums=tuple(comparison.sums()), refusal=refusal)


def _validated(comparison: Comparison, gate: Gate, run: str) -> tuple[Verdict, dict[str, str]]:
    """The verdict on the largest differences, and the key of each by its place among them."""
    rows = [asdict(one) for one in comparison.differences(limit=MOST)]
    sums = comparison.sums()
    record: dict[str, Any] = {
        "sagepro": Decimal(comparison.kept.rows),
        "clarity": Decimal(comparison.shown.rows),
        "compared": Decimal(comparison.compared),
        "lasting": Decimal(sum(one.rows for one in sums if one.kind not in PASSES)),
        "differences": rows,
    }
    verdict = gate.check(SUITE, [record], keys=[run])
    return verdict, {str(place): str(row["key"]) for place, row in enumerate(rows)}


def _refusal(comparison: Comparison, verdict: Verdict, limits: Limits) -> str:
    """Why nothing of the run is corrected; empty if some of it may be."""
    whole = [f.sentence for f in verdict.failures if f.severity == "critical" and not f.line]
    if whole:
        return "; ".join(whole)
    differing, total = comparison.correctable(limits.each)
    if differing > MOST:
        return f"{differing} differ, and no more than {MOST} are looked at one by one"
    return too_much(limits, compared=comparison.compared, differing=differing, total=total)
