"""What is asked about sounds: the jobs, on a tiny network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from genstudio.core.draw import DrawControls, adjusted, inverse_cdf
from genstudio.core.errors import UserError
from genstudio.core.messages import (
    DilationTree,
    Evaluate,
    GrowTree,
    MeasurePitch,
    Pitched,
    Sample,
    TeacherForce,
    TeacherForced,
    Train,
)
from genstudio.core.trace import TraceChunk
from genstudio.core.training import DataSpec, Training
from genstudio.core.uniforms import generator, uniforms
from genstudio.engine.client import InlineEngine, run_to_end
from genstudio.models.store import load_model

RATE = 1000
LABELS = np.array([3, 1])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that has hardly learned, of strings with few samples a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("genstudio.data.strings._RATE", RATE)
        patch.setattr("genstudio.data.strings._COUNTS", {"train": 12, "valid": 4, "test": 4})
        training = Training(length=3, batch_size=2, preview_every=0, validation_size=4, ema=0.0)
        config = {"channels": 4, "layers": 4, "cycles": 2, "skip": 6, "head": 6}
        request = Train(
            family="wavenet",
            data=DataSpec(name="strings", levels=16),
            config=config | {"conditional": True},
            training=training,
            device="cpu",
            out=tmp_path_factory.mktemp("runs") / "small",
        )
        folder = run_to_end(InlineEngine(), request)
        assert isinstance(folder, Path)
        return folder


def noise(length: int) -> np.ndarray:
    return generator(8).integers(0, 16, length).astype(np.uint8)


def test_a_tree_has_a_row_for_every_layer_and_is_as_wide_as_the_network_hears(
    trained: Path,
) -> None:
    request = GrowTree(trained, noise(800), 700, LABELS, device="cpu")
    found = run_to_end(InlineEngine(), request)
    assert isinstance(found, DilationTree)
    assert found.receptive_field == 2 + 2 * 15
    assert found.milliseconds == 1000 * 32 / RATE
    assert [row.dilation for row in found.rows] == [0, 1, 1, 2, 4, 8, 1, 2, 4, 8]
    np.testing.assert_array_equal(found.rows[0].positions, np.arange(700 - 32, 700))
    assert found.rows[-1].positions.tolist() == [699]
    assert (found.rows[0].name, found.rows[1].name, found.rows[-2].name, found.rows[-1].name) == (
        "samples",
        "into layer 1",
        "into layer 8",
        "output",
    )


def test_an_evaluation_says_how_far_the_network_hears(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genstudio.data.strings._RATE", RATE)
    monkeypatch.setattr("genstudio.data.strings._COUNTS", {"train": 12, "valid": 4, "test": 4})
    found = run_to_end(InlineEngine(), Evaluate(trained, device="cpu"))
    assert (found.receptive_field, found.receptive_milliseconds) == (32, 32)


def forced(run: Path, sound: np.ndarray, **more: object) -> TeacherForced:
    request = TeacherForce(run, sound, labels=LABELS, device="cpu", **more)  # type: ignore[arg-type]
    found = run_to_end(InlineEngine(), request)
    assert isinstance(found, TeacherForced)
    return found


def test_what_is_forced_is_drawn_given_the_real_past(trained: Path) -> None:
    """Sample by sample from a pass over the whole recording, with the same uniforms."""
    sound, controls = noise(700), {"temperature": 0.8, "top_k": 9}
    found = forced(trained, sound, seed=4, controls=controls)
    model = load_model(trained / "model.safetensors")
    with torch.no_grad():
        logits = model.logits(  # type: ignore[operator]
            torch.from_numpy(sound).long()[None, :, None], torch.from_numpy(LABELS)[None]
        )
    p = logits[0, :, :, 0].T.double().softmax(1).numpy()
    expected = inverse_cdf(
        adjusted(p.astype(np.float32), DrawControls.checked(controls)), uniforms(4, 1, 700)[0]
    )
    np.testing.assert_array_equal(found.forced, expected)
    np.testing.assert_allclose(found.surprise, -np.log2(p[np.arange(700), sound]), atol=1e-4)
    np.testing.assert_allclose(found.entropy, -(p * np.log2(p)).sum(axis=1), atol=1e-4)
    assert (found.forced != found.free).any()


def test_what_runs_free_is_what_sampling_draws_from_that_seed(trained: Path) -> None:
    found = forced(trained, noise(RATE), seed=6)
    chunks: list[TraceChunk] = []

    def take(payload: object) -> None:
        if isinstance(payload, TraceChunk):
            chunks.append(payload)

    run_to_end(InlineEngine(), Sample(trained, 1, 6, labels=LABELS, device="cpu"), take)
    drawn = np.concatenate([chunk.symbols[0] for chunk in chunks])
    np.testing.assert_array_equal(found.free, drawn)


def test_given_all_of_it_both_ways_are_the_recording_scored(trained: Path) -> None:
    sound = noise(600)
    found = forced(trained, sound, given=600)
    np.testing.assert_array_equal(found.free, sound)
    np.testing.assert_allclose(found.free_surprise, found.surprise, atol=1e-3)


@pytest.mark.parametrize(
    ("sound", "more", "match"),
    [
        (np.zeros(0, np.uint8), {}, "is empty"),
        (np.full(9, 16, np.uint8), {}, "beyond the model's 16 levels"),
        (np.zeros(9, np.uint8), {"given": 10}, "Of 9 samples, 10 cannot be given"),
    ],
)
def test_what_cannot_be_forced_is_refused(
    trained: Path, sound: np.ndarray, more: dict[str, int], match: str
) -> None:
    with pytest.raises(UserError, match=match):
        forced(trained, sound, **more)


def test_a_sample_beyond_the_end_has_no_tree(trained: Path) -> None:
    with pytest.raises(UserError, match="no sample 9 in 9"):
        run_to_end(InlineEngine(), GrowTree(trained, np.zeros(9, np.uint8), 9, LABELS))


def test_images_have_no_dilations() -> None:
    from genstudio.core.library import shipped_folder

    run = shipped_folder() / "pixelcnn-digits"
    with pytest.raises(UserError, match="no dilated convolutions"):
        run_to_end(InlineEngine(), GrowTree(run, np.zeros(9, np.uint8), 3))
    with pytest.raises(UserError, match="This is for sounds"):
        run_to_end(InlineEngine(), TeacherForce(run, np.zeros(9, np.uint8)))


def test_pitches_are_told_in_cents() -> None:
    t = np.arange(4000) / 8000
    waves = [np.sin(2 * np.pi * hertz * t) for hertz in (440, 220, 233.08)]
    tones = [np.round(9000 * each).astype(np.int16) for each in waves]
    request = MeasurePitch((*tones, np.zeros(4000, np.int16)), 8000)
    found = run_to_end(InlineEngine(), request)
    assert isinstance(found, Pitched)
    np.testing.assert_allclose(found.cents(220), [1200, 0, 100, np.nan], atol=0.5)
    assert found.periodic.tolist() == [1, 1, 1, 0]
    with pytest.raises(UserError, match="At least one sound"):
        run_to_end(InlineEngine(), MeasurePitch((), 8000))
