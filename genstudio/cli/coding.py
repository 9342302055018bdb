"""What the commands about a latent space share: images to codes, codes to images, files of both."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.cli.console import run_job
from genstudio.cli.drawing import weights_checksum
from genstudio.cli.reading import pixels
from genstudio.cli.values import label_rows
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.latent import Coded
from genstudio.core.messages import Decode, Encode
from genstudio.core.recipe import Packed, Recipe
from genstudio.core.runs import Run
from genstudio.data.quantise import quantise

__all__ = [
    "coded",
    "codes_asked",
    "decoded",
    "recipe_of",
    "rows_of",
    "symbols_of",
    "told",
    "write_arrays",
]

# What numpy and zipfile raise for files that are cut off, flipped or something else.
_DAMAGED = (OSError, ValueError, EOFError, zipfile.BadZipFile)


def symbols_of(run: Run, image: Path, fit: bool) -> NDArray[np.uint8]:
    """A picture as symbols (*S) of a run's model.

    Raises:
        UserError: it cannot be read, or is of another size and not to be fitted.
    """
    space = run.manifest.grid
    return quantise(pixels(image, space, fit), space.levels)


def told(run: Run, label: str | None) -> NDArray[np.int64] | None:
    """(L,) the class that is asked for, or None.

    Raises:
        UserError: there is no such class.
    """
    rows = None if label is None else label_rows([label], run.manifest.space, 1)
    return None if rows is None else np.array(rows[0], np.int64)


def coded(run: Run, images: Sequence[Path], label: str | None, fit: bool, device: str) -> Coded:
    """Pictures, encoded.

    Raises:
        UserError: one cannot be read, or the job failed.
    """
    symbols = np.stack([symbols_of(run, image, fit) for image in images])
    found = run_job(Encode(run.folder, symbols, told(run, label), device))
    assert isinstance(found, Coded)  # noqa: S101 - for the type checker
    return found


def decoded(
    run: Run, codes: NDArray[np.float32], label: str | None, device: str
) -> NDArray[np.float32]:
    """What codes (B, *Z) decode to, (B, *S), in symbol units.

    Raises:
        UserError: the job failed.
    """
    return np.asarray(run_job(Decode(run.folder, codes, told(run, label), device)), np.float32)


def codes_asked(path: Path | None, texts: Sequence[str]) -> NDArray[np.float32]:
    """Codes (B, *Z) from a file, or from what a person typed.

    Raises:
        UserError: neither or both are given, the file has none, or a text is no code.
    """
    if (path is None) == (not texts):
        raise UserError("Codes come from --codes FILE or from --code; give one of the two.")
    if path is not None:
        return _codes_in(path)
    rows = [_typed(text) for text in texts]
    if len({len(row) for row in rows}) > 1:
        raise UserError("The codes have different numbers of values.", "Give them the same.")
    return np.array(rows, np.float32)


def recipe_of(
    run: Run,
    what: str,
    count: int,
    settings: dict[str, Any],
    seed: int = 0,
    labels: NDArray[np.int64] | None = None,
    codes: NDArray[np.float32] | None = None,
    picture: NDArray[np.uint8] | None = None,
) -> Recipe:
    """What made a file of something in the latent space.

    Args:
        run: the model's.
        what: was done, the name of the command.
        count: of the images.
        settings: how.
        seed: of what was drawn.
        labels: (n, L) classes that were asked for.
        codes: (n, *Z) that it was made of.
        picture: (*S) symbols that it was made of.
    """
    if codes is not None:
        # As short as float32 can be read back exactly.
        rows = codes.astype(np.float32).reshape(len(codes), -1)
        settings = {**settings, "codes": [[float(str(value)) for value in row] for row in rows]}
    return Recipe(
        kind="interpolate" if what == "interpolate" else "latent",
        run=run.name,
        title=run.manifest.title,
        family=run.manifest.family,
        weights=weights_checksum(run),
        count=count,
        seed=seed,
        labels=[] if labels is None else labels.tolist(),
        method=what,
        settings=settings,
        picture=None if picture is None else Packed.of(picture),
    )


def rows_of(labels: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """One class (L,) as the only row of a recipe's, (1, L)."""
    return None if labels is None else labels[None]


def write_arrays(out: Path, recipe: Recipe, arrays: Mapping[str, Any]) -> None:
    """Write a .npz, whole or not at all.

    Raises:
        UserError: the disk refuses.
    """
    stream = io.BytesIO()
    np.savez_compressed(stream, recipe=np.array(recipe.text()), **arrays)
    write_atomically(out, stream.getvalue())


def _codes_in(path: Path) -> NDArray[np.float32]:
    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = archive.get("codes")
    except _DAMAGED as error:
        raise UserError(f"“{path.name}” cannot be read as a .npz.") from error
    except TypeError as error:  # a single array is no archive
        raise UserError(f"“{path.name}” holds one array and no names.", "Give a .npz.") from error
    if found is None:
        raise UserError(f"“{path.name}” has no array called “codes”.")
    if found.dtype.kind not in "fiu" or found.ndim < 2:
        raise UserError(f"The “codes” in “{path.name}” are no rows of numbers.")
    return np.asarray(found, np.float32)


def _typed(text: str) -> list[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise UserError(
            f"“{text}” is no code.", "Write its numbers with commas between: 0.1,-2."
        ) from None
