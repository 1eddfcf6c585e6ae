"""Both systems side by side: what each holds, and every way in which they disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from tandem.entities.state import COMES_BACK, NEEDS_A_PERSON, State
from tandem.values import ZERO

Ref = tuple[str, str]
"""Kind and key: what makes a document in one system the same as one in the other."""

CANCELLED = frozenset({"cancelled", "void", "voided"})

EXPLAINED = COMES_BACK | NEEDS_A_PERSON | {State.WAITING}


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One document as one of the systems has it.

    `key` is the reference that both systems know it by, `number` what this system calls it. A document of the target
    without a key was made there by hand and has no counterpart.
    """

    kind: str
    key: str
    number: str
    amount: Decimal
    currency: str
    status: str = "open"

    @property
    def ref(self) -> Ref:
        """What it is matched by."""
        return self.kind, self.key

    @property
    def live(self) -> bool:
        """Whether it still counts."""
        return self.status not in CANCELLED


class Disagreement(StrEnum):
    """The ways in which two systems disagree about a document."""

    MISSING_IN_TARGET = "missing in target"
    MISSING_IN_SOURCE = "missing in source"
    AMOUNT = "amount differs"
    STATUS = "status differs"
    DUPLICATE = "duplicate"
    LINK = "not linked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One disagreement; `state` is set for one that is known and on its way or waiting for a person."""

    kind: str
    key: str
    what: Disagreement
    source: Document | None = None
    target: Document | None = None
    state: State | None = None

    @property
    def amount(self) -> Decimal:
        """By how much the target has more than the source, as far as this difference goes."""
        has = self.target.amount if self.target and self.target.live else ZERO
        if self.what in (Disagreement.DUPLICATE, Disagreement.MISSING_IN_SOURCE):
            return has
        return has - (self.source.amount if self.source and self.source.live else ZERO)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Live documents of one kind and currency, counted and added up in both systems; `by_hand` has no counterpart."""

    kind: str
    currency: str
    source_count: int
    source_amount: Decimal
    target_count: int
    target_amount: Decimal
    by_hand: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciliation:
    """What nobody can explain (`differences`), and apart from it what is known to be under way or held."""

    tallies: tuple[Tally, ...]
    differences: tuple[Difference, ...]
    apart: tuple[Difference, ...] = ()


def reconcile(
    source: Iterable[Document],
    target: Iterable[Document],
    *,
    states: Mapping[Ref, State] | None = None,
    links: Mapping[Ref, str] | None = None,
) -> Reconciliation:
    """Compare what `source` owns with what `target` was told of it.

    `states` are the states of the records on the line: they set apart what is under way, skipped or waits for a
    person. `links` is the crosswalk; given, a document in both systems must be linked to its own number.
    """
    ours, theirs = _unique(source), _unique(target)
    left, right = _by_ref(ours), _by_ref(d for d in theirs if d.key)
    found: list[Difference] = []
    for ref in sorted({*left, *right}):
        link = links.get(ref, "") if links is not None else None
        found += _compare(left.get(ref, []), right.get(ref, []), link)
    placed = [_placed(difference, (states or {}).get((difference.kind, difference.key))) for difference in found]
    return Reconciliation(
        tallies=tuple(_tallies(ours, theirs)),
        differences=tuple(d for d in placed if d.state is None),
        apart=tuple(d for d in placed if d.state is not None),
    )


def _unique(documents: Iterable[Document]) -> list[Document]:
    """In a fixed order, and each once: a list that was read in pages may hold the same document twice."""
    last = {(d.kind, d.key, d.number): d for d in documents}
    return sorted(last.values(), key=lambda d: (d.kind, d.key, d.number))


def _by_ref(documents: Iterable[Document]) -> dict[Ref, list[Document]]:
    found: dict[Ref, list[Document]] = {}
    for document in documents:
        found.setdefault(document.ref, []).append(document)
    return found


def _compare(source: list[Document], target: list[Document], link: str | None) -> Iterator[Difference]:
    """All that is wrong with one reference; the linked document stands for its system, else a live one."""
    ours, more_of_ours = _first(source, None)
    theirs, more_of_theirs = _first(target, link)
    for extra in more_of_ours:
        yield Difference(kind=extra.kind, key=extra.key, what=Disagreement.DUPLICATE, source=extra)
    for extra in more_of_theirs:
        yield Difference(kind=extra.kind, key=extra.key, what=Disagreement.DUPLICATE, target=extra)
    what = _disagreement(ours, theirs, link)
    either = ours or theirs
    if what is not None and either is not None:
        yield Difference(kind=either.kind, key=either.key, what=what, source=ours, target=theirs)


def _first(documents: list[Document], link: str | None) -> tuple[Document | None, list[Document]]:
    ordered = sorted(documents, key=lambda d: (d.number != link, not d.live, d.number))
    return (ordered[0] if ordered else None), [d for d in ordered[1:] if d.live]


def _disagreement(ours: Document | None, theirs: Document | None, link: str | None) -> Disagreement | None:
    if ours is None or theirs is None:
        return _missing(ours, theirs)
    if ours.live != theirs.live:
        return Disagreement.STATUS
    if ours.live and (ours.amount, ours.currency) != (theirs.amount, theirs.currency):
        return Disagreement.AMOUNT
    if ours.live and link is not None and link != theirs.number:
        return Disagreement.LINK
    return None


def _missing(ours: Document | None, theirs: Document | None) -> Disagreement | None:
    """What was cancelled need not exist on the other side."""
    if ours is not None and ours.live:
        return Disagreement.MISSING_IN_TARGET
    if theirs is not None and theirs.live:
        return Disagreement.MISSING_IN_SOURCE
    return None


def _placed(difference: Difference, state: State | None) -> Difference:
    """The difference with its state, if that state explains it."""
    skipped = state is State.SKIPPED and difference.what is Disagreement.MISSING_IN_TARGET
    explains = skipped or state in EXPLAINED
    if difference.what is Disagreement.DUPLICATE or not explains:
        return difference
    return replace(difference, state=state)


def _tallies(source: list[Document], target: list[Document]) -> Iterator[Tally]:
    for kind, currency in sorted({(d.kind, d.currency) for d in (*source, *target)}):
        ours = [d for d in source if d.live and (d.kind, d.currency) == (kind, currency)]
        theirs = [d for d in target if d.live and (d.kind, d.currency) == (kind, currency)]
        yield Tally(
            kind=kind,
            currency=currency,
            source_count=len(ours),
            source_amount=sum((d.amount for d in ours), ZERO),
            target_count=sum(1 for d in theirs if d.key),
            target_amount=sum((d.amount for d in theirs if d.key), ZERO),
            by_hand=sum(1 for d in theirs if not d.key),
        )
