"""`tandem map check` and `tandem map try`, over files and over systems that may only be read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tandem.cli import ledger, trials
from tandem.cli.map import app
from tandem.connectors.company import CompanySchema
from tandem.entities.declaration import System
from tandem.errors import Refused, SettingsError
from tandem.gateway.company.chart import ACCOUNTS
from tandem.settings import Settings, settings
from tandem.values import dumps

from . import making
from .conftest import MAPPINGS

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Readable:
    """A system that knows how to read and has no way to write."""

    def __init__(self, key: str, records: Mapping[str, Any]) -> None:
        self.key_name = key
        self.records = dict(records)
        self.asked: list[Any] = []

    async def read(self, resource: str, keys: Sequence[str]) -> dict[str, Any]:
        self.asked.append((resource, tuple(keys)))
        return {key: self.records.get(key) for key in keys}

    async def changed(
        self, resource: str, *, since: datetime | None, until: Any = None, after: Any = None, by: str = "updated"
    ) -> AsyncIterator[list[Any]]:
        self.asked.append((resource, since))
        found = [r for r in self.records.values() if since is None or self.stamp(resource, r) >= since]
        found.sort(key=lambda record: self.stamp(resource, record))
        for at in range(0, len(found), 2):
            yield found[at : at + 2]

    def key(self, resource: str, record: Any) -> str:
        return str(record[self.key_name])

    def stamp(self, resource: str, record: Any) -> datetime:
        stamp = record.get("updatedDate") or record["UpdatedAt"]
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC)

    async def aclose(self) -> None:
        self.asked.append("closed")


def order_at(number: int, hours: float) -> Any:
    moment = (NOW - timedelta(hours=hours)).replace(tzinfo=None)
    return making.order(orderId=str(number), updatedDate=moment.isoformat())


@pytest.fixture
def schema(widths: Mapping[str, int]) -> dict[str, Any]:
    """What the gateway's /schema answers."""
    tables: dict[str, dict[str, Any]] = {}
    for name, width in widths.items():
        table, column = name.split(".")
        tables.setdefault(table, {})[column] = {"Type": "char", "Width": width, "Scale": None}
    for column, scale in (("price", 4), ("disc", 3), ("qtyord", 0)):
        tables["sotran"][column] = {"Type": "numeric", "Width": 12, "Scale": scale}
    return {"Company": "01", "Currency": "USD", "Tables": tables, "Counters": {}}


@pytest.fixture
def around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: dict[str, Any]) -> Iterator[Path]:
    """A working folder with a schema file and the settings of a connection."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_CLARITY_ZONE", "America/Chicago")
    monkeypatch.setenv("TANDEM_MAPPINGS", str(MAPPINGS))
    (tmp_path / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, schema: dict[str, Any]) -> Any:
    """Stands in for the gateway's connector."""

    class Company(trials.SageProConnector):
        closed = False

        def __init__(self) -> None:
            pass

        async def schema(self) -> CompanySchema:
            return CompanySchema.of(schema)

        async def changed(self, resource: str, **_of: Any) -> AsyncIterator[list[Any]]:
            assert resource == "accounts"
            yield [{"Account": number} for number in ACCOUNTS]

        async def aclose(self) -> None:
            self.closed = True

    made = Company()
    monkeypatch.setattr(trials.SageProConnector, "of", lambda _settings: made)
    return made


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


# check


def test_sheets_that_are_right(around: Path):
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout.endswith(
        "23 directions are right; columns not checked (give --schema or --online); "
        "accounts not checked (give --accounts or --online)\n"
    )
    assert "columns checked" in run("check", "--schema", "schema.json").stdout


def test_the_facts_as_one_object(around: Path):
    facts = json.loads(run("check", "--json", "--schema", "schema.json").stdout)
    assert facts["ok"] is True
    assert facts["columns_checked"] is True
    assert "order.from_clarity" in facts["directions"]
    assert len(facts["version"]) == 16
    assert facts["faults"] == []


def test_a_sheet_with_a_typo_ends_with_two_and_one_line_a_fault(around: Path):
    folder = around / "mappings"
    folder.mkdir()
    (folder / "order.yaml").write_text("order: {from_clarity: {order_id: {is: orderId, aplpy: [trim]}}}")
    result = run("check", "--folder", str(folder))
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert "order.yaml:1: order.from_clarity.order_id.aplpy: is not known here; did you mean 'apply'?" in lines
    assert "order.yaml:1: order.from_clarity: lacks 'number', which Order needs" in lines
    facts = json.loads(run("check", "--json", "--folder", str(folder)).stdout)
    assert facts["ok"] is False
    assert {"file", "line", "field", "message"} == set(facts["faults"][0])


def test_a_column_that_the_company_lacks(around: Path, schema: dict[str, Any]):
    del schema["Tables"]["somast"]["ponum"]
    (around / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    result = run("check", "--schema", "schema.json")
    assert result.exit_code == 2
    assert "the company has no text column somast.ponum" in result.stdout


def test_an_account_that_the_ledger_lacks(around: Path):
    accounts = [{"Account": number, "Description": text} for number, text in ACCOUNTS.items() if number != "2400"]
    (around / "accounts.json").write_text(json.dumps({"Items": accounts, "NextCursor": None}), encoding="utf-8")
    result = run("check", "--accounts", "accounts.json")
    assert result.exit_code == 2
    assert "accounts.tip: account '2400' of tip is not in the ledger (GLACNT)" in result.stdout
    accounts.append({"Account": "2400", "Description": ""})
    (around / "accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
    result = run("check", "--accounts", "accounts.json", "--json")
    assert json.loads(result.stdout)["accounts_checked"] is True


@pytest.mark.parametrize(("content", "message"), [("{", "--accounts a.json"), ("[1]", "a list of accounts is needed")])
def test_a_file_of_accounts_that_cannot_be_used(around: Path, content: str, message: str):
    (around / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        ledger.accounts_in(Path("a.json"))


async def test_columns_can_be_asked_of_the_gateway(around: Path, company: Any):
    async with trials.sides_of(Settings()) as sides:
        assert (await sides.schema()).widths["arcust.company"] == 35
        assert sides[System.SAGEPRO] is company
        assert not company.closed
    assert company.closed


def test_check_online(around: Path, company: Any):
    assert "columns checked; accounts checked" in run("check", "--online").stdout
    assert company.closed


# try


def test_case_169_a_dry_run_over_the_last_orders_of_a_file(around: Path):
    records = [
        making.order(orderId="1", note="Ring 🎁 [twice]", newField=1),
        making.order(orderId="2", totalAmount=Decimal("99.99")),
    ]
    (around / "orders.json").write_text(dumps(records), encoding="utf-8")
    files = sorted(path.name for path in around.iterdir())
    result = run("try", "order", "--file", "orders.json", "--schema", "schema.json", "--json")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in around.iterdir()) == files
    facts = json.loads(result.stdout)
    assert (facts["records"], facts["would"]) == (2, {"hold": 1, "write": 1})
    assert (facts["unmapped"], facts["removed"], facts["totals_different"]) == (1, 1, ["2"])
    assert facts["rows"][0]["payload"]["TotalAmount"] == 32.13
    assert Decimal(str(facts["rows"][1]["difference"])) == Decimal("67.86")


def test_the_table_for_people(around: Path):
    (around / "one.json").write_text(dumps(making.order(note="Ring 🎁 [twice]", newField=1)), encoding="utf-8")
    result = run("try", "order", "--file", "one.json", "--schema", "schema.json")
    assert result.exit_code == 0
    assert "Nothing was written" in result.stdout
    assert "newField" in result.stdout.replace("\n", "")
    assert "records 1" in result.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "--file orders.json: "), ("[1]", "a JSON list of records is needed"), (None, "No such file")],
)
def test_a_file_that_cannot_be_used(around: Path, content: str | None, message: str):
    if content is not None:
        (around / "orders.json").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        trials.records_of(Path("orders.json"))


def test_a_schema_that_cannot_be_used(around: Path):
    (around / "schema.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SettingsError, match="a JSON object is needed, as GET /schema answers it"):
        trials.schema_of(Path("schema.json"))
    (around / "schema.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Refused):
        trials.schema_of(Path("schema.json"))


async def test_the_newest_records_are_read_and_no_more(schema: Any, around: Path):
    shop = Readable("orderId", {str(n): order_at(n, hours) for n, hours in enumerate([0.5, 3, 5, 30, 24 * 400])})
    found = await trials.newest(shop, "orders", 3, now=NOW)  # type: ignore[arg-type]
    assert [record["orderId"] for record in found] == ["2", "1", "0"]
    assert [since for _resource, since in shop.asked] == [NOW - timedelta(hours=1), NOW - timedelta(days=1)]
    everything = await trials.newest(shop, "orders", 99, now=NOW)  # type: ignore[arg-type]
    assert [record["orderId"] for record in everything] == ["4", "3", "2", "1", "0"]


async def test_records_by_their_numbers(schema: Any, around: Path):
    shop = Readable("orderId", {"1": making.order(orderId="1")})
    sides = trials.Sides(Settings(), {System.CLARITY: shop})  # type: ignore[dict-item]
    company = CompanySchema.of(schema)
    rows = await trials.try_records(sides, "order", trials.Choice(ids=["1"]), folder=MAPPINGS, schema=company)
    assert [(row.key, row.would) for row in rows] == [("1", "write")]
    with pytest.raises(SettingsError, match="clarity has no orders with number 2"):
        await trials.try_records(sides, "order", trials.Choice(ids=["1", "2"]), folder=MAPPINGS, schema=company)
    with pytest.raises(SettingsError, match="there is no entity 'ordr'; did you mean 'order'"):
        await trials.try_records(sides, "ordr", trials.Choice(), folder=MAPPINGS, schema=company)


async def test_shipments_are_tried_beside_their_orders(schema: Any, around: Path):
    shop = Readable("orderId", {"ord_1": making.order()})
    records = {"S1": making.shipment(), "S2": making.shipment(ShipmentNo="S2", ExternalOrderId=None)}
    warehouse = Readable("ShipmentNo", records)
    sides = trials.Sides(Settings(), {System.CLARITY: shop, System.SAGEPRO: warehouse})  # type: ignore[dict-item]
    rows = await trials.try_records(
        sides, "shipment", trials.Choice(last=5), folder=MAPPINGS, schema=CompanySchema.of(schema)
    )
    assert [(row.key, row.would) for row in rows] == [("S1", "write"), ("S2", "skipped")]
    assert shop.asked == [("orders", ("ord_1",))]
    with pytest.raises(SettingsError, match="cannot be asked for its columns; give --schema"):
        await sides.schema()
    await sides.aclose()
    assert shop.asked[-1] == warehouse.asked[-1] == "closed"


async def test_orders_alone_ask_for_nothing_else(schema: Any, around: Path):
    shop = Readable("orderId", {})
    sides = trials.Sides(Settings(), {System.CLARITY: shop})  # type: ignore[dict-item]
    (around / "none.json").write_text("[]", encoding="utf-8")
    choice = trials.Choice(file=Path("none.json"))
    company = CompanySchema.of(schema)
    assert await trials.try_records(sides, "shipment", choice, folder=MAPPINGS, schema=company) == []
    assert shop.asked == []


async def test_without_a_zone_nothing_is_tried(schema: Any, around: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TANDEM_CLARITY_ZONE")
    sides = trials.Sides(Settings())
    with pytest.raises(SettingsError, match="TANDEM_CLARITY_ZONE is not set"):
        await trials.try_records(sides, "order", trials.Choice(), folder=MAPPINGS, schema=CompanySchema.of(schema))
