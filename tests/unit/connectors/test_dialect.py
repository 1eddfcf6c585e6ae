"""A dialect that cannot be used says which file, which field, and what would be right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tandem.connectors import dialect as dialects
from tandem.connectors.dialect import Dialect
from tandem.errors import SheetError
from tests.unit.connectors.conftest import MAPPINGS


def broken(tmp_path: Path, path: str, value: Any) -> str:
    sheet = yaml.safe_load((MAPPINGS / "dialects" / "camel.yaml").read_text())
    *parts, last = path.split(".")
    place = sheet
    for part in parts:
        place = place[part]
    place[last] = value
    folder = tmp_path / "dialects"
    folder.mkdir()
    (folder / "camel.yaml").write_text(yaml.safe_dump(sheet))
    with pytest.raises(SheetError) as caught:
        dialects.load(tmp_path, "camel")
    return str(caught.value)


@pytest.mark.parametrize("name", sorted(file.stem for file in (MAPPINGS / "dialects").glob("*.yaml")))
def test_every_dialect_loads(name: str) -> None:
    assert isinstance(dialects.load(MAPPINGS, name), Dialect)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("paging.begin", 0, "paging.begin: Extra inputs are not permitted"),
        ("paging.first", 2, "paging.first: Input should be 0 or 1"),
        ("resources.orders.path", "orders", "resources.orders.path"),
        ("resources.orders.key", "id", "id must be among the filters"),
        ("resources.orders.sort", ["orderId"], "sort must begin with updatedDate"),
        ("resources.fulfillments.create.path", "x", "resources.fulfillments.create.path"),
        ("webhooks.events", {"x": {"resource": "nix", "key": "k"}}, "webhooks.events.x.resource: nix"),
        ("base", "/api/v1/", "base"),
    ],
)
def test_a_typo_is_named(tmp_path: Path, path: str, value: Any, said: str) -> None:
    message = broken(tmp_path, path, value)
    assert said in message
    assert "camel.yaml" in message


def test_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    (tmp_path / "dialects").mkdir()
    (tmp_path / "dialects" / "x.yaml").write_text("a: [")
    with pytest.raises(SheetError, match=r"x\.yaml: this is not YAML"):
        dialects.load(tmp_path, "x")


def test_a_dialect_that_is_not_there_says_which_are() -> None:
    with pytest.raises(SheetError, match="one of: camel"):
        dialects.load(MAPPINGS, "camle")
