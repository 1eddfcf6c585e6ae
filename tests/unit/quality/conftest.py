from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tandem.quality import Gate


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """One warm gate for all tests that do not look at the Data Docs: loading the library takes seconds."""
    home: Path = tmp_path_factory.mktemp("home")
    warm = Gate(home)
    warm.warm()
    yield warm
    assert list(home.iterdir()) == [], "nothing is written before something is published"
