"""Families with a latent space from the command line, from training to drawing."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from safetensors.numpy import load_file

from genstudio.core.recipe import read_recipe
from genstudio.core.runs import Run as RunFolder

from .conftest import Run

TRAINING = [
    "--set=validate_every=3",
    "--set=validation_size=8",
    "--set=preview_every=4",
    "--set=previews=4",
    "--set=log_every=2",
]
SMALL = ["--set=hidden=8", "--set=layers=1"]
FAMILIES: dict[str, list[str]] = {
    "pca": ["--set=code=4", "--set=batch_size=200"],
    "autoencoder": [*SMALL, "--set=code=4", "--steps=6"],
    "denoising-autoencoder": [*SMALL, "--set=code=4", "--steps=6"],
    "vae": [*SMALL, "--set=latent=4", "--steps=6"],
}
ERRORS = {
    "pca": "reconstruction error",
    "autoencoder": "reconstruction error",
    "denoising-autoencoder": "denoising error",
}
families = pytest.mark.parametrize("family", sorted(FAMILIES))


def trained(genstudio: Run, folder: Path, family: str, *more: str) -> Path:
    folder.parent.mkdir(exist_ok=True)
    said = genstudio("train", family, "--levels=4", "--device=cpu", *TRAINING, *FAMILIES[family],
                     *more, "--out", folder)  # fmt: skip
    assert said.code == 0, said.err
    marked = "validation ≤ " if family == "vae" else f"validation {ERRORS[family]} 0."
    assert marked in said.out
    return folder


@families
def test_it_is_trained_listed_evaluated_and_drawn_from(
    genstudio: Run, tmp_path: Path, family: str
) -> None:
    folder = trained(genstudio, tmp_path / "runs" / "mine", family)
    assert RunFolder.open(folder).samples()
    row = next(line for line in genstudio("runs").out.splitlines() if line.startswith("mine"))
    assert ("≤" in row) == (family == "vae")
    assert (ERRORS.get(family, "none").split()[0] in row) == (family != "vae")

    said = genstudio("evaluate", "mine", "--limit", 30)
    assert said.code == 0, said.err
    document = genstudio("evaluate", "mine", "--limit", 30, "--json").document
    assert document["count"] == 30
    assert document["exact"] is False
    if family == "vae":
        assert ": ≤ " in said.out
        assert document["measure"] == "bound"
        assert document["error"] is None
        bits = document["nats"] / 64 / math.log(2)
        assert document["bits_per_dim"] == pytest.approx(bits)
    else:
        assert f"{ERRORS[family]} {document['error']:.5f}" in said.out
        assert "has no likelihood" in said.out
        assert "bits/dim" not in said.out
        assert document["nats"] is None

    out = tmp_path / "drawn.npz"
    said = genstudio("sample", "mine", "-n", 3, "--seed", 5, "--out", out)
    assert said.code == 0, said.err
    assert "3 images from z" in said.out
    with np.load(out) as arrays:
        assert arrays["codes"].shape == (3, 4)
        assert arrays["expected"].shape == arrays["images"].shape == (3, 8, 8, 1)
        assert arrays["images"].max() < 4
        codes = arrays["codes"]
    assert genstudio("sample", "mine", "-n", 1, "--seed", 5, "--out", out).code == 0
    with np.load(out) as arrays:
        np.testing.assert_allclose(arrays["codes"][0], codes[0], rtol=1e-6)
    sheet = tmp_path / "sheet.png"
    said = genstudio("sample", "mine", "-n", 4, "--scale", 2, "--set", "temperature=0.5",
                     "--out", sheet, "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert np.array(said.document["codes"]).shape == (4, 4)
    with Image.open(sheet) as picture:
        assert picture.size == (34, 34)
    recipe = read_recipe(sheet)
    assert (recipe.family, recipe.count, recipe.controls) == (family, 4, {"temperature": 0.5})


def curves(folder: Path) -> list[dict[str, Any]]:
    return [
        metric.model_copy(update={"seconds": 0.0}).model_dump()
        for metric in RunFolder.open(folder).metrics()
    ]


@families
def test_killed_and_resumed_it_ends_as_if_nothing_had_happened(
    genstudio: Run, tmp_path: Path, family: str
) -> None:
    long = [
        "--set=validate_every=12",
        "--set=checkpoint_every=10",
        "--set=previews=1",
        "--set=preview_every=0",
    ]
    long += ["--set=batch_size=18"] if family == "pca" else ["--steps=80"]
    killed, calm = tmp_path / "runs" / "killed", tmp_path / "runs" / "calm"
    killed.parent.mkdir()
    arguments = ["train", family, "--levels=4", "--device=cpu", *TRAINING, *FAMILIES[family], *long]
    with subprocess.Popen(
        [sys.executable, "-m", "genstudio", *arguments, "--out", str(killed)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        # The first validation is two steps after the first checkpoint.
        assert any("validation" in line for line in process.stderr)
        os.kill(process.pid, signal.SIGKILL)
    assert (killed / "learner.safetensors").is_file()
    assert RunFolder.open(killed).manifest.result is None
    said = genstudio("train", "--resume", killed)
    assert said.code == 0, said.err
    trained(genstudio, calm, family, *long)
    assert curves(killed) == curves(calm)
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (killed, calm))
    assert ours.keys() == theirs.keys()
    for name, weights in ours.items():
        np.testing.assert_array_equal(weights, theirs[name], err_msg=name)


def test_more_samples_make_the_bound_tighter_and_are_told(genstudio: Run, tmp_path: Path) -> None:
    folder = trained(genstudio, tmp_path / "runs" / "mine", "vae", "--set=learning_rate=0.01",
                     "--steps=60")  # fmt: skip
    one = genstudio("evaluate", folder, "--limit", 20, "--json").document
    many = genstudio("evaluate", folder, "--limit", 20, "--importance-samples", 200,
                     "--json").document  # fmt: skip
    assert many["nats"] < one["nats"]
    assert (one["importance_samples"], many["importance_samples"]) == (1, 200)
    said = genstudio("evaluate", folder, "--limit", 20, "--importance-samples", 200)
    assert "20 images; 200 importance samples" in said.out


def test_draws_are_written_stage_by_stage(genstudio: Run, tmp_path: Path) -> None:
    trained(genstudio, tmp_path / "runs" / "mine", "vae")
    arrays, film = tmp_path / "drawn.npz", tmp_path / "drawn.webp"
    for out in (arrays, film):
        said = genstudio("sample", "mine", "-n", 1, "--seed", 3, "--scale", 1, "--out", out)
        assert said.code == 0, said.err
        assert read_recipe(out).seed == 3
    with np.load(arrays) as held, Image.open(film) as image:
        frames = [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(image)]
        expected, drawn = held["expected"][0], held["images"][0]
    np.testing.assert_allclose(frames[-2][..., :1], expected / 3 * 255, atol=0.51)
    np.testing.assert_array_equal(frames[-1][..., :1], drawn * 85)


def test_a_mistake_is_one_sentence(genstudio: Run, tmp_path: Path) -> None:
    trained(genstudio, tmp_path / "runs" / "mine", "autoencoder")
    out = tmp_path / "drawn.gif"
    for arguments, words in (
        (["evaluate", "mine", "--importance-samples", 5], "has no importance-weighted bound"),
        (["sample", "mine", "--set", "top_k=3", "--out", out], "no setting called “top_k”"),
        (["sample", "mine", "--label", "3", "--out", out], "was not trained with classes"),
        (["explain", "causality", "mine"], "does not generate symbol by symbol"),
        (["train", "pca", "--steps", 5], "is fitted in one pass over every image"),
    ):
        said = genstudio(*arguments)
        assert said.code == 2, said.out
        assert words in said.err
        assert "Traceback" not in said.err
    assert not out.exists()


def test_runs_of_every_kind_are_compared_with_their_marks(genstudio: Run, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for family in ("pca", "vae"):
        trained(genstudio, runs / family, family)
    said = genstudio("train", "independent", "--levels=4", "--device=cpu", *TRAINING,
                     "--out", runs / "independent")  # fmt: skip
    assert said.code == 0, said.err
    said = genstudio("compare", "independent", "vae", "pca", "-n", 2)
    assert said.code == 0, said.err
    exact, bound, error = said.out.splitlines()[1:4]
    assert exact.count("= ") == 3
    assert bound.count("≤ ") == 3
    assert "reconstruction error" in error
    assert not {"=", "≤"} & set(error)
    out = tmp_path / "sheet.png"
    assert genstudio("compare", "vae", "pca", "-n", 2, "--out", out).code == 0
    with Image.open(out) as picture:
        assert picture.size == (4 * 17, 4 * 17)
