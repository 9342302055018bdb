"""What the completion of an image costs, against drawing one and against scoring it whole."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from genstudio.bench.base import Options, Row, alternating, median_ratio
from genstudio.bench.sampling import one_thread
from genstudio.core.draw import DrawControls
from genstudio.core.errors import UserError
from genstudio.core.library import find_run
from genstudio.core.paths import runs_folder
from genstudio.core.spaces import grid_of
from genstudio.core.training import DataSpec
from genstudio.core.uniforms import generator, uniforms
from genstudio.data import catalog

if TYPE_CHECKING:
    from genstudio.models.base import Autoregressive

__all__ = ["HALVES", "RUN", "goal", "hidden_half", "run", "title"]

title = "Completing half an image"
goal = ""

RUN = "pixelcnn-binarized-mnist"
"""Comes with GenStudio: 9 blocks of 64, 28×28 in two levels."""

HALVES = ("top", "left", "bottom")

_TOGETHER = 16
_PARTICLES = 64
_PAIRS = 5
_SITES = 14  # of the hidden ones, evenly: what one costs depends on where it is
_HALF_GOAL = 1.5
_PARTICLES_GOAL = 2.0


def hidden_half(shape: tuple[int, int, int], half: str) -> NDArray[np.bool_]:
    """The mask (H, W, C), True means known, that hides the "top", "left" or "bottom" half."""
    known = np.ones(shape, np.bool_)
    height, width, _ = shape
    where: dict[str, Any] = {
        "top": np.s_[: height // 2],
        "left": np.s_[:, : width // 2],
        "bottom": np.s_[height // 2 :],
    }
    known[where[half]] = False
    return known


def run(options: Options) -> list[Row]:
    """Complete the halves of a digit with the shipped PixelCNN, with one thread.

    Half an image is half the time of a whole one from the incremental sampler. A visit is scored
    by the rescorer of the family and by one full pass of the network for every other symbol.
    """
    from genstudio.engine.loaded import autoregressive  # noqa: PLC0415 - torch takes a second

    model = autoregressive(find_run(RUN, runs_folder()).folder, "cpu")
    image = _digit(model)
    with one_thread():
        rows = [_raster(model, image, half, options) for half in HALVES]
        rows.append(_visits(model, image, options))
        rows.append(_particles(model, image, options))
    return rows


def _raster(model: Autoregressive, image: NDArray[np.int64], half: str, options: Options) -> Row:
    options.tell(f"completing {_TOGETHER} images of which the {half} half is hidden")
    completed, whole = alternating(
        lambda: _completed(model, image, half, "raster", {}, _TOGETHER),
        lambda: _drawn(model, _TOGETHER),
        options.count or _PAIRS,
    )
    ratio = median_ratio(completed, [seconds / 2 for seconds in whole])
    return Row(
        f"{_TOGETHER} raster completions, {half} hidden ÷ {_TOGETHER} half images drawn",
        ratio,
        "×",
        f"≤ {_HALF_GOAL:g} ×",
        ratio <= _HALF_GOAL,
        f"{min(completed) * 1000:.3g} ms against {min(whole) * 500:.3g} ms",
    )


def _visits(model: Autoregressive, image: NDArray[np.int64], options: Options) -> Row:
    options.tell("visiting hidden symbols, by rescoring what changes and by rescoring all")
    from genstudio.models.rescoring import FullRescorer  # noqa: PLC0415

    x = _images(model, image, _TOGETHER)
    full, quick = alternating(
        lambda: _visited(model, FullRescorer(model, x, None)),
        lambda: _visited(model, model.rescorer(x)),
        options.count or 1,  # each full one takes long enough
    )
    return Row(
        f"Gibbs visit of {_TOGETHER} images, top hidden: all rescored ÷ what changes",
        median_ratio(full, quick),
        "×",
        note=f"{min(quick) * 1000:.3g} ms against {min(full) * 1000:.3g} ms a visit",
    )


def _particles(model: Autoregressive, image: NDArray[np.int64], options: Options) -> Row:
    name = (
        f"smc without moves, {_PARTICLES} particles ÷ {_PARTICLES} raster completions, top hidden"
    )
    options.tell(f"{_PARTICLES} particles")
    from genstudio.inpainting.base import methods  # noqa: PLC0415

    if "smc" not in methods():
        return Row(name, None, "×", f"≤ {_PARTICLES_GOAL:g} ×", None, "there is no such method")
    plain = {"temper": False, "moves": 0}
    weighed, raster = alternating(
        lambda: _completed(model, image, "top", "smc", plain, _PARTICLES),
        lambda: _completed(model, image, "top", "raster", {}, _PARTICLES),
        options.count or _PAIRS,
    )
    ratio = median_ratio(weighed, raster)
    return Row(
        name,
        ratio,
        "×",
        f"≤ {_PARTICLES_GOAL:g} ×",
        ratio <= _PARTICLES_GOAL,
        f"{min(weighed) * 1000:.3g} ms against {min(raster) * 1000:.3g} ms",
    )


def _digit(model: Autoregressive) -> NDArray[np.int64]:
    """A test digit where MNIST is here, else what the model draws."""
    data = catalog.open_data(DataSpec(name="binarized-mnist"))
    try:
        digits = data.split("test").symbols
    except UserError:
        return _sample(model)
    return np.asarray(digits[0], np.int64)


def _sample(model: Autoregressive) -> NDArray[np.int64]:
    flat = np.empty(model.space.dimensions, np.int64)
    u = uniforms(0, 1, model.space.dimensions)
    for chunk in model.sample_steps(1, u, DrawControls()):
        flat[model.order[chunk.first :][: chunk.symbols.shape[1]]] = chunk.symbols[0]
    return flat.reshape(model.space.shape)


def _images(model: Autoregressive, image: NDArray[np.int64], count: int) -> Any:
    """Copies in which each hidden half has other symbols, as chains have."""
    import torch  # noqa: PLC0415

    images = np.repeat(image[None], count, axis=0)
    hidden = ~hidden_half(grid_of(model.space).shape, "top")
    images[:, hidden] = generator(0).integers(0, model.space.levels, images[:, hidden].shape)
    return torch.from_numpy(images)


def _completed(
    model: Autoregressive,
    image: NDArray[np.int64],
    half: str,
    name: str,
    settings: dict[str, Any],
    count: int,
) -> float:
    """Seconds of `count` completions by a method."""
    from genstudio.inpainting.base import Problem, method  # noqa: PLC0415

    chosen = method(name)
    known = hidden_half(grid_of(model.space).shape, half)
    problem = Problem(model, np.where(known, image, 0), known, count, 0)
    began = time.perf_counter()
    for _ in chosen(chosen.Controls.checked(settings)).run(problem):
        pass
    return time.perf_counter() - began


def _drawn(model: Autoregressive, count: int) -> float:
    """Seconds of `count` whole images."""
    began = time.perf_counter()
    u = uniforms(0, count, model.space.dimensions)
    for _ in model.sample_steps(count, u, DrawControls()):
        pass
    return time.perf_counter() - began


def _visited(model: Autoregressive, rescorer: Any) -> float:
    """Mean seconds of a visit to some of the hidden places."""
    from genstudio.inpainting.visiting import visit  # noqa: PLC0415

    half = hidden_half(grid_of(model.space).shape, "top")
    hidden = np.flatnonzero(~half.reshape(-1)[model.order])
    every = np.ones(model.space.dimensions)
    u = generator(1).random((_SITES, _TOGETHER))
    sites = hidden[np.linspace(0, len(hidden) - 1, _SITES).astype(np.int64)]
    began = time.perf_counter()
    for step, drawn in zip(sites, u, strict=True):
        visit(rescorer, int(step), every, drawn)
    return (time.perf_counter() - began) / _SITES
