"""How the recogniser of digits is trained: `genstudio train-recogniser` runs it.

On the training recordings of `fsdd` alone; which epoch's weights are kept is chosen on the
validation recordings, and the test recordings are asked once, at the end.

What a model draws is noisier than a recording, so each recording is heard differently in every
epoch: at another speed, moved in time, in noise, through another tone control, and with bands and
moments missing (Park et al., SpecAugment, 2019).
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from genstudio.core.training import DataSpec
from genstudio.core.uniforms import generator
from genstudio.data import catalog
from genstudio.data.base import Split
from genstudio.data.companding import samples_of
from genstudio.hearing.mel import BANDS, HOP, RATE, log_mel
from genstudio.hearing.recogniser import CLASSES, Recogniser, features
from genstudio.models.store import save_tensors

__all__ = ["Epoch", "accuracy", "fitted", "kept", "varied"]

_BATCH = 32
_RATE = 2e-3  # of learning
_DROPOUT = 0.3
_SMOOTHING = 0.05  # of the labels, so that it is not surer than it has reason to be
_SILENCE = 0.004  # of full scale; what fills a window up is below, at any number of levels
_LENGTH = 8000  # samples, 1 s: a window and the silence around it


@dataclass(frozen=True)
class Epoch:
    """One pass over the training recordings.

    Attributes:
        number: from 1.
        loss: mean over the training recordings as they were heard, nats.
        valid_nats: −ln p(digit), mean over the validation recordings.
        valid_accuracy: share of them that are recognised.
        best: whether no epoch before had fewer valid_nats, so that its weights are kept.
    """

    number: int
    loss: float
    valid_nats: float
    valid_accuracy: float
    best: bool


def fitted(epochs: int, seed: int = 0) -> Generator[Epoch, None, Recogniser]:
    """Train on the recordings of `fsdd`; yields each epoch, returns the best one's weights.

    Nothing but the seed decides what comes out, but a processor that adds up in another order.

    Raises:
        UserError: the recordings are not here.
    """
    data = catalog.open_data(DataSpec(name="fsdd"))
    train, valid = data.split("train"), data.split("valid")
    sounds, digits = samples_of(train.symbols[..., 0], 256), torch.from_numpy(train.labels[:, 0])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        recogniser = Recogniser()
        optimizer = torch.optim.AdamW(recogniser.parameters(), _RATE, weight_decay=1e-2)
        drop = nn.Dropout(_DROPOUT)
        steps = epochs * math.ceil(len(sounds) / _BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
        least, weights = math.inf, recogniser.state_dict()
        for number in range(1, epochs + 1):
            rng, total = generator(seed, number), 0.0
            order = rng.permutation(len(sounds))
            for start in range(0, len(order), _BATCH):
                chosen = order[start : start + _BATCH]
                heard = np.stack([varied(sounds[index], rng) for index in chosen])
                loss = nn.functional.cross_entropy(
                    recogniser(torch.from_numpy(heard), drop),
                    digits[chosen],
                    label_smoothing=_SMOOTHING,
                )
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                optimizer.step()
                schedule.step()
                total += float(loss.detach()) * len(chosen)
            nats, share = accuracy(recogniser, valid)
            if nats < least:
                least = nats
                weights = {name: value.clone() for name, value in recogniser.state_dict().items()}
            yield Epoch(number, total / len(sounds), nats, share, nats == least)
    recogniser.load_state_dict(weights)
    return recogniser.requires_grad_(False)


def accuracy(recogniser: Recogniser, split: Split) -> tuple[float, float]:
    """−ln p(digit) and the share that is recognised, means over a split of `fsdd`."""
    sounds = samples_of(split.symbols[..., 0], 256)
    with torch.no_grad():
        heard = torch.from_numpy(np.stack([features(sound, RATE) for sound in sounds]))
        scores = recogniser(heard).log_softmax(dim=1)
    digits = torch.from_numpy(split.labels[:, 0])
    nats = nn.functional.nll_loss(scores, digits)
    return float(nats), float((scores.argmax(dim=1) == digits).double().mean())


def kept(recogniser: Recogniser, path: Path, facts: dict[str, str]) -> None:
    """Write the weights, with facts about them beside them.

    Raises:
        UserError: the disk refuses.
    """
    save_tensors(path, recogniser.state_dict(), {"classes": "".join(CLASSES)} | facts)


def varied(sound: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.float32]:
    """One recording as it might have been heard: (40, 101) log-mel frames of a second.

    Args:
        sound: (n,) at 8 kHz, which silence may follow.
        rng: what chance decides.
    """
    loud = np.flatnonzero(np.abs(sound / 32768.0) > _SILENCE)
    word = sound[: loud[-1] + 1] / 32768.0
    at = np.arange(0, len(word) - 1, rng.uniform(0.87, 1.15))
    word = np.interp(at, np.arange(len(word)), word)[:_LENGTH]
    wave = np.zeros(_LENGTH)
    start = int(rng.integers(_LENGTH - len(word) + 1))
    wave[start : start + len(word)] = word
    if rng.random() < 0.8:
        white = rng.standard_normal(_LENGTH)
        # Half of the noise is what a random walk that is pulled back makes: more bass.
        if rng.random() < 0.5:
            white = np.convolve(white, 0.9 ** np.arange(60), "same")
        decibels = rng.uniform(12, 55)  # of the word's mean power above the noise's
        power = np.mean(word**2) / np.mean(white**2)
        wave += white * math.sqrt(power * 10 ** (-decibels / 10))
    heard = log_mel(wave)
    heard = heard + np.linspace(-1, 1, BANDS, dtype=np.float32)[:, None] * rng.uniform(-0.6, 0.6)
    heard = np.maximum(heard - heard.max(), -6)
    for _ in range(2):
        band, moment = rng.integers(BANDS - 5), rng.integers(_LENGTH // HOP - 8)
        heard[band : band + rng.integers(6)] = heard.mean()
        heard[:, moment : moment + rng.integers(9)] = heard.mean()
    return np.asarray(heard, np.float32)
