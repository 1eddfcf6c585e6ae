"""The supervisor over small real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tandem.cli import guardian, processes
from tandem.cli.processes import Service, ServiceError, Supervisor

FAMILY = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
path = pathlib.Path(sys.argv[1])
path.with_suffix(".tmp").write_text(f"{os.getpid()} {child.pid}")
path.with_suffix(".tmp").rename(path)
time.sleep(60)
"""
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text("up")
time.sleep(60)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path, said):
    made = Supervisor(logs=tmp_path, environment=dict(os.environ), folder=tmp_path, report=said.append, grace=1.0)
    with made:
        yield made


def python(name, script, sign, patience=20.0):
    command = (sys.executable, "-c", script, str(sign))
    return Service(name=name, command=command, ready=sign.exists, patience=patience)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was never met"
        time.sleep(0.01)


def test_a_service_is_ready_when_its_condition_holds_and_is_gone_after_the_stop(supervisor, tmp_path):
    sign = tmp_path / "pids"
    supervisor.start(python("family", FAMILY, sign))
    supervisor.wait("family")
    parent, grandchild = map(int, sign.read_text().split())
    assert supervisor.pid_of("family") == parent
    assert running(grandchild)

    supervisor.stop_all()

    assert not running(parent)
    assert not running(grandchild), "a grandchild in a session of its own outlived the stop"


def test_a_service_that_ends_while_starting_is_named_with_its_log(supervisor, tmp_path):
    supervisor.start(python("broken", "import sys; print('no luck'); sys.exit(3)", tmp_path / "never"))
    with pytest.raises(ServiceError, match=r"broken ended with code 3 while starting; see .*broken\.log"):
        supervisor.wait("broken")
    assert "no luck" in supervisor.log_of("broken").read_text()


def test_a_service_that_is_never_ready_is_an_error_after_its_patience(supervisor, tmp_path):
    supervisor.start(python("slow", "import time; time.sleep(60)", tmp_path / "never", patience=0.3))
    with pytest.raises(ServiceError, match="slow was not ready within 0 s"):
        supervisor.wait("slow")


def test_a_service_that_dies_is_reported_and_started_again(supervisor, tmp_path, said, monkeypatch):
    monkeypatch.setattr(processes, "LONGEST_PAUSE", 0.0)
    sign = tmp_path / "pids"
    supervisor.start(python("family", FAMILY, sign))
    supervisor.wait("family")
    first = supervisor.pid_of("family")
    os.kill(first, signal.SIGKILL)

    def again():
        supervisor.tend()
        return supervisor.pid_of("family") != first

    until(again)
    assert said
    assert said[0].startswith("family ended with code -9; starting it again in 0 s")


def test_pauses_between_restarts_grow(supervisor, tmp_path, said, monkeypatch):
    clock = SimpleNamespace(monotonic=iter(range(0, 10_000, 100)).__next__)  # its own: others live by the real one
    monkeypatch.setattr(processes, "time", clock)
    monkeypatch.setattr(processes, "STEADY", 1e9)
    supervisor.start(Service(name="brief", command=(sys.executable, "-c", ""), ready=lambda: True))
    for number in range(7):
        supervisor._running["brief"].process.wait()
        supervisor.tend()  # reports the death
        if number < 6:
            supervisor.tend()  # starts it again
    pauses = [int(line.split(" in ")[1].split()[0]) for line in said]
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_a_service_that_ignores_the_request_is_forced(supervisor, tmp_path):
    sign = tmp_path / "up"
    supervisor.start(python("stubborn", STUBBORN, sign))
    supervisor.wait("stubborn")
    pid = supervisor.pid_of("stubborn")
    supervisor.stop("stubborn")
    assert not running(pid)
    assert supervisor.names == ()


def test_a_command_that_fails_is_an_error_and_one_that_hangs_is_ended(supervisor):
    with pytest.raises(ServiceError, match="deploy failed with code 4"):
        supervisor.run("deploy", (sys.executable, "-c", "import sys; sys.exit(4)"))
    with pytest.raises(ServiceError, match="deploy did not end within 0 s"):
        supervisor.run("deploy", (sys.executable, "-c", "import time; time.sleep(60)"), patience=0.2)
    until(lambda: not guardian.marked(supervisor.mark))


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path):
    sign = tmp_path / "pids"
    owner = textwrap.dedent(f"""
        import os, pathlib, sys, time
        from tandem.cli.processes import Service, Supervisor
        folder = pathlib.Path({str(tmp_path)!r})
        sign = folder / "pids"
        with Supervisor(logs=folder, environment=dict(os.environ), folder=folder, report=print, grace=1.0) as owner:
            command = (sys.executable, "-c", {FAMILY!r}, str(sign))
            owner.start(Service(name="family", command=command, ready=sign.exists))
            time.sleep(60)
    """)
    killed = subprocess.Popen([sys.executable, "-c", owner], env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    until(sign.exists)
    family = list(map(int, sign.read_text().split()))
    assert all(map(running, family))
    killed.kill()
    killed.wait()
    until(lambda: not any(map(running, family)))


def test_processes_of_another_supervisor_are_left_alone(supervisor, tmp_path):
    sign = tmp_path / "pids"
    supervisor.start(python("family", FAMILY, sign))
    supervisor.wait("family")
    assert guardian.end("another-mark", 0.1) == 0
    assert running(supervisor.pid_of("family"))
