"""Batches: each item its own transaction and its own result, in the order sent."""

from __future__ import annotations

from pydantic import Field

from tandem.gateway.models.base import WireOut
from tandem.gateway.models.problem import Problem

BATCH_LIMIT = 500


class BatchResult(WireOut):
    """What became of one item."""

    index: int
    status: int = Field(description="The HTTP status that the item would have had alone")
    sales_order_no: str | None = None
    customer_no: str | None = None
    e_tag: str | None = None
    replayed: bool = False
    problem: Problem | None = None


class BatchResults(WireOut):
    """One result for each item sent."""

    results: list[BatchResult]
