from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tandem.quality import Gate, docs, waiting
from tandem.quality.lock import only_one
from tests.unit.quality.records import order, spoilt

ROOT = Path(__file__).parents[3]


def check(gate: Gate, *, sku: str = "", number: str = "1") -> None:
    bad = spoilt(order(number), "lineItems.1.sku", sku)
    gate.check("order.inbound", [order("0"), bad], keys=["O-0", f"O-{number}"])


def pages(home: Path) -> list[Path]:
    return sorted((home / "gx" / "uncommitted" / "data_docs" / "tandem" / "validations").rglob("*.html"))


def test_the_docs_name_the_failing_rows_and_keep_their_history(tmp_path: Path) -> None:
    first = Gate(tmp_path, run="monday")
    check(first, number="4711")
    published = first.publish()
    assert (published.added, published.dropped) == (1, 0)
    second = Gate(tmp_path, run="tuesday")
    check(second, number="4712")
    assert second.publish().index == published.index
    index = published.index.read_text()
    assert [len(re.findall(f"{day}-", index)) for day in ("monday", "tuesday")] == [2, 2], "its name and its link"
    assert "fa-times" in index
    (tuesday,) = [page for page in pages(tmp_path) if "tuesday" in str(page)]
    text = re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", tuesday.read_text(), flags=re.DOTALL))
    assert "lineItems.sku must be filled: Sage Pro's item is found by it" in text
    assert "O-4712 L2" in text
    for link in re.findall(r'href="([^"#]+)"', index):
        assert (published.index.parent / link).is_file()


def test_the_pages_ask_nothing_of_other_hosts_and_run_no_code(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    bad = spoilt(order("<b>1"), "currency", "<script>alert(1)</script>")
    gate.check("order.inbound", [bad], keys=["O-<b>1"])
    index = gate.publish().index
    for page in (index, *index.parent.rglob("*.html")):
        html = page.read_text()
        assert not re.search(r"(?:src|href)=\"?(?:https?:)?//", html), page
        assert "<script" not in html
        assert "<b>1" not in html
    (page,) = pages(tmp_path)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;, which does not exist" in page.read_text()


def test_personal_data_stays_out_of_the_docs(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    record = order() | {"email": "ann.lee at example.com", "currency": "?"}
    gate.check("order.inbound", [record], keys=["O-1"])
    gate.publish()
    assert pages(tmp_path)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"ann.lee" not in file.read_bytes()


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    gate = Gate(tmp_path, keep=2)
    for number in ("1", "2", "3"):
        check(gate, number=number)
        gate.publish()
    assert len(pages(tmp_path)) == 2
    assert all("O-1<" not in page.read_text() for page in pages(tmp_path))
    kept = tmp_path / "gx" / "uncommitted"
    folders = [f for f in kept.rglob("*") if f.is_dir() and "validations" in f.parts and not any(f.iterdir())]
    assert folders == []


def test_of_what_stopped_nobody_the_last_is_enough(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    assert gate.publish().added == 0
    assert not (tmp_path / "gx").exists()
    for _ in range(3):
        check(gate, sku="ABC-9")
    assert gate.publish().added == 1
    assert gate.publish().added == 0, "it was published already"


def test_what_there_is_no_room_for_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "ROOM", 2)
    gate = Gate(tmp_path)
    for _ in range(5):
        check(gate)
    published = gate.publish()
    assert (published.added, published.dropped) == (2, 3)
    assert gate.publish().dropped == 0


def words(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.read_text(), flags=re.DOTALL))


def test_one_page_stands_for_all_batches_that_stopped_nobody_and_says_how_many(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    check(gate, sku="ABC-9")
    gate.check("order.inbound", [order("7") | {"subtotal": "1.00"}], keys=["O-7"])
    check(gate, sku="ABC-9", number="8")
    gate.check("order.inbound", [order("9")], keys=["O-9"], record=False)
    assert gate.publish().added == 1
    (page,) = pages(tmp_path)
    text = words(page)
    assert re.search(r"batches 3 .*batches with a warning 1 .*records 5 ", text)
    assert "O-7" in text, "the batch with a warning is the one that is shown"
    assert "subtotal should be unitPrice times quantity" in text


def test_a_batch_does_not_wait_for_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, inside = Gate(tmp_path), threading.Event()

    def entered(path: Path) -> AbstractContextManager[None]:
        inside.set()
        return only_one(path)

    monkeypatch.setattr(docs, "only_one", entered)
    check(gate)
    with ThreadPoolExecutor(2) as pool:
        with only_one(tmp_path / "gx.lock"):
            publishing = pool.submit(gate.publish)  # another process has the folder: this one cannot go on
            assert inside.wait(60)
            pool.submit(check, gate, number="2").result(60)
            assert not publishing.done()
        assert publishing.result().added == 1
    assert gate.publish().added == 1
    assert len(pages(tmp_path)) == 2


def test_pages_are_built_in_short_turns_of_the_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, usual, turns = Gate(tmp_path), sys.getswitchinterval(), list[float]()
    monkeypatch.setattr(docs.Docs, "_write", lambda _docs, _waiting: turns.append(sys.getswitchinterval()))
    check(gate)
    gate.publish()
    assert turns[0] < usual / 5
    assert sys.getswitchinterval() == usual


def test_what_could_not_be_published_waits_for_the_next_time(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    check(gate)
    check(gate, sku="ABC-9")
    (tmp_path / "gx").write_text("in the way")
    with pytest.raises(FileExistsError):
        gate.publish()
    check(gate, sku="ABC-9")
    (tmp_path / "gx").unlink()
    assert gate.publish().added == 2
    assert len(pages(tmp_path)) == 2
    assert any("batches 2 " in words(page) for page in pages(tmp_path))


def test_the_lock_is_let_go_of_after_a_fault(tmp_path: Path) -> None:
    def fail() -> None:
        with only_one(tmp_path / "lock"):
            raise OSError("disk full")

    for _ in range(2):
        with pytest.raises(OSError, match="disk full"):
            fail()


PROCESSES = """
    import os
    import sys
    from pathlib import Path
    from tandem.quality import Gate
    from tests.unit.quality.records import order, spoilt

    def work(name):
        gate = Gate(Path(sys.argv[1]), run=name)
        for n in range(2):
            gate.check("order.inbound", [spoilt(order(), "lineItems.0.sku", "")], keys=[f"O-{name}-{n}"])
            gate.publish()

    Gate(Path(sys.argv[1])).warm()
    children = []
    for name in ("one", "two"):
        child = os.fork()
        if child == 0:
            try:
                work(name)
                sys.stdout.flush()
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def test_processes_share_one_folder_and_nothing_lies_outside_it(tmp_path: Path) -> None:
    """Two at once, with a home, a working folder and a temporary folder that must stay empty."""
    elsewhere = {name: tmp_path / name for name in ("HOME", "TMPDIR", "cwd")}
    for folder in elsewhere.values():
        folder.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOME": str(elsewhere["HOME"]),
        "TMPDIR": str(elsewhere["TMPDIR"]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", textwrap.dedent(PROCESSES), str(tmp_path / "home")],
        cwd=elsewhere["cwd"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(pages(tmp_path / "home")) == 4
    index = (tmp_path / "home" / "gx" / "uncommitted" / "data_docs" / "tandem" / "index.html").read_text()
    assert all(f"{name}-" in index for name in ("one", "two"))
    assert index.count("fa-times") >= 4
    assert {name: list(folder.iterdir()) for name, folder in elsewhere.items()} == {"HOME": [], "TMPDIR": [], "cwd": []}
    assert {path.name for path in (tmp_path / "home").iterdir()} == {"gx", "gx.lock"}
