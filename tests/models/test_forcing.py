"""Conditionals given the real past, in pieces, against asking for each alone."""

from __future__ import annotations

import numpy as np
import torch

from genstudio.models.forcing import conditionals
from tests.models.test_wavenet import LABELS, made


def test_in_pieces_they_are_what_the_past_alone_gives() -> None:
    model = made(length=20, labels=LABELS, conditional=True)
    x = torch.randint(0, 8, (1, 53, 1), generator=torch.Generator().manual_seed(4))
    y = torch.tensor([[1, 0]])
    expected = [
        # A sound that ends with the sample in question; what that one is does not matter.
        model.logits(torch.cat([x[:, :t], torch.zeros_like(x[:, :1])], dim=1), y)[0, :, t, 0]
        for t in range(53)
    ]
    parts = list(conditionals(model, x, y, piece=7))
    assert [len(part) for part in parts] == [7] * 7 + [4]
    found = torch.from_numpy(np.concatenate(parts))
    torch.testing.assert_close(found, torch.stack(expected).softmax(1), atol=1e-6, rtol=1e-5)
