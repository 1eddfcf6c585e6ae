"""The company's own shape: tables, columns, widths, counters."""

from __future__ import annotations

from tandem.gateway.models.base import WireOut


class Column(WireOut):
    """Type and width of one column; `Scale` is the number of decimals."""

    type: str
    width: int | None
    scale: int | None


class CompanySchema(WireOut):
    """Every table and column that the gateway uses, as this company has them, and the currency of its books."""

    company: str
    currency: str
    tables: dict[str, dict[str, Column]]
    counters: dict[str, int]


class Health(WireOut):
    """The gateway is up."""

    status: str
