"""What a warehouse manager reads, held against a report that was looked at."""

from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from tandem.quality import Gate
from tandem.reconciliation import compare
from tandem.rules.stock_differences import Kept, Kind, Limits, Shown
from tandem.stocktaking.judgement import judge
from tandem.stocktaking.report import Report, forget, report
from tests.unit.reconciliation.making import BEGAN, pictures

D = Decimal
GOLDEN = Path(__file__).parents[2] / "golden" / "reconciliation"


def kept(item: str, pieces: str, **more: object) -> Kept:
    fields = {"key": f"{item}|main", "item": item, "location": "MAIN", "on_hand": D(pieces), "safety": D(2)}
    return Kept(**fields | {"available": D(pieces), "computed": D(pieces)} | more)  # type: ignore[arg-type]


def shown(item: str, pieces: str, **more: object) -> Shown:
    fields = {"key": f"{item}|main", "sku": item, "location": "MAIN", "available": D(pieces)}
    return Shown(**fields | more)  # type: ignore[arg-type]


def made(folder: Path) -> Report:
    ours = [
        kept("BOLT", "102"), kept("NUT", "40"), kept("DOZEN", "242", pack=D(12)), kept("NEW", "7"), kept("SAME", "12"),
        kept("=cmd", "12"), kept("LATE", "9"),
        Kept(key="", item="WILD", location="WEST", refused=Kind.UNMAPPED, why="'WEST' is not in lookup locations"),
    ]  # fmt: skip
    theirs = [
        shown("BOLT", "96"), shown("NUT", "300"), shown("DOZEN", "240"), shown("GHOST", "3"), shown("SAME", "10"),
        shown("=cmd", "11"), shown("LATE", "8", changed=BEGAN + 5),
    ]  # fmt: skip
    with compare(*pictures(folder, ours, theirs)) as comparison:
        limits = Limits(each=D(10), share=D("0.9"), total=D(50))
        judgement = judge(comparison, Gate(folder), limits, run="a run")
        return report(comparison, judgement, folder / "report", aside=3, announced=3)


def test_the_report_is_the_one_that_was_looked_at(tmp_path: Path) -> None:
    told = made(tmp_path)
    markdown = told.markdown.replace(f"{tmp_path}/", "")
    assert markdown == (GOLDEN / "report.md").read_text(encoding="utf-8").rstrip("\n")
    assert told.csv.read_text(encoding="utf-8-sig") == (GOLDEN / "differences.csv").read_text(encoding="utf-8")
    assert told.picture.read_text(encoding="utf-8") == (GOLDEN / "differences.svg").read_text(encoding="utf-8")
    assert [row["item"] for row in told.rows] == ["NUT", "DOZEN", "NEW", "BOLT", "GHOST", "=cmd", "WILD", "LATE"]


def test_case_132_nothing_of_the_file_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    assert '"\'=cmd"' in made(tmp_path).csv.read_text(encoding="utf-8-sig")


def test_the_picture_is_a_picture(tmp_path: Path) -> None:
    root = ET.fromstring(made(tmp_path).picture.read_text(encoding="utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall("{http://www.w3.org/2000/svg}g")) == 6


def test_old_reports_go(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"2026010{number}").mkdir()
    forget(tmp_path, keep=2)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["20260103", "20260104"]
