"""A running sandbox with a warehouse."""

import base64
import socket
import threading
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
import uvicorn

from tandem.gateway.company.company import Policy
from tandem.gateway.company.create import create_company
from tandem.sandbox.app import create_app
from tandem.sandbox.play import day
from tandem.sandbox.play.stage import Stage
from tandem.sandbox.warehouse.books import Books
from tandem.sandbox.warehouse.routes import answer_refusals, warehouse_router
from tandem.settings import Settings
from tests import ports


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
        _env_file=None,
        home=tmp_path,
        port_base=ports.kept(1),  # nobody's real receiver hears of this
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
