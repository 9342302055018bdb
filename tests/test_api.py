"""GenStudio from Python."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import genstudio
from genstudio.core.errors import UserError
from genstudio.core.messages import Train
from genstudio.core.training import DataSpec, Training
from genstudio.engine.client import InlineEngine, run_to_end


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny trained run."""
    request = Train(
        family="made",
        data=DataSpec(levels=2),
        config={"hidden": 8},
        training=Training(length=4, log_every=2, preview_every=0, validation_size=8),
        device="cpu",
        out=tmp_path / "run",
    )
    found: Path = run_to_end(InlineEngine(), request)
    return found


def test_an_opened_run_tells_what_it_is(folder: Path) -> None:
    opened = genstudio.open_run(str(folder))
    assert opened.folder == folder
    assert opened.manifest.family == "made"
    assert [point.step for point in opened.metrics() if point.nats is not None] == [2, 4]


def test_its_model_has_the_methods_of_the_contract(folder: Path) -> None:
    import torch

    model = genstudio.open_run(folder).load_model(device="cpu")
    x = torch.zeros(3, *model.space.shape, dtype=torch.long)
    with torch.no_grad():
        log_prob = model.log_prob(x)
        surprise = model.surprise(x)
    assert log_prob.shape == (3,)
    assert not model.training
    torch.testing.assert_close(-surprise.flatten(1).sum(1), log_prob)


def test_a_name_of_the_library_is_enough(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_RUNS", str(folder.parent))
    assert genstudio.open_run("run").folder == folder


def test_what_is_not_there_is_a_users_error(folder: Path) -> None:
    with pytest.raises(UserError, match="There is no run called"):
        genstudio.open_run(folder.parent / "other")
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserError, match="is missing"):
        genstudio.open_run(folder).load_model()
    with pytest.raises(UserError, match="There is no device"):
        genstudio.open_run(folder).load_model(device="tpu")


def test_the_package_knows_its_version_and_nothing_else() -> None:
    assert genstudio.__version__ == importlib.metadata.version("genstudio")
    with pytest.raises(AttributeError, match="no attribute “versoin”"):
        _ = genstudio.versoin


def test_opening_a_run_does_not_load_torch(folder: Path) -> None:
    code = (
        "import sys, genstudio; genstudio.open_run(sys.argv[1]).metrics(); "
        "sys.exit('torch' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code, folder], check=False)
    assert ended.returncode == 0
