"""The warehouse by HTTP, for the demo and for tests: `/sandbox/warehouse`. Numbers are exact, as strings or numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from tandem.sandbox.warehouse import office, shipping, stock
from tandem.sandbox.warehouse.books import Books, WarehouseError
from tandem.sandbox.warehouse.crew import Crew, Habits
from tandem.values import dumps, loads


class _Form(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class _Shift(_Form):
    seed: int = 1
    finish: bool = False
    limit: int | None = Field(None, ge=1)
    part: int = Field(150, ge=0, le=1000)
    late: int = Field(50, ge=0, le=1000)


class _Parcel(_Form):
    quantities: dict[int, Decimal] | None = None
    instead: dict[int, str] = Field(default_factory=dict)
    carrier: str = ""
    tracking: str = ""
    beyond: bool = False


class _Quantity(_Form):
    quantity: Decimal
    location: str = "MAIN"


async def _body(request: Request) -> Any:
    text = await request.body()
    return loads(text) if text else {}


Body = Annotated[Any, Depends(_body)]


def warehouse_router(books: Books) -> APIRouter:
    """Everything that the people at the screens can be asked to do."""
    router = APIRouter(prefix="/sandbox/warehouse", tags=["warehouse"], default_response_class=Response)
    _add_office(router, books)
    _add_floor(router, books)
    _add_stock(router, books)
    return router


def answer_refusals(app: FastAPI) -> None:
    """What a person at the screens cannot do is 409, a form that cannot be read 422; both name the reason."""

    @app.exception_handler(WarehouseError)
    async def _refused(_request: Request, error: WarehouseError) -> Response:
        return _json({"code": "not-possible", "message": str(error)}, 409)

    @app.exception_handler(ValidationError)
    async def _unreadable(_request: Request, error: ValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return _json({"code": "invalid", "message": f"{field}: {first['msg']}", "field": field}, 422)


def _add_office(router: APIRouter, books: Books) -> None:
    items = TypeAdapter(list[office.NewItem])

    @router.post("/items")
    def enter_items(body: Body) -> Response:
        """Enter items with their first stock; those that are there stay as they are."""
        with books.open() as page:
            return _json({"entered": office.enter_items(page, items.validate_python(body))})

    @router.post("/customers")
    def enter_customers(body: Body) -> Response:
        """Enter customers by ARCUST's columns; those that are there stay as they are."""
        rows = TypeAdapter(list[dict[str, str]]).validate_python(body)
        with books.open() as page:
            return _json({"entered": office.enter_customers(page, rows)})

    @router.patch("/customers/{custno}")
    def change_customer(custno: str, body: Body) -> Response:
        """Change fields of a customer's card."""
        with books.open() as page:
            office.change_customer(page, custno, TypeAdapter(dict[str, str]).validate_python(body))
        return _json({})

    @router.put("/open/{kind}/{key}")
    def hold_open(kind: str, key: str) -> Response:
        """Leave a record open on a screen: nobody else may write it."""
        with books.open() as page:
            office.hold_open(page, kind, key)
        return _json({})

    @router.delete("/open/{kind}/{key}")
    def leave(kind: str, key: str) -> Response:
        """Leave a record that was open on a screen."""
        with books.open() as page:
            office.leave(page, kind, key)
        return _json({})


def _add_floor(router: APIRouter, books: Books) -> None:
    @router.post("/shift")
    def shift(body: Body) -> Response:
        """The crew works once through everything that is ready."""
        form = _Shift.model_validate(body)
        crew = Crew(books, form.seed, Habits(part=form.part, late=form.late))
        return _json(crew.shift(finish=form.finish, limit=form.limit).facts())

    @router.post("/orders/{sono}/pick")
    def pick(sono: str, body: Body) -> Response:
        """Pick an order, or some of it by line number."""
        quantities = TypeAdapter(dict[int, Decimal]).validate_python(body) or None
        with books.open() as page:
            shipping.pick(page, sono, quantities)
        return _json({})

    @router.post("/orders/{sono}/ship")
    def ship(sono: str, body: Body) -> Response:
        """Ship an order, or some of it; other goods in place of a line's own, or more than ordered, if so asked."""
        parcel = shipping.Parcel(**_Parcel.model_validate(body).model_dump())
        with books.open() as page:
            return _json({"shipment": shipping.ship(page, sono, parcel)})

    @router.post("/shipments/{shipno}/void")
    def void(shipno: str) -> Response:
        """Take a shipment back before it is on its way."""
        with books.open() as page:
            shipping.void(page, shipno)
        return _json({})


def _add_stock(router: APIRouter, books: Books) -> None:
    @router.post("/stock/{item}/receive")
    def receive(item: str, body: Body) -> Response:
        """Goods come in."""
        form = _Quantity.model_validate(body)
        with books.open() as page:
            stock.receive(page, item, form.location, form.quantity)
        return _json({})

    @router.post("/stock/{item}/sell")
    def sell(item: str, body: Body) -> Response:
        """Goods go over the counter."""
        form = _Quantity.model_validate(body)
        with books.open() as page:
            stock.sell(page, item, form.location, form.quantity)
        return _json({})

    @router.post("/stock/{item}/count")
    def count(item: str, body: Body) -> Response:
        """A count sets what is on the shelf."""
        form = _Quantity.model_validate(body)
        with books.open() as page:
            return _json({"difference": stock.count(page, item, form.location, form.quantity)})


def _json(value: Any, status: int = 200) -> Response:
    return Response(dumps(value), status, media_type="application/json")
