"""`tandem status`: counts by entity and state, what waits and since when, what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from tandem.store import Record, Status, Unused
    from tandem.store.demand import Outstanding
    from tandem.store.pauses import Pause


def status(
    find: Annotated[str | None, typer.Option("--find", help="A number of either system: show that record")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else")] = False,
) -> None:
    """Show how many records are in which state, what waits, and what the receiver refused."""
    from tandem.settings import settings
    from tandem.store import Store

    store = Store.open(settings().store_url)
    try:
        if find is not None:
            found = store.ledger.find(find)
            passes = [store.ledger.history(r.connection, r.entity, r.key) for r in found]
            _print_found(find, found, passes, list(store.inbox.unused([find]).values()), as_json=as_json)
        else:
            standing = store.pauses.standing()
            _print_status(store.status(), standing, store.demand.outstanding(), as_json=as_json)
    finally:
        store.close()


def status_facts(status: Status, away: Sequence[Pause] = (), demand: Sequence[Outstanding] = ()) -> dict[str, Any]:
    """The status as one JSON object."""
    refused = {
        connection: {name: n for name, n in numbers.items() if name.startswith("refused")}
        for connection, numbers in status.counters.items()
    }
    return {
        "at": status.at,
        "records": status.counts,
        "waiting": status.waiting,
        "leased": status.leased,
        "postponed": status.postponed,
        "oldest_waiting": status.oldest_waiting,
        "lag_seconds": round(status.lag_seconds, 3),
        "open_letters": status.open_letters,
        "unsent_alerts": status.unsent_alerts,
        "refused": {connection: numbers for connection, numbers in refused.items() if numbers},
        "counters": status.counters,
        "away": [
            {name: getattr(pause, name) for name in ("connection", "system", "since", "until", "reason", "failures")}
            for pause in away
        ],
        "demand": [asdict(taken) | {"age_seconds": _age(status, taken)} for taken in demand],
        "drains": [asdict(drain) | {"entities": sorted(drain.entities)} for drain in status.drains],
    }


def _age(status: Status, taken: Outstanding) -> float:
    return round(max((status.at - taken.since).total_seconds(), 0.0), 3)


def _print_status(status: Status, away: Sequence[Pause], demand: Sequence[Outstanding], *, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from tandem.values import dumps

    if as_json:
        typer.echo(dumps(status_facts(status, away, demand)))
        return
    table = Table(title="Records")
    for column in ("connection", "entity", "state", "records", "waiting"):
        table.add_column(column, justify="right" if column in ("records", "waiting") else "left")
    for connection, entity, state, n, waiting in _rows(status):
        table.add_row(connection, entity, state, str(n), str(waiting) if waiting else "")
    console = Console()
    console.print(table)
    for sentence in (*map(_absence, away), *(_taken(status, taken) for taken in demand), *_sentences(status)):
        console.print(sentence, highlight=False, markup=False)


def _rows(status: Status) -> list[tuple[str, str, str, int, int]]:
    rows = []
    for connection, entities in status.counts.items():
        for entity, states in entities.items():
            waiting = status.waiting.get(connection, {}).get(entity, 0)
            for state, n in states.items():
                rows.append((connection, entity, str(state), n, waiting))
                waiting = 0
    return rows


def _sentences(status: Status) -> list[str]:
    oldest = status.oldest_waiting
    waits = f"Oldest waiting: {oldest.isoformat(timespec='seconds')}" if oldest else "Nothing waits"
    drains = ", ".join(sorted({entity for drain in status.drains for entity in drain.entities})) or "none"
    return [
        f"{waits}; lag {status.lag_seconds:.1f} s; in work {status.leased}; postponed {status.postponed}",
        f"Open letters: {status.open_letters}; alerts to send: {status.unsent_alerts}; drains up: {drains}",
        *(
            f"{connection}: {name}: {n}"
            for connection, numbers in status.counters.items()
            for name, n in _sorted(numbers)
        ),
    ]


def _taken(status: Status, taken: Outstanding) -> str:
    """What is sold and not in the target's books yet, and how old the oldest of it is."""
    age = timedelta(seconds=int(_age(status, taken)))
    what = f"{taken.lines} lines of {taken.records} {taken.entity} records, the oldest for {age}"
    return f"{taken.connection}: sold, not in Sage Pro yet, and kept back from the shop's stock: {what}"


def _absence(pause: Pause) -> str:
    since, look = (moment.isoformat(timespec="seconds") for moment in (pause.since, pause.until))
    looks = f"{pause.failures} looks in vain" if pause.failures > 1 else "1 look in vain"
    return f"{pause.connection}: {pause.system} is away since {since}, next look {look}, {looks}: {pause.reason}"


def _sorted(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))


def _print_found(number: str, found: list[Record], passes: list[Any], unused: list[Unused], *, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from tandem.values import dumps

    if as_json:
        records = [
            asdict(r) | {"passes": [asdict(line) for line in lines]} for r, lines in zip(found, passes, strict=True)
        ]
        typer.echo(dumps({"number": number, "records": records, "unused": [asdict(event) for event in unused]}))
        return
    console = Console()
    for event in unused:
        console.print(f"{event.key}: {event.state}, {event.reason}", highlight=False, markup=False)
    if not found and not unused:
        console.print(f"No record goes by {number}.", highlight=False, markup=False)
    for record, lines in zip(found, passes, strict=True):
        table = Table(title=f"{record.entity} {record.key} ({record.connection}, company {record.company})")
        for column in ("at", "state", "target", "amount", "reason"):
            table.add_column(column)
        for line in lines:
            amount = "" if line.amount is None else f"{line.amount} {line.currency or ''}".strip()
            at = line.at.isoformat(timespec="seconds")
            table.add_row(at, str(line.state), line.target or "", amount, line.reason)
        console.print(table)
        console.print(f"Now {record.state}: {record.reason or 'no reason needed'}", highlight=False, markup=False)
