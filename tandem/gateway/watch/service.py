"""The watcher as a process: one per company, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from tandem.errors import CompanyError, SettingsError
from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Busy
from tandem.gateway.company.sole import Sole
from tandem.gateway.watch.backlog import Backlog
from tandem.gateway.watch.events import Signer
from tandem.gateway.watch.health import EVERY, Health, file_of
from tandem.gateway.watch.kinds import chosen
from tandem.gateway.watch.sender import Sender
from tandem.gateway.watch.state import State
from tandem.gateway.watch.watcher import Rhythm, Watcher
from tandem.settings import Settings
from tandem.values import utc_now

log = logging.getLogger(__name__)

AWAY = (CompanyError, Busy, DBAPIError)
"""What a company that is away, restored or held answers."""

LONGEST = 30.0
"""Seconds between two tries to reach a company that is away."""


class Service:
    """Everything of one watcher: its lock and its state are taken when it is made."""

    def __init__(self, settings: Settings) -> None:
        """Take the lock of the company.

        Raises:
            SettingsError: a secret is missing or no secret, or what is to be watched is not known.
            CompanyError: another process watches this company, or the company is not as it must be.
        """
        self._settings = settings
        signer = Signer(settings.secrets("sagepro_webhook_secrets"))
        url = settings.sagepro_webhook_url or f"{settings.url_of('ingress')}/webhooks/sagepro"
        self._rhythm = Rhythm(
            fast=settings.sagepro_watch_seconds,
            overlap=settings.sagepro_watch_overlap_seconds,
            full=settings.sagepro_watch_full_seconds,
            announce=settings.sagepro_watch_announce_all,
        )
        self._open().close()
        home = settings.home
        self._sole = Sole(home / f"watch{settings.company}.lock", "another watcher holds {}: one a company is enough")
        self._state = State(home / f"watch{settings.company}.db")
        self._backlog = Backlog(utc_now)
        self._sender = Sender(url, signer, self._backlog, self._state, clock=utc_now)
        self._health = Health(file_of(settings), self._backlog, self._sender)
        self._stopped = threading.Event()
        self._tries = 0

    def _open(self) -> Company:
        company = Company.open(self._settings)
        try:
            chosen(self._settings.sagepro_watch, company.tables)
        except SettingsError:
            company.close()
            raise
        return company

    def close(self) -> None:
        """Let the next one in."""
        self._state.close()
        self._sole.release()

    async def run(self) -> None:
        """Looks and sends until SIGTERM or Ctrl-C; what is not sent by then is noticed again at the next start."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._stop))  # asyncio's own is not for Windows
        looking = asyncio.create_task(asyncio.to_thread(self._look, loop))
        looking.add_done_callback(lambda _: self._sender.stop())  # whatever ended it
        try:
            await self._sender.run()
        finally:
            self._stopped.set()
        await looking
        log.info("stopped; %s changes wait for the next start", len(self._backlog))

    def _stop(self) -> None:
        self._stopped.set()
        self._sender.stop()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Goes on looking while the company is away, too."""
        while not self._stopped.is_set():
            try:
                self._watch(lambda: loop.call_soon_threadsafe(self._sender.wake))
            except AWAY as error:
                self._tries += 1
                if self._tries == 1:
                    log.warning("the company cannot be watched, it is tried again and again: %s", error)
                self._stopped.wait(min(2.0 ** min(self._tries - 1, 10), LONGEST))

    def _watch(self, news: Callable[[], object]) -> None:
        company = self._open()
        try:
            kinds = chosen(self._settings.sagepro_watch, company.tables)
            watcher = Watcher(company, kinds, self._state, self._backlog, rhythm=self._rhythm, news=news)
            try:
                watcher.start()
                self._tries = 0
                watcher.run(self._stopped, every=EVERY, say=lambda: self._health.say(watcher.figures))
            finally:
                watcher.close()
        finally:
            company.close()


def serve(settings: Settings) -> None:
    """Watches until it is told to stop.

    Raises:
        SettingsError: a secret is missing or no secret, or what is to be watched is not known.
        CompanyError: another process watches this company, or the company is not as it must be.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    service = Service(settings)
    try:
        asyncio.run(service.run())
    finally:
        service.close()
