"""What one run shows beside others: the same image scored, the same uniforms drawn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import genstudio
from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.messages import Compare, Compared, Train
from genstudio.core.paths import resource
from genstudio.core.trace import TraceChunk
from genstudio.core.training import DataSpec, Training
from genstudio.core.uniforms import uniforms
from genstudio.data import catalog
from genstudio.engine.client import InlineEngine, run_to_end
from genstudio.engine.loaded import labels_for

DIGITS = resource("runs") / "pixelcnn-digits"


def compared(run: Path, **asked: int) -> Compared:
    found = run_to_end(InlineEngine(), Compare(run, device="cpu", **asked))
    assert isinstance(found, Compared)
    return found


def test_the_image_is_scored_as_the_model_scores_it() -> None:
    opened = genstudio.open_run(DIGITS)
    split = catalog.open_data(opened.manifest.data).split("valid")
    found = compared(DIGITS, index=3)
    np.testing.assert_array_equal(found.image, split.symbols[3])
    model = opened.load_model()
    x = torch.from_numpy(split.symbols[3:4]).long()
    y = torch.from_numpy(split.labels[3:4])
    expected = -float(model.log_prob(x, y))
    assert found.nats == pytest.approx(expected, rel=1e-5)
    assert found.surprise.sum() * np.log(2) == pytest.approx(expected, rel=1e-5)


def test_the_samples_are_those_of_the_naive_sampler_from_the_same_uniforms() -> None:
    found = compared(DIGITS, seed=5, count=2)
    model = genstudio.open_run(DIGITS).load_model()
    y, _ = labels_for(model, None, 2, 5, 0)
    u = uniforms(5, 2, model.space.dimensions)
    chunks = list(model.sample_steps(2, u, DrawControls(), y, Way.NAIVE))
    expected = TraceChunk.joined(chunks).symbols.reshape(2, *model.space.shape)
    np.testing.assert_array_equal(found.samples, expected)
    assert found.seconds > 0


def test_a_bound_is_no_exact_score_and_has_no_surprise(tmp_path: Path) -> None:
    training = Training(length=4, validation_size=8, preview_every=0)
    size = {"hidden": 8, "layers": 1}
    scored = {}
    for family in ("autoencoder", "vae"):
        wanted = Train(
            family=family,
            data=DataSpec(levels=4),
            config=size,
            training=training,
            device="cpu",
            out=tmp_path / family,
        )
        scored[family] = compared(run_to_end(InlineEngine(), wanted), index=3, count=2)
        assert scored[family].surprise is None
        assert not scored[family].exact
        assert scored[family].samples.shape == (2, 8, 8, 1)
    assert scored["autoencoder"].nats is None
    model = genstudio.open_run(tmp_path / "vae").load_model()
    x = torch.from_numpy(scored["vae"].image[None]).long()
    with torch.no_grad():
        assert scored["vae"].nats == pytest.approx(-float(model.elbo(x)), rel=1e-5)


def test_an_image_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match="no image 99999 among 180"):
        compared(DIGITS, index=99999)
