"""Class conditioning: one learned vector per class of each label, summed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from genstudio.core.spaces import Label

__all__ = ["LabelEmbedding"]


class LabelEmbedding(nn.Module):
    """y (B, L) → (B, features): Σₗ Vₗ[yₗ], started at zero so training begins unconditioned."""

    def __init__(self, labels: tuple[Label, ...], features: int) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(len(label.classes), features) for label in labels)
        for table in self.tables:
            nn.init.zeros_(table.weight)  # type: ignore[arg-type]  # an Embedding's weight is a tensor

    def forward(self, y: Tensor) -> Tensor:
        """Sum over the labels."""
        told = [table(y[:, index]) for index, table in enumerate(self.tables)]
        return torch.stack(told).sum(dim=0)
