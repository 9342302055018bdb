"""The order in which data are seen: a function of (seed, step, shard), so it can be resumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.uniforms import generator
from genstudio.data.base import Split

__all__ = ["Batches", "Shard"]


@dataclass(frozen=True)
class Shard:
    """Which part of each batch this process sees, when several train one model together."""

    rank: int = 0
    world_size: int = 1


class Batches:
    """Batches by step number; every epoch is a fresh permutation.

    Its remainder is left out, for a gradient wants batches of one size, unless `every_datum`.
    """

    def __init__(
        self,
        split: Split,
        batch_size: int,
        seed: int,
        device: torch.device,
        shard: Shard = Shard(),
        every_datum: bool = False,
    ) -> None:
        self.count = len(split.symbols)
        self.batch_size = min(batch_size, self.count)
        self.seed = seed
        self.shard = shard
        self.every_datum = every_datum
        self.symbols = torch.from_numpy(split.symbols).to(device)
        self.labels = torch.from_numpy(split.labels).to(device)
        self._epoch = -1
        self._order: NDArray[np.int64] = np.empty(0, np.int64)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass."""
        whole, rest = divmod(self.count, self.batch_size)
        return whole + 1 if rest and self.every_datum else whole

    def at(self, step: int) -> tuple[Tensor, Tensor | None]:
        """X (b, *S) and y (b, L), or None where the data have no labels, of one step."""
        epoch, turn = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            self._order = generator(self.seed, epoch).permutation(self.count)
            self._epoch = epoch
        whole = self._order[turn * self.batch_size : (turn + 1) * self.batch_size]
        mine = torch.from_numpy(whole[self.shard.rank :: self.shard.world_size])
        mine = mine.to(self.symbols.device)
        y = self.labels[mine] if self.labels.shape[1] else None
        return self.symbols[mine].long(), y
