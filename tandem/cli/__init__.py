"""The command `tandem`: one module per command, imported when it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
import typer.core
import typer.main

from tandem.errors import TandemError

COMMANDS = {
    "up": "tandem.cli.up:up",
    "demo": "tandem.cli.demo:demo",
    "status": "tandem.cli.status:status",
    "reconcile": "tandem.cli.reconcile:app",
    "unlinked": "tandem.cli.unlinked:unlinked",
    "letters": "tandem.cli.letters:app",
    "map": "tandem.cli.map:app",
    "backfill": "tandem.cli.backfill:backfill",
    "company": "tandem.cli.company:app",
    "serve": "tandem.cli.serve:serve",
}
"""Each command and where it stands: a function, or an application with commands of its own."""


class _Lazy(typer.core.TyperGroup):
    """Imports a command only when it is asked for: starting `tandem status` must not cost what `demo` needs."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002, RUF100
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002, RUF100
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            group = typer.main.get_command(found)
        else:
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(found)
            group = typer.main.get_command(single)
        group.name = cmd_name
        return group


app = typer.Typer(cls=_Lazy, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _settle(ctx: typer.Context) -> None:
    """Keep a Sage Pro ERP company and a Clarity eCommerce store in step."""
    from tandem.cli import environment

    if ctx.invoked_subcommand != "demo":  # it has a folder and secrets of its own
        environment.adopt()


def main(arguments: list[str] | None = None) -> None:
    """Run a command; what goes wrong on purpose is one sentence on standard error and an exit code."""
    try:
        app(args=arguments, prog_name="tandem")
    except TandemError as error:
        sys.stderr.write(f"tandem: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
