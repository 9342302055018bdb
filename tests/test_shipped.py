"""The models that come along: small, trained to the end, and as good as their manifest says."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import genstudio
from genstudio.core.library import list_runs, shipped_folder
from genstudio.core.runs import Run
from genstudio.data import catalog

SHIPPED, BROKEN = list_runs(shipped_folder())


def test_they_open_and_are_those_that_are_promised() -> None:
    assert not BROKEN
    found = {(run.manifest.family, run.manifest.data.name) for run in SHIPPED}
    assert found >= {
        ("pixelcnn", "digits"),
        ("pixelcnn", "binarized-mnist"),
        ("diagonal-bilstm", "binarized-mnist"),
        ("gated-pixelcnn", "mnist"),
        ("pixelcnn++", "shapes"),
        ("vae", "mnist"),
        ("autoencoder", "mnist"),
        ("denoising-autoencoder", "mnist"),
        ("wavenet", "fsdd"),
    }


@pytest.mark.parametrize("run", SHIPPED, ids=lambda run: run.name)
def test_each_was_trained_to_the_end_and_is_at_most_4_mb(run: Run) -> None:
    result = run.manifest.result
    assert result is not None
    assert result.state == "finished"
    assert result.steps == run.manifest.training.length
    assert sum(path.stat().st_size for path in run.folder.rglob("*")) <= 4_000_000
    for score in ("valid_nats", "valid_error"):
        scores = [getattr(metric, score) for metric in run.metrics()]
        assert getattr(result, score) == min((s for s in scores if s is not None), default=None)
    assert result.valid_nats is not None or result.valid_error is not None
    assert run.samples()
    model = genstudio.open_run(run.folder).load_model()
    assert model.parameter_count == run.manifest.parameters


def test_a_vae_comes_with_two_and_with_sixteen_numbers() -> None:
    vaes = [run for run in SHIPPED if run.manifest.family == "vae"]
    assert sorted(run.manifest.config["latent"] for run in vaes) == [2, 16]


def test_the_weights_on_digits_score_what_the_manifest_says(folders: Path) -> None:
    run = next(run for run in SHIPPED if run.manifest.data.name == "digits")
    data = catalog.open_data(run.manifest.data)
    assert data.content_hash == run.manifest.data_hash
    valid = data.split("valid")
    model = genstudio.open_run(run.folder).load_model()
    with torch.no_grad():
        nats = -model.log_prob(
            torch.from_numpy(valid.symbols).long(), torch.from_numpy(valid.labels)
        ).mean()
    assert run.manifest.result is not None
    assert float(nats) == pytest.approx(run.manifest.result.valid_nats, rel=1e-4)
