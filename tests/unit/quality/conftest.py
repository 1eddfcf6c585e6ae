from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tandem.quality import Gate

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """One warm gate for all tests that do not look at the Data Docs: loading the library takes seconds."""
    home: Path = tmp_path_factory.mktemp("home")
    warm = Gate(home)
    warm.warm()
    yield warm
    assert list(home.iterdir()) == [], "nothing is written before something is published"
