"""Has what a command put into the inbox taken soon: a drain is asked for where none is up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tandem.store import Store


def rouse(store: Store) -> None:
    """Ask for the drains that are wanted by now; without them the next sweep takes what waits."""
    from tandem import dispatch
    from tandem.errors import SettingsError, Unavailable
    from tandem.line import rousing
    from tandem.settings import settings

    connection = settings().connection
    if not (rousing.untended(store, connection) and dispatch.addressed()):
        return
    try:
        asyncio.run(rousing.rouse(store, connection))
    except (Unavailable, SettingsError) as error:
        typer.echo(f"No drain could be asked for: {error}; the next sweep takes what waits.", err=True)
