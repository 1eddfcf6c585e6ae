"""Reads a folder of sheets, lookups and rules, and binds them to one another."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path

from tandem.entities import ENTITIES
from tandem.entities.declaration import Entity
from tandem.entities.ledger import KINDS
from tandem.mapping import countries, ownership
from tandem.mapping.bench import Bench
from tandem.mapping.chart import CHART, Chart, load_chart
from tandem.mapping.charting import prove
from tandem.mapping.decisions import Decision, load_decision
from tandem.mapping.lookups import Lookup, load_lookup
from tandem.mapping.notation import SheetFault, Source, read
from tandem.mapping.shapes import Targets, targets_of
from tandem.mapping.sheet import Direction, compile_direction, origins_of, terms_of
from tandem.mapping.suggest import one_of

TARGETS = "targets.yaml"
COUNTRIES = "countries"


class Binder:
    """Loads everything and keeps every fault on the way."""

    def __init__(self, folder: Path, widths: Mapping[str, int] | None, accounts: Collection[str] | None = None) -> None:
        self.folder = folder
        self.widths = widths
        self.accounts = accounts
        self.chart = Chart()
        self.faults: list[SheetFault] = []
        self.lookups: dict[str, Lookup] = {}
        self.decisions: dict[str, Decision] = {}
        self.directions: dict[tuple[str, str], Direction] = {}
        self.version = ""
        self._targets: Targets = {}
        self._owned: set[str] = set()

    def bind(self, *, complete: bool) -> None:
        """Read and check all of it."""
        if not self.folder.is_dir():
            self.faults.append(SheetFault(self.folder.name, "", f"there is no folder {self.folder}"))
            return
        self.version = version_of(self.folder)
        self._tables()
        self._chart(required=complete)
        for path in sorted(self.folder.glob("*.yaml")):
            if path.name not in (TARGETS, CHART):
                self._sheet(path)
        if complete:
            self._complete()
        self.faults.sort(key=lambda fault: (fault.file, fault.line or 0))

    def _tables(self) -> None:
        distinct = frozenset[str]().union(*(entity.distinct for entity in ENTITIES.values()))
        for path in sorted(self.folder.glob("lookups/*.yaml")):
            lookup, source = load_lookup(path, self.folder, distinct=path.stem in distinct)
            self.lookups[path.stem] = lookup
            self.faults += source.faults
        for path in sorted(self.folder.glob("rules/*.json")):
            decision, source = load_decision(path, self.folder)
            self.faults += source.faults
            if decision is not None:
                self.decisions[path.stem] = decision
        self._countries()
        if (self.folder / TARGETS).is_file():
            source = read(self.folder / TARGETS, self.folder)
            self._targets = {} if source.faults else targets_of(source)
            self.faults += source.faults

    def _chart(self, *, required: bool) -> None:
        path = self.folder / CHART
        if not path.is_file():
            if required:
                self.faults.append(SheetFault(CHART, "", "is missing: no amount would have an account of the ledger"))
            return
        self.chart, file = load_chart(path, self.folder, self.lookups, self.decisions)
        if file is not None and not self.chart.source.faults:
            prove(self.chart, file, self.lookups, KINDS)
        self.faults += self.chart.source.faults
        self.faults += [] if self.accounts is None else self.chart.faults_against(self.accounts)

    def _countries(self) -> None:
        for name, code in self._country_names().items():
            if not countries.is_code(code):
                where = f"values.{name}"
                message = f"{code!r} is no ISO 3166 code of two letters"
                self.faults.append(SheetFault(f"lookups/{COUNTRIES}.yaml", where, message))

    def _country_names(self) -> dict[str, str]:
        lookup = self.lookups.get(COUNTRIES)
        return countries.lookup_names(lookup.values) if lookup else {}

    def _sheet(self, path: Path) -> None:
        source = read(path, self.folder)
        if not source.faults:
            self._entities(source, path.stem)
        self.faults += source.faults

    def _entities(self, source: Source, stem: str) -> None:
        content = source.content
        if not isinstance(content, dict) or list(content) != [stem]:
            source.fault((), f"needs one block, named {stem!r} as the file")
        elif stem not in ENTITIES:
            source.fault((stem,), f"there is no entity {stem!r}; {one_of(stem, ENTITIES)}")
        elif not isinstance(content[stem], dict):
            source.fault((stem,), "needs a block of directions such as from_clarity")
        else:
            self._directions(source, ENTITIES[stem], content[stem])

    def _directions(self, source: Source, entity: Entity, directions: Mapping[str, object]) -> None:
        inward: dict[str, Direction] = {}
        owners = ownership.owners_of(source, entity, directions.get(ownership.OWNERS))
        if owners is not None:
            self._owned.add(entity.name)
        named = [name for name in directions if name != ownership.OWNERS]
        for name in sorted(named, key=lambda name: name.startswith("to_")):  # origins are known by then
            spot = (entity.name, name)
            terms = terms_of(name, entity, self._targets)
            if terms is None:
                right = "a name such as from_clarity, to_sagepro, from_clarity_order or order_from_clarity"
                source.fault(spot, f"is no direction; {right} is needed")
                continue
            bench = Bench(
                source,
                self.lookups,
                self.decisions,
                frozenset(ENTITIES),
                widths=self.widths,
                countries=self._country_names(),
                origins=origins_of(entity, inward) if terms.source else {},
            )
            direction = compile_direction(bench, directions[name], spot, terms)
            self.directions[entity.name, name] = direction
            if owners is not None:
                ownership.inward(source, entity, owners, name, directions[name])
                ownership.outward(source, entity, owners, name, bench)
            if name.startswith("from_"):
                inward[name] = direction

    def _complete(self) -> None:
        """Every sheet that an entity's declaration counts on."""
        for entity in ENTITIES.values():
            if len(sides := ownership.sides_of(entity)) > 1 and entity.name not in self._owned:
                message = f"travels from {' and '.join(sides)}, so it needs {ownership.OWNERS}: one for each field"
                self.faults.append(SheetFault(f"{entity.name}.yaml", entity.name, message))
            for name in needed(entity):
                if (entity.name, name) not in self.directions:
                    file = f"{entity.name}.yaml"
                    message = f"lacks direction {name!r}, which the routes of {entity.name} need"
                    self.faults.append(SheetFault(file, entity.name, message))


def needed(entity: Entity) -> list[str]:
    """The directions that the routes of an entity need, and those that make it as the parent of another."""
    names = []
    for route in entity.routes:
        names.append(route.sheet_in)
        names += [route.sheet_out] if route.target is not None and route.write is not None else []
        names += [f"{name}_from_{companion.system}" for name, companion in route.companions.items()]
    for child in ENTITIES.values():
        parents = [parent for route in child.routes for parent in route.parents]
        names += [parent.sheet for parent in parents if parent.entity == entity.name and parent.sheet]
    return names


def version_of(folder: Path) -> str:
    """A hash over every sheet, lookup, rule and dialect."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".json") and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
