"""A watcher as a process, a real receiver, and a gate between them that can be told to misbehave."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from tandem.ingress import create_app
from tandem.settings import Settings
from tandem.store import Store
from tandem.values import loads

SECRET = "whsec_" + base64.b64encode(b"the gateway's own secret").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"a secret of somebody else").decode()
PATIENCE = 60.0


def until(condition: Callable[[], object], what: str) -> None:
    """Waits for a condition, and fails if it is not met in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@contextmanager
def ingress(store: Store) -> Iterator[str]:
    """The real receiver on a real socket."""
    secrets = {"clarity_webhook_secrets": SecretStr(OTHER_SECRET), "sagepro_webhook_secrets": SecretStr(SECRET)}
    app = create_app(Settings(_env_file=None, **secrets), store)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks/sagepro"
    server.should_exit = True
    thread.join()
    listener.close()


def events(store_file: Path) -> list[tuple[str, str]]:
    """Type and id of every event in the inbox."""
    engine = create_engine(f"sqlite:///{store_file}")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text("SELECT event_type, event_id FROM inbox ORDER BY id"))]
    engine.dispose()
    return rows


class Gate(ThreadingHTTPServer):
    """Hands on to the receiver what `meddle` lets through; keeps what came by id."""

    daemon_threads = True
    LOST = -1
    STORED_AND_CUT = -2

    def __init__(self, behind: str, meddle: Callable[[int], int | None]) -> None:
        self.behind = behind
        self.meddle = meddle
        self.cut: Callable[[], None] = lambda: None
        self.lock = threading.Lock()
        self.came: list[tuple[str, dict[str, Any], int]] = []
        super().__init__(("127.0.0.1", 0), _Pass)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhooks/sagepro"

    def ids(self) -> list[str]:
        return [name for name, _, _ in self.came]


class _Pass(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gate

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        with self.server.lock:
            status = self.server.meddle(len(self.server.came))
            self.server.came.append((self.headers["webhook-id"], loads(body), status or 0))
        if status in (None, Gate.STORED_AND_CUT):
            headers = {name: value for name, value in self.headers.items() if name.lower().startswith("webhook-")}
            answer = httpx.post(self.server.behind, content=body, headers=headers).status_code
            if status is None:
                status = answer
            else:
                self.server.cut()
        if status < 0:  # nobody is there any more to be answered
            self.close_connection = True
            return
        self.send_response(status)
        if status == 503:
            self.send_header("retry-after", "0")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Watch:
    """`tandem serve watcher` over the company in a folder; may be started again and again."""

    folder: Path
    url: str
    secret: str = SECRET
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: bool = True) -> subprocess.Popen[bytes]:
        (self.folder / "watch01.json").unlink(missing_ok=True)
        settings = {
            "TANDEM_HOME": str(self.folder),
            "TANDEM_SAGEPRO_ZONE": "America/Chicago",
            "TANDEM_SAGEPRO_WEBHOOK_SECRETS": self.secret,
            "TANDEM_SAGEPRO_WEBHOOK_URL": self.url,
            "PYTHONPATH": str(Path(sys.modules["tandem"].__path__[0]).parent),
        }
        with (self.folder / "watcher.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tandem", "serve", "watcher"],
                env=os.environ | settings | self.more,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        if ready:
            until(lambda: self.ready() or self.process.poll() is not None, "the watcher is ready")
            assert self.process.poll() is None, self.log()
        return self.process

    def ready(self) -> bool:
        return (self.folder / "watch01.json").exists()

    def log(self) -> str:
        return (self.folder / "watcher.log").read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)
