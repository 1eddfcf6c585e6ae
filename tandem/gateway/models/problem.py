"""RFC 9457 problem documents."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ProblemFault(BaseModel):
    """One fault of a request: the member, the column behind it, and what would be right."""

    field: str = Field(description="Path of the member, such as LineItems[3].ItemCode")
    column: str = Field(description="Table and column behind it, such as sotran.item; empty if there is none")
    code: str
    message: str
    value: str


class Problem(BaseModel):
    """Why a request was not carried out; `code` is for programs, `detail` for people."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="urn:tandem:problem: and the code")
    title: str
    status: int
    detail: str
    instance: str = Field(description="Path of the request")
    code: str
    errors: list[ProblemFault] = Field(default=[], description="Every fault of the request, if it had any")
    existing: dict[str, Any] = Field(default={}, description="The record that stands in the way")
    differences: list[dict[str, Any]] = Field(default=[], description="What an update would have changed")
