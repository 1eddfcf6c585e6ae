"""An outage of the store is one alarm when it begins and one alert on record when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable

from tandem.errors import StoreUnavailable
from tandem.store import Store
from tandem.values import utc_now

log = logging.getLogger(__name__)

Alarm = Callable[[str, str], object]
"""Tells somebody at once, by title and text, without the store."""


class Outage:
    """Whether the store takes anything at present; used from the writing thread only."""

    def __init__(self, store: Store, connection: str, alarm: Alarm | None) -> None:
        self._store = store
        self._connection = connection
        self._alarm = alarm
        self._text: str | None = None

    def began(self, error: StoreUnavailable) -> None:
        """Something was not stored; only the first time is news."""
        if self._text is not None:
            return
        self._text = f"webhooks are answered 503 and nothing is lost as long as senders retry: {error}"
        log.error("%s", self._text)
        if self._alarm is not None:
            try:
                self._alarm("Tandem cannot store webhooks", self._text)
            except Exception:
                log.exception("the alarm could not be given")

    def over(self) -> None:
        """Something was stored again; the outage goes on record."""
        if self._text is None:
            return
        title = "Tandem could not store webhooks for a while"
        try:
            self._store.alerts.add(self._connection, "store-unavailable", title, self._text, utc_now())
        except StoreUnavailable as error:
            log.warning("the outage is not on record yet: %s", error)
        else:
            self._text = None
