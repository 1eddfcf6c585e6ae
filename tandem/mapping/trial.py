"""A dry run of the sheets over real records: what each would become, and what was cut, replaced or left out.

Nothing is read or written here; the caller brings the records. Links that do not exist yet stand as `(new)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from tandem.entities.cargo import TraceLine
from tandem.entities.declaration import Canonical, Entity, Route, at
from tandem.entities.state import Outcome, State, held
from tandem.mapping.finding import Finding, Mapped
from tandem.mapping.workbook import Workbook
from tandem.rules import PLANS, Circumstances, Facts

NEW = "(new)"
KINDS = ("truncated", "substituted", "removed", "default", "doubtful", "unmapped")
"""What a person wants to know of a dry run, in the order it is shown."""

Companions = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(slots=True)
class Tried:
    """One record of a dry run.

    `would` is write, hold, or the name of the state that the rules give it; `reasons` say why. The total check is
    `amount` in the source against `written` in the payload, and `difference` between them.
    """

    key: str
    number: str | None = None
    would: str = "hold"
    reasons: list[str] = field(default_factory=list)
    trace: list[TraceLine] = field(default_factory=list)
    payload: dict[str, Any] | None = None
    amount: Decimal | None = None
    written: Decimal | None = None
    difference: Decimal | None = None

    def lines(self, kind: str) -> list[TraceLine]:
        """What happened of one kind."""
        return [line for line in self.trace if line.kind == kind]

    def facts(self) -> dict[str, Any]:
        """As one JSON object."""
        events = {kind: [_event(line) for line in self.lines(kind)] for kind in KINDS}
        plain = {name: value for name, value in asdict(self).items() if name != "trace"}
        return plain | {kind: found for kind, found in events.items() if found}


def _event(line: TraceLine) -> dict[str, str]:
    return {"target": line.target, "source": line.source, "note": line.note}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Tries records of one entity on one route; the same stations as the line, with nothing behind them."""

    workbook: Workbook
    entity: Entity
    route: Route
    zone: ZoneInfo | None = None
    facts: Facts = field(default_factory=Facts)

    def companion_keys(self, name: str, record: Mapping[str, Any]) -> list[str]:
        """What the records are asked for by that the decision needs beside this one; none if it needs none."""
        canonical = self._understood(self._apply(self.route.sheet_in, record), Tried(""))
        return [] if canonical is None else self.route.companions[name].keys(canonical, self.workbook.table)

    def run(self, record: Mapping[str, Any], companions: Companions | None = None) -> Tried:
        """What would become of one record."""
        tried = Tried(str(at(record, self.route.key)), number=_text(at(record, self.route.number)))
        mapped = self._apply(self.route.sheet_in, record)
        tried.trace += mapped.trace
        canonical = self._understood(mapped, tried)
        if canonical is None:
            return tried
        tried.amount = at(canonical, self.entity.amount) if self.entity.amount else None
        if self.route.target is None or self.route.write is None:
            tried.would = "read"
            return tried
        self._compose(canonical, companions or {}, tried)
        return tried

    def _apply(self, direction: str, record: Mapping[str, Any]) -> Mapped:
        links = {parent.entity: NEW for parent in self.route.parents}
        return self.workbook.apply(self.entity.name, direction, record, links=links, zone=self.zone)

    def _understood(self, mapped: Mapped, tried: Tried) -> Canonical | None:
        if mapped.faults:
            tried.reasons += _sentences(mapped.faults)
            return None
        try:
            return self.entity.model.model_validate(mapped.value)
        except ValidationError as error:
            tried.reasons += [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
            return None

    def _compose(self, canonical: Canonical, companions: Companions, tried: Tried) -> None:
        name = self.entity.name
        beside, faults = self._beside(companions)
        policy = self.workbook.decide(name, beside | canonical.model_dump())
        around = Circumstances(
            companions=beside,
            policy=policy,
            facts=self.facts,
            lookup=self.workbook.table,
            account=self.workbook.account,
        )
        document = held("; ".join(_sentences(faults))) if faults else PLANS[name](canonical, around)
        if isinstance(document, Outcome):
            tried.would = "hold" if document.state is State.HELD else document.state.lower()
            tried.reasons.append(document.reason)
            tried.written = document.detail.get("computed_total")
            tried.difference = document.detail.get("difference")
            return
        mapped = self._apply(self.route.sheet_out, document.model_dump())
        tried.trace += mapped.trace
        tried.reasons += _sentences(mapped.faults)
        tried.payload = mapped.value
        tried.would = "hold" if mapped.faults else "write"
        if tried.amount is not None:
            tried.written = at(document, self.entity.amount)
            tried.difference = tried.amount - (tried.written or 0)

    def _beside(self, companions: Companions) -> tuple[dict[str, Any], list[Finding]]:
        beside: dict[str, Any] = {}
        faults: list[Finding] = []
        for name, companion in self.route.companions.items():
            mapped = [self._apply(f"{name}_from_{companion.system}", record) for record in companions.get(name) or ()]
            values = [one.value for one in mapped]
            beside[name] = values if companion.several else next(iter(values), None)
            faults += [fault for one in mapped for fault in one.faults]
        return beside, faults


def summary(tried: Iterable[Tried]) -> dict[str, Any]:
    """Counts over a dry run: how many would be written, what happened how often, which totals differ."""
    rows = list(tried)
    would: dict[str, int] = {}
    for row in rows:
        would[row.would] = would.get(row.would, 0) + 1
    checked = [row for row in rows if row.difference is not None]
    return {
        "records": len(rows),
        "would": dict(sorted(would.items())),
        **{kind: sum(len(row.lines(kind)) for row in rows) for kind in KINDS},
        "totals_checked": len(checked),
        "totals_different": [row.key for row in checked if row.difference],
    }


def _sentences(faults: Iterable[Finding]) -> list[str]:
    return [f"{fault.field}: {fault.message}" for fault in faults]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
