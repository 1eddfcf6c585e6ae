"""`tandem serve`: one of Tandem's services in this process; `tandem up` runs all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from tandem.errors import SettingsError
from tandem.settings import Settings, settings

WATCHER = "watcher"
"""It listens nowhere: it posts."""


def serve(service: Annotated[str, typer.Argument(help="gateway, watcher, sandbox or ingress")]) -> None:
    """Run one of Tandem's services until it is told to stop."""
    now = settings()
    if service == WATCHER:
        from tandem.gateway.watch.service import serve as watch

        watch(now)
        return
    if service not in APPS:
        raise SettingsError(f"{service!r} is no service of Tandem; it has {', '.join((*APPS, WATCHER))}")
    import uvicorn

    host, port = now.url_of(service).removeprefix("http://").rsplit(":", 1)
    # The event loop and the parser in C (uvloop, httptools) are used where they are installed: uvicorn looks for them.
    uvicorn.run(
        APPS[service](now),
        # An address that is too long gets a documented answer from h11, and a bare 400 from httptools.
        http="h11" if service == "gateway" else "auto",
        host=host,
        port=int(port),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


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
