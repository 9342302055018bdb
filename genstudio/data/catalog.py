"""Every dataset by name: what there is, opening it, getting it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import genstudio.data
from genstudio.core.discovery import import_modules
from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec
from genstudio.data.base import DataCard, Dataset, ImageData

__all__ = ["card", "cards", "fetch", "open_data"]


@cache
def cards() -> tuple[DataCard, ...]:
    """What there is: the default first, then what is always there, then the rest by name.

    No file is read and nothing heavy imported: the window calls this while it starts.
    """
    import_modules(genstudio.data)
    default = DataSpec().name
    return tuple(
        sorted(
            (dataset.card() for dataset in Dataset.registry.values()),
            key=lambda card: (
                card.name != default,
                not card.embedded,
                not card.downloadable,
                card.name,
            ),
        )
    )


def card(name: str) -> DataCard:
    """A dataset's card by its name.

    Raises:
        UserError: there is none; the known ones are listed.
    """
    known = {card.name: card for card in cards()}
    if name not in known:
        raise UserError(
            f"There is no dataset called “{name}”.", f"Known datasets: {', '.join(known)}."
        )
    return known[name]


def open_data(spec: DataSpec) -> ImageData:
    """Open a dataset in a form. Its files are read when a split is asked for.

    Raises:
        UserError: there is no such dataset, or it cannot be had in this form.
    """
    return _dataset(spec).open(spec)


def fetch(spec: DataSpec) -> Iterator[Share]:
    """Download what is missing of a dataset, verified; nothing is done where all is there.

    Closing the generator cancels at once; what has arrived is kept and gone on with next time.

    Raises:
        UserError: there is no such dataset, it cannot be downloaded, the connection failed, a
            checksum is wrong, or the disk is full.
    """
    yield from _dataset(spec).fetch(spec)


def _dataset(spec: DataSpec) -> Dataset:
    _check_fields(card(spec.name), spec)
    return Dataset.registry[spec.name]()


def _check_fields(card: DataCard, spec: DataSpec) -> None:
    """A field that does not apply may only say what is so anyway."""
    native = card.native
    if "levels" not in card.fields and spec.levels not in (None, native.levels):
        raise UserError(
            f"“{card.name}” has {native.levels} levels and cannot be had in {spec.levels}.",
            "Leave the levels empty.",
        )
    side = native.height if isinstance(native, Grid) else None
    if "size" not in card.fields and spec.size not in (None, side):
        raise UserError(
            f"“{card.name}” is {native} and cannot be had in the size {spec.size}.",
            "Leave the size empty.",
        )
    if "rate" not in card.fields and spec.rate not in (None, getattr(native, "rate", None)):
        raise UserError(
            f"“{card.name}” is {native} and cannot be had at {spec.rate} Hz.",
            "Leave the rate empty.",
        )
    lasts = getattr(native, "seconds", None)
    if "seconds" not in card.fields and spec.seconds not in (None, lasts):
        raise UserError(
            f"“{card.name}” is {native} and cannot be had in pieces of {spec.seconds:g} s.",
            "Leave the length of a piece empty.",
        )
    if "colour" not in card.fields and spec.colour:
        has = "is grey" if isinstance(native, Grid) else "is sound"
        raise UserError(f"“{card.name}” {has} and cannot be had in colour.", "Turn colour off.")
    if "folder" not in card.fields and spec.folder is not None:
        raise UserError(
            f"“{card.name}” does not read a folder of yours.",
            "Choose the dataset “folder” or “sounds”, or leave the folder empty.",
        )
