"""The window: panels in tabs, what they lack, menus, keys, closing, layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from genstudio.core.messages import Train, TrainStarted, Wish
from genstudio.core.runs import Run
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Studio
from genstudio.ui.theme import theme
from tests.ui.panels import Draws, Trains
from tests.ui.scripted import ScriptedEngine

MakeRun = Callable[..., Run]


@pytest.fixture
def window(qtbot, studio: Studio) -> Iterator[MainWindow]:
    window = MainWindow(studio, (Trains, Draws))
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    yield window
    theme().choose("system")
    theme().set_text_size(13)


def test_a_panel_is_made_when_it_is_first_shown(window: MainWindow) -> None:
    assert isinstance(window.centre.panel, Draws)
    assert len(window.centre.findChildren(Trains)) == 0
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(window.centre.panel, Trains)


def test_without_a_model_a_panel_says_so_and_offers_to_train_one(window: MainWindow) -> None:
    assert window.centre.lack is not None
    assert "train a new one" in window.centre.lack.sentence.text()
    assert not window.centre.lack.choose.isVisible()
    QTest.mouseClick(window.centre.lack.train, Qt.MouseButton.LeftButton)
    assert isinstance(window.centre.panel, Trains)


def test_a_model_that_qualifies_reaches_the_panel_once(
    window: MainWindow, studio: Studio, make_run: MakeRun
) -> None:
    run = make_run()
    studio.refresh_runs()
    studio.select(run.folder)
    studio.refresh_runs()
    panel = window.centre.panel
    assert isinstance(panel, Draws)
    assert window.centre.lack is None
    assert [told.folder for told, _ in panel.told if told is not None] == [run.folder]
    run.rename("Another")
    studio.refresh_runs()
    assert panel.told[-1][0].manifest.title == "Another"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"family": "gan"}, "autoregressive"),
        ({"family": "unheard-of"}, "unheard-of"),
        ({"weights": False}, "checkpoint"),
    ],
)
def test_a_panel_says_what_the_model_lacks(
    window: MainWindow, studio: Studio, make_run: MakeRun, changes: dict[str, object], word: str
) -> None:
    run = make_run(**changes)
    studio.refresh_runs()
    studio.select(run.folder)
    assert window.centre.lack is not None
    assert word in window.centre.lack.sentence.text()
    QTest.mouseClick(window.centre.lack.choose, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is window.library.list


def test_the_first_checkpoint_opens_the_panel(
    window: MainWindow,
    studio: Studio,
    make_run: MakeRun,
    scripted_engine: ScriptedEngine,
) -> None:
    run = make_run(weights=False)
    job = studio.train(Train(family="pixelcnn"), "PixelCNN on digits")
    scripted_engine.say(TrainStarted(run.folder, 1234, 100, "cpu"), job.id)
    studio.poll()
    studio.select(run.folder)
    assert window.centre.lack is not None
    run.model_path.write_bytes(b"weights")
    scripted_engine.say("anything", job.id)
    studio.poll()
    assert window.centre.lack is None
    scripted_engine.finish(run.folder, job.id)
    studio.poll()


def test_commands_of_the_panel_are_in_the_run_menu_and_have_their_keys(
    window: MainWindow, studio: Studio, make_run: MakeRun
) -> None:
    run = make_run()
    studio.refresh_runs()
    studio.select(run.folder)
    panel = window.centre.panel
    assert isinstance(panel, Draws)
    words = [action.text() for action in window.menus.commands()]
    assert "Draw another" in words
    window.library.list.setFocus()
    QTest.keyClick(window, Qt.Key.Key_D)
    assert panel.pressed == 1


def test_space_presses_the_focused_button_once(
    window: MainWindow, studio: Studio, make_run: MakeRun
) -> None:
    studio.refresh_runs()
    run = make_run()
    studio.refresh_runs()
    studio.select(run.folder)
    panel = window.centre.panel
    assert isinstance(panel, Draws)
    window.menus.search.setFocus()  # any button: space is its own
    panel.button.setFocus()
    QTest.keyClick(panel.button, Qt.Key.Key_Space)
    assert panel.pressed == 1


def test_delete_asks_about_a_run_in_the_library_alone(
    window: MainWindow, studio: Studio, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    studio.refresh_runs()
    studio.select(run.folder)
    asked: list[str] = []
    monkeypatch.setattr(
        QMessageBox,
        "question",
        lambda _parent, title, *_: asked.append(title) or QMessageBox.StandardButton.Cancel,
    )
    panel = window.centre.panel
    assert isinstance(panel, Draws)
    panel.button.setFocus()
    QTest.keyClick(panel.button, Qt.Key.Key_Delete)
    assert asked == []
    window.library.list.setFocus()
    QTest.keyClick(window.library.list, Qt.Key.Key_Delete)
    assert asked == ["Move to trash"]


def test_the_first_tour_goes_on_by_enter_and_by_space(window: MainWindow) -> None:
    window.welcome.begin()
    bubble = window.welcome.bubble
    assert bubble is not None
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        bubble.forward.setFocus()
        QTest.keyClick(bubble.forward, key)
    assert bubble.words.text() == window.welcome.stops[2].words


def test_f6_goes_round_the_regions(window: MainWindow) -> None:
    met = []
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        met.append(
            next(
                name
                for name, region in (
                    ("library", window.library),
                    ("tabs", window.centre.tabs),
                    ("panel", window.centre),
                )
                if region is focus or region.isAncestorOf(focus)
            )
        )
    assert sorted(met) == ["library", "panel", "tabs"]


def test_text_grows_and_comes_back(window: MainWindow) -> None:
    usual = QApplication.font().pixelSize()
    QTest.keyClick(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.font().pixelSize() > usual
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.font().pixelSize() == usual


def test_the_layout_comes_back(qtbot, window: MainWindow, studio: Studio) -> None:
    window.resize(960, 650)  # no wider than the window may be: Qt keeps it on the screen
    window.splitter.setSizes([300, 660])
    window.centre.show_titled("Train")
    window.save_layout()
    again = MainWindow(studio, (Trains, Draws))
    qtbot.addWidget(again)
    again.show()
    qtbot.waitExposed(again)
    assert (again.width(), again.height()) == (960, 650)
    assert again.splitter.sizes()[0] == 300
    assert isinstance(again.centre.panel, Trains)


def test_the_library_folds_away_and_comes_back(window: MainWindow) -> None:
    window.toggle_library()
    assert not window.library.isVisible()
    window.toggle_library()
    assert window.library.isVisible()


def test_closing_while_training_asks_and_may_stay(
    window: MainWindow, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio.train(Train(family="made"), "MADE on digits")
    monkeypatch.setattr(MainWindow, "_closing_confirmed", lambda self, trainings: False)
    assert not window.close()
    assert job.open
    studio.cancel(job)
    studio.poll()


def test_closing_while_training_keeps_what_was_learned(
    window: MainWindow,
    studio: Studio,
    scripted_engine: ScriptedEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = studio.train(Train(family="made"), "MADE on digits")
    monkeypatch.setattr(MainWindow, "_closing_confirmed", lambda self, trainings: True)
    window.close()
    assert scripted_engine.wishes == [(job.id, Wish.STOP)]
    assert window.isVisible()
    scripted_engine.finish(None, job.id)
    studio.poll()
    assert not window.isVisible()


def test_the_tour_of_the_first_start_is_offered_once(
    window: MainWindow, studio: Studio, make_run: MakeRun
) -> None:
    run = make_run()
    studio.refresh_runs()
    studio.settings.remove("welcomed")
    window.offer_welcome()
    assert window.welcome.bubble is not None
    QTest.mouseClick(window.welcome.bubble.forward, Qt.MouseButton.LeftButton)
    assert studio.selected is not None
    assert studio.selected.folder == run.folder
    QTest.mouseClick(window.welcome.bubble.forward, Qt.MouseButton.LeftButton)
    panel = window.centre.panel
    assert isinstance(panel, Draws)
    assert panel.pressed == 1
    QTest.mouseClick(window.welcome.bubble.forward, Qt.MouseButton.LeftButton)
    assert isinstance(window.centre.panel, Trains)
    QTest.keyClick(window.welcome.bubble, Qt.Key.Key_Escape)
    assert window.welcome.bubble is None
    window.offer_welcome()
    assert window.welcome.bubble is None


def test_the_welcome_stays_inside_the_window(window: MainWindow) -> None:
    for size in ((1280, 720), (960, 600)):
        window.resize(*size)
        window.welcome.begin()
        while window.welcome.bubble is not None:
            bubble = window.welcome.bubble
            corner = bubble.mapTo(window, QPoint(0, 0))
            assert window.rect().contains(bubble.rect().translated(corner))
            window.welcome.forward()
