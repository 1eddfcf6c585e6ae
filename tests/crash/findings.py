"""What a check finds, and the verdict over all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LOST, DOUBLED = "lost", "doubled"
"""The two that the whole test is about; every other kind of finding fails it as well."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is not as it must be."""

    kind: str
    key: str
    what: str

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.kind}: {self.key}: {self.what}"


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each kind, lost and doubled always among them."""
    return {LOST: 0, DOUBLED: 0} | dict(sorted(Counter(finding.kind for finding in findings).items()))
