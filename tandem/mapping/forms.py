"""The forms that a field of a sheet can take, typed so that a slip of the pen is found when the sheet is loaded."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from tandem.mapping.notation import Source, Spot
from tandem.mapping.suggest import one_of

ModelT = TypeVar("ModelT", bound=BaseModel)


class Form(BaseModel):
    """What all forms have; `when` is an expression without whose truth the field is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: str | None = None


class Filled(Form):
    """A form that can end with functions, a default and a demand."""

    apply: tuple[Any, ...] = ()
    default: Any = None
    required: bool | None = None


class Value(Filled):
    """An expression, or a list of fields, over the source record; `zone` reads a date-time to UTC."""

    is_: str | tuple[Any, ...] = Field(alias="is")
    zone: Literal["connection"] | None = None

    @field_validator("is_", mode="before")
    @classmethod
    def _expression_or_list(cls, value: Any) -> Any:
        if isinstance(value, str | list):
            return value
        raise ValueError(f"needs an expression or a list of fields, not {value!r}")


class LookedUp(Filled):
    """The value of a lookup for a path, or for a field of its own such as another lookup."""

    lookup: str
    of: str | dict[str, Any]


class Linked(Filled):
    """The number that another record has in the target system; `of` is the path of its number in the source."""

    link: str
    of: str


class Decided(Filled):
    """One output of a decision table over this record."""

    decide: str
    take: str


class Each(Form):
    """A list: one result for each item of the list at `each`."""

    each: str
    fields: dict[str, Any]
    required: bool | None = None


class Block(Form):
    """A record; its fields are read from the part of the source at `of`, or from where the block stands."""

    fields: dict[str, Any]
    of: str | None = None
    apply: tuple[Any, ...] = ()
    required: bool | None = None


class First(Filled):
    """The first of several fields that has anything in it."""

    first: tuple[Any, ...] = Field(min_length=1)


class Chain(Form):
    """Several lists and records one after the other as one list."""

    chain: tuple[Any, ...] = Field(min_length=1)


class Constant(Form):
    """Always the same value."""

    const: Any


FORMS: dict[str, type[Form]] = {
    "is": Value,
    "lookup": LookedUp,
    "link": Linked,
    "decide": Decided,
    "each": Each,
    "first": First,
    "chain": Chain,
    "const": Constant,
    "fields": Block,
}
"""The word that tells a form, in the order in which they are looked for (`each` has `fields` too)."""


def form_of(raw: Any, source: Source, spot: Spot) -> Form | None:
    """A field as its form; None if it has none, with the reason in the source's faults."""
    if isinstance(raw, str):
        return Value.model_validate({"is": raw})
    if not isinstance(raw, dict):
        source.fault(spot, f"needs an expression or one of the forms; write {{const: {raw}}} for a fixed value")
        return None
    word = next((word for word in FORMS if word in raw), None)
    if word is None:
        hints = [f"{key!r}: {one_of(key, FORMS)}" for key in raw] or ["it is empty"]
        source.fault(spot, f"has none of the words {', '.join(FORMS)} ({'; '.join(hints)})")
        return None
    return checked(FORMS[word], raw, source, spot)


def checked(model: type[ModelT], content: Any, source: Source, spot: Spot = ()) -> ModelT | None:
    """The content as a model; None if it is none, with the reasons in the source's faults."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        for fault in error.errors():
            source.fault((*spot, *fault["loc"]), _sentence(fault, model))
        return None


def _sentence(fault: ErrorDetails, model: type[BaseModel]) -> str:
    if fault["type"] == "extra_forbidden":
        known = [info.alias or name for name, info in model.model_fields.items()]
        return f"is not known here; {one_of(str(fault['loc'][-1]), known)}"
    if fault["type"] == "missing":
        return "is missing"
    if fault["type"] == "value_error":
        return fault["msg"].removeprefix("Value error, ")
    return f"{fault['msg'][0].lower()}{fault['msg'][1:]}, not {fault['input']!r}"
