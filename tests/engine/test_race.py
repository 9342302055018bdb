"""The same picture twice, and real images to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.draw import Way
from genstudio.core.errors import UserError
from genstudio.core.messages import (
    Complete,
    Lap,
    Picked,
    PickImage,
    Race,
    Raced,
    ReadImage,
    Sample,
    SampleStarted,
    Train,
)
from genstudio.core.spaces import Grid
from genstudio.core.trace import TraceChunk
from genstudio.core.training import DataSpec, Training
from genstudio.data import catalog
from genstudio.engine.client import InlineEngine, ProcessEngine, run_to_end

DATA = DataSpec(name="digits", levels=2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    training = Training(length=20, batch_size=16, preview_every=0, validation_size=16, ema=0.0)
    request = Train(
        family="pixelcnn",
        data=DATA,
        config={"channels": 12, "blocks": 2, "head": 12},
        training=training,
        device="cpu",
        out=tmp_path_factory.mktemp("runs") / "small",
    )
    folder = run_to_end(InlineEngine(), request)
    assert isinstance(folder, Path)
    return folder


def test_both_runners_draw_what_the_sampler_draws_and_the_naive_one_later(
    trained: Path, compiled_samplers: None
) -> None:
    said: list[object] = []
    engine = ProcessEngine()
    try:
        run_to_end(engine, Race(trained, seed=5, device="cpu"), said.append)
    finally:
        engine.close()
    assert isinstance(said[0], SampleStarted) and said[0].seed == 5
    laps = [lap for payload in said[1:] if isinstance(payload, Raced) for lap in payload.laps]
    fast = [lap for lap in laps if not lap.naive]
    naive = [lap for lap in laps if lap.naive]
    assert laps == [*fast, *naive], "one after the other"
    assert {lap.way for lap in fast} == {Way.COMPILED}
    assert {lap.way for lap in naive} == {Way.NAIVE}
    drawn: list[TraceChunk] = []
    request = Sample(trained, seed=5, device="cpu", way=Way.CACHED)
    run_to_end(
        InlineEngine(),
        request,
        lambda payload: drawn.append(payload) if isinstance(payload, TraceChunk) else None,
    )
    expected = TraceChunk.joined(drawn).symbols[0]
    np.testing.assert_array_equal(_symbols(fast), expected)
    np.testing.assert_array_equal(_symbols(naive), expected)
    seconds = [lap.seconds for lap in naive]
    assert seconds == sorted(seconds)
    assert fast[-1].seconds < naive[-1].seconds


def _symbols(laps: list[Lap]) -> np.ndarray:
    return np.concatenate([lap.symbols for lap in laps])


def picked(**wanted: object) -> Picked:
    found = run_to_end(InlineEngine(), PickImage(DATA, **wanted))  # type: ignore[arg-type]
    assert isinstance(found, Picked)
    return found


def test_a_picked_image_is_the_one_of_that_number_which_no_model_learned_from() -> None:
    test = catalog.open_data(DATA).split("test")
    numbers = set()
    for seed in range(5):
        found = picked(seed=seed)
        assert found.split == "test"
        np.testing.assert_array_equal(found.image, test.symbols[found.number])
        np.testing.assert_array_equal(found.labels, test.labels[found.number])
        numbers.add(found.number)
    assert len(numbers) > 1
    assert picked(seed=3).number == picked(seed=3).number


def test_a_class_can_be_asked_for() -> None:
    assert {int(picked(seed=seed, class_index=7).labels[0]) for seed in range(5)} == {7}
    with pytest.raises(UserError, match="no class 10"):
        picked(class_index=10)


def test_a_real_image_is_scored_as_the_model_scores_it(
    trained: Path, compiled_samplers: None
) -> None:
    """Everything is known: the recording's surprise is −ln p(x), in every way of computing it."""
    from torch import from_numpy

    from genstudio.models.base import Autoregressive
    from genstudio.models.store import load_model

    found = picked(seed=1)
    said: list[object] = []
    request = Complete(
        trained, found.image[None], np.ones((1, *found.image.shape), np.bool_), device="cpu"
    )
    run_to_end(InlineEngine(), request, said.append)
    chunk = TraceChunk.joined([part for part in said if isinstance(part, TraceChunk)])
    np.testing.assert_array_equal(chunk.symbols.reshape(found.image.shape), found.image)
    assert chunk.given.all()
    of_symbols = np.take_along_axis(chunk.probabilities, chunk.symbols[..., None].astype(int), 2)
    model = load_model(trained / "model.safetensors", "cpu")
    assert isinstance(model, Autoregressive)
    expected = float(model.log_prob(from_numpy(found.image[None]).long()).detach())
    assert np.log(of_symbols.astype(float)).sum() == pytest.approx(expected, abs=1e-3)


def test_a_file_is_cropped_to_the_models_proportions(tmp_path: Path) -> None:
    pixels = np.zeros((20, 40), np.uint8)
    pixels[:, 10:20] = 255  # the left half of the middle square
    path = tmp_path / "wide.png"
    Image.fromarray(pixels).save(path)
    space = Grid(height=10, width=10, levels=2)
    found = run_to_end(InlineEngine(), ReadImage(path, space))
    assert found.shape == (10, 10, 1)
    assert found[:, :5].all() and not found[:, 5:].any()


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.png"
    path.write_text("no picture")
    space = Grid(height=10, width=10, levels=2)
    with pytest.raises(UserError, match=r"words\.png"):
        run_to_end(InlineEngine(), ReadImage(path, space))
    with pytest.raises(UserError, match="There is no file"):
        run_to_end(InlineEngine(), ReadImage(tmp_path / "gone.png", space))
