"""What is still sound in a malformed document is checked too, so that the caller hears of every fault at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from tandem.gateway.api.validation import parse, path_of, shape_faults
from tandem.gateway.company.faults import Fault, Faulty
from tandem.gateway.models.base import WireIn

M = TypeVar("M", bound=WireIn)
Check = Callable[[M], Sequence[Fault]]

_LINES = "LineItems"
_TOTALS = ("TaxAmount", "TotalAmount")
_NEUTRAL: Mapping[str, Any] = {
    "ExternalOrderId": "?",
    "CustomerNo": "?",
    "OrderDate": "2000-01-01",
    "ShipToAddress": {},
    "TaxAmount": 0,
    "TotalAmount": 0,
    "Company": "?",
}
_NEUTRAL_LINE: Mapping[str, Any] = {
    "LineReference": "?",
    "ItemCode": "?",
    "Quantity": 1,
    "UnitPrice": 0,
    "ExtendedPrice": 0,
}


def read(model: type[M], data: Any, check: Check[M]) -> M:
    """The wire model of a document that has the model's shape; it is for the caller to check it further.

    Raises:
        Faulty: it has not; with the faults of its shape and those that `check` finds in the rest.
    """
    try:
        return parse(model, data)
    except ValidationError as error:
        raise Faulty([*shape_faults(error), *_others(model, data, error, check)]) from None


def _others(model: type[M], data: Any, error: ValidationError, check: Check[M]) -> list[Fault]:
    locations = [fault["loc"] for fault in error.errors(include_url=False, include_input=False)]
    if not isinstance(data, dict) or any(not location for location in locations):
        return []
    sound = copy.deepcopy(data)
    for location in locations:
        _mend(sound, location)
    try:
        document = parse(model, sound)
    except ValidationError:
        return []
    mended = [path_of(location) for location in locations]
    return [fault for fault in check(document) if not _follows(fault.field, mended)]


def _mend(document: Any, location: Sequence[str | int]) -> None:
    """Puts something sound in the place of a faulty member, or takes it away."""
    if location[0] == _LINES:
        _mend_line(document, location)
        return
    parent = document
    for part in location[:-1]:
        parent = parent.get(part) if isinstance(parent, dict) else None
    if isinstance(parent, dict):
        parent.pop(location[-1], None)
        if len(location) == 1 and location[0] in _NEUTRAL:
            parent[str(location[0])] = copy.copy(_NEUTRAL[str(location[0])])


def _mend_line(document: Any, location: Sequence[str | int]) -> None:
    if len(location) == 1:
        document[_LINES] = [dict(_NEUTRAL_LINE)]
        return
    lines, number = document[_LINES], int(location[1])
    if len(location) == 2:
        lines[number] = {**_NEUTRAL_LINE, "LineReference": f"?{number}"}
        return
    name = str(location[2])
    lines[number].pop(name, None)
    if name in _NEUTRAL_LINE:
        lines[number][name] = f"?{number}" if name == "LineReference" else _NEUTRAL_LINE[name]


def _follows(field: str, mended: Sequence[str]) -> bool:
    """Whether a fault comes of the mending only: of the same member, or of sums that it takes part in."""
    if any(field == path or field.startswith((f"{path}.", f"{path}[")) for path in mended):
        return True
    line = field.partition(".")[0]
    sums = field in _TOTALS or field.endswith(".ExtendedPrice")
    return sums and any(path.startswith(_LINES if field in _TOTALS else f"{line}.") for path in mended)
