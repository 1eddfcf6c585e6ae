"""Entering documents: many in one transaction, each as if it stood alone.

A group of good documents is written in one transaction. Should the database refuse the group, each of its documents
is tried in a transaction of its own, so that one bad document never stops another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeAlias, TypeVar, Union

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from tandem.errors import CompanyError
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Busy, Rejection
from tandem.gateway.models.base import Record as Shown

D = TypeVar("D")
R = TypeVar("R", bound=Shown)
Group = list[tuple[int, D]]
"""Documents with their places in the list that was sent."""

Outcome: TypeAlias = Union[R, Rejection, CompanyError]  # noqa: UP007 - a generic alias that mypy takes
Record = Callable[[Connection, Sequence[tuple[int, R]]], None]
"""Called in the transaction of the documents, with their places in the list and the documents as they now stand."""

Write = Callable[[Connection, list[tuple[int, D]]], dict[int, R | Rejection]]
"""Writes a group and says of each document how it now stands, or why nothing of it was written."""


class Entering(Generic[D, R]):
    """Enters documents of one kind into one company."""

    def __init__(
        self,
        company: Company,
        groups: Callable[[Sequence[D]], Iterable[list[tuple[int, D]]]],
        write: Write[D, R],
    ) -> None:
        self._company = company
        self._groups = groups
        self._write = write

    def many(self, documents: Sequence[D], record: Record[R] | None = None) -> list[Outcome[R]]:
        """Enter documents, each for itself: one outcome for each, in their order, durable when this returns."""
        outcomes: dict[int, Outcome[R]] = {}
        for group in self._groups(documents):
            self._enter(group, record, outcomes)
        return [outcomes[index] for index in range(len(documents))]

    def _enter(self, group: Group[D], record: Record[R] | None, outcomes: dict[int, Outcome[R]]) -> None:
        try:
            outcomes.update(self._transact(group, record))
        except Busy as busy:
            outcomes.update(dict.fromkeys((index for index, _ in group), busy))
        except (Rejection, CompanyError, DBAPIError) as error:
            if len(group) > 1:
                for numbered in group:
                    self._enter([numbered], record, outcomes)
            elif isinstance(error, IntegrityError):
                outcomes[group[0][0]] = self._again(group, record)
            else:
                outcomes[group[0][0]] = named(error)

    def _again(self, group: Group[D], record: Record[R] | None) -> Outcome[R]:
        """Another process entered the same in the same moment: now its document can be seen, and named."""
        try:
            return self._transact(group, record)[group[0][0]]
        except (Rejection, CompanyError, DBAPIError) as error:
            return named(error)

    def _transact(self, group: Group[D], record: Record[R] | None) -> dict[int, R | Rejection]:
        with self._company.write() as connection:
            outcomes = self._write(connection, group)
            made = [(index, one) for index, one in outcomes.items() if not isinstance(one, Rejection)]
            if made and record is not None:
                record(connection, made)
            return outcomes


def one_by_one(enter: Callable[[Connection, D], R]) -> Write[D, R]:
    """A group written document by document, for kinds whose documents look at what the one before has done.

    `enter` must raise its rejection before it writes anything.
    """

    def write(connection: Connection, group: Group[D]) -> dict[int, R | Rejection]:
        outcomes: dict[int, R | Rejection] = {}
        for index, document in group:
            try:
                outcomes[index] = enter(connection, document)
            except Rejection as refusal:
                outcomes[index] = refusal
        return outcomes

    return write


def in_groups(size: int) -> Callable[[Sequence[D]], Iterable[Group[D]]]:
    """Groups of at most so many documents."""

    def cut(documents: Sequence[D]) -> Iterable[Group[D]]:
        numbered = list(enumerate(documents))
        return (numbered[start : start + size] for start in range(0, len(numbered), size))

    return cut


def named(error: Exception) -> Rejection | CompanyError:
    """The error in the words of the API; what is none of its own goes on as it is."""
    if isinstance(error, IntegrityError):
        return Busy("another writer entered the same document in the same moment; ask again")
    if isinstance(error, DBAPIError):
        return CompanyError(f"the company database refused the write: {error.orig}")
    if isinstance(error, Rejection | CompanyError):
        return error
    raise error
