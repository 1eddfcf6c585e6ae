"""Word to people through Apprise; what cannot be sent now is kept in the store and sent later."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from tandem.settings import Settings
from tandem.store import Store, redaction
from tandem.values import utc_now

if TYPE_CHECKING:
    from apprise import Apprise

log = logging.getLogger(__name__)

_SHORTEST = 6
"""A setting that is shorter is no secret worth the name, and would blot out half of a sentence."""


def raise_alert(store: Store, connection: str, key: str, title: str, text: str, *, now: datetime | None = None) -> bool:
    """Ask for an alert; False if an alike one (the same `key`) waits already or was sent within the hour.

    `title` and `text` name records by their numbers and fields by their names, never by what stands in them.
    """
    return store.alerts.add(connection, key, redacted(title), redacted(text), now or utc_now())


def send_pending(store: Store, settings: Settings) -> int:
    """Send what waits; gives how many went out. Without a channel they stay, and `tandem status` counts them."""
    waiting = store.alerts.pending()
    channels = _channels(settings) if waiting else []
    if not channels:
        return 0
    for count, alert in enumerate(waiting):
        times = f" ({alert.count} times)" if alert.count > 1 else ""
        title = f"Tandem {alert.connection}: {alert.title}{times}"
        if not _tell(channels, redacted(title, settings), redacted(alert.text, settings)):
            store.alerts.failed([alert.id], "no channel took it")
            log.warning("alert %s could not be sent; %s kept", alert.id, len(waiting) - count)
            return count  # a channel that is down would cost a time-out for each of the others too
        store.alerts.sent([alert.id], utc_now())
    return len(waiting)


def tell(settings: Settings, title: str, text: str) -> bool:
    """Tell somebody at once, for when the store itself is what is down; False if no channel took it."""
    return _tell(_channels(settings), redacted(title, settings), redacted(text, settings))


def redacted(text: str, settings: Settings | None = None) -> str:
    """The text without the secrets of the settings, and without what `tandem.store.redaction` takes out of any."""
    return redaction.redacted(text, _secrets(settings) if settings else ())


def _secrets(settings: Settings) -> list[str]:
    """All secret values, whole and in their parts, the longest first so that none is left in pieces."""
    values = (value.get_secret_value() for _, value in settings if isinstance(value, SecretStr))
    parts = {part.strip() for value in values for part in (value, *value.split(","))}
    parts |= {part.partition("=")[0] for part in parts}  # a key with its scopes is `key=scope scope`
    return sorted((part for part in parts if len(part) >= _SHORTEST), key=len, reverse=True)


def _channels(settings: Settings) -> list[Apprise]:
    """One sender for each address, so that one that is down does not keep the others from being told.

    An address that Apprise does not understand is a channel that takes nothing: alerts must not stop the line.
    """
    urls = settings.alert_urls.get_secret_value() if settings.alert_urls else ""
    addresses = [url.strip() for url in urls.split(",") if url.strip()]
    if not addresses:
        return []
    from apprise import Apprise

    # Apprise logs the addresses that it cannot reach, and an address is a secret
    logging.getLogger("apprise").disabled = True
    channels = [Apprise() for _ in addresses]
    for number, (channel, url) in enumerate(zip(channels, addresses, strict=True), start=1):
        if not channel.add(url):
            log.error("TANDEM_ALERT_URLS: address %s is of no kind that Apprise knows", number)
    return channels


def _tell(channels: Sequence[Apprise], title: str, text: str) -> bool:
    """Tell every channel; one that took it is enough, or a broken one would have the others told again and again."""
    taken = [bool(channel.notify(title=title, body=text)) for channel in channels]
    for number, took in enumerate(taken, start=1):
        if not took:
            log.warning("alert channel %s of TANDEM_ALERT_URLS took no alert", number)
    return any(taken)
