"""Settings: the source of every form in the window and of every --set on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genstudio.core.errors import UserError

__all__ = ["Settings", "plain_error", "setting"]


def setting(
    default: Any,
    *,
    help: str,  # noqa: A002 - the word a person would look for
    formula: str = "",
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
    log: bool = False,
    advanced: bool = False,
    label: str = "",
) -> Any:
    """A field of a `Settings` class, with what a form needs to show it.

    Args:
        default: the value when nothing is said.
        help: one sentence on the idea, shown beside the control.
        formula: the formula this setting is a symbol of, in plain Unicode.
        unit: such as "steps", "nats", "Hz".
        ge: the smallest allowed value.
        le: the largest allowed value.
        gt: the open lower end, where the bound itself is not allowed.
        log: whether the control should move by factors.
        advanced: whether the form folds it away.
        label: the words beside the control; by default the field's name, spelled out.
    """
    extra: dict[str, Any] = {"advanced": advanced, "log": log}
    extra |= {
        key: text for key, text in (("formula", formula), ("unit", unit), ("label", label)) if text
    }
    return Field(default, description=help, ge=ge, le=le, gt=gt, json_schema_extra=extra)


class Settings(BaseModel):
    """Frozen, closed settings: an unknown or out-of-range value is a `UserError`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self:
        """Build from plain values.

        Raises:
            UserError: in one sentence, for the first value that does not fit.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise UserError(plain_error(error), _known(cls, error)) from error


def plain_error(error: ValidationError) -> str:
    """The first problem of a pydantic error as one sentence for people."""
    problem = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in problem["loc"]) or "the settings"
    if problem["type"] == "extra_forbidden":
        return f"There is no setting called “{name}”."
    if problem["type"] == "missing":
        return f"“{name}” is missing."
    given = problem.get("input")
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"“{name}” {message}, but it is {given!r}."


def _known(cls: type[BaseModel], error: ValidationError) -> str:
    if any(problem["type"] == "extra_forbidden" for problem in error.errors()):
        return f"Known settings: {', '.join(cls.model_fields)}."
    return ""
