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

_BEGAN = time.monotonic()


def up() -> None:
    """Start everything on this machine, print where it is, and stay until Ctrl-C."""
    now = environment.prepare()
    with running(now) as supervisor:
        for line in addresses(now):
            say(line)
        while True:
            supervisor.tend()
            time.sleep(0.2)


@contextmanager
def running(now: Settings, *, currency: str = "USD", **extra: str) -> Iterator[Supervisor]:
    """All services up and ready; whatever happens inside, none of them is left afterwards.

    `extra` are environment variables for the services alone.
    """
    folder = project_folder()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    environment.check_ports(now, services.embedded(now))
    _make_stores(now, currency)
    home = now.home.resolve()
    children = environment.of_children(now, {**os.environ, **extra})
    with Supervisor(logs=home / "logs", environment=children, folder=folder, report=say) as supervisor:
        say(f"starting in {home}")
        services.start_all(supervisor, now)
        yield supervisor


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
    sys.stderr.write(f"{time.monotonic() - _BEGAN:6.1f} s  {line}\n")
    sys.stderr.flush()


def _make_stores(now: Settings, currency: str) -> None:
    """Bring the store up to date, and make the embedded company if there is none yet."""
    from tandem.gateway.company.company import Policy
    from tandem.gateway.company.create import create_company
    from tandem.store import Store

    now.home.mkdir(parents=True, exist_ok=True)
    Store.open(now.store_url).close()
    if now.sagepro_url or now.sagepro_database_url:
        return
    company = Path(now.company_url.removeprefix("sqlite:///"))
    if not company.exists() or not company.stat().st_size:
        create_company(now.company_url, Policy.of(now), currency=currency)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
