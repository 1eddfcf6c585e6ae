"""All sheets, lookups and decision tables of one connection, loaded and checked as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from tandem.entities.cargo import TraceLine
from tandem.errors import SheetError
from tandem.mapping.binder import Binder
from tandem.mapping.chart import Chart
from tandem.mapping.decisions import Decision
from tandem.mapping.finding import Mapped
from tandem.mapping.guards import unheard
from tandem.mapping.lookups import Lookup
from tandem.mapping.notation import SheetFault
from tandem.mapping.run import Hindrance, Run
from tandem.mapping.sheet import Direction
from tandem.mapping.suggest import one_of


class Workbook:
    """What `mappings/` says, ready to run; immutable, so that a message ends under the version it began with."""

    def __init__(
        self,
        directions: Mapping[tuple[str, str], Direction],
        lookups: Mapping[str, Lookup],
        decisions: Mapping[str, Decision],
        version: str,
        chart: Chart | None = None,
    ) -> None:
        self.version = version
        self._chart = chart or Chart()
        self._directions = directions
        self._lookups = lookups
        self._decisions = decisions

    @classmethod
    def load(cls, folder: Path, *, widths: Mapping[str, int] | None = None, complete: bool = True) -> Self:
        """Load and check every file of a folder.

        Args:
            folder: the folder of sheets, with `lookups/`, `rules/` and `targets.yaml`.
            widths: widths of the company's text columns by `table.column`; None to check without a company.
            complete: whether every route of every entity needs its sheets.

        Raises:
            SheetError: one line for each fault, with file, line, field and what would be right.
        """
        workbook, faults = cls.inspect(folder, widths=widths, complete=complete)
        if workbook is None:
            raise SheetError("\n".join(str(fault) for fault in faults))
        return workbook

    @classmethod
    def inspect(
        cls,
        folder: Path,
        *,
        widths: Mapping[str, int] | None = None,
        accounts: Collection[str] | None = None,
        complete: bool = True,
    ) -> tuple[Self | None, list[SheetFault]]:
        """As `load`, but with the faults as a list; no workbook if there is any.

        With `accounts`, those of the company's ledger, the chart is checked against them too.
        """
        binder = Binder(folder, widths, accounts)
        binder.bind(complete=complete)
        if binder.faults:
            return None, binder.faults
        return cls(binder.directions, binder.lookups, binder.decisions, binder.version, binder.chart), []

    def apply(
        self,
        entity: str,
        direction: str,
        record: Mapping[str, Any],
        *,
        links: Mapping[str, str] | None = None,
        zone: ZoneInfo | None = None,
    ) -> Mapped:
        """One record through one direction of its sheet.

        Args:
            entity: name of the entity.
            direction: name of the direction, such as `from_clarity`.
            record: the source record; numbers as Decimal or int, as `values.loads` reads them.
            links: number in the target system of each linked record, by entity.
            zone: time zone of date-times without an offset.

        Raises:
            SheetError: there is no such direction.
        """
        found = self._direction(entity, direction)
        run = Run(links or {}, zone)
        value = found.node(record, run)
        trace = [*found.outline, *run.events, *unheard(run.unknown)]
        return Mapped(value=value, trace=trace, faults=run.faults)

    def decide(self, table: str, context: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of a decision table for a record; none for an entity that has no table.

        A table that cannot be worked out for this record gives a `hold_reason` that says so: one record is held, and
        the others of its batch go on.
        """
        decision = self._decisions.get(table)
        if decision is None:
            return {}
        try:
            return decision(context)
        except Hindrance as hindrance:
            return {"hold_reason": f"rules/{table}.json: {hindrance.message}"}

    def account(self, kind: str, facets: Mapping[str, str]) -> str | None:
        """The account of a kind of amount by store, tax, currency and tender; None if the chart has none.

        A decision table that cannot be worked out for it counts as none: the amount is held and not misplaced.
        """
        try:
            return self._chart.account(kind, facets)
        except Hindrance:
            return None

    def lookup(self, name: str, key: str) -> Any:
        """What a lookup makes of a value; None if it leaves it open.

        Raises:
            SheetError: there is no such lookup.
        """
        if name not in self._lookups:
            raise SheetError(f"there is no lookup {name!r}; {one_of(name, self._lookups)}")
        return self._lookups[name].get(key)

    def table(self, name: str) -> Mapping[str, Any]:
        """A whole lookup, its values by their keys as the file spells them.

        Raises:
            SheetError: there is no such lookup.
        """
        if name not in self._lookups:
            raise SheetError(f"there is no lookup {name!r}; {one_of(name, self._lookups)}")
        return self._lookups[name].table

    def outline(self, entity: str, direction: str) -> list[TraceLine]:
        """Each target field of a direction and where it comes from.

        Raises:
            SheetError: there is no such direction.
        """
        return list(self._direction(entity, direction).outline)

    @property
    def directions(self) -> list[tuple[str, str]]:
        """Entity and direction of every sheet."""
        return sorted(self._directions)

    def _direction(self, entity: str, direction: str) -> Direction:
        found = self._directions.get((entity, direction))
        if found is None:
            known = [name for of, name in self._directions if of == entity]
            raise SheetError(f"{entity}.yaml has no direction {direction!r}; {one_of(direction, known)}")
        return found
