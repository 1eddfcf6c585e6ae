"""Documents carried out with their idempotency keys: many in one go, each as if it had come alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from tandem.errors import CompanyError
from tandem.gateway import entering
from tandem.gateway.api.context import Context
from tandem.gateway.api.idempotency import Answer, Request, in_progress
from tandem.gateway.api.problems import ProblemError, problem_of
from tandem.gateway.api.reply import to_json
from tandem.gateway.company.faults import Rejection
from tandem.gateway.models.base import Record
from tandem.values import dumps, loads

D = TypeVar("D")
R = TypeVar("R", bound=Record)
Verdict = Answer | ProblemError
Write = Callable[[Sequence[D], entering.Record[R]], Sequence[entering.Outcome[R]]]
"""Carries documents out and calls the record in their transaction, such as OrderEntry.create_many."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """A kind of document: where its number stands (on the wire and in the model), and how it is read by it."""

    number: str
    member: str
    get: Callable[[Connection, str], R]

    def number_of(self, answer: Answer) -> str:
        """The document that an answer tells of."""
        number: str = loads(answer.body)[self.number]
        return number


@dataclass(frozen=True, slots=True)
class Asked(Generic[D]):
    """One document to be carried out, and the request that it came in."""

    request: Request
    document: D


@dataclass(frozen=True, slots=True)
class Carrying(Generic[D, R]):
    """Carries requests about documents of one kind out, each once.

    `whole` keeps the whole answer; a batch answers with number and tag only, and keeps no more.
    """

    here: Context
    kind: Kind[R]
    write: Write[D, R]
    status: int
    whole: bool

    def carry_out(self, asked: Sequence[Asked[D]]) -> list[Verdict]:
        """One verdict for each request, in their order; a key that comes twice is like a request sent again."""
        verdicts: dict[int, Verdict] = {}
        for distinct in _rounds(asked):
            verdicts.update(self._held(distinct))
        return [verdicts[place] for place in range(len(asked))]

    def one(self, asked: Asked[D]) -> Answer:
        """The answer to one request, with the whole document.

        Raises:
            ProblemError: it was not carried out.
        """
        (verdict,) = self.carry_out([asked])
        if isinstance(verdict, ProblemError):
            raise verdict
        return self._complete(verdict)

    def _held(self, asked: Mapping[int, Asked[D]]) -> dict[int, Verdict]:
        entered = {place: one for place, one in asked.items() if self.here.running.enter(one.request.key)}
        try:
            verdicts: dict[int, Verdict] = {place: in_progress() for place in asked if place not in entered}
            return {**verdicts, **self._once(entered)}
        finally:
            for one in entered.values():
                self.here.running.leave(one.request.key)

    def _once(self, asked: Mapping[int, Asked[D]]) -> dict[int, Verdict]:
        try:
            return self._attempt(asked)
        except IntegrityError:  # another process kept one of the keys in this moment: now it can be seen
            return self._attempt(asked)

    def _attempt(self, asked: Mapping[int, Asked[D]]) -> dict[int, Verdict]:
        verdicts = self._before(asked)
        new = [place for place in asked if place not in verdicts]
        if not new:
            return verdicts
        outcomes = self.write([asked[place].document for place in new], self._record([asked[p] for p in new]))
        failed = {}
        for place, outcome in zip(new, outcomes, strict=True):
            if isinstance(outcome, Rejection | CompanyError):
                verdicts[place] = problem_of(outcome)
                failed[place] = asked[place]
            else:
                verdicts[place] = self._answer(outcome)
        # A request that another process carried out in the same moment can be seen now.
        return {**verdicts, **self._before(failed)} if failed else verdicts

    def _before(self, asked: Mapping[int, Asked[D]]) -> dict[int, Verdict]:
        requests = [one.request for one in asked.values()]
        with self.here.company.read() as connection:
            found = self.here.keys.kept_many(connection, requests)
        return {place: found[one.request.key] for place, one in asked.items() if one.request.key in found}

    def _record(self, asked: Sequence[Asked[D]]) -> entering.Record[R]:
        def record(connection: Connection, made: Sequence[tuple[int, R]]) -> None:
            answers = [(asked[place].request, self._answer(document)) for place, document in made]
            self.here.keys.keep(connection, answers)

        return record

    def _answer(self, document: R) -> Answer:
        number = {self.kind.number: getattr(document, self.kind.member)}
        body = to_json(document).decode() if self.whole else dumps(number)
        return Answer(self.status, document.e_tag, body)

    def _complete(self, answer: Answer) -> Answer:
        """An answer with its whole document: a batch keeps only the number, so it is told as it stands now."""
        body: dict[str, Any] = loads(answer.body)
        if set(body) != {self.kind.number}:
            return answer
        with self.here.company.read() as connection:
            document = self.kind.get(connection, body[self.kind.number])
        return Answer(answer.status, document.e_tag, to_json(document).decode(), replayed=answer.replayed)


def _rounds(asked: Sequence[Asked[D]]) -> list[dict[int, Asked[D]]]:
    rounds: list[dict[int, Asked[D]]] = []
    seen: dict[str, int] = {}
    for place, one in enumerate(asked):
        turn = seen[one.request.key] = seen.get(one.request.key, -1) + 1
        if turn == len(rounds):
            rounds.append({})
        rounds[turn][place] = one
    return rounds
