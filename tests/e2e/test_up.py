"""`tandem up`: all of it comes up, all of it goes, however it ends."""

import signal
import socket

import pytest

from .conftest import START, Tandem, alive, until


@pytest.fixture
def tandem(place, no_orphans, request):
    made = Tandem(place / request.node.name.replace("[", "-").replace("]", ""))
    made.home.mkdir()
    no_orphans.append(made)
    return made


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_is_left_however_it_ends(tandem, how):
    home = str(tandem.home)
    started = tandem.start("up", TANDEM_HOME=home)
    until(lambda: "prefect  " in tandem.said() or started.poll() is not None, "everything up", START)
    assert started.poll() is None, tandem.said()
    running = alive(tandem.home)
    for name in ("serve gateway", "serve watcher", "serve sandbox", "serve ingress", "worker start"):
        assert any(name in command for command in running), name

    tandem.end(how)

    until(lambda: alive(tandem.home) == [], f"the end of {alive(tandem.home)}", 60)
    secrets = (tandem.home / "embedded.env").read_text().split('"')[1::2]
    everything = tandem.said() + tandem.printed() + "".join(p.read_text() for p in (tandem.home / "logs").iterdir())
    assert not [secret for secret in secrets if len(secret) > 30 and secret in everything]


def test_a_taken_port_is_told_before_anything_is_started(tandem):
    with socket.create_server(("127.0.0.1", tandem.base + 1)):
        done = tandem.run("up", TANDEM_HOME=str(tandem.home))
    assert done.returncode == 2
    assert done.stderr.startswith(f"tandem: port {tandem.base + 1} on 127.0.0.1 for gateway cannot be had")
    assert "TANDEM_PORT_BASE" in done.stderr
    assert done.stdout == ""
    assert alive(tandem.home) == []
