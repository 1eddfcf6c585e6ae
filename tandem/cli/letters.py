"""`tandem letters`: the dead-letter desk at the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tandem.cli.person import person
from tandem.cli.rousing import rouse
from tandem.entities.state import Fault, State
from tandem.errors import TandemError

if TYPE_CHECKING:
    from tandem.store import Letter, Store

app = typer.Typer(no_args_is_help=True, help="Records that a person must look at: list, mend, put back.")

COLUMNS = ("id", "state", "entity", "key", "number", "fault", "attempts", "version", "opened_at", "reason")

StateOption = Annotated[State | None, typer.Option("--state", help="HELD or DEAD")]
EntityOption = Annotated[str | None, typer.Option("--entity", help="order, customer, ...")]
FaultOption = Annotated[Fault | None, typer.Option("--fault", help="Class of the fault")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")]
WhoOption = Annotated[
    str | None, typer.Option("--who", help="Your name on the record; TANDEM_OPERATOR or your login if absent")
]
LetterArgument = Annotated[int, typer.Argument(help="Number of the letter")]


@app.command("list")
def list_letters(
    state: StateOption = None,
    entity: EntityOption = None,
    fault: FaultOption = None,
    closed: Annotated[bool, typer.Option("--closed", help="Closed letters too")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1)] = 500,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write them to this file")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the letters on the desk."""
    from tandem.cli.spreadsheet import write_csv

    with _store() as store:
        found = store.letters.list(state=state, entity=entity, fault=fault, closed=closed, limit=limit)
    if csv is not None:
        write_csv(csv, COLUMNS, (asdict(letter) for letter in found))
    if as_json:
        _print_json({"letters": [_facts(letter) for letter in found]})
    else:
        _print_table(found)


@app.command()
def show(letter: LetterArgument, as_json: JsonOption = False) -> None:
    """Show one letter: the record, what was to be written, what is wrong, and its history."""
    with _store() as store:
        found = store.letters.show(letter)
    if as_json:
        _print_json(_facts(found))
        return
    typer.echo(f"Letter {found.id}: {found.entity} {found.key} is {found.state} ({found.fault or 'no fault'})")
    typer.echo(found.reason)
    if found.closed_at is not None:
        typer.echo(f"Closed: {found.closed_how}")
    for title, document in (("Record", found.payload), ("To be written", found.document)):
        if document is not None:
            typer.echo(f"\n{title}:\n{_pretty(document)}")
    for change in found.history:
        typer.echo(f"{change.at.isoformat(timespec='seconds')} {change.action} {change.who} (version {change.version})")


@app.command()
def edit(
    letter: LetterArgument,
    file: Annotated[
        Path | None, typer.Option("--file", help="JSON to put in place of the record; - reads standard input")
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", help="PATH=VALUE, such as lineItems.0.sku=ABC-1; may be repeated")
    ] = None,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a corrected record in place for the next replay: a whole file, or single values."""
    from tandem.cli.correction import assigned, read
    from tandem.values import utc_now

    if (file is None) == (not assignments):
        raise TandemError("say what to correct: --file FILE for the whole record, or --set PATH=VALUE")
    with _store() as store:
        payload = read(file) if file else assigned(store.letters.show(letter).payload or {}, assignments or [])
        version = store.letters.edit(letter, payload, person(who), utc_now())
    _say({"letter": letter, "version": version}, f"Letter {letter} is at version {version}.", as_json)


@app.command()
def replay(
    letters: Annotated[list[int] | None, typer.Argument(help="Numbers of the letters")] = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="All open ones that the filters leave")] = False,
    state: StateOption = None,
    entity: EntityOption = None,
    fault: FaultOption = None,
    approve: Annotated[bool, typer.Option("--approve", help="Let pass what a business rule holds")] = False,
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put letters back into the inbox; asking twice puts them back once."""
    from tandem.values import utc_now

    if bool(letters) == all_of_them:
        raise TandemError("name the letters to replay, or say --all with the filters that choose them")
    with _store() as store:
        if all_of_them:
            found = store.letters.list(state=state, entity=entity, fault=fault, limit=1_000_000)
            letters = [letter.id for letter in found]
        chosen = letters or []
        count = store.letters.replay(chosen, person(who), utc_now(), approve=approve)
        rouse(store)
    facts = {"asked": len(chosen), "replayed": count}
    _say(facts, f"{count} of {len(chosen)} letters went back into the inbox.", as_json)


@app.command("give-up")
def give_up(
    letter: LetterArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why nobody will mend this record")],
    who: WhoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a letter for good; its record becomes SKIPPED with your reason."""
    with _store() as store:
        store.letters.give_up(letter, reason, person(who))
        rouse(store)  # what it took from stock is told to the shop
    _say({"letter": letter, "state": State.SKIPPED}, f"Letter {letter} is closed.", as_json)


@contextmanager
def _store() -> Iterator[Store]:
    from tandem.settings import settings
    from tandem.store import Store

    store = Store.open(settings().store_url)
    try:
        yield store
    except (KeyError, ValueError) as error:
        raise TandemError(str(error.args[0])) from error
    finally:
        store.close()


def _facts(letter: Letter) -> dict[str, Any]:
    return asdict(letter)


def _say(facts: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        _print_json(facts)
    else:
        typer.echo(sentence)


def _print_json(facts: dict[str, Any]) -> None:
    from tandem.values import dumps

    typer.echo(dumps(facts))


def _pretty(document: dict[str, Any]) -> str:
    import simplejson

    return str(simplejson.dumps(document, use_decimal=True, indent=2, ensure_ascii=False))


def _print_table(letters: list[Letter]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{len(letters)} letters")
    for column in COLUMNS:
        table.add_column(column)
    for letter in letters:
        facts = asdict(letter) | {"opened_at": letter.opened_at.isoformat(timespec="seconds")}
        table.add_row(*(Text("" if facts[name] is None else str(facts[name])) for name in COLUMNS))
    Console().print(table)
