"""The company's own widths and counters, for whoever fills its fields."""

from __future__ import annotations

from sqlalchemy import Connection, select

from tandem.gateway.company.company import Company
from tandem.gateway.company.currency import own_currency
from tandem.gateway.company.layout import Column as Found
from tandem.gateway.company.spec import Kind
from tandem.gateway.models import Column, CompanySchema

_SCALED = (Kind.MONEY, Kind.EXACT)


def company_schema(company: Company, connection: Connection) -> CompanySchema:
    """Every column that the gateway uses or a caller may, and the counters' last numbers.

    The site's own columns are left out unless the allow-list opens them.
    """
    opened = company.policy.custom_fields
    tables = {
        name: {
            column.name: _column(column)
            for column in shape.columns.values()
            if not column.site or f"{name}.{column.name}" in opened
        }
        for name, shape in company.layout.tables.items()
        if shape.present and not shape.spec.companion
    }
    counters = company.tables.sysdata
    rows = connection.execute(select(counters.c.sysid, counters.c.int1).order_by(counters.c.sysid))
    return CompanySchema(
        company=company.policy.company,
        currency=own_currency(connection, company),
        tables=tables,
        counters={sysid.strip(): last for sysid, last in rows},
    )


def _column(column: Found) -> Column:
    return Column(
        type=column.kind.value,
        width=column.width or None,
        scale=column.scale if column.kind in _SCALED else None,
    )
