"""Files that are dropped or opened: runs, pictures with recipes, and neither."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from genstudio.core import library
from genstudio.core.pictures import png
from genstudio.core.recipe import KEY, Recipe
from genstudio.core.runs import Run
from genstudio.ui.shell.files import open_file, recent_files
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Studio
from tests.ui.panels import Draws, Trains

MakeRun = Callable[..., Run]


def _picture(path: Path, recipe: Recipe | None) -> Path:
    texts = {KEY: recipe.text()} if recipe is not None else None
    path.write_bytes(png(np.zeros((8, 8, 1), np.uint8), texts))
    return path


def test_an_exported_run_comes_into_the_library(
    studio: Studio, make_run: MakeRun, tmp_path: Path
) -> None:
    elsewhere = make_run(title="From afar", root=tmp_path / "elsewhere")
    library.export_run(elsewhere, tmp_path / "run.zip")
    assert open_file(studio, tmp_path / "run.zip")
    assert studio.selected is not None
    assert studio.selected.manifest.title == "From afar"
    assert studio.selected.folder.parent == studio.root


def test_a_run_folder_from_elsewhere_is_copied_and_one_of_ones_own_chosen(
    studio: Studio, make_run: MakeRun, tmp_path: Path
) -> None:
    elsewhere = make_run(title="From afar", root=tmp_path / "elsewhere")
    assert open_file(studio, elsewhere.folder)
    assert [run.manifest.title for run in studio.own] == ["From afar"]
    assert open_file(studio, studio.own[0].folder)
    assert len(studio.own) == 1


def test_a_dropped_picture_recalls_its_recipe(
    qtbot, studio: Studio, make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run()
    make_run("other-0001", title="Other")
    studio.refresh_runs()
    recipe = Recipe(run=run.name, seed=7, controls={"temperature": 0.9})
    window = MainWindow(studio, (Trains, Draws))
    qtbot.addWidget(window)
    window.centre.show_titled("Train")
    recalled: list[Recipe] = []
    studio.recipe_recalled.connect(recalled.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(_picture(tmp_path / "seven.png", recipe)))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    enter = QDragEnterEvent(QPoint(400, 9), *how, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(400, 9), *how, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, drop)
    assert recalled == [recipe]
    assert studio.selected is not None
    assert studio.selected.folder == run.folder
    assert isinstance(window.centre.panel, Draws)
    assert recent_files(studio) == [tmp_path / "seven.png"]


def test_a_picture_that_began_with_a_real_one_says_what_is_missing(
    studio: Studio, make_run: Callable[..., Run], tmp_path: Path
) -> None:
    run = make_run()
    studio.refresh_runs()
    told, recalled = [], []
    studio.noticed.connect(told.append)
    studio.recipe_recalled.connect(recalled.append)
    assert not open_file(
        studio, _picture(tmp_path / "a.png", Recipe(run=run.name, kind="complete"))
    )
    assert "real picture, which is not in the file" in told[0].title
    assert not recalled


@pytest.mark.parametrize("kind", ["text", "no recipe", "model is gone", "damaged", "missing"])
def test_anything_else_is_told_in_one_sentence(studio: Studio, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file.png"
    if kind == "text":
        path = tmp_path / "notes.txt"
        path.write_text("hello", encoding="utf-8")
    elif kind == "no recipe":
        _picture(path, None)
    elif kind == "model is gone":
        _picture(path, Recipe(run="gone-0001", title="Long gone"))
    elif kind == "damaged":
        path.write_bytes(b"\x89PNG\r\n\x1a\n then nothing")
    told = []
    studio.noticed.connect(told.append)
    assert not open_file(studio, path)
    assert [notice.kind for notice in told] == ["error"]
    assert not told[0].details
    assert recent_files(studio) == []
