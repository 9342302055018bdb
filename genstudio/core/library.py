"""The library: the runs in a folder, shipped or one's own; to the trash, to a file, from a file."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import send2trash
from filelock import Timeout

from genstudio.core.errors import UserError
from genstudio.core.files import disk_errors
from genstudio.core.paths import resource
from genstudio.core.runs import Run, new_folder, read_manifest, whole_folder

__all__ = ["delete_run", "export_run", "find_run", "import_run", "list_runs", "shipped_folder"]

_LARGEST_IMPORT = 4 * 2**30
# What zipfile raises for truncated, flipped, encrypted and unknown kinds of archives.
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError)
_ALLOWED = {"run.toml", "metrics.jsonl", "model.safetensors", "learner.safetensors"}


def shipped_folder() -> Path:
    """The runs that come with GenStudio; never written to."""
    return resource("runs")


def list_runs(root: Path) -> tuple[list[Run], list[UserError]]:
    """The runs in a folder, newest first, and what was wrong with those that do not open."""
    runs, broken = [], []
    folders = sorted(root.iterdir()) if root.is_dir() else []
    for folder in folders:
        if folder.is_dir() and not folder.name.startswith("."):
            try:
                runs.append(Run.open(folder))
            except UserError as error:
                broken.append(error)
    return sorted(runs, key=lambda run: run.manifest.created, reverse=True), broken


def find_run(name: str | Path, root: Path) -> Run:
    """A run by its folder, or by its folder's name among one's own and the shipped ones.

    Raises:
        UserError: there is none, or it does not open.
    """
    for folder in (Path(name), root / name, shipped_folder() / name):
        if (folder / "run.toml").is_file():
            return Run.open(folder)
    if Path(name).is_dir():
        return Run.open(Path(name))
    raise UserError(f"There is no run called “{name}”.", "`genstudio runs` lists those there are.")


def delete_run(run: Run) -> None:
    """Move a run to the desktop's trash.

    Raises:
        UserError: it is being trained, or the desktop has no trash for that place; nothing is
            deleted then.
    """
    try:
        with run.lock:  # let go before the move, which Windows would refuse
            pass
        send2trash.send2trash(run.folder)
    except Timeout:
        raise UserError(
            f"“{run.manifest.title}” is being trained.", "Stop the training first."
        ) from None
    except OSError as error:
        raise UserError(
            f"{run.name} could not be moved to the trash: {error}.",
            f"It is still in {run.folder.parent}.",
        ) from error


def export_run(run: Run, path: Path) -> None:
    """Write a run to one file (a zip archive), whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    with disk_errors(path):
        try:
            with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted(run.folder.rglob("*")):
                    name = file.relative_to(run.folder).as_posix()
                    if file.is_file() and _belongs(name):
                        archive.write(file, f"{run.name}/{name}")
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)


def import_run(path: Path, root: Path) -> Run:
    """Read a run from one file into a new folder of `root`.

    Only files that belong to a run are taken, each to its own place inside the new folder,
    whatever path the archive claims for it.

    Raises:
        UserError: the file is no exported run, is damaged, or is suspiciously large.
    """
    not_a_run = f"“{path.name}” is not an exported run"
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
            if "run.toml" not in members:
                raise UserError(f"{not_a_run}: it holds no run.toml.")
            if sum(info.file_size for info in members.values()) > _LARGEST_IMPORT:
                raise UserError(f"“{path.name}” would unpack to more than 4 GiB.")
            with archive.open(members["run.toml"]) as file:
                manifest = read_manifest(file.read(), f"The run.toml in “{path.name}”")
            stem = "".join(c if c.isalnum() or c in "-+" else "-" for c in manifest.family)
            target = new_folder(root, f"{stem or 'run'}-imported")
            with whole_folder(target) as aside:
                for name, info in members.items():
                    (aside / name).parent.mkdir(exist_ok=True)
                    with archive.open(info) as source, (aside / name).open("wb") as file:
                        shutil.copyfileobj(source, file)
    except _DAMAGED as error:
        raise UserError(f"{not_a_run}, or is damaged: {error}.") from error
    return Run.open(target)


def _belongs(name: str) -> bool:
    path = PurePosixPath(name)
    preview = len(path.parts) == 2 and path.parts[0] == "samples" and path.suffix == ".png"
    return name in _ALLOWED or (preview and not path.name.startswith("."))


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    members = {}
    for info in archive.infolist():
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        name = "/".join(parts[1:])
        if not info.is_dir() and ".." not in parts and _belongs(name):
            members[name] = info
    return members
