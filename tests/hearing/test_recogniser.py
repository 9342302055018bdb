"""The judge of spoken digits: trained on stand-ins here, and the shipped one on real recordings."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from genstudio.core.errors import UserError
from genstudio.core.messages import (
    Recognise,
    Recognised,
    Share,
    TrainedRecogniser,
    TrainRecogniser,
)
from genstudio.core.training import DataSpec
from genstudio.core.uniforms import generator
from genstudio.data import catalog
from genstudio.data.base import Split
from genstudio.data.companding import samples_of, symbols_of
from genstudio.engine.client import InlineEngine, run_to_end
from genstudio.hearing.mel import RATE
from genstudio.hearing.recogniser import CLASSES, features, loaded_recogniser, probabilities
from genstudio.hearing.training import accuracy, fitted, varied

REAL = catalog.open_data(DataSpec(name="fsdd"))
real = pytest.mark.skipif(
    bool(REAL.missing()), reason="the recordings of fsdd are not in GENSTUDIO_DATA"
)


def tones(count: int, key: int) -> Split:
    """Digit d is a tone of 300 + 300 d Hz, of some length, in a window that silence fills up."""
    rng, sounds = generator(key), np.zeros((count, 5600))
    digits = np.arange(count) % 10
    for sound, digit in zip(sounds, digits, strict=True):
        t = np.arange(int(rng.integers(2000, 5000))) / RATE
        sound[: len(t)] = 20000 * np.sin(2 * np.pi * (300 + 300 * digit) * t + rng.random())
    symbols = symbols_of(np.round(sounds).astype(np.int16), 256)[..., None]
    return Split(symbols, np.stack([digits, 0 * digits], axis=1))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The splits that were asked for, of tones that stand in for the recordings."""
    splits, names = {"train": tones(80, 1), "valid": tones(20, 2), "test": tones(30, 3)}, []

    def split(name: str) -> Split:
        names.append(name)
        return splits[name]

    monkeypatch.setattr(catalog, "open_data", lambda spec: SimpleNamespace(split=split))
    return names


def test_it_learns_and_the_test_recordings_are_asked_once_at_the_end(
    asked: list[str], tmp_path: Path
) -> None:
    out, shares = tmp_path / "r.safetensors", []

    def take(payload: object) -> None:
        assert isinstance(payload, Share)
        assert "test" not in asked
        shares.append(payload.done)

    found = run_to_end(InlineEngine(), TrainRecogniser(out, epochs=16, seed=3), take)
    assert isinstance(found, TrainedRecogniser)
    assert asked == ["train", "valid", "test"]
    assert shares[-1] == 16
    assert found.test_accuracy > 0.8
    test = tones(30, 3)
    sounds = tuple(samples_of(test.symbols[..., 0], 256))
    heard = run_to_end(InlineEngine(), Recognise(sounds, RATE, out))
    assert isinstance(heard, Recognised)
    shares_right = np.mean([int(d) for d in heard.digits] == test.labels[:, 0])
    assert shares_right == pytest.approx(found.test_accuracy)
    np.testing.assert_allclose(heard.probabilities.sum(axis=1), 1)
    nats = -np.log(heard.probabilities[np.arange(30), test.labels[:, 0]]).mean()
    assert nats == pytest.approx(found.test_nats, rel=1e-3)


def test_the_best_epoch_is_kept_and_the_seed_decides_all(asked: list[str]) -> None:
    runs = []
    for seed in (5, 5, 6):
        training, epochs = fitted(4, seed), []
        while True:
            try:
                epochs.append(next(training))
            except StopIteration as stop:
                runs.append((epochs, stop.value))
                break
    (epochs, kept), (same, _), (other, _) = runs
    assert epochs == same != other
    least = min(epoch.valid_nats for epoch in epochs)
    assert accuracy(kept, tones(20, 2))[0] == pytest.approx(least, rel=1e-6)
    assert [epoch.best for epoch in epochs] == [
        epoch.valid_nats == min(each.valid_nats for each in epochs[: epoch.number])
        for epoch in epochs
    ]


def test_a_recording_is_heard_differently_each_time_but_as_large() -> None:
    sound, rng = samples_of(tones(1, 1).symbols[0, :, 0], 256), generator(9)
    first, second = varied(sound, rng), varied(sound, rng)
    assert first.shape == second.shape == (40, 102)
    assert (first != second).any()
    assert first.max() <= 0
    assert first.min() >= -6


def test_any_length_and_rate_is_judged_and_silence_is_no_digit() -> None:
    recogniser = loaded_recogniser()
    for length in (1, 300, 5600, 40_000):
        sound = (2000 * generator(length).standard_normal(length)).astype(np.int16)
        assert probabilities(recogniser, sound, RATE).sum() == pytest.approx(1)
    np.testing.assert_allclose(probabilities(recogniser, np.zeros(900, np.int16), RATE), 0.1)
    t = np.arange(16_000) / 16_000
    high = np.round(9000 * np.sin(2 * np.pi * 1000 * t)).astype(np.int16)
    # Away from the ends, where what is outside matters.
    np.testing.assert_allclose(
        features(high, 16_000)[:, 5:-6], features(high[::2], RATE)[:, 5:-6], atol=0.35
    )


@pytest.mark.parametrize(
    ("sounds", "match"),
    [
        ((), "At least one sound"),
        ((np.zeros(0, np.int16),), "is empty"),
        ((np.ones(61 * 800, np.int16),), "a minute of sound at most, and this is 61 s"),
    ],
)
def test_what_cannot_be_judged_is_refused(sounds: tuple[np.ndarray, ...], match: str) -> None:
    with pytest.raises(UserError, match=match):
        run_to_end(InlineEngine(), Recognise(sounds, 800))


def test_weights_of_something_else_are_refused() -> None:
    other = Path("resources/runs/pixelcnn-digits/model.safetensors")
    with pytest.raises(UserError, match="no recogniser"):
        loaded_recogniser(other)


@real
def test_the_shipped_one_recognises_the_official_test_recordings() -> None:
    nats, share = accuracy(loaded_recogniser(), REAL.split("test"))
    assert share >= 0.98
    assert nats < 0.1


@real
@pytest.mark.parametrize("change", ["silence around", "in noise", "quiet", "at 16 kHz"])
def test_the_shipped_one_is_not_led_astray(change: str) -> None:
    from scipy.signal import resample_poly

    test = REAL.split("test")
    right = 0
    for index in range(0, 300, 5):
        sound, rate = samples_of(test.symbols[index, :, 0], 256), RATE
        if change == "silence around":
            sound = np.pad(sound, (6000, 9000))
        elif change == "in noise":
            noise = generator(index).standard_normal(len(sound))
            sound = np.clip(sound + 300 * noise, -32768, 32767).astype(np.int16)
        elif change == "quiet":
            sound = (sound // 30).astype(np.int16)
        else:
            rate = 16_000
            sound = np.clip(resample_poly(sound, 2, 1), -32768, 32767).astype(np.int16)
        heard = probabilities(loaded_recogniser(), sound, rate)
        right += CLASSES[int(heard.argmax())] == str(test.labels[index, 0])
    assert right >= 56, f"{right} of 60"


def test_it_is_small_and_says_what_it_was_trained_on() -> None:
    from genstudio.core.paths import resource
    from genstudio.models.store import load_tensors

    path = resource("recogniser") / "digits.safetensors"
    tensors, facts = load_tensors(path)
    assert path.stat().st_size < 500_000
    assert facts["data"] == "fsdd"
    assert float(facts["test_accuracy"]) >= 0.98
    assert all(value.dtype == torch.float32 for value in tensors.values())
