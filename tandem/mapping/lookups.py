"""Lookups: values of one system and what they are called in the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tandem.mapping.comparison import key_of
from tandem.mapping.forms import checked
from tandem.mapping.notation import Source, read
from tandem.mapping.suggest import one_of


class LookupFile(BaseModel):
    """A file of `mappings/lookups`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = Field("", description="What is looked up here, for the next reader")
    values: dict[str, Any] = Field(description="Value of the one system: value of the other")
    otherwise: Any = Field(
        None, description="keep: an unknown value stays as it is; {value: x}: it becomes x; absent: it is held"
    )

    @field_validator("otherwise", mode="before")
    @classmethod
    def _keep_or_value(cls, otherwise: Any) -> Any:
        if otherwise == "keep" or (isinstance(otherwise, dict) and set(otherwise) == {"value"}):
            return otherwise
        raise ValueError(f"needs keep or {{value: ...}}, not {otherwise!r}")


@dataclass(frozen=True, slots=True)
class Lookup:
    """Values by their trimmed, case-folded key; `spellings` are the keys as the file has them."""

    name: str
    values: Mapping[str, Any]
    otherwise: Any = None
    spellings: tuple[str, ...] = ()

    def get(self, key: str) -> Any:
        """What the value becomes; None if the lookup leaves it open."""
        found = self.values.get(key_of(key))
        if found is not None or self.otherwise is None:
            return found
        return key if self.otherwise == "keep" else self.otherwise["value"]

    @property
    def table(self) -> Mapping[str, Any]:
        """The values by their keys as the file spells them."""
        return {spelling: self.values[key_of(spelling)] for spelling in self.spellings}

    def missing(self, key: str) -> str:
        """The sentence for a value that nobody mapped."""
        hint = one_of(key, self.spellings)
        stop = "" if hint.endswith("?") else "."
        return f"{key!r} is not in lookup {self.name}; {hint}{stop} Or add it to lookups/{self.name}.yaml"


def load_lookup(path: Path, folder: Path, *, distinct: bool = False) -> tuple[Lookup, Source]:
    """One lookup file; what is wrong with it stands in the source's faults.

    A `distinct` one gives no two keys the same value, the empty one apart.
    """
    source = read(path, folder)
    lookup = Lookup(path.stem, {})
    if not source.faults:
        file = checked(LookupFile, source.content, source)
        if file is not None:
            lookup = Lookup(path.stem, _folded(file.values, source), file.otherwise, tuple(file.values))
            if distinct:
                _refuse_twins(file, source)
    return lookup, source


def _folded(values: Mapping[str, Any], source: Source) -> dict[str, Any]:
    folded: dict[str, Any] = {}
    for key, value in values.items():
        if key_of(key) in folded:
            source.fault(("values", key), "stands here twice in different case; case counts for nothing")
        if value is None or isinstance(value, dict | list):
            source.fault(("values", key), "needs one text, number or truth value")
        folded[key_of(key)] = value
    return folded


def _refuse_twins(file: LookupFile, source: Source) -> None:
    """What is written under one name for two keys would overwrite each other."""
    named: dict[str, str] = {}
    right = "they would overwrite each other over there; each needs a value of its own, or '' for none"
    for key, value in file.values.items():
        if not str(value).strip():
            continue
        first = named.setdefault(key_of(str(value)), key)
        if first != key:
            source.fault(("values", key), f"is {value!r}, and so is {first!r}: {right}")
        kept = file.otherwise == "keep" and key_of(str(value)) not in map(key_of, file.values)
        if kept:
            source.fault(("values", key), f"is {value!r}, and by `otherwise` {value!r} itself would be: {right}")
    if isinstance(file.otherwise, dict) and str(file.otherwise["value"]).strip():
        source.fault(("otherwise",), f"all others would be {file.otherwise['value']!r}: {right}")
