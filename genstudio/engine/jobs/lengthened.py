"""A model of sounds, for sounds of another length than those it learned from."""

from __future__ import annotations

from typing import TypeVar

import torch

from genstudio.core.errors import UserError
from genstudio.core.spaces import Sequence
from genstudio.core.trace import longest_recording
from genstudio.models.base import GenerativeModel

__all__ = ["lengthened"]

_M = TypeVar("_M", bound=GenerativeModel)


def lengthened(model: _M, length: int | None) -> _M:
    """The same weights, not a copy of them, over sounds of so many samples; None is its own length.

    Raises:
        UserError: it is no model of sounds, its weights are tied to the length, or so many
            samples are none, or more than can be recorded.
    """
    space = model.space
    if length is None or (isinstance(space, Sequence) and length == space.length):
        return model
    if not isinstance(space, Sequence):
        raise UserError(f"{model.title} draws images here, which last no time.")
    longest = longest_recording(space)
    if not 1 <= length <= longest:
        raise UserError(
            f"A sound of {length / space.rate:,g} s cannot be drawn.",
            f"The shortest is one sample, the longest {longest / space.rate:.1f} s.",
        )
    with torch.random.fork_rng(devices=[]):  # of the weights that are put away at once
        other = type(model)(space.model_copy(update={"length": length}), model.config)
    weights = model.state_dict()
    if {k: v.shape for k, v in other.state_dict().items()} != {
        k: v.shape for k, v in weights.items()
    }:
        raise UserError(f"This {model.title} draws sounds of {space.seconds:g} s and no other.")
    other.load_state_dict(weights, assign=True)
    return other.to(model.device).requires_grad_(False).eval()
