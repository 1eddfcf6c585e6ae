"""`tandem company`: make the embedded Sage Pro company, make a real one ready, describe any."""

from __future__ import annotations

from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="The Sage Pro company: create the embedded one, prepare or describe any.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")]
UrlOption = Annotated[str | None, typer.Option("--url", help="Another company than TANDEM_SAGEPRO_DATABASE_URL names")]


@app.command()
def create(
    currency: Annotated[str, typer.Option("--currency", help="Currency of the company's books")] = "USD",
    last_order: Annotated[
        int, typer.Option("--last-order", min=0, max=9_999_999_998, help="Last order number in use")
    ] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Make the embedded company with its counters, locations and service items; one that is there is left alone."""
    from tandem.gateway.company.company import Policy
    from tandem.gateway.company.create import create_company
    from tandem.settings import settings

    told = settings()
    create_company(told.company_url, Policy.of(told), currency=currency, last_order=last_order)
    where = told.company_url.removeprefix("sqlite:///")
    _say({"company": told.company, "path": where}, f"Company {told.company} was made in {where}.", as_json)


@app.command()
def prepare(url: UrlOption = None, as_json: JsonOption = False) -> None:
    """Add Tandem's companion tables to a company that Sage Pro made; Sage Pro's own tables are not touched."""
    from tandem.gateway.company.create import prepare_company
    from tandem.settings import settings

    added = prepare_company(url or settings().company_url)
    _say({"added": added}, f"Added: {', '.join(added) or 'nothing, all companion tables are there'}.", as_json)


@app.command()
def check(as_json: JsonOption = False) -> None:
    """Find orders that are only partly there, by their control totals; ends with 1 if there is one."""
    from dataclasses import asdict

    from tandem.gateway.company.company import Company
    from tandem.gateway.orders.staged.partial import partial_documents
    from tandem.settings import settings

    company = Company.open(settings())
    try:
        with company.read() as connection:
            found = partial_documents(connection, company)
    finally:
        company.close()
    lines = [f"Sales order {partial.sono} (order {partial.extid} of the shop): {partial.what}" for partial in found]
    told = "\n".join(lines) or "Every order is whole."
    _say({"partial": [asdict(partial) for partial in found]}, told, as_json)
    if found:
        raise typer.Exit(1)


@app.command()
def describe(url: UrlOption = None, as_json: JsonOption = False) -> None:
    """Show columns, widths and counters of a company, and none of its data."""
    from tandem.gateway.company.describe import describe_company
    from tandem.settings import settings
    from tandem.values import dumps

    told = settings()
    found = describe_company(url or told.company_url, system_schema=told.sagepro_system_schema)
    if as_json:
        typer.echo(dumps(found))
    else:
        _print(found)


def _say(facts: dict[str, Any], sentence: str, as_json: bool) -> None:
    from tandem.values import dumps

    typer.echo(dumps(facts) if as_json else sentence)


def _print(found: dict[str, Any]) -> None:
    for name, table in found["tables"].items():
        typer.echo(f"{name} ({table['title']})")
        for column in table["columns"]:
            typer.echo(f"  {column['column']:<12} {_sized(column):<24} {_meaning(column)}".rstrip())
    typer.echo("Counters")
    for counter in found["counters"]:
        state = "disabled" if counter["disabled"] else f"last number {counter['last_number']}"
        typer.echo(f"  {counter['table']} {counter['sysid']}: {state}")
    if found["missing"]:
        typer.echo(f"Not there: {', '.join(found['missing'])}")
    for complaint in found["complaints"]:
        typer.echo(f"Not usable: {complaint}")


def _sized(column: dict[str, Any]) -> str:
    size = ",".join(str(column[part]) for part in ("width", "scale") if column[part] is not None)
    return f"{column['type']}({size})" if size else str(column["type"])


def _meaning(column: dict[str, Any]) -> str:
    if column["field"] is None:
        return "of the site's own"
    return "" if column["field"] == column["column"] else f"as {column['field']}"
