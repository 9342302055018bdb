"""Families that are counted: one pass, every image once, and exact resume."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.messages import Estimate, Train, Wish
from genstudio.core.runs import Run
from genstudio.core.training import DataSpec, Training
from genstudio.data import catalog
from genstudio.engine import running, trainer
from genstudio.engine.client import InlineEngine, run_to_end
from tests.engine.test_training import assert_same, run_until_step, tensors

DATA = DataSpec(name="digits", levels=2, size=4)
TRAINING = Training(
    length=7, batch_size=100, validate_every=4, validation_size=20, checkpoint_every=3, previews=2
)


@pytest.fixture(autouse=True)
def unthinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_INTERVAL", 0.0)
    monkeypatch.setattr(trainer, "_INTERVAL", 0.0)


def request(out: Path, family: str = "markov") -> Train:
    return Train(family=family, data=DATA, training=TRAINING, device="cpu", out=out)


def train(wanted: Train) -> Run:
    return Run.open(run_to_end(InlineEngine(), wanted))


@pytest.mark.parametrize("family", ["full-table", "independent", "markov"])
def test_every_image_is_counted_exactly_once(tmp_path: Path, family: str) -> None:
    from genstudio.models.store import load_model

    run = train(request(tmp_path / "run", family))
    images = catalog.open_data(DATA).split("train").symbols.reshape(-1, 16)
    assert len(images) % TRAINING.batch_size, "there is a remainder, or this shows nothing"
    [table] = tensors(run.model_path).values()
    model = load_model(run.model_path)
    ends = [*model.get_buffer("starts").tolist()[1:], len(table)]
    steps = np.split(table, ends[:-1])
    for step, part in enumerate(steps):
        on = int(images[:, step].sum())
        np.testing.assert_array_equal(part.sum(axis=0), [len(images) - on, on])
    manifest = run.manifest
    assert manifest.result is not None
    assert manifest.result.steps == -(-len(images) // 100)
    assert manifest.result.best_step == manifest.result.steps, "the last counts are kept"
    assert (manifest.training.length, manifest.training.unit) == (1, "epochs")
    assert manifest.parameters == {"full-table": 2**16 - 1, "independent": 16, "markov": 31}[family]
    assert manifest.parameter_formula


@pytest.mark.parametrize("family", ["markov", "pca"])
@pytest.mark.parametrize("stop_at", [1, 3, 5, 14])
def test_stopped_and_resumed_equals_never_stopped(
    tmp_path: Path, family: str, stop_at: int
) -> None:
    engine = InlineEngine()
    job = engine.submit(request(tmp_path / "run", family))
    run_until_step(engine, job, stop_at)
    engine.wish(job, Wish.STOP)
    while engine.busy:
        list(engine.poll())
    stopped = Run.open(tmp_path / "run").manifest.result
    assert stopped is not None
    assert stopped.state == "stopped"
    calm = train(request(tmp_path / "calm", family))
    assert_same(train(Train(resume=tmp_path / "run")), calm)


def test_pca_takes_in_every_image_and_says_what_is_lost(tmp_path: Path) -> None:
    from sklearn import decomposition

    wanted = request(tmp_path / "run", "pca")
    run = train(replace(wanted, config={"code": 3}))
    data = catalog.open_data(DATA)
    images = data.split("train").symbols.reshape(-1, 16).astype(float)
    found = tensors(run.model_path)
    np.testing.assert_allclose(found["mean"], images.mean(axis=0), atol=1e-6)
    reference = decomposition.PCA(3, svd_solver="full").fit(images)
    valid = data.split("valid").symbols[:20].reshape(-1, 16)
    back = reference.inverse_transform(reference.transform(valid)).clip(0, 1)
    result = run.manifest.result
    assert result is not None
    assert result.valid_error == pytest.approx(((back - valid) ** 2).mean(), rel=1e-4)
    assert (result.valid_nats, result.valid_bits_per_dim) == (None, None)
    assert result.words().startswith("reconstruction error 0.")
    errors = [metric.error for metric in run.metrics() if metric.error is not None]
    assert errors[-1] < 0.7 * errors[0]
    assert run.samples()


def test_nothing_is_counted_twice_by_going_on(tmp_path: Path) -> None:
    run = train(request(tmp_path / "run"))
    with pytest.raises(UserError, match="one pass has counted every image"):
        train(Train(family="markov", data=DATA, start_from=run.folder, out=tmp_path / "more"))


def test_the_forecast_is_of_one_pass(tmp_path: Path) -> None:
    found = run_to_end(InlineEngine(), Estimate("full-table", DATA, {}, TRAINING, "cpu"))
    assert found.steps == 15
    assert (found.parameters, found.parameter_formula) == (65_535, "2ⁿ − 1")
