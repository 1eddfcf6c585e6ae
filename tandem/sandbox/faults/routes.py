"""Setting and clearing the knobs: /sandbox/faults."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tandem.sandbox.faults.board import Board
from tandem.sandbox.faults.knobs import Knobs
from tandem.sandbox.shop.answer import answer, json_body
from tandem.sandbox.shop.refusal import parsed

Body = Annotated[Any, Depends(json_body)]


def faults_router(board: Board) -> APIRouter:
    """PUT replaces all knobs, and so turns off what it does not name; DELETE turns off everything."""
    router = APIRouter(prefix="/sandbox/faults")

    def state() -> Response:
        return answer(board.knobs.model_dump(by_alias=True))

    @router.get("")
    def show() -> Response:
        return state()

    @router.put("")
    def put(body: Body) -> Response:
        board.set(parsed(Knobs, body))
        return state()

    @router.delete("")
    def clear() -> Response:
        board.reset()
        return state()

    return router
