"""Collects every fault of one document, so that the caller hears of all of them at once."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Table

from tandem.gateway.company.faults import Fault, Faulty
from tandem.gateway.company.limits import number_fault, text_fault


class Fitting:
    """The faults of one document against the columns of one site."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, field: str, column: str, code: str, message: str, value: str = "") -> None:
        """Notes a fault that was found elsewhere."""
        self.faults.append(Fault(field=field, column=column, code=code, message=message, value=value))

    def text(self, field: str, table: Table, column: str, value: str) -> None:
        """Checks a text for its column; a blank fits everywhere."""
        self._note(text_fault(table, column, field, value))

    def number(self, field: str, table: Table, column: str, value: Decimal | None) -> None:
        """Checks a number for its column."""
        if value is not None:
            self._note(number_fault(table, column, field, value))

    def require(self) -> None:
        """Lets the document pass if it has no faults.

        Raises:
            Faulty: with all of them.
        """
        if self.faults:
            raise Faulty(self.faults)

    def _note(self, fault: Fault | None) -> None:
        if fault is not None:
            self.faults.append(fault)
