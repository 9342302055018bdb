"""The library: what is listed, chosen, renamed, and what may not be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from genstudio.core import library
from genstudio.core.messages import Train, TrainStarted
from genstudio.core.runs import Result, Run
from genstudio.ui.shell.library import Library
from genstudio.ui.shell.library_rows import ROW
from genstudio.ui.shell.run_actions import RunActions
from genstudio.ui.shell.thumbnails import SIDE, thumbnail
from genstudio.ui.studio import Studio
from genstudio.ui.words import score
from tests.ui.scripted import ScriptedEngine

MakeRun = Callable[..., Run]


@pytest.fixture
def actions(qtbot, studio: Studio) -> RunActions:
    parent = QWidget()
    qtbot.addWidget(parent)
    return RunActions(studio, parent)


@pytest.fixture
def listed(qtbot, studio: Studio, actions: RunActions) -> Iterator[Library]:
    listed = Library(studio, actions)
    qtbot.addWidget(listed)
    listed.resize(248, 600)
    listed.show()
    qtbot.waitExposed(listed)
    yield listed


def _titles(listed: Library) -> list[str]:
    return [run.manifest.title for run in listed.rows.runs]


def test_an_empty_library_says_what_to_do(qtbot, listed: Library) -> None:
    assert listed.empty.isVisible()
    with qtbot.waitSignal(listed.train_wanted):
        QTest.mouseClick(listed.train, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("words", "found"),
    [("fashion", ["Dresses"]), ("PixelCNN", ["Zeros"]), ("made fash", ["Dresses"]), ("xyz", [])],
)
def test_the_filter_looks_at_title_family_and_data(
    listed: Library, studio: Studio, make_run: MakeRun, words: str, found: list[str]
) -> None:
    make_run("a-0001", title="Zeros")
    make_run("b-0001", family="made", title="Dresses", data={"name": "fashion-mnist"})
    studio.refresh_runs()
    QTest.keyClicks(listed.filter, words)
    assert _titles(listed) == found


def test_a_click_chooses_the_run_everywhere(
    listed: Library, studio: Studio, make_run: MakeRun
) -> None:
    run = make_run("a-0001", title="One", created="2024-01-01T00:00:00+00:00")
    make_run("b-0001", title="Two", created="2024-02-01T00:00:00+00:00")
    studio.refresh_runs()
    place = listed.list.visualRect(listed.rows.index_of(run)).center()
    QTest.mouseClick(listed.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert studio.selected is not None
    assert studio.selected.folder == run.folder


def test_arrows_choose_and_skip_headings(
    listed: Library, studio: Studio, make_run: MakeRun
) -> None:
    make_run("a-0001", title="Older", created="2024-01-01T00:00:00+00:00")
    newer = make_run("b-0001", title="Newer", created="2024-02-01T00:00:00+00:00")
    studio.refresh_runs()
    studio.select(newer.folder)
    QTest.keyClick(listed.list, Qt.Key.Key_Down)
    assert studio.selected is not None
    assert studio.selected.manifest.title == "Older"
    QTest.keyClick(listed.list, Qt.Key.Key_Up)
    QTest.keyClick(listed.list, Qt.Key.Key_Up)
    assert studio.selected is not None
    assert studio.selected.manifest.title == "Newer"


def test_rename_in_place(
    qtbot, listed: Library, studio: Studio, actions: RunActions, make_run: MakeRun
) -> None:
    run = make_run()
    studio.refresh_runs()
    studio.select(run.folder)
    actions.rename.trigger()
    editor = listed.list.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "My digits")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: Run.open(run.folder).manifest.title == "My digits")
    assert [run.manifest.title for run in studio.own] == ["My digits"]


def test_a_run_that_does_not_open_is_listed_with_its_sentence(
    listed: Library, studio: Studio, make_run: MakeRun
) -> None:
    run = make_run()
    (run.folder / "run.toml").write_text("title = ", encoding="utf-8")
    studio.refresh_runs()
    texts = [
        str(listed.rows.index(row).data(Qt.ItemDataRole.DisplayRole))
        for row in range(listed.rows.rowCount())
    ]
    assert any("cannot be read" in text for text in texts)
    listed.grab()  # painting it works too


def test_shipped_runs_stay_as_they_are_but_can_be_copied(
    listed: Library,
    actions: RunActions,
    make_run: MakeRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio = listed.studio
    shipped = make_run("shipped-0001", title="Shipped one", root=tmp_path / "shipped")
    monkeypatch.setattr(library, "shipped_folder", lambda: tmp_path / "shipped")
    studio.refresh_runs()
    studio.select(shipped.folder)
    assert not actions.rename.isEnabled()
    assert not actions.delete.isEnabled()
    assert "duplicate" in actions.delete.toolTip()
    flags = listed.rows.index_of(shipped).flags()
    assert not flags & Qt.ItemFlag.ItemIsEditable
    actions.duplicate.trigger()
    assert studio.selected is not None
    assert studio.selected.folder.parent == studio.root
    assert actions.rename.isEnabled()


def test_a_run_that_is_being_trained_cannot_be_deleted(
    studio: Studio, actions: RunActions, make_run: MakeRun, scripted_engine: ScriptedEngine
) -> None:
    run = make_run(result=None)
    job = studio.train(Train(family="pixelcnn"), "PixelCNN on digits")
    scripted_engine.say(TrainStarted(run.folder, 1, 10, "cpu"), job.id)
    studio.poll()
    studio.select(run.folder)
    assert not actions.delete.isEnabled()
    assert "stop" in actions.delete.toolTip()
    studio.cancel(job)
    studio.poll()
    assert actions.delete.isEnabled()


def test_continue_training_resumes_from_the_checkpoint(
    studio: Studio, actions: RunActions, make_run: MakeRun, scripted_engine: ScriptedEngine
) -> None:
    run = make_run(result=None)
    run.learner_path.write_bytes(b"state")
    studio.refresh_runs()
    studio.select(run.folder)
    actions.go_on.trigger()
    assert scripted_engine.last(Train).request == Train(resume=run.folder)
    scripted_engine.cancel(scripted_engine.open_jobs[-1])
    studio.poll()


@pytest.mark.parametrize(("exact", "text"), [(True, "= 2.03 bits/dim"), (False, "≤ 2.03 bits/dim")])
def test_exact_scores_and_bounds_carry_different_marks(
    make_run: MakeRun, exact: bool, text: str
) -> None:
    result = Result(state="finished", steps=1, seconds=1.0, valid_bits_per_dim=2.0312, exact=exact)
    assert score(make_run(result=result)) == text


def test_an_error_is_called_by_its_name(make_run: MakeRun) -> None:
    result = Result(
        state="finished",
        steps=1,
        seconds=1.0,
        valid_error=0.012345,
        error_name="reconstruction error",
        exact=False,
    )
    assert score(make_run(result=result)) == "reconstruction error 0.0123"


def test_a_thumbnail_shows_the_newest_samples_in_whole_pixels(
    qapp: QApplication, make_run: MakeRun
) -> None:
    run = make_run()
    for step, colour in ((100, "#000000"), (200, "#ffffff")):
        sheet = QImage(35, 35, QImage.Format.Format_Grayscale8)  # 4 × 4 images of 8 × 8
        sheet.fill(QColor("#808080"))
        for y in range(8):
            for x in range(8):
                sheet.setPixelColor(x, y, QColor(colour))
        assert sheet.save(str(run.folder / "samples" / f"{step:06}.png"))
    picture = thumbnail(run, 1.0)
    assert picture is not None
    side = 17 * (SIDE // 17)
    assert (picture.width(), picture.height()) == (side, side)
    image = picture.toImage()
    block = 8 * (SIDE // 17)
    assert image.pixelColor(0, 0) == image.pixelColor(block - 1, block - 1) == QColor("#ffffff")
    assert image.pixelColor(block, 0) == QColor("#808080")


def test_rows_hand_out_their_runs(listed: Library, studio: Studio, make_run: MakeRun) -> None:
    run = make_run()
    studio.refresh_runs()
    assert listed.rows.index_of(run).data(ROW).folder == run.folder
