"""Words for people without what nobody may see: credentials, e-mail addresses and card numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tandem.entities.state import Outcome
from tandem.store.masking import masked

_MAIL = re.compile(
    r"(?:[^\s@<>,;:\"'()\[\]{}=][^\s@<>,;:\"'()\[\]=]*)?"  # braces may stand within a name, but open none
    r"@[^\s@<>,;:\"'()\[\]{}=]+\.[^\s@<>,;:\"'()\[\]{}=]+"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+")
_LOGIN = re.compile(r"(?<=://)[^\s/@]+@")
_NAMED = re.compile(
    r"(?i)\b((?:api|access|private|secret)[_-]?key|token|secret|password|passwd|pwd|authorization)"
    r"([\"']?\s*[=:]\s*[\"']?)(?!\(|\*\*\*|bearer\b|basic\b)[^\s\"'&,;]{6,}"
)
_ROW = re.compile(r"(?s)\bDETAIL: .*?(?=\n[A-Z]+:|\n\[SQL|\Z)")
"""What PostgreSQL adds to an error: the row that it would not take."""

_SIGNED = re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without these secrets, credentials of any kind, logins in addresses, e-mails and card numbers."""
    for secret in secrets:
        text = text.replace(secret, "***")
    text = _ROW.sub("DETAIL: ***", text)
    text = _NAMED.sub(r"\1\2***", _SIGNED.sub("***", _LOGIN.sub("***@", _BEARER.sub(r"\1 ***", text))))
    return str(masked(_MAIL.sub("(e-mail)", text)))


def discreet(outcome: Outcome) -> Outcome:
    """The outcome as it may be kept and shown: an error that it tells of may quote what was in the record."""
    problem = outcome.detail.get("problem")
    if not outcome.reason and problem is None:
        return outcome
    detail = outcome.detail if problem is None else {**outcome.detail, "problem": _tree(problem)}
    return replace(outcome, reason=redacted(outcome.reason), detail=detail)


def _tree(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {name: _tree(inner) for name, inner in value.items()}
    return [_tree(inner) for inner in value] if isinstance(value, list | tuple) else value
