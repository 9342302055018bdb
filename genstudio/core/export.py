"""Recordings as files: PNG, animated GIF and WebP, NPZ; the recipe is inside each.

PNG carries it as an iTXt chunk, GIF as its comment, WebP in its XMP chunk, NPZ as an array, so
that `genstudio.core.recipe.read_recipe` finds it again.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import TypeAdapter, ValidationError

from genstudio.core.draw import DrawControls
from genstudio.core.errors import UserError
from genstudio.core.inpainting import Inpainted
from genstudio.core.pictures import png, sheet
from genstudio.core.recipe import KEY, Recipe
from genstudio.core.spaces import Space, grid_of
from genstudio.core.trace import MAX_TRACE_BYTES, Trace, TraceChunk

__all__ = [
    "HOLD",
    "RATE",
    "Recording",
    "animation",
    "check_pixels",
    "frame_steps",
    "inpainted_npz",
    "npz",
    "picture",
    "read_npz",
]

RATE = 25
"""Frames a second; GIF counts time in hundredths, so 25 is exact."""

HOLD = 1.5
"""Seconds for which the finished picture stays."""

_LONGEST_SIDE = 16383  # of a WebP, the smaller limit of the two
_MOST_PIXELS = 400_000_000  # of all frames together
_LARGEST_FRAME = 80_000_000  # above this Pillow suspects a bomb and does not read it back

# What numpy and zipfile raise for truncated, flipped and foreign archives.
_DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    SyntaxError,
    MemoryError,
    RuntimeError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)


class Recording(Protocol):
    """What can be shown as it was at any step: a `Trace`, or a `Film` of completions."""

    length: int

    @property
    def space(self) -> Space:
        """Of each image."""

    @property
    def count(self) -> int:
        """B."""

    def images(self, steps: int | None = None, /) -> NDArray[np.uint8]:
        """(B, *S) after so many steps."""


def picture(
    images: NDArray[np.uint8],
    levels: int,
    scale: int,
    recipe: Recipe,
    columns: int | None = None,
) -> bytes:
    """A PNG of images (B, H, W, C), side by side, each symbol a scale × scale block.

    They make a square, as nearly as that goes, unless `columns` says else.

    Raises:
        UserError: the picture would be too large.
    """
    _check_size(images.shape, 1, scale, columns)
    return png(sheet(images, levels, columns, scale), {KEY: recipe.text()})


def frame_steps(length: int, seconds: float) -> list[int]:
    """After how many steps each frame is taken: from 1 to `length`, evenly, at `RATE`."""
    count = max(1, min(length, round(seconds * RATE)))
    return [math.ceil(length * (index + 1) / count) for index in range(count)]


def animation(
    recording: Recording,
    kind: Literal["gif", "webp"],
    scale: int,
    recipe: Recipe,
    seconds: float = 4.0,
) -> bytes:
    """The recording as it is drawn; places that are not drawn yet are symbol 0.

    WebP is lossless. GIF holds at most 256 colours a frame: greys are exact, a colour frame
    with more colours than that is quantised.

    Args:
        recording: of which as much as there is.
        kind: the file's format.
        scale: side of a symbol's block, pixels.
        recipe: what made it.
        seconds: how long the drawing takes, without the `HOLD` at its end.

    Raises:
        UserError: nothing is recorded yet, it is no recording of images, or the animation would
            be too large.
    """
    if recording.length == 0:
        raise UserError("Nothing is drawn yet, so there is no animation.", "Wait a moment.")
    steps = frame_steps(recording.length, seconds)
    _check_size((recording.count, *grid_of(recording.space).shape), len(steps), scale)
    durations = [1000 // RATE] * (len(steps) - 1) + [int(1000 * HOLD)]
    frames = _frames(recording, steps, scale, palette=kind == "gif")
    options: dict[str, Any] = {"comment": recipe.text(), "disposal": 1, "optimize": False}
    if kind == "webp":
        options = {"xmp": recipe.text().encode(), "lossless": True, "quality": 20, "method": 2}
    stream = io.BytesIO()
    next(frames).save(
        stream,
        kind.upper(),
        save_all=True,
        append_images=frames,
        duration=durations,
        loop=0,
        **options,
    )
    return stream.getvalue()


def _frames(
    recording: Recording, steps: list[int], scale: int, palette: bool
) -> Iterator[Image.Image]:
    for step in steps:
        page = sheet(recording.images(step), recording.space.levels, scale=scale)
        if page.shape[-1] == 1:
            yield Image.fromarray(page[..., 0])
        elif palette:
            yield Image.fromarray(page).quantize(256, dither=Image.Dither.NONE)
        else:
            yield Image.fromarray(page)


def _check_size(
    shape: tuple[int, ...], frames: int, scale: int, columns: int | None = None
) -> None:
    count, height, width, _ = shape
    columns = columns or math.ceil(math.sqrt(count))
    tall = (math.ceil(count / columns) * (height + 1) - 1) * scale
    wide = (columns * (width + 1) - 1) * scale
    check_pixels(tall, wide, scale, frames)


def check_pixels(tall: int, wide: int, scale: int, frames: int = 1) -> None:
    """Refuse what would not fit into a file.

    Raises:
        UserError: with what to do about it.
    """
    size = tall * wide
    if max(tall, wide) > _LONGEST_SIDE or size > _LARGEST_FRAME or size * frames > _MOST_PIXELS:
        raise UserError(
            f"{frames} frame(s) of {wide}×{tall} pixels are too much for one file.",
            f"Choose a scale below {scale}, or export fewer images.",
        )


def npz(trace: Trace, recipe: Recipe) -> bytes:
    """All that is recorded, as numpy arrays under the names of `Trace`'s attributes."""
    controls = {"temperature": trace.controls.temperature, "top_k": trace.controls.top_k}
    stream = io.BytesIO()
    done = slice(0, trace.length)
    np.savez_compressed(
        stream,
        recipe=np.array(recipe.text()),
        space=np.array(trace.space.model_dump_json()),
        controls=np.array(json.dumps(controls)),
        order=trace.order,
        uniforms=trace.uniforms,
        labels=trace.labels,
        seed=np.array(trace.seed),
        symbols=trace.symbols[:, done],
        probabilities=trace.probabilities[:, done],
        given=trace.given[:, done],
    )
    return stream.getvalue()


def inpainted_npz(
    result: Inpainted, image: NDArray[np.uint8], known: NDArray[np.bool_], recipe: Recipe
) -> bytes:
    """Completions as numpy arrays under the names of `Inpainted`'s attributes.

    Beside them `image` and `known`, (*S): what was given, and where it was kept.
    """
    arrays: dict[str, Any] = {
        each.name: np.array(getattr(result, each.name)) for each in fields(result)
    }
    arrays["settled"] = np.array("" if result.settled is None else str(result.settled))
    stream = io.BytesIO()
    np.savez_compressed(stream, recipe=np.array(recipe.text()), image=image, known=known, **arrays)
    return stream.getvalue()


def read_npz(path: Path) -> tuple[Trace, Recipe]:
    """Read what `npz` wrote; nothing in the file can execute.

    Raises:
        UserError: the file cannot be read, is damaged, or is something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > 4 * MAX_TRACE_BYTES:
                raise UserError(f"“{path.name}” would unpack to more than fits in memory.")
        with np.load(path, allow_pickle=False) as arrays:
            return _trace(arrays), Recipe.from_text(str(arrays["recipe"]))
    except ValidationError as error:
        raise UserError(f"“{path.name}” is damaged, or no recording.") from error
    except _DAMAGED as error:
        raise UserError(f"“{path.name}” is damaged, or no recording: {error}.") from error


def _trace(arrays: Any) -> Trace:
    """Rebuild a recording; ValueError where the arrays do not fit each other."""
    space: Space = TypeAdapter(Space).validate_json(str(arrays["space"]))
    controls = DrawControls.checked(json.loads(str(arrays["controls"])))
    order, uniforms = arrays["order"], arrays["uniforms"]
    symbols, probabilities, given = arrays["symbols"], arrays["probabilities"], arrays["given"]
    count, steps = symbols.shape
    if not (
        uniforms.shape == (count, space.dimensions)
        and probabilities.shape == (count, steps, space.levels)
        and given.shape == (count, steps)
        and steps <= space.dimensions
        and np.array_equal(np.sort(order), np.arange(space.dimensions))
        and (symbols.size == 0 or symbols.max() < space.levels)
    ):
        raise ValueError("its arrays do not fit each other")
    trace = Trace(space, order, uniforms, controls, arrays["labels"], int(arrays["seed"]))
    trace.append(TraceChunk(0, symbols, probabilities, given))
    return trace
