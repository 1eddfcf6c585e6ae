"""What a log may say of an error."""

from __future__ import annotations

import traceback

from tandem.store.redaction import redacted


def account(error: BaseException) -> str:
    """What broke and where, with every cause; an error may quote a record, so its words are redacted."""
    return redacted("".join(traceback.format_exception(error)).rstrip())
