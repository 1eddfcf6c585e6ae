"""A whole day handed to a running sandbox."""

import base64
import socket
import threading
from collections import Counter
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
import uvicorn

from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.app import create_app
from tandem.sandbox.play import day
from tandem.sandbox.play.script import Document, Fate, Kind
from tandem.sandbox.play.stage import Stage, StageError
from tandem.sandbox.warehouse.books import Books
from tandem.sandbox.warehouse.routes import answer_refusals, warehouse_router
from tandem.settings import Settings


@contextmanager
def served(app):
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def stage(tmp_path):
    settings = Settings(
        home=tmp_path,
        clarity_token="token",
        clarity_zone=day.the_cast().zone,
        clarity_webhook_secrets="whsec_" + base64.b64encode(b"s" * 32).decode(),
    )
    zone = ZoneInfo(day.the_cast().zone)
    create_company(settings.company_url, Policy("01", zone))
    books = Books(settings.company_url, zone)
    app = create_app(settings, routers=[warehouse_router(books)])
    answer_refusals(app)
    with served(app) as url, Stage(url, "token") as stage:
        yield stage
    books.close()


def test_the_shop_takes_the_whole_day_and_takes_it_once(stage):
    cast, documents = day.the_cast(), list(day.documents(7))
    stage.stock_up(cast)
    assert stage.register(cast.customers) == len(cast.customers)
    stage.play(documents)
    assert stage.orders_there() == {document.key for document in documents}
    for document in documents:
        for step in document.later:
            stage.step(document.key, step)
    events = Counter(event["type"] for event in stage._events())
    assert events["order.created"] == len(documents)
    assert events["order.updated"] == 3
    assert events["order.cancelled"] == 1

    stage.stock_up(cast)
    assert stage.register(cast.customers) == 0
    stage.play(documents)
    assert Counter(event["type"] for event in stage._events()) == events


def test_what_is_no_order_is_announced_under_its_number(stage):
    stage.play([Document(key="C1", kind=Kind.RETURN, sort="return", body={"returnId": "C1"}, fate=Fate.LEFT_OUT)])
    assert stage.announced((Kind.RETURN,)) == {"C1"}
    assert stage.announced((Kind.ADJUSTMENT,)) == set()


def test_what_the_sandbox_refuses_is_told_with_its_reason(stage):
    with pytest.raises(StageError, match=r"POST /sandbox/warehouse/shipments/0000000009/void: 409 .*no shipment"):
        stage.void("0000000009")
    with pytest.raises(StageError, match=r"PUT /sandbox/faults: 422 .*nonsense"):
        stage.trouble({"nonsense": 1})
