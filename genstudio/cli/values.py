"""`--set key=value`: plain values from what a person typed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from typing import Any

from genstudio.core.errors import UserError
from genstudio.core.spaces import Space

__all__ = ["assignments", "label_rows", "scalar"]


def assignments(texts: Iterable[str]) -> dict[str, Any]:
    """“key=value” texts as a dictionary; a later one wins.

    Raises:
        UserError: one has no “=”.
    """
    values = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UserError(f"“{text}” sets nothing.", "Write it as key=value.")
        values[key.strip()] = scalar(value.strip())
    return values


def scalar(text: str) -> Any:
    """A number, a truth value or a quoted text as TOML has it; anything else is the text itself."""
    try:
        document = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    value = document["value"]
    return value if len(document) == 1 and isinstance(value, (bool, int, float, str)) else text


def label_rows(asked: Sequence[str], space: Space, count: int) -> list[list[int]] | None:
    """Classes by name or number for each of `count` images; fewer than that take turns.

    Args:
        asked: such as "3", "Trouser", or "3,0" where the data have two labels.
        space: what the model draws.
        count: B.

    Returns:
        B rows of L indices, or None when nothing was asked.

    Raises:
        UserError: there is no such class, or more were asked for than there are images.
    """
    if not asked:
        return None
    if not space.labels:
        raise UserError("This model's data have no classes, so none can be asked for.")
    if len(asked) > count:
        raise UserError(
            f"{len(asked)} labels were given for {count} image{'s' if count != 1 else ''}.",
            "Give at most one for each.",
        )
    rows = [_row(text, space) for text in asked]
    return [rows[index % len(rows)] for index in range(count)]


def _row(text: str, space: Space) -> list[int]:
    words = [word.strip() for word in text.split(",")]
    if len(words) != len(space.labels):
        names = ", ".join(label.name for label in space.labels)
        raise UserError(f"“{text}” does not name one class each of: {names}.")
    row = []
    for word, label in zip(words, space.labels, strict=True):
        if word in label.classes:
            row.append(label.classes.index(word))
        elif word.isdecimal() and int(word) < len(label.classes):
            row.append(int(word))
        else:
            raise UserError(
                f"There is no {label.name} called “{word}”.",
                f"Known: {', '.join(label.classes)}.",
            )
    return row
