"""Shapes on the wire: PascalCase names, exact numbers, strings without control characters.

What a caller sends is checked strictly (an unknown member is a fault, so a misspelt one is not lost); a member
that is null counts as absent. What the gateway answers comes from Sage Pro and is only shaped, never judged.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_pascal
from pydantic_core import PydanticCustomError

PRINTABLE = r"^[^\u0000-\u001f\u007f]*$"
PRINTABLE_LINES = r"^[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]*$"
_DIGITS = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_OUT = r"^-?[0-9]+(\.[0-9]+)?$"

_is_digits = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?").fullmatch
_is_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch

_NUMBER: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "minimum": -999999999999, "maximum": 999999999999},
        {"type": "string", "pattern": _DIGITS},
    ]
}


_POSITIVE: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0, "maximum": 999999999999},
        {"type": "string", "pattern": _DIGITS.replace("-?", "")},
    ]
}
_PERCENT: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 100},
        {"type": "string", "pattern": _DIGITS.replace("-?", "").replace("12", "3")},
    ]
}


def nullable(schema: dict[str, Any]) -> WithJsonSchema:
    """The JSON schema of a member that may also be null."""
    if "anyOf" in schema:
        return WithJsonSchema({"anyOf": [*schema["anyOf"], {"type": "null"}]})
    return WithJsonSchema({**schema, "type": [schema["type"], "null"]})


def _plain_digits(value: Any) -> Any:
    """Only digits as people write them: the number type itself would take `1_000`, ` 1 ` and `1e5` too."""
    if isinstance(value, str) and not _is_digits(value):
        raise PydanticCustomError("number", "must be a number of at most 12 digits and 6 decimals, such as 12.50")
    return value


def _plain_date(value: Any) -> Any:
    if not isinstance(value, date) and not (isinstance(value, str) and _is_date(value)):
        raise PydanticCustomError("date", "must be a date as YYYY-MM-DD")
    return value


Required = Annotated[str, StringConstraints(min_length=1, pattern=PRINTABLE)]
"""One line of text that must not be empty."""

Text = Annotated[str, StringConstraints(pattern=PRINTABLE), nullable({"type": "string", "pattern": PRINTABLE})]
"""One line of text, empty when absent."""

LongText = Annotated[
    str,
    StringConstraints(pattern=PRINTABLE_LINES),
    nullable({"type": "string", "pattern": PRINTABLE_LINES}),
]
"""Text of several lines, empty when absent."""

Number = Annotated[
    Decimal, Field(max_digits=18, decimal_places=6), BeforeValidator(_plain_digits), WithJsonSchema(_NUMBER)
]
"""An exact number: a JSON number or a string of digits."""

NumberOrNull = Annotated[Number, nullable(_NUMBER)]
"""An exact number that may be left out or null."""

Positive = Annotated[Number, Field(gt=0), WithJsonSchema(_POSITIVE)]
"""An exact number above zero."""

PositiveOrNull = Annotated[Positive, nullable(_POSITIVE)]
"""An exact number above zero that may be left out or null."""

Percent = Annotated[Number, Field(ge=0, le=100), nullable(_PERCENT)]
"""A percentage from 0 to 100 that may be left out or null."""

Day = Annotated[date, BeforeValidator(_plain_date), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar date."""

DayOrNull = Annotated[Day, nullable({"type": "string", "format": "date"})]
"""A calendar date that may be left out or null."""

FlagOrNull = Annotated[bool, Field(strict=True), nullable({"type": "boolean"})]
"""True or false; left out or null is the default."""


class WireIn(BaseModel):
    """What a caller sends."""

    model_config = ConfigDict(alias_generator=to_pascal, populate_by_name=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            return {name: value for name, value in data.items() if value is not None}
        return data


class WireOut(BaseModel):
    """What the gateway answers."""

    model_config = ConfigDict(
        alias_generator=to_pascal, populate_by_name=True, json_schema_serialization_defaults_required=True
    )


class Record(WireOut):
    """A record with its entity tag; the same tag stands in the header ETag."""

    e_tag: str


Stamp = Annotated[
    datetime,
    PlainSerializer(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant in UTC; Sage Pro's stamps have whole seconds."""

Exact = Annotated[Decimal, WithJsonSchema({"type": "string", "pattern": _OUT})]
"""An amount or a quantity, written as a string with its decimals."""

ExactLong = Annotated[
    Decimal,
    PlainSerializer(lambda number: f"{number:f}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _OUT}),
]
"""An exact number of more than six decimals: written without an exponent."""
