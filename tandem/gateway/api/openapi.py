"""The OpenAPI document: bodies, examples and the way to show a key, which the routes alone do not say."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from tandem.gateway.api.examples import ANSWERS, EXAMPLES
from tandem.gateway.models import (
    AdjustmentIn,
    ApplicationIn,
    CustomerIn,
    ExternalIdIn,
    InvoiceIn,
    JournalIn,
    Problem,
    ProductIn,
    ReceiptIn,
    SalesOrderIn,
    SalesOrderUpdate,
)
from tandem.gateway.models.batch import (
    AdjustmentBatch,
    CustomerBatch,
    CustomerUpdateBatch,
    InvoiceBatch,
    JournalBatch,
    ProductBatch,
    ReceiptBatch,
    SalesOrderBatch,
    SalesOrderUpdateBatch,
)

_BODIES = (
    SalesOrderIn,
    SalesOrderUpdate,
    SalesOrderBatch,
    SalesOrderUpdateBatch,
    CustomerIn,
    CustomerBatch,
    CustomerUpdateBatch,
    ExternalIdIn,
    ProductIn,
    ProductBatch,
    AdjustmentIn,
    AdjustmentBatch,
    InvoiceIn,
    InvoiceBatch,
    ReceiptIn,
    ReceiptBatch,
    ApplicationIn,
    JournalIn,
    JournalBatch,
)
_TEXT = """
Sage Pro's own tables behind a REST API.

Amounts and quantities are strings with their decimals, and are taken as strings or numbers. Every POST and PUT
carries an `Idempotency-Key`, kept for seven days: the same key with the same body gets the first answer again
(`Idempotency-Replayed: true`), with another body 422, while the first is still running 409. A refusal is an RFC 9457
problem document with every fault of the request in `errors`. Lists go on with `NextCursor` until it is null.
"""


def install(app: FastAPI) -> None:
    """Makes the application answer with the whole document, built once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title="Sage Pro gateway", version=app.version, description=_TEXT.strip(), routes=app.routes)
    components = document.setdefault("components", {})
    modes: list[tuple[type[Any], JsonSchemaMode]] = [(model, "validation") for model in _BODIES]
    _, made = models_json_schema([*modes, (Problem, "serialization")], ref_template="#/components/schemas/{model}")
    components.setdefault("schemas", {}).update(made["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["examples"] = {name: {"value": value} for name, value in {**EXAMPLES, **ANSWERS}.items()}
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key of the gateway's own list"}
    }
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
    return document


def _complete(operation: dict[str, Any]) -> None:
    """Names the security of the operation."""
    if "401" in operation["responses"]:
        operation["security"] = [{"key": []}]
