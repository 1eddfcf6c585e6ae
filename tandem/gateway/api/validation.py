"""Reads wire models strictly and says what is wrong in the words of the wire: LineItems[3].ItemCode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from tandem.gateway.company.faults import Fault
from tandem.gateway.models.base import PRINTABLE, PRINTABLE_LINES, WireIn

M = TypeVar("M", bound=WireIn)

_VALUE_LIMIT = 120
_NUMBER = "must be a number of at most 12 digits and 6 decimals, such as 12.50"
_MESSAGES: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "is required"),
    "extra_forbidden": ("unknown-member", "is not known here; check its spelling"),
    "string_type": ("not-text", "must be text"),
    "string_unicode": ("not-text", "must be valid Unicode text"),
    "string_too_short": ("blank", "must not be empty"),
    "bool_type": ("not-a-flag", "must be true or false"),
    "decimal_type": ("not-a-number", _NUMBER),
    "decimal_parsing": ("not-a-number", _NUMBER),
    "finite_number": ("not-a-number", _NUMBER),
    "decimal_max_digits": ("too-many-digits", _NUMBER),
    "decimal_max_places": ("too-many-digits", _NUMBER),
    "decimal_whole_digits": ("too-many-digits", _NUMBER),
    "number": ("not-a-number", _NUMBER),
    "date": ("not-a-date", "must be a date as YYYY-MM-DD"),
    "list_type": ("not-a-list", "must be a list"),
    "model_type": ("not-an-object", "must be an object"),
    "model_attributes_type": ("not-an-object", "must be an object"),
    "dict_type": ("not-an-object", "must be an object"),
}


def parse(model: type[M], data: Any) -> M:
    """The wire model of a parsed JSON document.

    Raises:
        ValidationError: it does not have the model's shape.
    """
    return model.model_validate(data, by_alias=True, by_name=False)


def path_of(location: Sequence[str | int]) -> str:
    """The member as a caller writes it: LineItems[3].ItemCode; empty for the document itself."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def shape_faults(error: ValidationError) -> list[Fault]:
    """The faults of a document that does not have the model's shape."""
    return faults_of(error.errors(include_url=False))


def faults_of(errors: Sequence[Any]) -> list[Fault]:
    """Faults of pydantic's error list, in the order of the document's members."""
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> Fault:
    kind = error["type"]
    if kind == "string_pattern_mismatch" and error.get("ctx", {}).get("pattern") in (PRINTABLE, PRINTABLE_LINES):
        code, message = "control-character", "must not hold control characters"
    else:
        code, message = _MESSAGES.get(kind, (kind.replace("_", "-"), _sentence(error["msg"])))
    value = "" if kind == "missing" else _shown(error.get("input"))
    return Fault(field=path_of(error["loc"]), column="", code=code, message=message, value=value)


def _sentence(message: str) -> str:
    return message.replace("Input should", "must").replace("Value error, ", "")


def _shown(value: Any) -> str:
    """The value as it came, cut short; documents and lists are left out, for they may hold anything."""
    if value is None or isinstance(value, dict | list | tuple):
        return ""
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= _VALUE_LIMIT else f"{text[:_VALUE_LIMIT]}…"
