"""`tandem status` and `tandem letters` over a store that holds something."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from tandem import dispatch
from tandem.cli import letters as letters_module
from tandem.cli.correction import assigned, read
from tandem.cli.letters import app
from tandem.cli.status import status
from tandem.entities.cargo import Cargo
from tandem.entities.declaration import System
from tandem.entities.state import Outcome, State, dead, held
from tandem.entities.takes import Need
from tandem.errors import TandemError
from tandem.settings import settings
from tandem.store import Event, Store
from tandem.store.pauses import Failure

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECORD = {"orderId": "1", "orderNumber": "W-1", "lineItems": [{"sku": "X", "quantity": Decimal("1.50")}]}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """One order applied, one held, one dead, one waiting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    opened = Store.open(settings().store_url)
    outcomes = [
        Outcome(state=State.APPLIED, target="1001", amount=Decimal("12.50"), currency="USD"),
        held("=name is too long"),
        dead("unknown item X", item="X"),
    ]
    opened.inbox.put([_event(n) for n in range(1, 5)])
    taken = opened.inbox.claim("main", "order", System.CLARITY, limit=3, owner="a", lease_seconds=60, now=NOW)
    for n, (message, outcome) in enumerate(zip(taken, outcomes, strict=True), start=1):
        record = {**RECORD, "orderId": str(n), "orderNumber": f"W-{n}"}
        opened.ledger.settle([Cargo(message=message, outcome=outcome, record=record)], "a", NOW)
    opened.counters.add("main", "refused clarity signature", 3)
    yield opened
    opened.close()
    settings.cache_clear()


def _event(number: int) -> Event:
    return Event(
        connection="main",
        company="01",
        source=System.CLARITY,
        event_id=f"m{number}",
        event_type="order.created",
        entity="order",
        key=str(number),
        received_at=NOW,
    )


def run(*arguments: str, of: typer.Typer = app, **given: Any) -> Result:
    result = CliRunner().invoke(of, list(arguments), **given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run_status(*arguments: str) -> str:
    single = typer.Typer()
    single.command()(status)
    return run(*arguments, of=single).stdout


def facts(*arguments: str) -> Any:
    """The one JSON object that a command prints."""
    return json.loads(run(*arguments, "--json").stdout)


def test_status_is_one_json_object(store: Store) -> None:
    told = json.loads(run_status("--json"))
    assert told["records"] == {"main": {"order": {"APPLIED": 1, "DEAD": 1, "HELD": 1, "WAITING": 1}}}
    assert told["waiting"] == {"main": {"order": 1}}
    assert told["oldest_waiting"] == NOW.isoformat()
    assert told["lag_seconds"] > 0
    assert told["refused"] == {"main": {"refused clarity signature": 3}}
    assert (told["open_letters"], told["drains"]) == (2, [])


def test_status_for_people_says_the_same(store: Store) -> None:
    told = run_status()
    for words in ("APPLIED", "HELD", "WAITING", "Oldest waiting: 2026-03-02T09:00:00", "Open letters: 2"):
        assert words in told
    assert "refused clarity signature: 3" in told


def test_status_tells_what_is_sold_and_not_entered_yet_and_since_when(store: Store) -> None:
    assert json.loads(run_status("--json"))["demand"] == []
    needs = tuple(Need(line=str(n), sku="POT", quantity=Decimal(2)) for n in range(2))
    sold = Event(
        connection="main", company="01", source=System.CLARITY, event_id="sold", event_type="order.created",
        entity="order", key="77", received_at=NOW, needs=needs,
    )  # fmt: skip
    store.inbox.put([sold])
    (told,) = json.loads(run_status("--json"))["demand"]
    assert (told["entity"], told["records"], told["lines"], told["since"]) == ("order", 1, 2, NOW.isoformat())
    assert told["age_seconds"] > 0
    assert "sold, not in Sage Pro yet, and kept back from the shop's stock: 2 lines of 1 order records" in " ".join(
        run_status().split()
    )


def test_case_040_status_shows_a_side_that_is_away(store: Store) -> None:
    assert json.loads(run_status("--json"))["away"] == []
    reason = "Sage Pro gateway: GET orders got no answer (ConnectError)"
    failure = Failure(connection="main", system="sagepro", owner="a", at=NOW, reason=reason)
    store.pauses.note(failure, lambda _: 30)
    (away,) = json.loads(run_status("--json"))["away"]
    assert (away["connection"], away["system"], away["failures"], away["reason"]) == ("main", "sagepro", 1, reason)
    assert (away["since"], away["until"]) == (NOW.isoformat(), (NOW + timedelta(seconds=30)).isoformat())
    told = " ".join(run_status().split())
    assert "main: sagepro is away since 2026-03-02T09:00:00+00:00, next look 2026-03-02T09:00:30+00:00" in told
    assert reason in told
    store.pauses.over("main", "sagepro", owner="a", answered=NOW, now=NOW + timedelta(minutes=1))
    assert json.loads(run_status("--json"))["away"] == []
    assert "is away" not in run_status()


@pytest.mark.parametrize("number", ["1", "W-1", "1001"])
def test_a_record_is_found_by_either_number(store: Store, number: str) -> None:
    told = json.loads(run_status("--find", number, "--json"))
    assert told["number"] == number
    (record,) = told["records"]
    assert (record["key"], record["target"], record["state"]) == ("1", "1001", "APPLIED")
    assert [line["state"] for line in record["passes"]] == ["APPLIED"]
    assert "order 1 (main, company 01)" in run_status("--find", number)


def test_what_is_not_found_is_said(store: Store) -> None:
    told = json.loads(run_status("--find", "nothing", "--json"))
    assert told == {"number": "nothing", "records": [], "unused": []}
    assert "No record goes by nothing." in run_status("--find", "nothing")


def test_an_event_that_nobody_uses_is_found_by_its_number(store: Store) -> None:
    store.inbox.put([replace(_event(9), entity=None, key="RET-9", event_type="return.updated")])
    told = json.loads(run_status("--find", "RET-9", "--json"))
    assert [(event["key"], event["state"]) for event in told["unused"]] == [("RET-9", "SKIPPED")]
    assert "RET-9: SKIPPED" in run_status("--find", "RET-9")


def test_letters_are_listed_and_filtered(store: Store) -> None:
    assert [letter["key"] for letter in facts("list")["letters"]] == ["2", "3"]
    assert [letter["key"] for letter in facts("list", "--state", "HELD")["letters"]] == ["2"]
    assert facts("list", "--entity", "customer") == {"letters": []}
    assert [letter["key"] for letter in facts("list", "--fault", "data", "--limit", "1")["letters"]] == ["2"]
    told = run("list").stdout
    assert "unknown item X" in told
    assert "2 letters" in told


def test_case_132_letters_are_exported_without_formulas(store: Store, tmp_path: Path) -> None:
    run("list", "--csv", str(tmp_path / "letters.csv"))
    with (tmp_path / "letters.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["key"], row["state"], row["reason"]) for row in rows] == [
        ("2", "HELD", "'=name is too long"),
        ("3", "DEAD", "unknown item X"),
    ]


def test_a_letter_is_shown_whole(store: Store) -> None:
    told = facts("show", "2")
    assert (told["key"], told["detail"], told["payload"]["lineItems"][0]["quantity"]) == ("3", {"item": "X"}, 1.5)
    text = run("show", "2").stdout
    assert "order 3 is DEAD (data)" in text
    assert '"quantity": 1.50' in text


def test_case_047_a_letter_is_edited_by_path_or_by_file(store: Store, tmp_path: Path) -> None:
    edited = facts("edit", "2", "--set", "lineItems.0.sku=ABC-1", "--set", "total=12.50", "--who", "pat")
    assert edited == {"letter": 2, "version": 2}
    letter = store.letters.show(2)
    assert letter.payload is not None
    assert letter.payload["lineItems"] == [{"sku": "ABC-1", "quantity": Decimal("1.50")}]
    assert str(letter.payload["total"]) == "12.50"
    (tmp_path / "mended.json").write_text('{"orderId": "3"}')
    assert "at version 3" in run("edit", "2", "--file", str(tmp_path / "mended.json")).stdout
    run("edit", "2", "--file", "-", input='{"orderId": "3", "n": 2}')
    assert store.letters.show(2).payload == {"orderId": "3", "n": 2}
    assert "edited pat (version 2)" in run("show", "2").stdout


def test_case_046_replaying_twice_puts_a_letter_back_once(store: Store) -> None:
    assert facts("replay", "1") == {"asked": 1, "replayed": 1}
    assert facts("replay", "1") == {"asked": 1, "replayed": 0}
    assert facts("replay", "--all", "--state", "DEAD") == {"asked": 1, "replayed": 1}
    assert "0 of 2 letters" in run("replay", "--all").stdout


def test_giving_up_ends_a_letter(store: Store) -> None:
    assert facts("give-up", "1", "--reason", "phoned the customer") == {"letter": 1, "state": "SKIPPED"}
    assert "Letter 2 is closed." in run("give-up", "2", "--reason", "so be it").stdout
    assert facts("list") == {"letters": []}
    assert [letter["closed_how"] for letter in facts("list", "--closed")["letters"]] == [
        "given up: phoned the customer",
        "given up: so be it",
    ]
    assert "Closed: given up: so be it" in run("show", "2").stdout


def test_giving_up_has_what_was_taken_told_soon(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    held = replace(_event(1), event_id="more", key="2", needs=(Need(line="1", sku="POT", quantity=Decimal(2)),))
    stock = Event(
        connection="main", company="01", source=System.SAGEPRO, event_id="s", event_type="stock.updated",
        entity="stock", key="POT|MAIN", received_at=NOW,
    )  # fmt: skip
    store.inbox.put([stock])
    for entity, source in (("stock", System.SAGEPRO), ("order", System.CLARITY)):
        for event in ([held], []):
            store.inbox.put(event)
            taken = store.inbox.claim("main", entity, source, limit=9, owner="a", lease_seconds=60, now=NOW)
            done = Outcome(state=State.HELD if entity == "order" else State.NOOP, reason="by a rule")
            store.ledger.settle([Cargo(message=m, outcome=done, record=RECORD) for m in taken], "a", NOW)
    asked: list[set[str]] = []

    async def wake(entities: Iterable[str]) -> None:
        asked.append(set(entities))

    monkeypatch.setattr(dispatch, "wake", wake)
    run("replay", "1")
    assert asked == [], "no Prefect server is known here: none is started for a question"
    monkeypatch.setattr(dispatch, "addressed", lambda: True)
    (letter,) = [letter["id"] for letter in facts("list")["letters"] if letter["key"] == "2"]
    run("give-up", str(letter), "--reason", "phoned the customer")
    assert asked == [{"stock", "order"}]


def test_case_047_a_change_bears_the_name_of_a_person(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_OPERATOR", "sam")
    settings.cache_clear()
    run("edit", "1", "--set", "orderNumber=W-9")
    run("edit", "1", "--set", "orderNumber=W-8", "--who", "pat")
    run("replay", "1")
    assert [(c.action, c.who, c.version) for c in store.letters.show(1).history] == [
        ("edited", "sam", 2),
        ("edited", "pat", 3),
        ("replayed", "sam", 3),
    ]
    first, second, _ = facts("show", "1")["history"]
    assert (first["before"]["orderNumber"], first["after"]["orderNumber"]) == ("W-2", "W-9")
    assert (second["before"]["orderNumber"], second["after"]["orderNumber"]) == ("W-9", "W-8")


def test_a_user_without_a_name_must_say_who(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(TandemError, match="--who NAME or TANDEM_OPERATOR"):
        run("give-up", "1", "--reason", "phoned the customer")
    assert len(facts("list")["letters"]) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "9"], "there is no letter 9"),
        (["give-up", "1", "--reason", " "], "needs a reason"),
        (["edit", "1"], "say what to correct"),
        (["edit", "1", "--set", "x"], "write PATH=VALUE"),
        (["edit", "1", "--set", "lineItems.7.sku=1"], "has no '7' there"),
        (["edit", "1", "--set", "nothing.there=1"], "has no 'nothing' there"),
        (["edit", "1", "--set", "orderId.x=1"], "'x' lies below a value"),
        (["edit", "1", "--file", "missing.json"], "No such file"),
        (["replay"], "name the letters to replay"),
        (["replay", "1", "--all"], "name the letters to replay"),
    ],
)
def test_what_is_wrong_is_one_sentence(store: Store, arguments: list[str], sentence: str) -> None:
    with pytest.raises(TandemError, match=sentence):
        run(*arguments)


@pytest.mark.parametrize(("text", "sentence"), [("{", "is not JSON"), ("[]", "must hold one JSON object")])
def test_a_correction_must_be_a_json_object(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(TandemError, match=sentence):
        read(tmp_path / "x.json")


def test_a_correction_leaves_the_record_it_was_made_from_alone() -> None:
    before = {"a": [{"b": 1}], "c": None}
    assert assigned(before, ["a.0.b=text", "d={}", "c=null", "a.0=5"]) == {"a": [5], "c": None, "d": {}}
    assert before == {"a": [{"b": 1}], "c": None}


def test_importing_the_commands_costs_no_database_library() -> None:
    import subprocess
    import sys

    code = f"import sys, {letters_module.__name__}, tandem.cli.status; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
