"""The accounts of the company's ledger, for `tandem map check`: out of a file, or asked of the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tandem.entities.declaration import System
from tandem.errors import SettingsError
from tandem.values import loads

if TYPE_CHECKING:
    from tandem.cli.trials import Sides


async def accounts_of(sides: Sides) -> frozenset[str]:
    """Every account of GLACNT, from the gateway.

    Raises:
        ConnectorError: it does not answer, or knows no accounts.
    """
    company = sides[System.SAGEPRO]
    pages = company.changed("accounts", since=None)
    return frozenset([company.key("accounts", record) async for page in pages for record in page])


def accounts_in(path: Path) -> frozenset[str]:
    """The accounts out of a file with what GET /accounts answers.

    Raises:
        SettingsError: it cannot be read, or holds something else.
    """
    try:
        content = loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"--accounts {path}: {error}") from None
    items = content.get("Items") if isinstance(content, dict) else content
    if not isinstance(items, list) or not all(isinstance(one, dict) and one.get("Account") for one in items):
        raise SettingsError(f"--accounts {path}: a list of accounts is needed, as GET /accounts answers it")
    return frozenset(str(one["Account"]) for one in items)
