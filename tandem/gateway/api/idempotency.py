"""Idempotency keys by the IETF draft: an answer is kept in the same transaction as the effect that it tells of.

So a crash leaves either both or neither, and no row that says "running" for ever: what runs is known to the process
alone, and across processes the unique key of the table lets only one of them commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import Connection, delete, insert, select

from tandem.gateway.api.problems import ProblemError
from tandem.gateway.company.rows import chunks
from tandem.gateway.company.tables import Tables
from tandem.values import content_hash, utc_now

KEPT = timedelta(days=7)
SWEPT = timedelta(hours=1)
_CALLER = "gateway"


@dataclass(frozen=True, slots=True)
class Request:
    """What a key stands for: one operation with one body."""

    key: str
    route: str
    digest: str

    @classmethod
    def of(cls, key: str, route: str, body: object) -> Request:
        """The request of an operation such as `POST orders` with this parsed body.

        A structured-header string (`"abc"`) and the bare `abc` are the same key.
        """
        bare = key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key
        return cls(bare, route, content_hash(body))


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer, as it is kept and given again."""

    status: int
    etag: str
    body: str
    replayed: bool = False


class Keys:
    """The keys of one company and the answers that are kept under them."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.tdidem
        self._next_sweep = datetime.min.replace(tzinfo=UTC)
        self._lock = Lock()

    def kept(self, connection: Connection, request: Request) -> Answer | None:
        """The answer that this request got before, unless it is older than the keys are kept.

        Raises:
            ProblemError: 422, the key was used for another request.
        """
        found = self.kept_many(connection, [request]).get(request.key)
        if isinstance(found, ProblemError):
            raise found
        return found

    def kept_many(self, connection: Connection, requests: Sequence[Request]) -> dict[str, Answer | ProblemError]:
        """By key, the answers that requests got before, or why a key cannot stand for its request."""
        table = self._table
        found: dict[str, Answer | ProblemError] = {}
        asked = {request.key: request for request in requests}
        columns = (table.c[name] for name in ("idemkey", "route", "digest", "status", "etag", "body"))
        statement = select(*columns).where(table.c.caller == _CALLER, table.c.recorded >= _oldest())
        for part in chunks(sorted(asked)):
            for row in connection.execute(statement.where(table.c.idemkey.in_(part))):
                request = asked[row.idemkey]
                same = (row.route, row.digest) == (request.route, request.digest)
                answer = Answer(row.status, row.etag, row.body, replayed=True)
                found[row.idemkey] = answer if same else _reused(row.route)
        return found

    def keep(self, connection: Connection, answers: Sequence[tuple[Request, Answer]]) -> None:
        """Keeps answers, in the transaction of their effects; keys that have expired are free again."""
        table = self._table
        if self._sweep_is_due():
            self.sweep(connection)
        for part in chunks([request.key for request, _ in answers]):
            expired = (table.c.caller == _CALLER, table.c.idemkey.in_(part), table.c.recorded < _oldest())
            connection.execute(delete(table).where(*expired))
        recorded = utc_now().isoformat(timespec="seconds")
        rows = [
            {
                "caller": _CALLER,
                "idemkey": request.key,
                "route": request.route,
                "digest": request.digest,
                "status": answer.status,
                "etag": answer.etag,
                "body": answer.body,
                "recorded": recorded,
            }
            for request, answer in answers
        ]
        connection.execute(insert(table), rows)

    def sweep(self, connection: Connection) -> int:
        """Forgets every key that has expired; returns how many."""
        return connection.execute(delete(self._table).where(self._table.c.recorded < _oldest())).rowcount

    def _sweep_is_due(self) -> bool:
        """Once an hour, at whichever write comes first."""
        with self._lock:
            now = utc_now()
            if now < self._next_sweep:
                return False
            self._next_sweep = now + SWEPT
            return True


def _oldest() -> str:
    return (utc_now() - KEPT).isoformat(timespec="seconds")


def _reused(route: str) -> ProblemError:
    detail = f"The Idempotency-Key was used before for {route} with another body; take a new key."
    return ProblemError(422, "idempotency-key-reuse", detail)


class Running:
    """The keys of requests under way in this process."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = Lock()

    def enter(self, key: str) -> bool:
        """Marks a key as running; False if it is already."""
        with self._lock:
            if key in self._keys:
                return False
            self._keys.add(key)
            return True

    def leave(self, key: str) -> None:
        """The request with this key has ended, however it ended."""
        with self._lock:
            self._keys.discard(key)

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Holds a key for the length of a request.

        Raises:
            ProblemError: 409, the first request with the key is still running.
        """
        if not self.enter(key):
            raise in_progress()
        try:
            yield
        finally:
            self.leave(key)


def in_progress() -> ProblemError:
    """409: the first request with the key has not ended."""
    return ProblemError(
        409,
        "idempotency-in-progress",
        "The first request with this Idempotency-Key is still running; ask again with the same key.",
        headers={"Retry-After": "1"},
    )
