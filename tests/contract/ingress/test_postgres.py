"""PostgreSQL goes away under the receiver and comes back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest
import sqlalchemy as sa

from tandem.ingress import create_app
from tandem.store import Store
from tests.contract.ingress.conftest import NOW, Sender, settings
from tests.unit.store.conftest import scratch_database

pytestmark = pytest.mark.postgres

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
WAITS = "SELECT pid FROM pg_stat_activity WHERE datname = :name AND wait_event_type = 'Lock'"


@pytest.fixture
def url() -> Iterator[str]:
    with scratch_database() as address:
        yield address


@pytest.fixture
async def sender(url: str) -> AsyncIterator[Sender]:
    store = Store.open(url)
    app = create_app(settings(), store, clock=lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingress") as client:
        yield Sender(client, store, app)
    await app.state.receiver.stop()
    store.close()


@contextmanager
def administrator(url: str) -> Iterator[sa.Connection]:
    """A connection to the server beside the database."""
    engine = sa.create_engine(sa.make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def name_of(url: str) -> str:
    return str(sa.make_url(url).database)


async def test_case_018_connections_that_were_cut_between_two_webhooks_are_made_anew(sender: Sender, url: str) -> None:
    assert (await sender.send()).status_code == 202
    with administrator(url) as server:
        server.execute(sa.text(END), {"name": name_of(url)})
    assert (await sender.send()).status_code == 202
    assert sender.store.inbox.waiting("main") == 2


async def test_case_018_a_server_that_takes_nobody_is_503_until_it_does(sender: Sender, url: str) -> None:
    assert (await sender.send(id="msg_0")).status_code == 202
    with administrator(url) as server:
        server.execute(sa.text(f"ALTER DATABASE {name_of(url)} ALLOW_CONNECTIONS false"))
        server.execute(sa.text(END), {"name": name_of(url)})
        event = {"type": "order.created", "data": {"orderId": "9"}}
        answers = [await sender.send(event, id="msg_9") for _ in range(3)]
        assert {(answer.status_code, answer.headers.get("retry-after")) for answer in answers} == {(503, "5")}
        server.execute(sa.text(f"ALTER DATABASE {name_of(url)} ALLOW_CONNECTIONS true"))
    assert (await sender.send(event, id="msg_9")).status_code == 202
    assert sender.store.inbox.waiting("main") == 2
    assert (await sender.counted())["refused clarity store-unavailable"] == 3
    (alert,) = sender.store.alerts.pending()
    assert alert.key == "store-unavailable"


async def test_case_018_a_connection_cut_in_the_middle_of_the_transaction_leaves_nothing(
    sender: Sender, url: str
) -> None:
    """The last table of the transaction is locked by another, so the first rows are written when the cut comes."""
    sender.store.inbox.waiting("main")
    other = sa.create_engine(url)
    with administrator(url) as server, other.begin() as holder:
        holder.execute(sa.text("LOCK TABLE records IN ACCESS EXCLUSIVE MODE"))
        sending = asyncio.create_task(sender.send({"type": "order.created", "data": {"orderId": "9"}}, id="msg_9"))
        async with asyncio.timeout(30):
            while not (waiting := server.execute(sa.text(WAITS), {"name": name_of(url)}).scalars().all()):
                await asyncio.sleep(0.01)
        server.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": waiting[0]})
        answer = await sending
    other.dispose()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert sender.store.inbox.waiting("main") == 0
    again = await sender.send({"type": "order.created", "data": {"orderId": "9"}}, id="msg_9")
    assert again.status_code == 202
    assert "duplicate events" not in await sender.counted(), "nothing of the first try was there"
    assert sender.store.inbox.waiting("main") == 1
