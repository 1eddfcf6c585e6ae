"""`tandem map`: check the sheets, and try them over real records without writing anything."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tandem.errors import SheetError

if TYPE_CHECKING:
    from tandem.connectors.company import CompanySchema
    from tandem.mapping.notation import SheetFault
    from tandem.mapping.trial import Tried
    from tandem.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Sheets, lookups and rules: check them, try them on real records.")

FolderOption = Annotated[Path | None, typer.Option("--folder", help="Folder of the sheets; TANDEM_MAPPINGS if absent")]
SchemaOption = Annotated[Path | None, typer.Option("--schema", help="File with what the gateway's /schema answers")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")]


@app.command("check")
def check(
    folder: FolderOption = None,
    schema: SchemaOption = None,
    accounts: Annotated[Path | None, typer.Option("--accounts", help="File with what GET /accounts answers")] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the gateway for the company's columns and accounts")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Load every sheet, lookup and rule; print one line for each fault and end with 2 if there is any."""
    from tandem.mapping import Workbook
    from tandem.settings import settings

    columns, ledger = asyncio.run(_company(settings(), schema, accounts, online=online))
    where = folder or settings().mappings
    workbook, faults = Workbook.inspect(where, widths=columns.widths if columns else None, accounts=ledger)
    directions = [".".join(name) for name in workbook.directions] if workbook else []
    found = {
        "ok": not faults,
        "folder": str(where),
        "version": workbook.version if workbook else None,
        "directions": directions,
        "columns_checked": columns is not None,
        "accounts_checked": ledger is not None,
    }
    if as_json:
        _print(found | {"faults": [_fault(fault) for fault in faults]})
    elif faults:
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
    else:
        known = "checked" if columns else "not checked (give --schema or --online)"
        charted = "checked" if ledger is not None else "not checked (give --accounts or --online)"
        sys.stdout.write(f"{where}: {len(directions)} directions are right; columns {known}; accounts {charted}\n")
    if faults:
        raise typer.Exit(SheetError.exit_code)


def _fault(fault: SheetFault) -> dict[str, Any]:
    return {"file": fault.file, "line": fault.line, "field": fault.where, "message": fault.message}


async def _company(
    settings: Settings, schema: Path | None, accounts: Path | None, *, online: bool
) -> tuple[CompanySchema | None, frozenset[str] | None]:
    """The company's columns and the accounts of its ledger: out of files, and online what no file tells."""
    if schema is None and accounts is None and not online:
        return None, None
    from tandem.cli.ledger import accounts_in, accounts_of
    from tandem.cli.trials import schema_of, sides_of

    columns = schema_of(schema) if schema else None
    ledger = accounts_in(accounts) if accounts else None
    if not online or (columns is not None and ledger is not None):
        return columns, ledger
    async with sides_of(settings) as sides:
        return columns or await sides.schema(), ledger if ledger is not None else await accounts_of(sides)


@app.command("try")
def try_(
    entity: Annotated[str, typer.Argument(help="customer, order, shipment, product or stock")],
    last: Annotated[int, typer.Option("--last", min=1, help="So many of the newest records")] = 50,
    ids: Annotated[list[str] | None, typer.Option("--id", help="A number in the source system; repeat")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Records out of a JSON file instead")] = None,
    schema: SchemaOption = None,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what real records would become: what is cut, replaced or unmapped, and whether totals agree."""
    from tandem.cli.trials import Choice
    from tandem.mapping.trial import summary
    from tandem.settings import settings

    choice = Choice(last=last, ids=tuple(ids or ()), file=file)
    tried = asyncio.run(_try(settings(), entity, choice, schema, folder))
    if as_json:
        _print(summary(tried) | {"rows": [row.facts() for row in tried]})
    else:
        _show(tried, summary(tried))


async def _try(settings: Settings, entity: str, choice: Any, schema: Path | None, folder: Path | None) -> list[Tried]:
    from tandem.cli.trials import schema_of, sides_of, try_records

    columns = schema_of(schema) if schema else None
    async with sides_of(settings) as sides:
        return await try_records(sides, entity, choice, folder=folder or settings.mappings, schema=columns)


def _print(facts: dict[str, Any]) -> None:
    from tandem.values import dumps

    sys.stdout.write(dumps(facts) + "\n")


def _show(tried: Sequence[Tried], counts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(title="Nothing was written")
    for heading in ("record", "number", "would", "total", "difference", "what happened"):
        table.add_column(heading, overflow="fold")
    for row in tried:
        cells = (row.key, row.number, row.would, row.amount, row.difference, "\n".join(_events(row)))
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))
    console.print(table)
    console.print(Text(", ".join(f"{name} {value}" for name, value in counts.items())))


def _events(row: Tried) -> list[str]:
    from tandem.mapping.trial import KINDS

    happened = [line for kind in KINDS for line in row.lines(kind)]
    return [*row.reasons, *(f"{line.kind} {line.target or line.source}: {line.note}" for line in happened)]
