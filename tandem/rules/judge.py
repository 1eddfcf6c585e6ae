"""What to do with a record that was read, before anything is spent on it: older, the same, or worth going on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tandem.entities.cargo import Known
from tandem.entities.state import Outcome, State

FOLD = timedelta(hours=1)
"""Clock times without an offset come twice in autumn: only a greater difference tells which one is older."""

GONE_THROUGH = frozenset({State.APPLIED, State.NOOP})
"""States that say the target holds what was last read."""


def version_of(value: Any) -> str | None:
    """A version as it is stored: text of whatever the source counts or stamps with; None if it does neither."""
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def is_older(version: str | None, than: str | None) -> bool:
    """Whether one version is certainly older than the other: counters as numbers, times as moments.

    Versions of different kinds cannot be compared and then nothing is called older.
    """
    if version is None or than is None:
        return False
    if _is_counter(version) and _is_counter(than):
        return _as_number(version) < _as_number(than)
    left, right = _moment(version), _moment(than)
    if left is None or right is None or (left.tzinfo is None) != (right.tzinfo is None):
        return False
    doubt = FOLD if left.tzinfo is None else timedelta(0)
    return right - left > doubt


def _is_counter(version: str) -> bool:
    return version.isascii() and version.isdigit()


def _as_number(counter: str) -> tuple[int, str]:
    """Orders counters of any length without making numbers of them: a sender may count as far as it likes."""
    digits = counter.lstrip("0")
    return len(digits), digits


def _moment(version: str) -> datetime | None:
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        return None


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


def unheeded(content_hash: str | None, told: str | None, version: str | None, known: Known | None) -> Outcome | None:
    """Of what is reckoned from more than the record: STALE if an older state was told of and nothing else came since.

    The owner's present content counts even under an older stamp: stamps have whole seconds, and an import may bring
    old ones. Content that is the same is reckoned again.
    """
    if known is not None and content_hash == known.content_hash and (settled := older(told, known)):
        return settled
    return given_up(version, content_hash, known)


def same_payload(payload_hash: str | None, known: Known | None) -> Outcome | None:
    """NOOP if what would be written is what was written last."""
    if known is None:
        return None
    return _unchanged(payload_hash, known.payload_hash, known, "the target has this already")


def _unchanged(new: str | None, old: str | None, known: Known, reason: str) -> Outcome | None:
    if new is None or new != old or not known.written or known.state not in GONE_THROUGH:
        return None
    return Outcome(state=State.NOOP, reason=reason, target=known.target)
