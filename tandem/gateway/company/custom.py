"""The site's own columns of a record, by the allow-list and never otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Fault
from tandem.gateway.company.layout import Column
from tandem.gateway.company.limits import number_fault, text_fault
from tandem.gateway.company.spec import Kind
from tandem.gateway.company.tables import shape_of
from tandem.values import decimal_of, round_to

_NUMBERS = (Kind.EXACT, Kind.MONEY, Kind.WHOLE)
_TEXTS = (Kind.CHAR, Kind.MEMO)


def allowed(company: Company, table: Table) -> dict[str, Column]:
    """The site's own columns of a table that callers may read and write, by name."""
    shape = shape_of(table)
    names = [
        place.partition(".")[2] for place in company.policy.custom_fields if place.startswith(f"{shape.spec.name}.")
    ]
    return {name: shape.columns[name] for name in sorted(names) if name in shape.columns}


def custom_faults(company: Company, table: Table, given: Mapping[str, str]) -> Iterator[Fault]:
    """What is wrong with the custom fields of a document."""
    known = allowed(company, table)
    for name, value in given.items():
        field, place = f"CustomFields.{name}", f"{table.info['name']}.{name.lower()}"
        column = known.get(name.lower())
        if column is None:
            message = "is not among the columns that TANDEM_SAGEPRO_CUSTOM_FIELDS opens"
            yield Fault(field, place, "custom-field-not-allowed", message, value[:80])
        else:
            yield from _value_faults(table, column, field, value)


def _value_faults(table: Table, column: Column, field: str, value: str) -> Iterator[Fault]:
    place = f"{table.info['name']}.{column.name}"
    fault: Fault | None = None
    if column.kind in _TEXTS:
        fault = text_fault(table, column.name, field, value)
    elif column.kind in _NUMBERS:
        number = _number(value)
        fault = (
            Fault(field, place, "not-a-number", "must be a number such as 12.50", value[:80])
            if number is None
            else number_fault(table, column.name, field, number)
        )
    else:
        fault = Fault(
            field, place, "custom-field-type", f"is a {column.kind} column, which callers cannot write", value[:80]
        )
    if fault is not None:
        yield fault


def _number(value: str) -> Decimal | None:
    try:
        return decimal_of(value.strip() or "0")
    except ValueError:
        return None


def custom_values(company: Company, table: Table, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of checked custom fields by column."""
    known = allowed(company, table)
    return {known[name.lower()].name: _value(known[name.lower()], value) for name, value in given.items()}


def _value(column: Column, value: str) -> Any:
    if column.kind in _TEXTS:
        return value.rstrip()
    number = decimal_of(value.strip() or "0")
    return int(number) if column.kind is Kind.WHOLE else round_to(number, column.scale)


def shown(value: Any) -> str:
    """A custom field's value as text; a blank date is the empty text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)
