"""Optional tables that an operation cannot do without: a company that lacks one says so by name."""

from __future__ import annotations

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict


def require(company: Company, places: str) -> None:
    """Let an operation pass that finds its tables and columns, given as `table` or `table.column`.

    Raises:
        Conflict: the company lacks some; names each, and how companion tables are added.
    """
    lacking = [place for place in places.split() if not _there(company, place)]
    if not lacking:
        return
    specs = [company.layout.tables[place.partition(".")[0]].spec for place in lacking]
    named = ", ".join(f"{place} ({spec.title})" for place, spec in zip(lacking, specs, strict=True))
    remedy = "; `tandem company prepare` adds Tandem's own" if any(spec.companion for spec in specs) else ""
    detail = f"this company has no {named}; without it this is neither read nor written{remedy}"
    raise Conflict("table-missing", detail, {"existing": {"Missing": ", ".join(lacking)}})


def _there(company: Company, place: str) -> bool:
    table, _, column = place.partition(".")
    shape = company.layout.tables[table]
    return shape.present and (not column or column in shape.columns)
