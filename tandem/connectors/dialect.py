"""A dialect: the names and manners of one kind of store, as data in `mappings/dialects/<name>.yaml`."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import Field, ValidationError, model_validator

from tandem.connectors.manners import (
    Auth,
    Bulk,
    Dates,
    Deleted,
    Errors,
    Filters,
    Limits,
    Method,
    Paging,
    Part,
    Route,
    Sort,
    Webhooks,
)
from tandem.errors import SheetError


class Call(Part):
    """A write; `{key}` and `{parent}` in its path are filled in. `fields` are what it may change (empty: all)."""

    method: Method
    path: Route
    fields: tuple[str, ...] = ()


class Owner(Part):
    """The resource that a record hangs on, and the field that names it."""

    resource: str
    field: str


class Resource(Part):
    """One resource: paths, the fields that tell a record's own number and its times, and what may be written."""

    path: Route
    one: Route
    key: str
    number: str
    updated: str
    created: str
    version: str | None = None
    reference: str | None = None
    parent: Owner | None = None
    sort: tuple[str, ...]
    filters: frozenset[str]
    create: Call | None = None
    patch: Call | None = None
    cancel: Call | None = None

    @model_validator(mode="after")
    def _searchable(self) -> Resource:
        for name in (self.key, self.updated, self.created, self.reference):
            if name is not None and name not in self.filters:
                raise ValueError(f"{name} must be among the filters: the connector asks by it")
        if self.sort[:1] != (self.updated,) or self.sort[-1] != self.key:
            raise ValueError(f"sort must begin with {self.updated} and end with {self.key}")
        return self


class Dialect(Part):
    """What the connector must know of a store; a store of another kind is another file."""

    name: str
    title: str
    base: str = Field(pattern=r"^(/.*[^/])?$")
    auth: Auth
    dates: Dates
    paging: Paging
    filters: Filters
    sort: Sort
    limits: Limits
    deleted: Deleted
    resources: dict[str, Resource]
    bulk: Bulk
    errors: Errors
    webhooks: Webhooks

    @model_validator(mode="after")
    def _known_resources(self) -> Dialect:
        for event, about in self.webhooks.events.items():
            if about.resource not in self.resources:
                raise ValueError(f"webhooks.events.{event}.resource: {about.resource} is none of the resources")
        return self


def load(folder: Path, name: str) -> Dialect:
    """The dialect of that name out of the mappings folder.

    Raises:
        SheetError: there is no such file, or it cannot be used; names file and field.
    """
    path = folder / "dialects" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yaml"))) or "none"
        raise SheetError(f"{path}: no such dialect; TANDEM_CLARITY_DIALECT may be one of: {known}")
    try:
        return Dialect.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise SheetError(f"{path}: this is not YAML: {str(error).replace(chr(10), ' ')}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SheetError(f"{path}: {faults}") from None
