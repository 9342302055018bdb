"""What a file means that is dropped on the window, opened from a menu, or named at the start."""

from __future__ import annotations

from pathlib import Path

from genstudio.core import library
from genstudio.core.errors import UserError
from genstudio.core.runs import Run
from genstudio.core.sound_file import READ
from genstudio.ui.studio import Studio

__all__ = ["EXPORTED", "RUNS", "open_file", "recent_files"]

RUNS = (".zip", ".genstudio")
"""Endings of exported runs."""

EXPORTED = (".png", ".gif", ".webp", ".npz")
"""Endings of exported pictures and recordings, which carry their recipe."""

_MOST = 10
_PANELS = {"inpaint": "Inpaint", "interpolate": "Latent", "latent": "Latent"}
"""That recall; the rest is Generate's."""


def open_file(studio: Studio, path: Path) -> bool:
    """Import a run, recall the recipe inside an exported picture, or open a sound.

    Returns:
        Whether it was understood; if not, a notice has said why in one sentence.
    """
    try:
        if path.is_dir():
            return _open_folder(studio, path)
        ending = path.suffix.lower()
        if ending in RUNS:
            run = library.import_run(path, studio.root)
            studio.refresh_runs()
            studio.select(run.folder)
            studio.notice("good", f"“{run.manifest.title}” was imported.")
        elif ending in EXPORTED:
            _recall(studio, path)
        elif ending in READ:
            _open_sound(studio, path)
        else:
            raise UserError(
                f"“{path.name}” is no exported run, no picture exported by GenStudio and no sound.",
                "Drop a .zip of a run, a PNG, GIF, WebP or NPZ that was exported here, or a sound.",
            )
    except UserError as error:
        studio.notice("error", error.title, error.advice)
        return False
    _remember(studio, path)
    return True


def recent_files(studio: Studio) -> list[Path]:
    """The files opened last, newest first; those that are gone are left out."""
    found = studio.settings.value("recent", [])
    names = [found] if isinstance(found, str) else list(found or [])  # type: ignore[call-overload]
    return [path for path in map(Path, names) if path.exists()]


def _open_folder(studio: Studio, folder: Path) -> bool:
    """A run folder among one's own is chosen; one from elsewhere is copied in."""
    run = Run.open(folder)
    known = [*studio.own, *studio.shipped]
    if all(other.folder.resolve() != folder.resolve() for other in known):
        run = run.duplicate(studio.root)
        run.rename(run.manifest.title.removesuffix(" (copy)"))
        studio.refresh_runs()
        studio.notice("good", f"“{run.manifest.title}” was copied into the library.")
    studio.select(run.folder)
    return True


def _recall(studio: Studio, path: Path) -> None:
    from genstudio.core.recipe import read_recipe  # noqa: PLC0415 - Pillow can wait

    recipe = read_recipe(path)
    run = next((run for run in [*studio.own, *studio.shipped] if run.name == recipe.run), None)
    if run is None:
        called = recipe.title or recipe.run
        raise UserError(
            f"“{path.name}” was made with “{called}”, which is not in the library.",
            "Import that run first, then open the file again.",
        )
    if recipe.kind == "complete" and recipe.picture is None:
        raise UserError(
            f"“{path.name}” began with a real picture, which is not in the file.",
            "Bring that picture in again under “Real image”.",
        )
    studio.select(run.folder)
    studio.panel_wanted.emit(_PANELS.get(recipe.kind, "Generate"))
    studio.recipe_recalled.emit(recipe)


def _open_sound(studio: Studio, path: Path) -> None:
    """Draw an exported sound again; open another with a model that has learned sounds."""
    from genstudio.core.recipe import read_recipe  # noqa: PLC0415 - Pillow can wait

    runs = [*studio.own, *studio.shipped]
    try:
        recipe = read_recipe(path)
    except UserError:  # a person's own
        recipe = None
    made_by = next((run for run in runs if recipe is not None and run.name == recipe.run), None)
    if recipe is not None and made_by is not None:
        studio.select(made_by.folder)
        studio.panel_wanted.emit("Listen")
        studio.recipe_recalled.emit(recipe)
        return
    chosen = [studio.selected] if studio.selected is not None else []
    run = next((run for run in [*chosen, *runs] if run.manifest.space.kind == "sequence"), None)
    if run is None:
        raise UserError(
            f"“{path.name}” is a sound, and no model in the library has learned sounds.",
            "Train a WaveNet first, or import one.",
        )
    studio.select(run.folder)
    studio.panel_wanted.emit("Listen")
    studio.sound_opened.emit(path)


def _remember(studio: Studio, path: Path) -> None:
    names = [str(path), *(str(old) for old in recent_files(studio) if old != path)]
    studio.settings.setValue("recent", names[:_MOST])
