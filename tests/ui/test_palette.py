"""The command palette and the list of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from genstudio.core.runs import Run
from genstudio.ui.shell.palette import Palette, ShortcutList, fuzzy_score
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Studio
from tests.ui.panels import Draws, Trains


@pytest.fixture
def window(qtbot, studio: Studio) -> Iterator[MainWindow]:
    window = MainWindow(studio, (Trains, Draws))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window


def _palette(window: MainWindow) -> Palette:
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    found = QApplication.activePopupWidget()
    assert isinstance(found, Palette)
    return found


@pytest.mark.parametrize(
    ("wanted", "better", "worse"),
    [
        ("fs", "Full screen", "Focus is lost"),  # beginnings of words in either; the shorter wins
        ("rename", "Rename", "Remember no name"),
        ("tra", "Train a MADE", "Move to the trash after"),
    ],
)
def test_beginnings_and_rows_of_letters_win(wanted: str, better: str, worse: str) -> None:
    first, second = fuzzy_score(wanted, better), fuzzy_score(wanted, worse)
    assert first is not None
    assert second is not None
    assert first > second


def test_letters_out_of_order_do_not_match() -> None:
    assert fuzzy_score("niart", "Train") is None


def test_a_command_is_found_by_a_few_letters_and_done(window: MainWindow) -> None:
    palette = _palette(window)
    QTest.keyClicks(palette.field, "shotrain")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert isinstance(window.centre.panel, Trains)


def test_runs_and_families_are_found(
    window: MainWindow, studio: Studio, make_run: Callable[..., Run]
) -> None:
    run = make_run(title="Seven zeros")
    studio.refresh_runs()
    palette = _palette(window)
    QTest.keyClicks(palette.field, "seven zeros")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert studio.selected is not None
    assert studio.selected.folder == run.folder
    palette = _palette(window)
    QTest.keyClicks(palette.field, "train a vae")
    item = palette.list.currentItem()
    assert item is not None
    assert item.text(0) == "Train a VAE"
    palette.close()


def test_what_cannot_be_done_says_why(window: MainWindow, studio: Studio) -> None:
    told = []
    studio.noticed.connect(told.append)
    palette = _palette(window)
    QTest.keyClicks(palette.field, "rename")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert "Choose a model" in told[0].advice


def test_arrows_go_round(window: MainWindow) -> None:
    palette = _palette(window)
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    item = palette.list.currentItem()
    assert item is not None
    assert palette.list.indexOfTopLevelItem(item) == palette.list.topLevelItemCount() - 1
    palette.close()


def test_nothing_matches_is_said(window: MainWindow) -> None:
    palette = _palette(window)
    QTest.keyClicks(palette.field, "qqqq")
    assert palette.nothing.isVisible()
    palette.close()


def test_no_two_commands_share_a_key(window: MainWindow) -> None:
    keys = [
        key.toString()
        for action in window.menus.commands()
        for key in action.shortcuts()
        if not key.isEmpty()
    ]
    assert sorted(keys) == sorted(set(keys))


def test_the_list_of_keys_filters(qtbot, window: MainWindow) -> None:
    listed = ShortcutList(window, list(window.menus.commands()))
    qtbot.addWidget(listed)
    listed.show()
    QTest.keyClicks(listed.field, "full")
    items = [listed.list.topLevelItem(row) for row in range(listed.list.topLevelItemCount())]
    assert [item.text(0) for item in items if not item.isHidden()] == ["Full screen"]
