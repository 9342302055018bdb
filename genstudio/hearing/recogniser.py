"""Which digit was spoken: a small convolutional network over log-mel frames.

Three convolutions over time look at a quarter of a second; attention over time then weighs the
frames, so that a sound may be of any length, with silence around the word. It is a judge of what
a model draws, and was trained on real recordings alone (`hearing.training`).
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import signal
from torch import Tensor, nn

from genstudio.core.errors import UserError
from genstudio.core.paths import resource
from genstudio.hearing.mel import BANDS, RATE, log_mel
from genstudio.models.store import load_tensors

__all__ = ["CLASSES", "Recogniser", "features", "loaded_recogniser", "probabilities"]

CLASSES = tuple("0123456789")

_WIDTH = 64
_KERNEL, _LAYERS = 9, 3
_LONGEST = 60  # seconds
_SHORTEST = RATE // 4  # samples that a shorter sound is filled up to with silence


class Recogniser(nn.Module):
    """Log-mel frames to logits of the ten digits."""

    def __init__(self) -> None:
        super().__init__()
        widths = [BANDS, *[_WIDTH] * _LAYERS]
        self.layers = nn.ModuleList(
            nn.Conv1d(before, after, _KERNEL, padding=_KERNEL // 2)
            for before, after in itertools.pairwise(widths)
        )
        self.attention = nn.Conv1d(_WIDTH, 1, 1)
        self.last = nn.Linear(_WIDTH, len(CLASSES))

    def forward(self, x: Tensor, drop: nn.Module | None = None) -> Tensor:
        """(B, 40, T), from −6 to 0, → (B, 10); `drop` is put behind every layer in training."""
        h = x / 3 + 1
        for layer in self.layers:
            h = torch.relu(layer(h))
            if drop is not None:
                h = drop(h)
        heard = (h * self.attention(h).softmax(dim=2)).sum(dim=2)
        logits: Tensor = self.last(heard)
        return logits


def features(samples: NDArray[np.int16], rate: int) -> NDArray[np.float32]:
    """What the network is given of a sound (n,): (40, frames); at another rate it is resampled.

    Raises:
        UserError: it is empty, or longer than a minute.
    """
    if not len(samples):
        raise UserError("The sound is empty.")
    if len(samples) > _LONGEST * rate:
        raise UserError(
            "A spoken digit is looked for in a minute of sound at most, and this is "
            f"{len(samples) / rate:,.0f} s.",
            "Cut it.",
        )
    wave = samples / 32768.0
    if rate != RATE:
        wave = signal.resample_poly(wave, RATE, rate)
    return log_mel(np.pad(wave, (0, max(0, _SHORTEST - len(wave)))))


def probabilities(
    recogniser: Recogniser, samples: NDArray[np.int16], rate: int
) -> NDArray[np.float64]:
    """(10,) how likely each digit is; all the same for silence.

    Raises:
        UserError: as `features`.
    """
    heard = features(samples, rate)
    if not samples.any():
        return np.full(len(CLASSES), 1 / len(CLASSES))
    with torch.no_grad():
        logits = recogniser(torch.from_numpy(heard)[None])[0]
    return np.asarray(logits.double().softmax(0).numpy())


def loaded_recogniser(path: Path | None = None) -> Recogniser:
    """The network that comes along, or another one that was trained by `hearing.training`.

    Raises:
        UserError: the file is missing, damaged, or of something else.
    """
    return _loaded(path or resource("recogniser") / "digits.safetensors")


@lru_cache(maxsize=2)
def _loaded(path: Path) -> Recogniser:
    tensors, _ = load_tensors(path)
    found = Recogniser().requires_grad_(False).eval()
    expected = {name: value.shape for name, value in found.state_dict().items()}
    if {name: value.shape for name, value in tensors.items()} != expected:
        raise UserError(f"“{path.name}” holds no recogniser of digits.")
    found.load_state_dict(tensors)
    return found
