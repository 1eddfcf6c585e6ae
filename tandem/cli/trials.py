"""Where `tandem map` gets its records and the company's columns from: files, or the systems themselves, read only."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tandem.connectors.clarity import ClarityConnector
from tandem.connectors.company import CompanySchema
from tandem.connectors.protocol import Connector
from tandem.connectors.sagepro import SageProConnector
from tandem.entities import ENTITIES
from tandem.entities.declaration import Entity, Route, System
from tandem.errors import SettingsError
from tandem.mapping import Workbook
from tandem.mapping.suggest import one_of
from tandem.mapping.trial import Trial, Tried
from tandem.rules import Facts
from tandem.settings import Settings
from tandem.values import decimal_of, loads, utc_now, zone_of

Record = dict[str, Any]

SPANS = (timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=31), timedelta(days=366))
"""How far back the newest records are looked for: further only while there are too few."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records: those of a file, those with these numbers, or so many of the newest."""

    last: int = 50
    ids: Sequence[str] = ()
    file: Path | None = None


class Sides:
    """The two systems, each opened when it is first asked for; nothing here writes."""

    def __init__(self, settings: Settings, opened: Mapping[System, Connector] | None = None) -> None:
        self.settings = settings
        self._opened: dict[System, Connector] = dict(opened or {})

    def __getitem__(self, system: System) -> Connector:
        """The connector of one side.

        Raises:
            SettingsError: what it needs is not configured.
        """
        makers: dict[System, Callable[[Settings], Connector]] = {
            System.CLARITY: ClarityConnector.of,
            System.SAGEPRO: SageProConnector.of,
        }
        if system not in self._opened:
            self._opened[system] = makers[system](self.settings)
        return self._opened[system]

    async def schema(self) -> CompanySchema:
        """The company's columns, from the gateway."""
        company = self[System.SAGEPRO]
        if not isinstance(company, SageProConnector):
            raise SettingsError("this company cannot be asked for its columns; give --schema")
        return await company.schema()

    async def aclose(self) -> None:
        """Close what was opened."""
        for connector in self._opened.values():
            await connector.aclose()


@asynccontextmanager
async def sides_of(settings: Settings) -> AsyncIterator[Sides]:
    """Both sides, closed at the end."""
    sides = Sides(settings)
    try:
        yield sides
    finally:
        await sides.aclose()


async def try_records(
    sides: Sides, name: str, choice: Choice, *, folder: Path, schema: CompanySchema | None = None
) -> list[Tried]:
    """What the chosen records would become.

    Raises:
        SettingsError: no such entity, or something that is needed is not configured.
        SheetError: the sheets cannot be used.
        ConnectorError: a system that has to be read does not answer.
    """
    entity, route = _route(name)
    columns = schema or await sides.schema()
    trial = Trial(
        workbook=Workbook.load(folder, widths=columns.widths),
        entity=entity,
        route=route,
        zone=zone_of(sides.settings.clarity_zone, setting="TANDEM_CLARITY_ZONE"),
        facts=facts_of(columns, sides.settings),
    )
    records = records_of(choice.file) if choice.file else await _asked(sides, route, choice)
    beside = await _beside(sides, trial, records)
    return [trial.run(record, companions) for record, companions in zip(records, beside, strict=True)]


def _route(name: str) -> tuple[Entity, Route]:
    if name not in ENTITIES:
        raise SettingsError(f"there is no entity {name!r}; {one_of(name, ENTITIES)}")
    return ENTITIES[name], ENTITIES[name].routes[0]


def facts_of(columns: CompanySchema, settings: Settings) -> Facts:
    """What the rules need to know of the company."""
    return Facts(
        price_scale=columns.scale("sotran.price"),
        discount_scale=columns.scale("sotran.disc"),
        quantity_scale=columns.scale("sotran.qtyord"),
        rounding_limit=decimal_of(settings.rounding_limit),
        company_currency=columns.currency,
    )


def schema_of(path: Path) -> CompanySchema:
    """The company's columns out of a file with what GET /schema answers.

    Raises:
        SettingsError: it cannot be read.
    """
    content = _read(path, "--schema")
    if not isinstance(content, dict):
        raise SettingsError(f"--schema {path}: a JSON object is needed, as GET /schema answers it")
    return CompanySchema.of(content)


def records_of(path: Path) -> list[Record]:
    """Records out of a file: a JSON list of them, or one record.

    Raises:
        SettingsError: it cannot be read, or holds something else.
    """
    content = _read(path, "--file")
    records = content if isinstance(content, list) else [content]
    if not all(isinstance(record, dict) for record in records):
        raise SettingsError(f"--file {path}: a JSON list of records is needed")
    return records


def _read(path: Path, option: str) -> Any:
    try:
        return loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{option} {path}: {error}") from None


async def _asked(sides: Sides, route: Route, choice: Choice) -> list[Record]:
    connector = sides[route.source]
    if choice.ids:
        found = await connector.read(route.read, list(choice.ids))
        absent = [number for number in choice.ids if found.get(number) is None]
        if absent:
            raise SettingsError(f"{route.source} has no {route.read} with number {', '.join(absent)}")
        return [record for record in found.values() if record is not None]
    return await newest(connector, route.read, choice.last, now=utc_now())


async def newest(connector: Connector, resource: str, count: int, *, now: datetime) -> list[Record]:
    """So many of the records that were changed last, the oldest of them first."""
    kept: dict[str, Record] = {}
    for since in (*(now - span for span in SPANS), None):
        kept = {}
        async for page in connector.changed(resource, since=since):
            for record in page:
                kept.pop(connector.key(resource, record), None)
                kept[connector.key(resource, record)] = record
        if len(kept) >= count:
            break
    return list(deque(kept.values(), maxlen=count))


async def _beside(sides: Sides, trial: Trial, records: Sequence[Record]) -> list[dict[str, list[Record]]]:
    """The records that the decision needs beside each record, read in bulk."""
    from tandem.line.beside import records_of

    beside: list[dict[str, list[Record]]] = [{} for _ in records]
    for name, companion in trial.route.companions.items():
        keys = [trial.companion_keys(name, record) for record in records]
        asked = sorted({key for some in keys for key in some})
        found = await records_of(sides[companion.system], companion, asked) if asked else {}
        for at, some in enumerate(keys):
            beside[at][name] = [record for key in some for record in found.get(key, ())]
    return beside
