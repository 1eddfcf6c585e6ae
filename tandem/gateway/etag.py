"""Entity tags: a hash over all that a record shows, so that two changes within one second differ."""

from __future__ import annotations

from hashlib import blake2b
from typing import TypeVar

from tandem.gateway.company.faults import PreconditionFailed
from tandem.gateway.models.base import Record

T = TypeVar("T", bound=Record)


def seal(record: T) -> T:
    """The record with its tag, computed over everything else in it."""
    content = record.__pydantic_serializer__.to_json(record, by_alias=True, exclude={"e_tag"})
    record.e_tag = blake2b(content, digest_size=10).hexdigest()
    return record


def names(header: str, tag: str) -> bool:
    """Whether an If-Match or If-None-Match header names this tag; `*` names every one."""
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/").strip('"') == tag for part in header.split(","))


def require(if_match: str | None, tag: str) -> None:
    """Lets a write pass when If-Match is absent or names the record as it stands.

    Raises:
        PreconditionFailed: the record has changed since the caller read it.
    """
    if if_match is not None and not names(if_match, tag):
        raise PreconditionFailed("The record has changed since it was read; read it again and decide anew.")
