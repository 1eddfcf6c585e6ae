"""What a suite found, as plain data: the line, the store and the console need no Great Expectations to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One expectation that one record does not meet.

    `index` is the record's place among those that were checked and `key` its business key. `line` names the line
    within the record, if the fault is there. A critical failure stops its record, a warning is only noted.
    """

    index: int
    key: str
    column: str
    sentence: str
    severity: Severity
    line: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The outcome of one suite over one batch; `met` counts the expectations that held for every row."""

    suite: str
    records: int
    expectations: int
    met: int
    failures: tuple[Failure, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no record is stopped."""
        return not any(failure.severity == "critical" for failure in self.failures)

    def by_key(self, severity: Severity = "critical") -> Mapping[str, list[str]]:
        """The sentences of that severity for each record that has some."""
        found: dict[str, list[str]] = {}
        for failure in self.failures:
            if failure.severity == severity:
                found.setdefault(failure.key, []).append(failure.sentence)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """The first page of the Data Docs, how many validations were added to it and how many there was no room for."""

    index: Path
    added: int = 0
    dropped: int = 0
