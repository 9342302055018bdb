"""The jobs `inpaint` and `probe`: odd masks, exact conditionals, films."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.errors import UserError
from genstudio.core.inpainting import Film, Inpainted, InpaintStarted, Moments
from genstudio.core.messages import Cancelled, Inpaint, Probe, Probed, Progress
from genstudio.core.spaces import Grid, Label
from genstudio.engine import running
from genstudio.engine.client import InlineEngine, run_to_end
from genstudio.inpainting.base import methods
from genstudio.models.base import Autoregressive, Density, GenerativeModel
from tests.inpainting.tiny import (
    IMAGE,
    KNOWN,
    SPACE,
    enumerated,
    fitting,
    posterior,
    problem,
    saved,
    untrained,
)

every_method = pytest.mark.parametrize("name", list(methods()))
SMALL = IMAGE.astype(np.uint8)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By family, of a model for each method."""
    folder = tmp_path_factory.mktemp("runs")
    models = {model.family(): model for model in map(fitting, methods())}
    return {name: saved(model, folder / name) for name, model in models.items()}


@pytest.fixture
def run(runs: dict[str, Path], request: pytest.FixtureRequest) -> Path:
    """Of a model that the method of the test works with."""
    name = request.node.callspec.params["name"] if hasattr(request.node, "callspec") else "raster"
    return runs[fitting(name).family()]


def inpainted(request: Inpaint) -> tuple[Film, Inpainted]:
    films: list[Film] = []

    def hear(payload: Any) -> None:
        if isinstance(payload, InpaintStarted):
            films.append(Film(payload))
        elif isinstance(payload, Moments):
            films[0].append(payload)

    result = run_to_end(InlineEngine(), request, hear)
    assert isinstance(result, Inpainted)
    return films[0], result


@every_method
def test_with_nothing_hidden_the_image_is_its_own_completion(run: Path, name: str) -> None:
    film, result = inpainted(Inpaint(run, SMALL, np.ones_like(KNOWN), name, count=3))
    assert film.length == 0
    assert np.array_equal(result.images, np.repeat(SMALL[None], 3, axis=0))
    model, x = fitting(name), torch.from_numpy(IMAGE[None])
    expected = float(model.log_prob(x)[0]) if isinstance(model, Density) else np.nan
    assert result.log_prob == pytest.approx([expected] * 3, abs=1e-4, nan_ok=True)
    assert result.log_evidence == pytest.approx(expected, abs=1e-4, nan_ok=True)
    assert (result.entropy == 0).all()


@every_method
def test_with_everything_hidden_it_draws_or_says_why_not(run: Path, name: str) -> None:
    request = Inpaint(run, SMALL, np.zeros_like(KNOWN), name, count=3)
    if name == "exact":
        with pytest.raises(UserError, match="65,536"):
            inpainted(request)
        return
    film, result = inpainted(request)
    assert film.reached().all()
    assert np.array_equal(film.images(), result.images)


@every_method
def test_one_hidden_pixel(run: Path, name: str) -> None:
    known = np.ones_like(KNOWN)
    known[1, 2] = False
    _, result = inpainted(Inpaint(run, SMALL, known, name, count=200))
    assert (result.images[:, known] == SMALL[known]).all()
    if methods()[name].sees == "all":
        asked = problem(fitting(name), known=known)
        assert result.marginals[1, 2, 0] == pytest.approx(posterior(asked), abs=0.1)


@every_method
def test_a_mask_of_another_size_is_refused(run: Path, name: str) -> None:
    with pytest.raises(UserError, match="The mask is 3×4, but the image is 4×4"):
        inpainted(Inpaint(run, SMALL, KNOWN[:3], name))
    large = np.zeros((6, 6, 1), np.uint8)
    with pytest.raises(UserError, match="4×4 grey"):
        inpainted(Inpaint(run, large, large.astype(bool), name))


@every_method
def test_no_completions_and_unknown_settings_are_refused(run: Path, name: str) -> None:
    with pytest.raises(UserError, match="At least one"):
        inpainted(Inpaint(run, SMALL, KNOWN, name, count=0))
    with pytest.raises(UserError, match="no setting called"):
        inpainted(Inpaint(run, SMALL, KNOWN, name, settings={"nonsense": 1}))


@every_method
def test_a_run_that_is_cancelled_in_the_middle_hurts_no_later_one(
    run: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_INTERVAL", 0.0)
    request = Inpaint(run, SMALL, KNOWN, name, count=3)
    _, before = inpainted(request)
    engine = InlineEngine()
    job = engine.submit(request)
    heard: list[object] = []
    while not any(isinstance(event, Cancelled) for event in heard):
        engine.wait(0.1)
        for event in engine.poll():
            heard.append(event)
            if isinstance(event, Progress) and isinstance(event.payload, Moments):
                engine.cancel(job)
    assert not engine.busy
    _, after = inpainted(request)
    assert np.array_equal(before.images, after.images)


LABELS = (Label(name="kind", classes=("a", "b")),)
CONDITIONALS = {
    "binary": ("pixelcnn", Grid(height=3, width=3, levels=2), {"channels": 6, "blocks": 1}),
    "4 levels": ("nade", Grid(height=2, width=3, levels=4), {"hidden": 8, "order": "spiral"}),
    "colour": ("gated-pixelcnn", Grid(height=2, width=2, channels=3, levels=3), {"channels": 6}),
    "classes": (
        "made",
        Grid(height=2, width=2, levels=3, labels=LABELS),
        {"hidden": 16, "masks": 2, "conditional": True},
    ),
    "chain": ("markov", Grid(height=2, width=3, levels=4), {"memory": 2}),
}


def model_of(kind: str) -> GenerativeModel:
    name, space, config = CONDITIONALS[kind]
    return untrained(name, space, tuple(config.items()))


@pytest.mark.parametrize("kind", CONDITIONALS)
def test_the_conditional_of_one_symbol_is_the_enumerated_one(kind: str, tmp_path: Path) -> None:
    """Through the probe, and through the rescorer itself with the symbols put in one by one."""
    model = model_of(kind)
    assert isinstance(model, Autoregressive)
    rng = np.random.default_rng(0)
    image = rng.integers(0, model.space.levels, model.space.shape)
    folder = saved(model, tmp_path / "run")
    labels = np.array([1]) if model.conditional else None
    y = torch.tensor([[1]]) if model.conditional else None
    rescorer = model.rescorer(torch.from_numpy(image[None]), y)
    for step, place in enumerate(model.order):
        known = np.ones(model.space.shape, bool)
        known.reshape(-1)[place] = False
        expected = posterior(problem(model, image, known, y=y))
        probe = Probe(folder, image.astype(np.uint8), int(place), labels=labels, device="cpu")
        found = run_to_end(InlineEngine(), probe)
        assert isinstance(found, Probed)
        assert found.given_all == pytest.approx(expected, abs=1e-5)
        past = torch.softmax(model.logits(torch.from_numpy(image[None]), y)[0].flatten(1), dim=0)
        assert found.given_past == pytest.approx(past[:, place].numpy(), abs=1e-5)

        scores = rescorer.scores(step, np.ones(model.space.dimensions))
        p = np.exp(scores[0] - scores[0].max())
        assert p / p.sum() == pytest.approx(expected, abs=1e-5)
        value = int(rng.integers(model.space.levels))
        rescorer.put(step, np.array([value]))
        image.reshape(-1)[place] = value
        whole = np.ones(model.space.shape, bool)
        [log_prob] = enumerated(problem(model, image, whole, y=y))[1]
        assert rescorer.log_prob()[0] == pytest.approx(log_prob, abs=1e-5)


def test_a_place_that_is_not_there_is_refused(run: Path) -> None:
    with pytest.raises(UserError, match="no place 16"):
        run_to_end(InlineEngine(), Probe(run, SMALL, SPACE.dimensions, device="cpu"))
