"""`tandem up`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import tandem
from tandem.cli import environment, services
from tandem.cli.processes import Supervisor
from tandem.errors import SettingsError
from tandem.settings import Settings


def up() -> None:
    """Start everything on this machine, print where it is, and stay until Ctrl-C."""
    with running() as (supervisor, now):
        for line in addresses(now):
            say(line)
        while True:
            supervisor.tend()
            time.sleep(0.2)


@contextmanager
def running(
    *, zone: str = environment.ZONE, currency: str = "USD", **extra: str
) -> Iterator[tuple[Supervisor, Settings]]:
    """All services up and ready; whatever happens inside, none of them is left afterwards.

    `extra` are environment variables for the services alone.
    """
    folder = project_folder()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    now = environment.prepare(zone=zone)
    environment.check_ports(now, services.embedded(now))
    _make_stores(now, currency)
    home = now.home.resolve()
    children = environment.of_children(now, {**os.environ, **extra})
    with Supervisor(logs=home / "logs", environment=children, folder=folder, report=say) as supervisor:
        say(f"starting in {home}")
        services.start_all(supervisor, now)
        yield supervisor, now


def addresses(now: Settings) -> list[str]:
    """Where everything is to be found."""
    lines = [f"{name:<10}{now.url_of(name)}" for name in services.embedded(now)]
    return [*lines, f"{'prefect':<10}{environment.prefect_url(now)}", f"{'logs':<10}{now.home.resolve() / 'logs'}"]


def project_folder() -> Path:
    """The folder of prefect.yaml: the present one, or that of an installation from its source.

    Raises:
        SettingsError: there is none.
    """
    for folder in (Path.cwd(), Path(tandem.__file__).resolve().parent.parent):
        if (folder / "prefect.yaml").exists():
            return folder
    raise SettingsError("there is no prefect.yaml here; run this in the folder of Tandem's sources")


def say(line: str) -> None:
    """A line for the person who looks on; facts alone go to standard output."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _make_stores(now: Settings, currency: str) -> None:
    """Make the company if it is embedded and not there yet, and bring the store up to date."""
    raise NotImplementedError(currency)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
