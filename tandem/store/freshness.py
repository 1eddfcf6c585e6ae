"""What several events of one record come to: the newest version, and the type that counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tandem.entities import ENTITIES
from tandem.entities.cargo import APPROVED, KIN
from tandem.entities.declaration import System


def newest(versions: Iterable[str | None]) -> str | None:
    """The newest of several versions: counters as numbers, times as times, anything else as text; None if none."""
    return max((version for version in versions if version), key=_rank, default=None)


def telling(entity: str, source: str, types: Sequence[str]) -> str:
    """The type of the newest event, unless one asks for erasure or approves: that must not be folded away.

    Nor must what concerns the record's kin by an event that the kin itself caused.
    """
    erases = ENTITIES[entity].route(System(source)).erases
    said = [name for name in types if name in erases] or [name for name in types if name == APPROVED]
    said = said or [name for name in types if not name.endswith(KIN)]
    return said[-1] if said else types[-1]


def _rank(version: str) -> tuple[int, int | float | str]:
    if version.isascii() and version.isdigit() and len(version) <= 20:
        return 2, int(version)
    try:
        moment = datetime.fromisoformat(version)
    except ValueError:
        return 0, version
    return 1, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
