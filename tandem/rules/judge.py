"""What to do with a record that was read, before anything is spent on it: older, the same, or worth going on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tandem.entities.cargo import Known
from tandem.entities.state import Outcome, State
from tandem.versions import is_older

GONE_THROUGH = frozenset({State.APPLIED, State.NOOP})
"""States that say the target holds what was last read."""


def version_of(value: Any) -> str | None:
    """A version as it is stored: text of whatever the source counts or stamps with; None if it does neither."""
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def older(version: str | None, known: Known | None) -> Outcome | None:
    """STALE if a newer state of the record is known already."""
    if known is None or not is_older(version, known.version):
        return None
    return Outcome(
        state=State.STALE,
        reason=f"version {version} is older than {known.version}, which is known already",
        target=known.target,
    )


def given_up(version: str | None, content_hash: str | None, known: Known | None) -> Outcome | None:
    """What a person gave up stays so until its owner changes it."""
    if known is None or known.given_up is None:
        return None
    unchanged = (version is not None and version == known.version) or (
        content_hash is not None and content_hash == known.content_hash
    )
    return known.given_up if unchanged else None


def same(content_hash: str | None, version: str | None, known: Known | None) -> Outcome | None:
    """STALE for an older version, NOOP if the target already holds this content; None if it is worth going on.

    Content that was read before but did not go through is never called the same: a replay must run again.
    """
    settled = older(version, known) or given_up(version, content_hash, known)
    if settled or known is None:
        return settled
    return _unchanged(content_hash, known.content_hash, known, "the content is what was applied before")


def unheeded(content_hash: str | None, told: str | None, known: Known | None) -> Outcome | None:
    """Of what is reckoned from more than the record: STALE if an older state was told of and nothing else came since.

    The owner's present content counts, whatever its stamp: stamps have whole seconds, an import may bring old ones, and
    part of the content bears none. Content that is the same is reckoned again, unless a person gave it up.
    """
    if known is not None and content_hash == known.content_hash and (settled := older(told, known)):
        return settled
    return given_up(None, content_hash, known)


def same_payload(payload_hash: str | None, known: Known | None) -> Outcome | None:
    """NOOP if what would be written is what was written last."""
    if known is None:
        return None
    return _unchanged(payload_hash, known.payload_hash, known, "the target has this already")


def _unchanged(new: str | None, old: str | None, known: Known, reason: str) -> Outcome | None:
    if new is None or new != old or not known.written or known.state not in GONE_THROUGH:
        return None
    return Outcome(state=State.NOOP, reason=reason, target=known.target)
