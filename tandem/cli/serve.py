"""`tandem serve`: one of Tandem's HTTP services in this process; `tandem up` runs all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from tandem.errors import SettingsError
from tandem.settings import Settings, settings


def serve(service: Annotated[str, typer.Argument(help="gateway, sandbox or ingress")]) -> None:
    """Serve one of Tandem's HTTP services until it is told to stop."""
    if service not in APPS:
        raise SettingsError(f"{service!r} is no service of Tandem; it has {', '.join(APPS)}")
    import uvicorn

    now = settings()
    host, port = now.url_of(service).removeprefix("http://").rsplit(":", 1)
    uvicorn.run(APPS[service](now), host=host, port=int(port), log_level="warning", timeout_graceful_shutdown=5)


def _gateway(now: Settings) -> Any:
    from tandem.gateway.app import create_app

    return create_app(now)


def _sandbox(_now: Settings) -> Any:
    from tandem.sandbox.app import from_settings

    return from_settings()


def _ingress(_now: Settings) -> Any:
    from tandem.ingress.app import from_settings

    return from_settings()


APPS: dict[str, Callable[[Settings], Any]] = {"gateway": _gateway, "sandbox": _sandbox, "ingress": _ingress}
"""Each service and how its application is made."""
