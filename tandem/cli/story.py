"""What became of the play: the facts as one object, and the same for a person to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from tandem.cli.acts import Record
from tandem.entities.state import COMES_BACK, FINAL, NEEDS_A_PERSON, State
from tandem.sandbox.play.script import Document, Fate, Kind
from tandem.store import Store
from tandem.values import ZERO

MISSING = "MISSING"
"""In place of a state for a document that Tandem never heard of."""

ENDS = {
    Fate.SOLD: FINAL - {State.SKIPPED},
    Fate.REFUSED: NEEDS_A_PERSON,
    Fate.LEFT_OUT: frozenset({State.SKIPPED}),
}


@dataclass(frozen=True)
class Ending:
    """How one document ended."""

    document: Document
    state: State | None
    reason: str

    @property
    def accounted(self) -> bool:
        """Whether it has a state that lasts, and a reason unless it simply went through."""
        lasting = self.state is not None and self.state not in COMES_BACK | {State.WAITING}
        return lasting and (bool(self.reason) or self.state in FINAL - {State.SKIPPED})

    @property
    def as_meant(self) -> bool:
        """Whether the player meant it to end so."""
        return self.state in ENDS[self.document.fate]


def endings(store: Store, connection: str, documents: Sequence[Document]) -> list[Ending]:
    """How each document ended, by the store alone."""
    orders = {record.key: (record.state, record.reason) for record in _records(store, connection)}
    others = [document.key for document in documents if document.kind is not Kind.ORDER]
    unused = {key: (event.state, event.reason) for key, event in store.inbox.unused(others, connection).items()}
    found = []
    for document in documents:
        state, reason = (orders if document.kind is Kind.ORDER else unused).get(document.key, (None, ""))
        found.append(Ending(document, state, reason))
    return found


def _records(store: Store, connection: str) -> Iterator[Any]:
    after = 0
    while page := store.ledger.records(connection, "order", after=after):
        yield from page
        after = page[-1].id


def facts_of(
    ended: Sequence[Ending],
    reconciled: dict[str, Any],
    currency: str,
    record: Record,
    stock: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The one object that `--json` prints, but for where and how long; `stock` are the facts of the stock story."""
    tally = next((t for t in reconciled["kinds"] if (t["kind"], t["currency"]) == ("order", currency)), None)
    set_apart = sum((_source(d, currency) for d in (*reconciled["explained"], *reconciled["in_flight"])), ZERO)
    return {
        "documents": len(ended),
        "accounted": sum(ending.accounted for ending in ended),
        "by_state": dict(sorted(Counter(str(ending.state or MISSING) for ending in ended).items())),
        "orders": sum(t["target_count"] for t in reconciled["kinds"] if t["kind"] == "order"),
        "amount_source": str(_sold(ended) or (tally["source_amount"] if tally else ZERO) - set_apart),
        "amount_company": str(tally["target_amount"] if tally else ZERO),
        "differences": reconciled["count"],
        "in_flight": len(reconciled["in_flight"]),
        "unexpected": [_line(ending) for ending in ended if not ending.as_meant],
        "failures": [_line(ending) for ending in ended if ending.state in NEEDS_A_PERSON],
        "stock": stock,
        "warehouse": asdict(record) | {"shipments": len(record.shipments), "voided": len(record.voided)},
    }


def good(facts: dict[str, Any]) -> bool:
    """Whether everything is accounted for, as it was meant, both systems agree, and stock adds up."""
    return (
        facts["documents"] == facts["accounted"]
        and not facts["differences"]
        and not facts["in_flight"]
        and not facts["unexpected"]
        and Decimal(facts["amount_source"]) == Decimal(facts["amount_company"])
        and (facts["stock"] is None or facts["stock"]["adds_up"])
    )


def _sold(ended: Iterable[Ending]) -> Decimal:
    """What the player itself says was sold; nought where only the shop works the totals out."""
    return sum((ending.document.amount for ending in ended if ending.document.fate is Fate.SOLD), ZERO)


def _source(difference: dict[str, Any], currency: str) -> Decimal:
    """What an order that is set apart adds to the shop's side and not to the company's."""
    source = difference["source"]
    counts = difference["kind"] == "order" and difference["target"] is None and source is not None
    return Decimal(source["amount"]) if counts and source["currency"] == currency else ZERO


def _line(ending: Ending) -> dict[str, str]:
    return {
        "key": ending.document.key,
        "sort": ending.document.why or ending.document.sort,
        "state": str(ending.state or MISSING),
        "reason": ending.reason,
    }
