"""A request that the shop does not fulfil, as the JSON error that its REST API answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tandem.errors import TandemError


class ShopError(TandemError):
    """`code` is the short name that a program goes by; `field` is the path in the request, where there is one."""

    def __init__(self, status: int, code: str, message: str, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field
        self.facts = facts

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        named = {"field": self.field} if self.field else {}
        return {"code": self.code, "message": str(self), **named, **self.facts}


def invalid(field: str, message: str, **facts: Any) -> ShopError:
    """422: a value cannot be used."""
    return ShopError(422, "invalid", f"{field}: {message}", field=field, **facts)


def missing(resource: str, key: str) -> ShopError:
    """404."""
    return ShopError(404, "not-found", f"{resource} has no record {key!r}")


def not_open(order: Mapping[str, Any]) -> ShopError:
    """409: the order's status forbids it."""
    status = "on-hold" if order["status"] == "onHold" else order["status"]
    return ShopError(409, f"order-{status}", f"order {order['orderId']} is {order['status']}")


Model = TypeVar("Model", bound=BaseModel)


def parsed(model: type[Model], value: Any) -> Model:
    """The value as the model has it.

    Raises:
        ShopError: 422 with every fault, each with the path of its field.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = [{"field": path_of(e["loc"]), "message": e["msg"]} for e in error.errors()]
        first = faults[0]
        raise invalid(first["field"] or "body", first["message"], errors=faults) from None


def path_of(location: Sequence[int | str]) -> str:
    """A path such as lines[2].unitPrice."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path
