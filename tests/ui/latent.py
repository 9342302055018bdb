"""A latent space made up for the tests of its views, and the engine's answers about it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.core.capabilities import Capability
from genstudio.core.latent import Survey
from genstudio.core.messages import Request
from genstudio.ui.studio import Studio
from tests.ui.scripted import ScriptedEngine, card

__all__ = ["AUTOENCODER", "DENOISING", "VAE", "answer", "asked_on", "codes_of", "survey_of"]

_CODED = (Capability.DECODER, Capability.ENCODER)
VAE = card("vae", Capability.LOWER_BOUND, *_CODED, Capability.LATENT_VARIABLE, title="VAE")
AUTOENCODER = card("autoencoder", *_CODED, title="Autoencoder")
DENOISING = card("denoising-autoencoder", *_CODED, title="Denoising Autoencoder")


def codes_of(count: int = 40, size: int = 2, seed: int = 0) -> NDArray[np.float32]:
    """(count, size), well apart from each other."""
    return np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)


def survey_of(
    codes: NDArray[np.floating], std: NDArray[np.floating] | None = None, warning: str = ""
) -> Survey:
    """A survey of 8×8 images, each as bright as its number; classes go round from 0 to 9."""
    n, size = codes.shape
    variance = codes.var(axis=0) + (0 if std is None else np.square(std).mean(axis=0))
    bright = (np.arange(n) % 16).astype(np.uint8)
    return Survey(
        split="valid",
        numbers=np.arange(n),
        images=np.broadcast_to(bright[:, None, None, None], (n, 8, 8, 1)).copy(),
        labels=(np.arange(n) % 10)[:, None].astype(np.int64),
        codes=codes.astype(np.float32),
        std=None if std is None else std.astype(np.float32),
        carries=codes.var(axis=0).astype(np.float64),
        unit="variance" if std is None else "nats",
        aggregated_mean=codes.mean(axis=0).astype(np.float64),
        aggregated_std=np.sqrt(variance).astype(np.float64),
        posterior_std=np.ones(size),
        prior_std=np.ones(size),
        collapsed=np.zeros(size, np.bool_),
        warning=warning,
    )


def asked_on(engine: ScriptedEngine, channel: str) -> list[Any]:
    """The requests of a channel, in their order."""
    return [each.request for each in engine.asked if each.channel == channel]


def answer(
    studio: Studio, engine: ScriptedEngine, kind: type[Request], result: Any, channel: str = ""
) -> None:
    """Answer the newest request of a kind, on a channel where one is given."""
    newest = next(
        each
        for each in reversed(engine.asked)
        if isinstance(each.request, kind) and channel in ("", each.channel)
    )
    engine.finish(result, newest.job)
    studio.poll()
