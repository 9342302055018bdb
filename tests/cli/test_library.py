"""`genstudio families`, `data`, `runs`, `bench` and the program itself."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from genstudio.core.errors import UserError
from genstudio.core.runs import Run as RunFolder

from .conftest import Run


def test_the_version_is_the_packages_own(genstudio: Run) -> None:
    assert genstudio("--version").out == f"genstudio {importlib.metadata.version('genstudio')}\n"


def test_every_family_is_listed_with_what_it_can(genstudio: Run) -> None:
    cards = {card["name"]: card for card in genstudio("families", "--json").document}
    assert {"pixelcnn", "made"} <= cards.keys()
    assert "autoregressive" in cards["pixelcnn"]["capabilities"]
    assert "channels" in cards["pixelcnn"]["config_schema"]["properties"]
    assert "pixelcnn" in genstudio("families").out


def test_data_are_listed_shown_and_got(genstudio: Run) -> None:
    cards = {card["name"]: card for card in genstudio("data", "list", "--json").document}
    assert cards["digits"]["here"]
    assert not cards["mnist"]["here"]
    shown = genstudio("data", "show", "digits", "--levels", 4, "--json").document
    assert sum(shown["classes"]["digit"].values()) == shown["sizes"]["train"] == 1437
    assert len(shown["symbol_counts"]) == 4
    assert genstudio("data", "get", "digits", "--json").document["here"]
    assert "CC BY" in genstudio("data", "show", "digits").out


def test_an_empty_library_says_what_to_do(
    genstudio: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("genstudio.cli.library.shipped_folder", lambda: tmp_path / "none")
    assert "genstudio train" in genstudio("runs").out
    assert genstudio("runs", "--json").document == []


def test_a_run_is_renamed_duplicated_exported_and_imported(
    genstudio: Run, trained: Path, tmp_path: Path
) -> None:
    assert genstudio("runs", "rename", "tiny", "Small one", "--json").document["title"] == (
        "Small one"
    )
    copy = genstudio("runs", "duplicate", "tiny", "--json").document
    assert copy["title"] == "Small one (copy)"
    file = tmp_path / "tiny.zip"
    assert genstudio("runs", "export", "tiny", "--out", file).code == 0
    imported = genstudio("runs", "import", file, "--json").document
    listed = genstudio("runs", "list", "--json").document
    own = {run["name"] for run in listed if not run["shipped"]}
    assert own == {"tiny", copy["name"], imported["name"]}
    shown = genstudio("runs", "show", imported["name"], "--json").document
    assert shown["manifest"]["config"]["channels"] == 6
    assert shown["metrics"][-1]["step"] == 6
    assert "Small one" in genstudio("runs", "show", "tiny").out


def test_a_run_goes_to_the_trash_or_stays(
    genstudio: Run, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trashed: list[Path] = []
    monkeypatch.setattr("genstudio.core.library.send2trash.send2trash", trashed.append)
    assert genstudio("runs", "delete", "tiny").code == 0
    assert trashed == [trained]


def test_shipped_runs_stay_as_they_are(
    genstudio: Run, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genstudio.cli.library.shipped_folder", lambda: trained.parent)
    for command in (["rename", "tiny", "x"], ["delete", "tiny"]):
        said = genstudio("runs", *command)
        assert said.code == 2
        assert "came with GenStudio and stays as it is" in said.err
        assert "runs duplicate tiny" in said.err
    assert trained.is_dir()


def test_a_shipped_run_is_duplicated_into_ones_own(
    genstudio: Run, trained: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = trained.parent.rename(tmp_path / "shipped")
    monkeypatch.setattr("genstudio.cli.library.shipped_folder", lambda: shipped)
    said = genstudio("runs", "duplicate", shipped / "tiny", "--json")
    assert said.code == 0, said.err
    assert said.document["folder"] == str(tmp_path / "runs" / "tiny-0001")
    assert genstudio("runs", "rename", "tiny-0001", "Mine").code == 0
    assert [path.name for path in shipped.iterdir()] == ["tiny"]


def test_a_run_that_is_being_trained_is_not_deleted(genstudio: Run, trained: Path) -> None:
    with RunFolder.open(trained).lock:
        said = genstudio("runs", "delete", "tiny")
    assert said.code == 2
    assert "is being trained" in said.err
    assert trained.is_dir()


def test_a_run_is_not_exported_over_a_folder(genstudio: Run, trained: Path, tmp_path: Path) -> None:
    said = genstudio("runs", "export", "tiny", "--out", tmp_path)
    assert said.code == 2
    assert "could not be written" in said.err
    assert said.err.count("\n") == 1


def test_a_broken_run_is_told_of_and_the_others_listed(genstudio: Run, trained: Path) -> None:
    broken = trained.with_name("broken")
    broken.mkdir()
    (broken / "run.toml").write_text("title = ")
    said = genstudio("runs", "--json")
    assert said.code == 0
    assert "broken" in said.err
    assert "tiny" in {run["name"] for run in said.document}


@pytest.mark.parametrize(
    "words", ["trane", "runs lost", "data get digitz", "runs import no.zip", "bench speed"]
)
def test_a_mistake_ends_with_two(genstudio: Run, words: str) -> None:
    said = genstudio(*words.split())
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_bug_in_a_job_ends_with_one_and_its_traceback(
    genstudio: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> object:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("genstudio.engine.running.load_job", broken)
    said = genstudio("families")
    assert said.code == 1
    assert "ZeroDivisionError: a bug" in said.err


def test_without_arguments_or_with_files_the_window_opens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import types

    from genstudio.__main__ import main

    opened: list[list[Path]] = []

    def open_window(files: list[Path]) -> int:
        if files:
            opened.append(files)
            return 0
        raise UserError("There is no display.")

    fake = types.ModuleType("genstudio.app")
    monkeypatch.setattr(fake, "open_window", open_window, raising=False)
    monkeypatch.setitem(sys.modules, "genstudio.app", fake)
    picture = tmp_path / "drawing.png"
    picture.touch()
    monkeypatch.setattr(sys, "argv", ["genstudio", str(picture)])
    assert main() == 0
    assert opened == [[picture]]
    monkeypatch.setattr(sys, "argv", ["genstudio"])
    assert main() == 2
    assert capsys.readouterr().err == "There is no display.\n"


def test_what_compute_processes_import_again_is_light() -> None:
    code = (
        "import sys; before = set(sys.modules); import genstudio.__main__; "
        "print(*sorted(name for name in sys.modules if name not in before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = ("typer", "rich", "torch", "numpy", "pydantic", "PySide6", "genstudio.core")
    assert [name for name in loaded if name.startswith(heavy)] == []


def test_listing_runs_does_not_load_torch() -> None:
    code = (
        "import sys; from genstudio.cli import main; main(['runs', '--json']); "
        "sys.exit('torch' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
