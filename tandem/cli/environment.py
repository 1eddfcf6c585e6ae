"""The environment of an embedded installation: secrets made on first start, and children that write in one folder."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from tandem.errors import SettingsError
from tandem.settings import Settings, settings

FILE = "embedded.env"
ZONE = "America/Chicago"
"""Where the embedded shop and company stand unless told otherwise."""
SHOP = ("TANDEM_CLARITY_TOKEN", "TANDEM_CLARITY_WEBHOOK_SECRETS", "TANDEM_CLARITY_ZONE")
WATCHER_SECRETS = "TANDEM_SAGEPRO_WEBHOOK_SECRETS"
COMPANY = ("TANDEM_SAGEPRO_API_KEY", "TANDEM_SAGEPRO_API_KEYS", WATCHER_SECRETS, "TANDEM_SAGEPRO_ZONE")

BATCHED_PREFECT = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "2",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "200",
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
}
"""A task run costs Prefect's server 29 ms of processor time as it comes, and 10 ms when it writes many at once and the
line "Finished in state Completed" is left out: a busy drain makes dozens of task runs a second."""

ADDRESSES = (
    *("TANDEM_CLARITY_URL", "TANDEM_SAGEPRO_URL", "TANDEM_DATABASE_URL", "TANDEM_SAGEPRO_DATABASE_URL"),
    *("TANDEM_SAGEPRO_SYSTEM_SCHEMA", "TANDEM_SAGEPRO_WEBHOOK_URL", "TANDEM_ALERT_URLS"),
)
"""Where systems of somebody's own would be named."""


def create(home: Path, *, zone: str = ZONE) -> None:
    """Make the embedded secrets and zones if the folder has none yet; readable by their owner alone."""
    path = home / FILE
    if path.exists():
        _complete(path)
        return
    home.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(32)
    values = {
        "TANDEM_CLARITY_TOKEN": secrets.token_urlsafe(32),
        "TANDEM_CLARITY_WEBHOOK_SECRETS": _webhook_secret(),
        "TANDEM_CLARITY_ZONE": zone,
        "TANDEM_SAGEPRO_API_KEY": key,
        "TANDEM_SAGEPRO_API_KEYS": f"{key}=read write",
        WATCHER_SECRETS: _webhook_secret(),
        "TANDEM_SAGEPRO_ZONE": zone,
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f'{name}="{value}"\n' for name, value in values.items())


def _webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _complete(path: Path) -> None:
    """A file of before there was a watcher gets the secret of one."""
    if WATCHER_SECRETS not in dotenv_values(path):
        with path.open("a", encoding="utf-8") as file:
            file.write(f'{WATCHER_SECRETS}="{_webhook_secret()}"\n')


def adopt() -> Settings:
    """Take from the embedded file what the environment leaves out, for systems that are the embedded ones.

    A store or a company with an address of its own gets nothing from here: its missing key stays an error.
    """
    now = settings()
    file = now.home / FILE
    known = dotenv_values(file) if file.exists() else {}
    wanted = (() if now.clarity_url else SHOP) + (() if now.sagepro_url else COMPANY)
    for name in wanted:
        if getattr(now, name.removeprefix("TANDEM_").lower()) is None and (value := known.get(name)):
            os.environ[name] = value
    os.environ.setdefault("PREFECT_API_URL", f"{prefect_url(now)}/api")
    os.environ.setdefault("PREFECT_HOME", str(now.home.resolve() / "prefect"))
    settings.cache_clear()
    return settings()


def prepare(*, zone: str = ZONE) -> Settings:
    """The settings of an installation whose embedded secrets exist from now on."""
    create(settings().home, zone=zone)
    return adopt()


def isolate(home: Path, *, zone: str) -> Settings:
    """The settings of a play: all embedded, in this folder, whatever real systems this machine is set up for."""
    create(home, zone=zone)
    os.environ.update({name: value for name, value in dotenv_values(home / FILE).items() if value})
    os.environ.update(dict.fromkeys(ADDRESSES, ""))  # empty rather than absent: .env must not fill them in
    os.environ["TANDEM_HOME"] = str(home.resolve())
    settings.cache_clear()
    os.environ["PREFECT_API_URL"] = f"{prefect_url(settings())}/api"
    os.environ["PREFECT_HOME"] = str(home.resolve() / "prefect")
    return settings()


def prefect_url(now: Settings) -> str:
    """Address of the Prefect server's pages; its API is under /api."""
    return f"http://{now.host}:{now.prefect_port}"


def of_children(now: Settings, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of everything that `tandem up` starts: all of it writes inside the home folder."""
    home = now.home.resolve()
    prefect = home / "prefect"
    folders = {
        "TANDEM_HOME": home,
        "HOME": home / "user",
        "TMPDIR": home / "tmp",
        "XDG_CACHE_HOME": home / "user" / "cache",
        "XDG_CONFIG_HOME": home / "user" / "config",
        "XDG_DATA_HOME": home / "user" / "data",
        "PREFECT_HOME": prefect,
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        **given,
        **{name: str(folder) for name, folder in folders.items()},
        # The worker starts each flow run with the first `python` (see prefect.yaml), which must be this one.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), *filter(None, [given.get("PATH")])]),
        "PREFECT_API_URL": f"{prefect_url(now)}/api",
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{prefect / 'prefect.db'}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_PREFETCH_SECONDS": "5",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
        **BATCHED_PREFECT,
    }


def check_ports(now: Settings, services: tuple[str, ...]) -> None:
    """See that every port is free before anything is started.

    Raises:
        SettingsError: one is taken; names it and the variable that moves it.
    """
    wanted = [(name, int(now.url_of(name).rsplit(":", 1)[1]), "TANDEM_PORT_BASE") for name in services]
    wanted.append(("the Prefect server", now.prefect_port, "TANDEM_PREFECT_PORT"))
    for name, port, variable in wanted:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just left is free
            try:
                probe.bind((now.host, port))
            except OSError as error:
                raise SettingsError(
                    f"port {port} on {now.host} for {name} cannot be had ({error.strerror}); set {variable} to another"
                ) from None
