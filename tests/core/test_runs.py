"""The run folder and the library: whole or not at all, and nothing outside its place."""

from __future__ import annotations

import errno
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genstudio.core import files, library
from genstudio.core.errors import UserError
from genstudio.core.runs import FORMAT, Manifest, Metric, Result, Run, new_folder
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import DataSpec, Training


def manifest(title: str = "A run") -> Manifest:
    return Manifest(
        title=title,
        family="made",
        space=Grid(height=8, width=8, levels=16, labels=(Label(name="digit", classes=("0", "1")),)),
        data=DataSpec(name="digits", levels=16),
        data_hash="ab" * 32,
        config={"hidden": 5, "conditional": False},
        training=Training(length=3),
        device="cpu",
        parameters=17,
        versions={"torch": "2.9"},
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run.create(tmp_path / "runs" / "made-digits-0001", manifest())
    made.model_path.write_bytes(b"weights")
    for step in (1, 2, 3):
        made.add_metric(Metric(step=step, epoch=step / 9, seconds=1.5 * step, nats=1 / 3))
    (made.folder / "samples" / "000003.png").write_bytes(b"png")
    return made


def test_what_is_written_is_read(run: Run) -> None:
    again = Run.open(run.folder)
    assert again.manifest == run.manifest
    assert [metric.step for metric in again.metrics()] == [1, 2, 3]
    assert again.metrics()[0].nats == 1 / 3
    assert [path.name for path in again.samples()] == ["000003.png"]


def test_a_result_survives_and_none_is_left_out_of_toml(run: Run) -> None:
    result = Result(state="finished", steps=3, seconds=4.5, best_step=2, valid_nats=0.25)
    run.update(result=result)
    assert Run.open(run.folder).manifest.result == result
    run.update(result=None)
    assert Run.open(run.folder).manifest.result is None


def test_a_run_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("genstudio.core.runs.write_atomically", crash)
    with pytest.raises(KeyboardInterrupt):
        Run.create(tmp_path / "made-0001", manifest())
    assert library.list_runs(tmp_path) == ([], [])
    monkeypatch.undo()
    Run.create(tmp_path / "made-0001", manifest())
    assert len(library.list_runs(tmp_path)[0]) == 1


def test_a_crash_while_writing_leaves_the_old_file(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        run.rename("Another title")
    assert Run.open(run.folder).manifest.title == "A run"
    assert sorted(path.name for path in run.folder.iterdir()) == [
        "metrics.jsonl", "model.safetensors", "run.toml", "samples",
    ]  # fmt: skip


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / "log").symlink_to("/dev/full")
    with pytest.raises(UserError, match="disk is full"):
        files.append_line(tmp_path / "log", "a line")


def test_a_place_that_is_no_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="may not be written to"):
        new_folder(tmp_path / "file", "run")
    with pytest.raises(UserError, match="already something"):
        Run.create(tmp_path / "file", manifest())


@pytest.fixture
def tiny_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when a run's curves are to be copied."""
    copyfile = shutil.copyfile

    def copy_one(source: Path, target: Path) -> None:
        if target.name == "metrics.jsonl":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copyfile(source, target)

    def unpack_one(source: Any, target: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", copy_one)
    monkeypatch.setattr(shutil, "copyfileobj", unpack_one)


def test_a_full_disk_leaves_no_part_of_a_copy(
    run: Run, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    library.export_run(run, tmp_path / "run.zip")
    request.getfixturevalue("tiny_disk")
    with pytest.raises(UserError, match="disk is full"):
        run.duplicate()
    with pytest.raises(UserError, match="disk is full"):
        library.import_run(tmp_path / "run.zip", tmp_path / "elsewhere")
    assert [path.name for path in run.folder.parent.iterdir()] == [run.name]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_run_in_training_is_not_deleted(run: Run) -> None:
    with run.lock, pytest.raises(UserError, match="is being trained"):
        library.delete_run(run)
    assert run.folder.is_dir()


def test_a_folder_is_no_file_to_write_to(run: Run, tmp_path: Path) -> None:
    for write in (
        lambda: library.export_run(run, tmp_path),
        lambda: files.write_atomically(tmp_path / "runs", b"content"),
        lambda: files.append_line(tmp_path / "nowhere" / "log", "a line"),
    ):
        with pytest.raises(UserError, match="could not be written"):
            write()
    assert not list(tmp_path.parent.glob(".*.part"))


def test_a_manifest_nested_without_end_is_one_sentence(run: Run) -> None:
    (run.folder / "run.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(UserError, match="cannot be read"):
        Run.open(run.folder)


def test_a_run_renamed_while_it_trains_keeps_its_title_and_its_result(run: Run) -> None:
    Run.open(run.folder).rename("Renamed")
    run.update(result=Result(state="finished", steps=3, seconds=1.0))
    again = Run.open(run.folder).manifest
    assert again.title == "Renamed"
    assert again.result is not None


def test_rename_duplicate_and_numbering(run: Run) -> None:
    run.rename("  Mine ")
    assert Run.open(run.folder).manifest.title == "Mine"
    with pytest.raises(UserError, match="needs a title"):
        run.rename("  ")
    copy = run.duplicate()
    assert copy.name == "made-digits-0002"
    assert copy.manifest.title == "Mine (copy)"
    assert copy.metrics() == run.metrics()
    assert copy.model_path.read_bytes() == run.model_path.read_bytes()


def test_the_library_lists_newest_first_and_says_what_is_broken(tmp_path: Path) -> None:
    for day in (1, 3, 2):
        dated = manifest(f"day {day}").model_copy(update={"created": f"2026-01-0{day}T00:00:00"})
        Run.create(tmp_path / f"run-{day}", dated)
    (tmp_path / "not a run").mkdir()
    (tmp_path / ".hidden").mkdir()
    runs, broken = library.list_runs(tmp_path)
    assert [run.manifest.title for run in runs] == ["day 3", "day 2", "day 1"]
    assert [str(error) for error in broken] == [
        f"{tmp_path / 'not a run'} is not a run: it has no run.toml."
    ]
    assert library.find_run("run-1", tmp_path).manifest.title == "day 1"
    with pytest.raises(UserError, match="no run called “run-9”"):
        library.find_run("run-9", tmp_path)


def test_deleting_moves_to_the_trash(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moved: list[Path] = []
    monkeypatch.setattr(library.send2trash, "send2trash", moved.append)
    library.delete_run(run)
    assert moved == [run.folder]

    def refuse(path: Path) -> None:
        raise OSError("no trash here")

    monkeypatch.setattr(library.send2trash, "send2trash", refuse)
    with pytest.raises(UserError, match="could not be moved to the trash"):
        library.delete_run(run)
    assert run.folder.is_dir()


def test_export_and_import_give_the_same_run(run: Run, tmp_path: Path) -> None:
    (run.folder / ".lock").write_text("")
    library.export_run(run, tmp_path / "run.zip")
    again = library.import_run(tmp_path / "run.zip", tmp_path / "elsewhere")
    assert again.manifest == run.manifest
    assert again.metrics() == run.metrics()
    assert again.model_path.read_bytes() == b"weights"
    assert [path.name for path in again.samples()] == ["000003.png"]
    assert not (again.folder / ".lock").exists()
    assert not list(tmp_path.glob(".*"))


HOSTILE = [
    "../evil.txt",
    "/tmp/evil.txt",
    "run/../../evil.txt",
    "run/samples/../../../evil.png",
    "C:\\evil.txt",
    "run\\..\\..\\evil.txt",
    "run/samples/deeper/evil.png",
    "run/evil.py",
    "run/.hidden",
]


def test_an_import_cannot_write_outside_its_folder(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "box" / "hostile.zip"
    path.parent.mkdir()
    library.export_run(run, path)
    with zipfile.ZipFile(path, "a") as archive:
        for name in HOSTILE:
            archive.writestr(name, "evil")
        link = zipfile.ZipInfo("run/samples/000009.png")
        link.external_attr = 0o120777 << 16  # a symbolic link
        archive.writestr(link, "/etc/passwd")
    before = {p for p in tmp_path.rglob("*") if "target" not in p.parts}
    again = library.import_run(path, tmp_path / "target")
    assert {p for p in tmp_path.rglob("*") if "target" not in p.parts} == before
    inside = {p.relative_to(again.folder).as_posix() for p in again.folder.rglob("*")}
    assert inside == {
        "run.toml", "metrics.jsonl", "model.safetensors", "samples",
        "samples/000003.png", "samples/000009.png",
    }  # fmt: skip
    assert not (again.folder / "samples" / "000009.png").is_symlink()
    assert not Path("/tmp/evil.txt").exists()


def test_a_file_that_is_no_run_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("b/readme.txt", "hello")
    for name in ("a.zip", "b.zip", "missing.zip"):
        with pytest.raises(UserError, match="is not an exported run"):
            library.import_run(tmp_path / name, tmp_path / "runs")
    assert library.list_runs(tmp_path / "runs") == ([], [])


def test_a_newer_format_is_refused_in_one_sentence(run: Run) -> None:
    path = run.folder / "run.toml"
    text = path.read_text()
    path.write_text(text.replace(f"format_version = {FORMAT}", f"format_version = {FORMAT + 1}"))
    with pytest.raises(UserError, match="newer GenStudio"):
        Run.open(run.folder)


FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def damaged(content: bytes, cut: float, flips: list[tuple[float, int]]) -> bytes:
    broken = bytearray(content[: max(1, int(len(content) * cut))])
    for where, bit in flips:
        broken[int(where * (len(broken) - 1))] ^= 1 << bit
    return bytes(broken)


DAMAGE = {
    "cut": st.one_of(st.just(1.0), st.floats(0, 1)),
    "flips": st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), max_size=4),
}


@FUZZ
@given(**DAMAGE)
def test_a_damaged_manifest_is_a_user_error_or_a_run(
    run: Run, cut: float, flips: list[tuple[float, int]]
) -> None:
    path = run.folder / "run.toml"
    original = path.read_bytes()
    try:
        path.write_bytes(damaged(original, cut, flips))
        try:
            assert isinstance(Run.open(run.folder), Run)
        except UserError as error:
            assert str(error)
    finally:
        path.write_bytes(original)


@FUZZ
@given(**DAMAGE)
def test_damaged_metrics_are_a_user_error_or_metrics(
    run: Run, cut: float, flips: list[tuple[float, int]]
) -> None:
    original = run.metrics_path.read_bytes()
    try:
        run.metrics_path.write_bytes(damaged(original, cut, flips))
        try:
            assert len(run.metrics()) <= 4
        except UserError as error:
            assert "damaged" in str(error)
    finally:
        run.metrics_path.write_bytes(original)


@FUZZ
@given(**DAMAGE)
def test_a_damaged_export_is_a_user_error_or_a_run(
    run: Run, tmp_path: Path, cut: float, flips: list[tuple[float, int]]
) -> None:
    path, root = tmp_path / "run.zip", tmp_path / "imported"
    library.export_run(run, path)
    path.write_bytes(damaged(path.read_bytes(), cut, flips))
    try:
        assert isinstance(library.import_run(path, root), Run)
    except UserError as error:
        assert str(error)
    shutil.rmtree(root, ignore_errors=True)
