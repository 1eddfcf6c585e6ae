"""What is still sound in a malformed document is checked too, so that the caller hears of every fault at once."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from tandem.gateway.api.validation import parse, path_of, shape_faults
from tandem.gateway.company.faults import Fault, Faulty
from tandem.gateway.models.base import WireIn

M = TypeVar("M", bound=WireIn)
Check = Callable[[M], Sequence[Fault]]

_LINES = "LineItems"
_PARTS = re.compile(r"\.?[^.\[\]]+|\[[0-9]+\]")
_TOTALS = ("TaxAmount", "TotalAmount")
_SIDE: Mapping[str, Any] = {"Account": "?", "Amount": 0, "Kind": "?"}
_ENTRY: Mapping[str, Any] = {"Account": "?", "Amount": 0}
_NEUTRAL: Mapping[str, Any] = {
    "ExternalOrderId": "?",
    "CustomerNo": "?",
    "OrderDate": "2000-01-01",
    "ShipToAddress": {},
    "TaxAmount": 0,
    "TotalAmount": 0,
    "Company": "?",
    "ExternalInvoiceId": "?",
    "Type": "invoice",
    "SalesOrderNo": "?",
    "InvoiceDate": "2000-01-01",
    "Distribution": [_SIDE, _SIDE],
    "ExternalReceiptId": "?",
    "Amount": 0,
    "ReceiptDate": "2000-01-01",
    "ReferenceNo": "?",
    "Tender": "?",
    "ExternalJournalId": "?",
    "JournalDate": "2000-01-01",
    "Description": "?",
    "Lines": [_ENTRY, _ENTRY],
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
    mended = _Mended(locations)
    return [fault for fault in check(document) if not mended.explains(fault.field)]


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
            parent[str(location[0])] = copy.deepcopy(_NEUTRAL[str(location[0])])


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


class _Mended:
    """The members that were mended, to tell the faults that come of the mending only."""

    def __init__(self, locations: Sequence[Sequence[str | int]]) -> None:
        self._paths = {path_of(location) for location in locations}
        self._lines = {path_of(location[:2]) for location in locations if location[0] == _LINES}

    def explains(self, field: str) -> bool:
        """Whether a fault is of a mended member, or of a sum that one takes part in."""
        parts = _PARTS.findall(field)
        if any("".join(parts[: count + 1]) in self._paths for count in range(len(parts))):
            return True
        if field in _TOTALS:
            return bool(self._lines) or not self._paths.isdisjoint(_TOTALS)
        return field.endswith(".ExtendedPrice") and field.rpartition(".")[0] in self._lines
