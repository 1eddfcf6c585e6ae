"""Real processes: `tandem` as a person starts it, on free ports, in a folder of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import ports

ROOT = Path(__file__).resolve().parent.parent.parent
START = 240
"""Seconds in which everything must be up, on a machine that does other things as well."""

# A shell without job control starts what it puts into the background with Ctrl-C ignored, and programs inherit that;
# what is started here must hear it, as at a person's terminal.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.e2e)


def alive(home: Path) -> list[str]:
    """The processes that were started for this folder and still run."""
    return list(_started_for(home).values())


def end_all(home: Path) -> list[str]:
    """Kill what was started for this folder and still runs; gives what it was."""
    left = _started_for(home)
    for process in left:
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            os.kill(process, signal.SIGKILL)
    return list(left.values())


def _started_for(home: Path) -> dict[int, str]:
    sought = f"TANDEM_HOME={home}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if sought in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def until(condition, what, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.2)


@dataclass
class Tandem:
    """The command, told where to live."""

    home: Path
    base: int = field(default_factory=ports.kept)
    started: subprocess.Popen[str] | None = None

    @property
    def prefect(self) -> str:
        return f"http://127.0.0.1:{self.base + 4}"

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "PREFECT_"))}
        return clean | {
            "TANDEM_PORT_BASE": str(self.base),
            "TANDEM_PREFECT_PORT": str(self.base + 4),
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tandem", *words]

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def facts(self, *words: str) -> dict:
        """Run a command that prints one JSON object and nothing else."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
        return json.loads(done.stdout)

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command that stays."""
        log = self.home.parent / f"{self.home.name}.log"
        with log.open("w") as err, log.with_suffix(".out").open("w") as out:
            self.started = subprocess.Popen(
                self.command(*words), cwd=ROOT, env=self.environment | variables, stdout=out, stderr=err
            )
        return self.started

    def end(self, how: signal.Signals = signal.SIGINT, *, within: float = 90) -> int:
        """Ends what was started, as a person would; gives its exit code.

        What does not end in time is killed and named: one message, and nothing that runs on beside other tests.
        """
        assert self.started
        self.started.send_signal(how)
        try:
            return self.started.wait(within)
        except subprocess.TimeoutExpired:
            self.started.kill()
            self.started.wait()
            left = end_all(self.home)
        pytest.fail(
            f"not within {within:.0f} s after {how.name}; killed: {self.started.args}, {left}\n{self.said()[-3000:]}"
        )

    def said(self) -> str:
        """What the command that stays told a person."""
        return (self.home.parent / f"{self.home.name}.log").read_text()

    def printed(self) -> str:
        """What it wrote to standard output."""
        return (self.home.parent / f"{self.home.name}.out").read_text()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder for this module's homes; whatever was started in it is gone at the end."""
    folder = tmp_path_factory.mktemp("e2e")
    yield folder
    left = {home.name: killed for home in folder.iterdir() if (killed := end_all(home))}
    assert left == {}


@pytest.fixture
def no_orphans():
    """Started processes that a failed test leaves are ended here, so that they do not fail the next one as well."""
    begun: list[Tandem] = []
    yield begun
    for tandem in begun:
        if tandem.started is not None and tandem.started.poll() is None:
            tandem.end(signal.SIGTERM, within=60)
