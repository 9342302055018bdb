"""Sounds that tests play."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def speech_like(seconds: float, rate: int, seed: int = 0) -> NDArray[np.int16]:
    """Noise below 3 kHz whose loudness comes and goes; no two stretches of it are alike."""
    from scipy.signal import butter, sosfilt

    count = round(seconds * rate)
    noise = np.random.default_rng(seed).standard_normal(count)
    voiced = sosfilt(butter(6, min(3000, rate * 0.3), fs=rate, output="sos"), noise)
    loudness = 0.6 + 0.4 * np.sin(np.arange(count) / rate * 2 * np.pi * 3)
    wave = voiced * loudness
    sound = np.round(wave / np.abs(wave).max() * 20000).astype(np.int16)
    sound[sound == 0] = 1  # so that silence is no part of it
    return sound


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is true; fail where it does not become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        os.sched_yield()
