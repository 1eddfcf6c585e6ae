"""Whose name stands on what a person does."""

from __future__ import annotations

import getpass

from tandem.errors import TandemError


def person(who: str | None) -> str:
    """Who did it: as told, as the setting says, or the login.

    Raises:
        TandemError: none of them says it, as under a container's nameless user.
    """
    from tandem.settings import settings

    try:
        return (who or settings().operator).strip() or getpass.getuser()
    except (KeyError, OSError):
        raise TandemError("say who you are, with --who NAME or TANDEM_OPERATOR") from None
