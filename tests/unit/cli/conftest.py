import os

import pytest

from tandem.settings import settings

ALL = ("TANDEM_", "PREFECT_")


@pytest.fixture
def clean(monkeypatch, tmp_path):
    """No setting from outside, a home of its own, and the environment as it was afterwards."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(ALL):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield tmp_path
    for name in set(os.environ) - set(before):
        if name.startswith(ALL):
            del os.environ[name]
    settings.cache_clear()
