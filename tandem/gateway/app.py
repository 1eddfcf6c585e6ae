"""The gateway as an ASGI application, and how it is served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from tandem import __version__
from tandem.gateway.api import openapi
from tandem.gateway.api.context import Context
from tandem.gateway.api.handlers import HANDLERS
from tandem.gateway.api.paths import EncodedSlashes
from tandem.gateway.api.routes import ROUTERS
from tandem.settings import Settings

PREFIX = "/api/v1/sagepro"
_STOP_SECONDS = 10


def create_app(settings: Settings) -> FastAPI:
    """The gateway of one company.

    Raises:
        SettingsError: no API keys, or the company's time zone is missing.
        CompanyError: the company cannot be reached, or is not as it must be; names table and column.
    """
    context = Context.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        context.company.close()

    app = FastAPI(
        version=__version__,
        openapi_url="/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
    )
    app.state.context = context
    app.add_middleware(EncodedSlashes)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    openapi.install(app)
    return app


def serve(settings: Settings) -> None:
    """Serves the gateway until it is told to stop; requests under way are finished first.

    Raises:
        SettingsError: no API keys, or the company's time zone is missing.
        CompanyError: the company cannot be reached, or is not as it must be.
    """
    address = settings.url_of("gateway")
    config = uvicorn.Config(
        create_app(settings),
        http="h11",  # over-long addresses get a documented answer from it, and a bare 400 from httptools
        host=settings.host,
        port=int(address.rpartition(":")[2]),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        server_header=False,
    )
    uvicorn.Server(config).run()
