"""`--set key=value`: plain values from what a person typed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from typing import Any

from genstudio.core.errors import UserError
from genstudio.core.spaces import Label, Space

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
        asked: such as "3", "Trouser", or "3,0" where the data have two labels; or all by name,
            such as "digit=7" and "speaker=jackson", of which each label has its own turns.
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
    named = all("=" in text for text in asked)
    turns = _named(asked, space) if named else _in_order(asked, space)
    most = max(map(len, turns))
    if most > count:
        raise UserError(
            f"{most} labels were given for {count} image{'s' if count != 1 else ''}.",
            "Give at most one for each.",
        )
    return [[turn[index % len(turn)] for turn in turns] for index in range(count)]


def _named(asked: Sequence[str], space: Space) -> list[list[int]]:
    """For each label of the space the classes that were asked for by its name, in turn."""
    turns: dict[str, list[int]] = {label.name: [] for label in space.labels}
    known = {label.name: label for label in space.labels}
    for text in asked:
        for part in text.split(","):
            name, _, word = (piece.strip() for piece in part.partition("="))
            if name not in known:
                raise UserError(
                    f"There is no label called “{name}”.", f"Known: {', '.join(known)}."
                )
            turns[name].append(_class(word, known[name]))
    if missing := [name for name, turn in turns.items() if not turn]:
        raise UserError(f"No {' and no '.join(missing)} was asked for.", "Name one for each label.")
    return list(turns.values())


def _in_order(asked: Sequence[str], space: Space) -> list[list[int]]:
    """The same, of texts that name one class of each label, such as "3,0"."""
    turns: list[list[int]] = [[] for _ in space.labels]
    for text in asked:
        words = [word.strip() for word in text.split(",")]
        if len(words) != len(space.labels):
            names = ", ".join(label.name for label in space.labels)
            raise UserError(f"“{text}” does not name one class each of: {names}.")
        for word, label, turn in zip(words, space.labels, turns, strict=True):
            turn.append(_class(word, label))
    return turns


def _class(word: str, label: Label) -> int:
    """A class by its name, or by its number."""
    if word in label.classes:
        return label.classes.index(word)
    if word.isdecimal() and int(word) < len(label.classes):
        return int(word)
    raise UserError(
        f"There is no {label.name} called “{word}”.", f"Known: {', '.join(label.classes)}."
    )
