"""What people are told of a side that is away: one alert when it lasts, one word when it is back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from tandem import alerts
from tandem.connectors.pulse import Pulse
from tandem.entities.declaration import System
from tandem.entities.state import Fault
from tandem.settings import Settings
from tandem.store import Store
from tandem.store.pauses import Pause
from tandem.values import utc_now

NAMES = {System.CLARITY: "Clarity", System.SAGEPRO: "Sage Pro"}

TELL_AFTER = timedelta(minutes=2)
"""How long an outage must last, or be known to last, before people are told; a restart is no news."""


class Watcher(Protocol):
    """Whoever calls both sides and shares what it meets: a Connection, or one that is just being opened."""

    settings: Settings
    store: Store
    name: str
    owner: str

    @property
    def pulses(self) -> Mapping[System, Pulse]:
        """What the calls to each side have met."""
        ...


def away(line: Watcher, pause: Pause) -> bool:
    """Ask for the one alert of an outage, once it lasts; whether it was asked for now."""
    if pause.told or pause.until - pause.since < TELL_AFTER:
        return False
    name = NAMES[System(pause.system)]
    if pause.fault is Fault.CONFIGURATION:
        title, cause = f"{name} refuses our credentials", "No try can mend that; put them right."
    else:
        title, cause = f"{name} is away", "It is looked for again and again."
    text = f"Since {clock(pause.since)}: {pause.reason}. {cause} Nothing is lost: what waits keeps its place."
    asked = alerts.raise_alert(line.store, line.name, f"away:{pause.system}:{pause.since.isoformat()}", title, text)
    line.store.pauses.told(pause)
    return asked


def back(line: Watcher, pause: Pause) -> bool:
    """Say that an outage of which people were told is over; whether there was anything to say."""
    if not pause.told:
        return False
    ended = clock(pause.ended_at or utc_now())
    text = f"It was away from {clock(pause.since)} to {ended}; what waited goes on, the oldest first."
    key = f"back:{pause.system}:{pause.since.isoformat()}"
    return alerts.raise_alert(line.store, line.name, key, f"{NAMES[System(pause.system)]} is back", text)


def clock(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
