"""Alerts reach somebody, once, without secrets; a channel that is down delays them and loses none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tandem import alerts
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import loads

# Apprise imports a module of the standard library that Python 3.13 no longer has, and copes without it
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Channel:
    """A receiver of alerts on a free port, which can be told to refuse."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if channel.status == 200:
                    channel.got.append(loads(body))
                self.send_response(channel.status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Nothing into the test's output."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def titles(self) -> list[str]:
        return [alert["title"] for alert in self.got]


@pytest.fixture
def channel() -> Iterator[Channel]:
    channel = Channel()
    yield channel
    channel.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path / 'tandem.db'}")
    yield store
    store.close()


def configured(*urls: str, **more: Any) -> Settings:
    return Settings(_env_file=None, alert_urls=",".join(urls) or None, **more)


def ask(store: Store, key: str, title: str = "Orders are held", text: str = "3 orders", **more: Any) -> bool:
    return alerts.raise_alert(store, "main", key, title, text, now=NOW + timedelta(**more))


def test_alike_alerts_are_one(store: Store, channel: Channel) -> None:
    assert [ask(store, "held"), ask(store, "held"), ask(store, "other", "Gateway is down")] == [True, False, True]
    assert alerts.send_pending(store, configured(channel.url)) == 2
    assert channel.titles == ["Tandem main: Orders are held (2 times)", "Tandem main: Gateway is down"]
    assert alerts.send_pending(store, configured(channel.url)) == 0


def test_case_174_a_channel_that_is_down_delays_alerts_and_loses_none(store: Store, channel: Channel) -> None:
    ask(store, "a", "First")
    ask(store, "b", "Second")
    channel.status = 500
    assert alerts.send_pending(store, configured(channel.url)) == 0
    assert [alert.attempts for alert in store.alerts.pending()] == [1, 0]
    channel.status = 200
    assert alerts.send_pending(store, configured(channel.url)) == 2
    assert channel.titles == ["Tandem main: First", "Tandem main: Second"]


def test_one_channel_that_took_it_is_enough(store: Store, channel: Channel) -> None:
    ask(store, "a")
    broken = Channel()
    broken.status = 500
    assert alerts.send_pending(store, configured(broken.url, channel.url)) == 1
    broken.close()
    assert len(channel.got) == 1
    assert store.alerts.pending() == []


def test_without_a_channel_alerts_stay(store: Store) -> None:
    ask(store, "a")
    for urls in ((), ("",), (" ", "")):
        assert alerts.send_pending(store, configured(*urls)) == 0
    assert len(store.alerts.pending()) == 1
    assert alerts.tell(configured(), "Store is down", "text") is False


def test_somebody_is_told_at_once_without_the_store(channel: Channel) -> None:
    assert alerts.tell(configured(channel.url), "Store is down", "text") is True
    assert channel.got[0]["message"] == "text"


def test_an_address_of_no_known_kind_is_said_without_showing_it_and_the_others_are_told(
    store: Store, channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    ask(store, "a")
    assert alerts.send_pending(store, configured("nonsense://s3cret")) == 0
    assert "address 1 is of no kind" in caplog.text
    assert "s3cret" not in caplog.text
    assert alerts.send_pending(store, configured("nonsense://s3cret", channel.url)) == 1


def test_case_166_secrets_and_personal_data_are_taken_out(store: Store, channel: Channel) -> None:
    settings = configured(
        channel.url,
        clarity_token="tok-123456",
        sagepro_api_keys="key-abcdef=orders:read orders:write,key-2nd=*",
        clarity_webhook_secrets="whsec_AAAA==,whsec_BBBB",
        database_url="postgresql://tandem:pw-in-url@db/tandem",
    )
    text = (
        "tok-123456 key-abcdef key-2nd whsec_AAAA== whsec_BBBB ann.smith@x.com 4111 1111 1111 1111 "
        "Authorization: Bearer abc.def postgresql://tandem:pw-in-url@db/tandem order 1002 orders:read"
    )
    ask(store, "a", "For ann.smith@x.com", text)
    assert "ann.smith" not in store.alerts.pending()[0].text
    alerts.send_pending(store, settings)
    said = channel.got[0]["title"] + channel.got[0]["message"]
    for secret in ("tok-123456", "key-abcdef", "key-2nd", "AAAA", "BBBB", "ann", "4111 1111", "abc.def", "pw-in-url"):
        assert secret not in said
    assert "order 1002 orders:read" in said


def test_nothing_of_an_address_reaches_the_log(
    store: Store, channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    channel.status = 500
    ask(store, "a")
    alerts.send_pending(store, configured(channel.url.replace("://", "://user:pw-in-url@")))
    assert "channel 1" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "pw-in-url" not in caplog.text
