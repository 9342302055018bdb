"""Exported files: the recipe comes back, the frames are the recording, damage is said plainly."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.draw import DrawControls, adjusted, inverse_cdf
from genstudio.core.errors import UserError
from genstudio.core.export import RATE, animation, frame_steps, npz, picture, read_npz
from genstudio.core.files import write_atomically
from genstudio.core.pictures import sheet
from genstudio.core.recipe import Edit, Recipe, read_recipe
from genstudio.core.spaces import Grid
from genstudio.core.trace import Trace, TraceChunk
from genstudio.core.uniforms import generator, uniforms

RECIPE = Recipe(
    run="pixelcnn-digits-0001",
    title="Größer als “zuvor”",
    seed=7,
    count=2,
    controls={"temperature": 0.8, "top_k": 3},
    labels=[[3], [4]],
    edits=[Edit(sample=0, step=5, symbol=1)],
)


def recording(
    channels: int = 1, levels: int = 16, count: int = 2, steps: int | None = None
) -> Trace:
    space = Grid(height=5, width=4, channels=channels, levels=levels)
    controls = DrawControls(temperature=0.8, top_k=3)
    u = uniforms(7, count, space.dimensions)
    order = generator(1).permutation(space.dimensions)
    trace = Trace(space, order, u, controls, np.zeros((count, 0), np.int64), 7)
    p = generator(2).dirichlet(np.ones(levels), (count, space.dimensions)).astype(np.float32)
    symbols = np.stack(
        [inverse_cdf(adjusted(p[:, t], controls), u[:, t]) for t in range(space.dimensions)], axis=1
    )
    end = space.dimensions if steps is None else steps
    trace.append(TraceChunk(0, symbols[:, :end], p[:, :end], np.zeros((count, end), np.bool_)))
    return trace


def contents(trace: Trace) -> dict[str, bytes]:
    return {
        "png": picture(trace.images(), trace.space.levels, 3, RECIPE),
        "gif": animation(trace, "gif", 3, RECIPE, seconds=0.4),
        "webp": animation(trace, "webp", 3, RECIPE, seconds=0.4),
        "npz": npz(trace, RECIPE),
    }


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", ["png", "gif", "webp", "npz"])
def test_the_recipe_comes_back_whole(tmp_path: Path, suffix: str, channels: int) -> None:
    path = tmp_path / f"picture.{suffix}"
    write_atomically(path, contents(recording(channels))[suffix])
    assert read_recipe(path) == RECIPE


def test_a_png_is_the_picture_enlarged_without_smoothing() -> None:
    trace = recording(levels=2, count=1)
    image = np.asarray(Image.open(io.BytesIO(picture(trace.images(), 2, 6, RECIPE))))
    assert image.shape == (30, 24)
    blocks = image.reshape(5, 6, 4, 6).transpose(0, 2, 1, 3).reshape(5, 4, 36)
    assert (blocks == trace.images()[0] * 255).all()


@pytest.mark.parametrize(("kind", "channels"), [("gif", 1), ("webp", 1), ("webp", 3)])
def test_every_frame_is_the_recording_at_its_step(kind: str, channels: int) -> None:
    trace = recording(channels, levels=256, steps=18)
    steps = frame_steps(18, 0.4)
    assert steps[-1] == 18 and len(steps) == 10 and steps == sorted(steps)
    file = Image.open(io.BytesIO(animation(trace, kind, 2, RECIPE, seconds=0.4)))  # type: ignore[arg-type]
    frames = {}
    now = 0
    for index in range(file.n_frames):
        file.seek(index)
        file.load()
        frames[now] = np.asarray(file.convert("RGB"))
        now += int(file.info["duration"])
    for index, step in enumerate(steps):
        moment = index * 1000 // RATE
        shown = frames[max(start for start in frames if start <= moment)]
        expected = np.broadcast_to(sheet(trace.images(step), 256, scale=2), shown.shape)
        assert np.array_equal(shown, expected), f"frame {index}, step {step}"


def test_a_recording_comes_back_without_pickle(tmp_path: Path) -> None:
    trace = recording(steps=11)
    path = tmp_path / "recording.npz"
    path.write_bytes(npz(trace, RECIPE))
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)
    again, recipe = read_npz(path)
    assert recipe == RECIPE
    assert again.space == trace.space and again.controls == trace.controls
    assert again.length == 11 and again.seed == 7
    for name in ("order", "uniforms", "symbols", "probabilities", "given", "labels"):
        assert np.array_equal(getattr(again, name), getattr(trace, name)), name


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    trace = recording(steps=11)
    trace.order[0] = trace.order[1]
    path = tmp_path / "recording.npz"
    path.write_bytes(npz(trace, RECIPE))
    with pytest.raises(UserError, match="do not fit"):
        read_npz(path)


@pytest.mark.parametrize("suffix", ["png", "gif", "webp", "npz"])
def test_damaged_files_are_said_plainly(tmp_path: Path, suffix: str) -> None:
    whole = contents(recording())[suffix]
    rng = np.random.default_rng(5)
    path = tmp_path / f"damaged.{suffix}"
    refused = 0
    for trial in range(150):
        content = bytearray(whole)
        if trial % 3 == 0:
            content = content[: int(rng.integers(0, len(whole)))]
        else:
            for place in rng.integers(0, len(whole), 1 + trial % 4):
                content[place] ^= 1 << int(rng.integers(0, 8))
        path.write_bytes(content)
        try:
            assert isinstance(read_recipe(path), Recipe)
        except UserError:
            refused += 1
        if suffix == "npz":
            try:
                assert isinstance(read_npz(path)[0], Trace)
            except UserError:
                refused += 1
    assert refused > 0


def test_a_full_disk_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"the old one")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="disk is full"):
        write_atomically(path, contents(recording())["png"])
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_too_large_is_refused_before_it_is_made() -> None:
    trace = recording(count=1)
    with pytest.raises(UserError, match="Choose a scale below 9000"):
        picture(trace.images(), 16, 9000, RECIPE)


def test_an_empty_recording_has_no_animation() -> None:
    with pytest.raises(UserError, match="Nothing is drawn yet"):
        animation(recording(steps=0), "gif", 1, RECIPE)
