"""How many pieces the units have in which goods are sold: a case that was sold takes its twelve at once."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from tandem.entities import ENTITIES
from tandem.entities.needs import Pieces
from tandem.mapping.lookups import Lookup, load_lookup

log = logging.getLogger(__name__)


def packs(folder: Path) -> Pieces:
    """The lookups that routes declare, out of the folder of sheets, as they are now.

    One that cannot be read keeps no event out: a unit then counts as one piece until its record is read again.
    """
    lookups: dict[str, Lookup] = {}
    for name in sorted(_declared()):
        lookup, source = load_lookup(folder / "lookups" / f"{name}.yaml", folder)
        lookups[name] = lookup
        if source.faults:
            log.warning("packs count as one piece each: %s", "; ".join(map(str, source.faults)))

    @lru_cache(maxsize=1024)
    def pieces(name: str, unit: str) -> Any:
        lookup = lookups.get(name)
        return lookup.get(unit) if lookup else None

    return pieces


def _declared() -> set[str]:
    takes = (route.takes for entity in ENTITIES.values() for route in entity.routes)
    return {take.record.pack[1] for take in takes if take and take.record.pack}
