"""Ports that tests find for their servers."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ports

ROOT = Path(__file__).parents[3]
SPACE = 4
ASK = f"""
from tests import ports
ports.BEYOND = ports.FIRST + {SPACE} * ports.SIZE
try:
    print(ports.kept())
except OSError as error:
    print(error)
"""


def test_what_one_process_keeps_no_other_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST", 19_000)
    monkeypatch.setattr(ports, "BEYOND", 19_000 + SPACE * ports.SIZE)
    ask = ASK.replace("ports.BEYOND", "ports.FIRST = 19_000\nports.BEYOND", 1)
    mine = [ports._block(5) for _ in range(SPACE)]
    try:
        assert sorted(base for base, _ in mine) == [19_000, 19_010, 19_020, 19_030]
        with pytest.raises(OSError, match="no 5 free ports in a row between 19000 and 19040"):
            ports.kept()
        said = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert said == "no 5 free ports in a row between 19000 and 19040\n"
        mine[0][1].close()
        said = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert said == f"{mine[0][0]}\n"
    finally:
        for _, token in mine:
            token.close()


def test_a_block_with_a_taken_port_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST", 19_100)
    monkeypatch.setattr(ports, "BEYOND", 19_110)
    with socket.create_server(("127.0.0.1", 19_104)):
        with ports.held(4) as base:
            assert base == 19_100
        with pytest.raises(OSError, match="no 5 free ports"), ports.held(5):
            pass
