"""`genstudio complete`: draw what a mask hides in an image."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from genstudio.cli.console import say, say_json
from genstudio.cli.drawing import check_target, draw
from genstudio.cli.options import DeviceName, Json, RunName, Set, at_least_one, run_named
from genstudio.cli.values import assignments, label_rows
from genstudio.core.errors import UserError
from genstudio.core.messages import Complete
from genstudio.core.spaces import Space
from genstudio.data.pictures import fitted, flat_picture
from genstudio.data.quantise import quantise

__all__ = ["complete"]

_METHODS = ("raster",)
_KNOWN = 128  # the darkest grey of a mask that still means known


def complete(
    *,
    run: RunName,
    image: Annotated[Path, typer.Option(help="The picture to complete.")],
    mask: Annotated[Path, typer.Option(help="A picture: white is known, black is hidden.")],
    out: Annotated[Path, typer.Option(help="A .png sheet, a .gif or .webp of the drawing, .npz.")],
    method: Annotated[
        str,
        typer.Option(
            help="raster: hidden symbols are drawn in reading order; known ones after "
            "them are kept but not looked at."
        ),
    ] = "raster",
    count: Annotated[int, typer.Option("-n", "--count", help="How many completions.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same images.")] = 0,
    settings: Set = [],  # noqa: B006 - Typer copies it
    label: Annotated[
        list[str], typer.Option(help="A class by name or number; several take turns.")
    ] = [],  # noqa: B006
    fit: Annotated[
        bool, typer.Option("--fit", help="Crop and resize image and mask to the model's size.")
    ] = False,
    scale: Annotated[int, typer.Option(min=1, max=64, help="Side of a symbol, in pixels.")] = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Complete an image: what the mask shows white is kept, what it shows black is drawn."""
    check_target(out)
    at_least_one(count, "completion")
    if method not in _METHODS:
        raise UserError(f"There is no method “{method}”.", f"Known: {', '.join(_METHODS)}.")
    opened = run_named(run)
    space = opened.manifest.space
    rows = label_rows(label, space, count)
    symbols = quantise(_pixels(image, space, fit), space.levels)
    known = _mask(mask, space, fit)
    request = Complete(
        run=opened.folder,
        images=np.repeat(symbols[None], count, axis=0),
        known=np.repeat(known[None], count, axis=0),
        seed=seed,
        controls=assignments(settings),
        labels=None if rows is None else np.array(rows, np.int64),
        device=device,
    )
    drawing = draw(request, opened)
    drawing.write(out, scale)
    hidden = int((~known).sum())
    if as_json:
        say_json({**drawing.document(out), "hidden": hidden, "known": int(known.sum())})
    else:
        say(f"{out}: {hidden} of {known.size} symbols drawn; {drawing.sentence()}")


def _pixels(path: Path, space: Space, fit: bool) -> NDArray[np.uint8]:
    """A picture in the model's size and channels, (H, W, C) in 0 … 255."""
    picture = _opened(path, space, space.channels, Image.Resampling.LANCZOS if fit else None)
    return np.asarray(picture, np.uint8).reshape(space.shape)


def _mask(path: Path, space: Space, fit: bool) -> NDArray[np.bool_]:
    """Where the mask is white, (H, W, C)."""
    picture = _opened(path, space, 1, Image.Resampling.NEAREST if fit else None)
    known = np.asarray(picture, np.uint8)[..., None] >= _KNOWN
    return np.repeat(known, space.channels, axis=2)


def _opened(path: Path, space: Space, channels: int, fit: Image.Resampling | None) -> Image.Image:
    """A picture in the model's size; in another one it is refused, or fitted that way."""
    wanted = (space.width, space.height)
    try:
        picture = flat_picture(path.read_bytes(), channels)
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.") from None
    except OSError as error:
        raise UserError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except UserError as error:
        raise UserError(f"“{path.name}”: {error.title}", error.advice) from error
    if picture.size == wanted:
        return picture
    if fit is None:
        raise UserError(
            f"“{path.name}” is {picture.width}×{picture.height}, but the model draws images of "
            f"{wanted[0]}×{wanted[1]}.",
            "Give it in that size, or let --fit crop and resize it.",
        )
    return fitted(picture, *wanted, how=fit)
