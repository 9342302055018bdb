"""How long a sound is to be, and the beginning that it is given."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.sound_file import is_silent, read_sound
from genstudio.core.spaces import Grid, Sequence
from genstudio.core.trace import longest_recording
from genstudio.data.companding import symbols_of

__all__ = ["given_symbols", "length_of", "sounds_only"]


def sounds_only(space: Grid | Sequence, option: str) -> Sequence:
    """The space, for an option that means something for sounds alone.

    Raises:
        UserError: it is a space of images.
    """
    if not isinstance(space, Sequence):
        raise UserError(f"{option} is for sounds, and this model draws images.", "Leave it out.")
    return space


def length_of(seconds: float | None, space: Sequence, given: int) -> int:
    """Samples of the whole sound: those given, and those that so many seconds have.

    Raises:
        UserError: not one sample is left to be drawn, or the whole is too long to be recorded.
    """
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise UserError(f"A sound lasts some time, not {seconds:g} s.", "Give --seconds above 0.")
    drawn = space.length if seconds is None else seconds * space.rate
    longest = longest_recording(space)
    if given + drawn > longest:
        before = f"{given / space.rate:g} s that are given and " if given else ""
        raise UserError(
            f"{before}{drawn / space.rate:,g} s that are drawn are too long: one sound can last "
            f"{longest / space.rate:.1f} s.",
            "Ask for fewer --seconds.",
        )
    return given + max(1, round(drawn))


def given_symbols(path: Path, space: Sequence) -> NDArray[np.uint8]:
    """The symbols (n,) of a sound file, mixed to one channel and at the model's rate.

    Raises:
        UserError: it is no sound file, cut short, too long, silent, or empty.
    """
    samples = read_sound(path, space.rate, longest_recording(space) / space.rate)
    if is_silent(samples):
        raise UserError(f"“{path.name}” is silent: there is nothing to go on from.")
    return symbols_of(samples, space.levels)
