"""Setting and clearing the knobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from tandem.sandbox.faults.board import Board
from tandem.sandbox.faults.knobs import Knobs

Reader = Callable[[type[Knobs], Any], Knobs]


def faults_router(
    board: Board,
    *,
    read: Callable[[Request], Awaitable[Any]],
    parse: Reader,
    answer: Callable[[Any], Response],
) -> APIRouter:
    """GET, PUT and DELETE /sandbox/faults."""
    router = APIRouter(prefix="/sandbox/faults")

    def state() -> Response:
        return answer(board.knobs.model_dump(by_alias=True, mode="json"))

    @router.get("")
    async def show() -> Response:
        return state()

    @router.put("")
    async def put(request: Request) -> Response:
        board.set(parse(Knobs, await read(request)))
        return state()

    @router.delete("")
    async def clear() -> Response:
        board.reset()
        return state()

    return router
