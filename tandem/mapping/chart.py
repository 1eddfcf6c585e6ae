"""The chart: which account of the ledger a kind of amount goes to, by store, tax, currency and tender."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tandem.mapping.comparison import key_of
from tandem.mapping.decisions import Decision
from tandem.mapping.forms import checked
from tandem.mapping.lookups import Lookup
from tandem.mapping.notation import SheetFault, Source, Spot, read
from tandem.mapping.suggest import one_of

CHART = "accounts.yaml"
FACETS: tuple[str, ...] = ("store", "tax", "currency", "tender")
"""What an account may depend on besides the kind of amount."""

Facet = Literal["store", "tax", "currency", "tender"]
Facets = Mapping[str, str]


class Listed(BaseModel):
    """Values that a lookup has as its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lookup: str


class RowForm(BaseModel):
    """One row: the account under conditions, or the output of a decision table, whose '' goes on to the next row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: tuple[str, ...] = ()
    tax: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    tender: tuple[str, ...] = ()
    account: str | None = None
    decide: str | None = None
    take: str = "account"

    @field_validator("store", "tax", "currency", "tender", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("account", mode="before")
    @classmethod
    def _number_of_account(cls, value: Any) -> Any:
        return account_number(value)


class ChartFile(BaseModel):
    """`mappings/accounts.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = ""
    kinds: Listed | None = Field(None, description="Where the shop's own kinds of fees are listed")
    values: dict[Facet, tuple[str, ...] | Listed] = Field(
        default_factory=dict, description="All values of a facet that there are; without them any other may come"
    )
    accounts: dict[str, Any]


def account_number(value: Any) -> Any:
    """An account as text, also where it looks like a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise ValueError(f"needs the number of an account as text, not {value!r}; put quotes around it")


@dataclass(frozen=True, slots=True)
class Row:
    """One row, ready to be asked; `conditions` are folded values by facet."""

    spot: Spot
    conditions: Mapping[str, frozenset[str]]
    account: str = ""
    decision: Decision | None = None
    take: str = ""

    def fits(self, facets: Facets) -> bool:
        """Whether all conditions are met."""
        return all(key_of(facets.get(name, "")) in values for name, values in self.conditions.items())

    def covers(self, other: Row) -> bool:
        """Whether every amount of the other row stops at this one."""
        narrower = all(other.conditions.get(name, frozenset([None])) <= mine for name, mine in self.conditions.items())
        return self.decision is None and narrower

    def answer(self, kind: str, facets: Facets) -> str:
        """The account; empty if its decision table leaves it open."""
        if self.decision is None:
            return self.account
        return str(self.decision({"kind": kind, **facets})[self.take] or "")


@dataclass(frozen=True, slots=True)
class Chart:
    """The rows of each kind, in their order; the first that fits gives the account."""

    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source(CHART))

    def account(self, kind: str, facets: Facets) -> str | None:
        """The account of an amount; None if no row fits: then nothing may be posted."""
        for row in self.rows.get(kind, ()):
            if row.fits(facets) and (found := row.answer(kind, facets)):
                return found
        return None

    def faults_against(self, known: Collection[str]) -> list[SheetFault]:
        """One fault for each account that the company's ledger does not have."""
        folded = {key_of(account) for account in known}
        found = Source(CHART, lines=self.source.lines)
        for kind, rows in self.rows.items():
            for row in rows:
                for account in sorted(named_by(row)):
                    if key_of(account) not in folded:
                        right = one_of(account, known)
                        found.fault(row.spot, f"account {account!r} of {kind} is not in the ledger (GLACNT); {right}")
        return found.faults


def named_by(row: Row) -> frozenset[str]:
    """The accounts that a row can give; of a decision table those that stand in its cells."""
    if row.decision is None:
        return frozenset({row.account})
    return frozenset(value for value in row.decision.values_of(row.take) if value)


def load_chart(
    path: Path, folder: Path, lookups: Mapping[str, Lookup], decisions: Mapping[str, Decision]
) -> tuple[Chart, ChartFile | None]:
    """The file as a chart; what is wrong with it stands in the faults of its source."""
    source = read(path, folder)
    file = None if source.faults else checked(ChartFile, source.content, source)
    if file is None:
        return Chart(source=source), None
    rows = {kind: _rows(kind, content, source, decisions) for kind, content in file.accounts.items()}
    for spot, listed in (("kinds", file.kinds), *file.values.items()):
        if isinstance(listed, Listed) and listed.lookup not in lookups:
            at: Spot = ("kinds",) if spot == "kinds" else ("values", spot)
            source.fault(at, f"there is no lookup {listed.lookup!r}; {one_of(listed.lookup, lookups)}")
    return Chart(rows, source), file


def _rows(kind: str, content: Any, source: Source, decisions: Mapping[str, Decision]) -> tuple[Row, ...]:
    spot: Spot = ("accounts", kind)
    if not isinstance(content, list):
        content, spots = [{"account": content}], [spot]
    else:
        spots = [(*spot, at) for at in range(len(content))]
    made = [_row(raw, source, at, decisions) for raw, at in zip(content, spots, strict=True)]
    return tuple(row for row in made if row is not None)


def _row(raw: Any, source: Source, spot: Spot, decisions: Mapping[str, Decision]) -> Row | None:
    form = checked(RowForm, raw, source, spot)
    if form is None:
        return None
    conditions = {name: frozenset(map(key_of, getattr(form, name))) for name in FACETS if getattr(form, name)}
    if (form.account is None) == (form.decide is None):
        source.fault(spot, "needs either account or decide")
        return None
    if form.decide is None:
        return Row(spot, conditions, account=form.account or "")
    decision = decisions.get(form.decide)
    if decision is None:
        source.fault((*spot, "decide"), f"there is no decision table {form.decide!r}; {one_of(form.decide, decisions)}")
    elif form.take not in decision.outputs:
        source.fault((*spot, "take"), f"{form.decide} decides no {form.take!r}; {one_of(form.take, decision.outputs)}")
    else:
        return Row(spot, conditions, decision=decision, take=form.take)
    return None
