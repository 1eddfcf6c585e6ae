"""What the target changed between the look at it and the write, or was told for the first time: decided once more."""

from __future__ import annotations

from functools import partial

from tandem.line import second_look
from tandem.line.batch import Batch
from tandem.line.connection import Connection
from tandem.line.write import overtaken
from tasks.extract import accompany
from tasks.load import load
from tasks.together import at
from tasks.transform import compose
from tasks.validate import validate

LOOKS = 3
"""How often a record is decided again; after that it comes back by its own timer."""


async def once_more(line: Connection, batch: Batch) -> None:
    """Decide again what was not written because the target had changed, a few times."""
    for _ in range(LOOKS):
        if not batch.undecided:
            return
        await at(accompany, line, batch)
        if batch.undecided:
            await at(compose, line, batch)
        second_look.end(batch)
        if batch.open:
            await at(validate, line, batch, "outbound")
        if batch.open:
            await at(load, line, batch)
    batch.decide(partial(overtaken, line))
