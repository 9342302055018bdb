"""`genstudio complete`: draw what a mask hides in an image, by a method of choice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from genstudio.cli.console import say, say_json
from genstudio.cli.drawing import check_target
from genstudio.cli.inpainting import inpaint
from genstudio.cli.options import DeviceName, Json, RunName, Set, at_least_one, run_named
from genstudio.cli.reading import opened_picture, pixels
from genstudio.cli.values import assignments, label_rows
from genstudio.core.errors import UserError
from genstudio.core.messages import Inpaint
from genstudio.core.spaces import Grid
from genstudio.data.quantise import quantise

__all__ = ["complete"]

_KNOWN = 128  # the darkest grey of a mask that still means known


def complete(
    *,
    run: RunName,
    image: Annotated[Path, typer.Option(help="The picture to complete.")],
    mask: Annotated[Path, typer.Option(help="A picture: white is known, black is hidden.")],
    out: Annotated[
        Path,
        typer.Option(
            help="A .png sheet of the completions, a .gif or .webp of them forming, .npz."
        ),
    ],
    method: Annotated[
        str,
        typer.Option(
            help="raster: hidden symbols are drawn in order, and known ones after them are kept "
            "but not looked at; others, such as gibbs, look at all. An unknown name lists them."
        ),
    ] = "raster",
    sweeps: Annotated[
        int | None, typer.Option(help="Passes over the hidden symbols, of a method that has them.")
    ] = None,
    count: Annotated[
        int,
        typer.Option(
            "-n", "--count", "--chains", "--particles", help="How many completions are made."
        ),
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same images.")] = 0,
    settings: Set = [],  # noqa: B006 - Typer copies it
    label: Annotated[
        str | None, typer.Option(help="The image's class by name or number, for a model told it.")
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Write occluded | completions | original as one .png, too."),
    ] = None,
    original: Annotated[
        Path | None,
        typer.Option(help="The true picture, for the figure; by default the one completed."),
    ] = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Crop and resize image and mask to the model's size.")
    ] = False,
    scale: Annotated[int, typer.Option(min=1, max=64, help="Side of a symbol, in pixels.")] = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Complete an image: what the mask shows white is kept, what it shows black is drawn."""
    check_target(out)
    if figure is not None:
        check_target(figure, (".png",))
    elif original is not None:
        raise UserError("--original is for the figure.", "Name its file with --figure.")
    at_least_one(count, "completion")
    opened = run_named(run)
    space = opened.manifest.grid
    asked = _settings(method, assignments(settings), sweeps)
    rows = None if label is None else label_rows([label], space, 1)
    symbols = quantise(pixels(image, space, fit), space.levels)
    known = _mask(mask, space, fit)
    truth = symbols if original is None else quantise(pixels(original, space, fit), space.levels)
    if known.all() and out.suffix.lower() in (".gif", ".webp"):
        raise UserError(
            "Nothing is hidden, so no completion forms that an animation could show.",
            "Choose .png or .npz, or hide something.",
        )
    request = Inpaint(
        run=opened.folder,
        image=symbols,
        known=known,
        method=method,
        settings=asked,
        count=count,
        seed=seed,
        labels=None if rows is None else np.array(rows[0], np.int64),
        device=device,
    )
    made = inpaint(request, opened)
    made.write(out, scale)
    if figure is not None:
        made.write_figure(figure, scale, truth)
    if as_json:
        say_json({**made.document(out), "figure": figure})
    else:
        say(f"{out}: {made.sentences()}")


def _settings(name: str, given: dict[str, Any], sweeps: int | None) -> dict[str, Any]:
    """The method's settings, whole and checked."""
    from genstudio.inpainting.base import method  # noqa: PLC0415 - torch takes a second

    chosen = method(name)
    if sweeps is not None:
        if "sweeps" not in chosen.Controls.model_fields:
            raise UserError(f"{chosen.title} makes no sweeps, so there is nothing to set.")
        given = {**given, "sweeps": sweeps}
    return chosen.Controls.checked(given).model_dump()


def _mask(path: Path, space: Grid, fit: bool) -> NDArray[np.bool_]:
    """Where the mask is white, (H, W, C)."""
    picture = opened_picture(path, space, 1, Image.Resampling.NEAREST if fit else None)
    known = np.asarray(picture, np.uint8)[..., None] >= _KNOWN
    return np.repeat(known, space.channels, axis=2)
