"""Families that read an image as one sequence of symbols, in an order that is a setting.

Such a family is written in step order: x is (B, D), step t has seen steps before t, and where
the symbols lie in the image is known here alone. A family that learns sounds too says so in its
`spaces`; time has one order.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.orders import OrderName, order_of
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Sequence, Space
from genstudio.models.base import Autoregressive

__all__ = ["FlatAutoregressive", "OrderedSettings", "with_symbol_zero"]


class OrderedSettings(Settings):
    """The settings of a family that may draw in any order."""

    order: OrderName = setting(
        "raster",
        help="The order in which pixels are drawn; each is given those before it. "
        "Every order can express every distribution, but a model learns some more easily.",
        formula="p(x) = Πₜ p(xₒ₍ₜ₎ | xₒ₍₁₎ … xₒ₍ₜ₋₁₎)",
    )


class FlatAutoregressive(Autoregressive):
    """An autoregressive model of the sequence of symbols. Write `sequence_logits`."""

    spaces: ClassVar[tuple[type[Space], ...]] = (Grid,)
    space: Grid | Sequence
    config: OrderedSettings
    _place_of_step: Tensor
    _step_of_place: Tensor

    def __init__(self, space: Grid | Sequence, config: OrderedSettings) -> None:
        super().__init__(space, config)
        places = torch.from_numpy(self.order)
        self.register_buffer("_place_of_step", places, persistent=False)
        self.register_buffer("_step_of_place", places.argsort(), persistent=False)

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse a sound that is to be read in another order than that of time.

        Raises:
            UserError: in one sentence.
        """
        super().check(space, config)
        if isinstance(space, Sequence) and getattr(config, "order", "raster") != "raster":
            raise UserError("A sound is read in the order of time.", "Choose the order “raster”.")

    @abstractmethod
    def sequence_logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, D) symbols in step order → (B, K, D), of which step t depends on x[:, :t] alone."""

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """(D,) the flat index in S of each step, as the settings say."""
        if isinstance(self.space, Sequence):
            return super().order
        return order_of(self.config.order, self.space)

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, K, *S)."""
        return self.in_places(self.sequence_logits(self.in_steps(x), y))

    def in_steps(self, x: Tensor) -> Tensor:
        """(B, *S) → (B, D), in step order."""
        flat = x.flatten(1)
        return flat if self.config.order == "raster" else flat[:, self._place_of_step]

    def in_places(self, values: Tensor) -> Tensor:
        """(…, D) in step order → (…, *S); a sound may be of another length."""
        if isinstance(self.space, Sequence):
            return values[..., None]
        if self.config.order != "raster":
            values = values[..., self._step_of_place]
        return values.reshape(*values.shape[:-1], *self.space.shape)

    def rescaled(self, x: Tensor) -> Tensor:
        """Symbols 0 … K − 1 as numbers 0 … 1, of the type of the weights."""
        return x.to(next(self.parameters()).dtype) / (self.space.levels - 1)


def with_symbol_zero(free: Tensor) -> Tensor:
    """(B, K − 1, …) → (B, K, …): symbol 0 has the logit 0, as σ(a) = softmax(0, a)."""
    return torch.cat([torch.zeros_like(free[:, :1]), free], dim=1)
