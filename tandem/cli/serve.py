"""`tandem serve`: one of Tandem's HTTP services in this process; `tandem up` runs all of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

from tandem.errors import SettingsError
from tandem.settings import settings

APPS = {
    "gateway": "tandem.gateway.app:from_settings",
    "sandbox": "tandem.sandbox.app:from_settings",
    "ingress": "tandem.ingress.app:from_settings",
}
"""Where each service's application is made from the settings."""


def serve(service: Annotated[str, typer.Argument(help="gateway, sandbox or ingress")]) -> None:
    """Serve one of Tandem's HTTP services until it is told to stop."""
    if service not in APPS:
        raise SettingsError(f"{service!r} is no service of Tandem; it has {', '.join(APPS)}")
    import uvicorn

    now = settings()
    module, name = APPS[service].split(":")
    make: Callable[[], Any] = getattr(import_module(module), name)
    host, port = now.url_of(service).removeprefix("http://").rsplit(":", 1)
    uvicorn.run(make(), host=host, port=int(port), log_level="warning", timeout_graceful_shutdown=5)
