"""Notices: where they stand, how they go, what they tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from genstudio.ui.shell.toasts import Toasts, show_details
from genstudio.ui.studio import Notice

BAD = Notice("error", "It broke.", "Mend it.", "Traceback (most recent call last): …")


@pytest.fixture
def over(qtbot) -> Iterator[QWidget]:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(1000, 600)
    over.show()
    qtbot.waitExposed(over)
    yield over


def test_toasts_stand_at_the_lower_right_without_overlap(over: QWidget) -> None:
    toasts = Toasts(over)
    for number in range(3):
        toasts.say(Notice("error", f"Number {number} broke."))
    places = [toast.geometry() for toast in toasts.shown]
    assert all(over.rect().contains(place) for place in places)
    assert all(place.right() == places[0].right() for place in places)
    assert not places[0].intersects(places[1])
    assert not places[1].intersects(places[2])


def test_a_toast_never_covers_the_primary_button(over: QWidget) -> None:
    button = QPushButton("Start training", over)
    button.setProperty("role", "primary")
    button.setGeometry(760, 560, 230, 32)
    button.show()
    toasts = Toasts(over)
    for number in range(3):
        toasts.say(Notice("error", f"Number {number} broke."))
    place = QRect(button.mapTo(over, QPoint(0, 0)), button.size())
    assert not any(toast.geometry().intersects(place) for toast in toasts.shown)


def test_errors_stay_and_good_news_leaves(qtbot, over: QWidget, monkeypatch) -> None:
    monkeypatch.setattr("genstudio.ui.shell.toasts._SHOWN", 50)
    toasts = Toasts(over)
    toasts.say(BAD)
    toasts.say(Notice("good", "It worked."))
    qtbot.waitUntil(lambda: [toast.notice for toast in toasts.shown] == [BAD])


def test_escape_dismisses(qtbot, over: QWidget) -> None:
    toasts = Toasts(over)
    toasts.say(BAD)
    toasts.shown[0].setFocus()
    QTest.keyClick(toasts.shown[0], Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not toasts.shown)
    assert not toasts.dismiss_newest()


def test_the_same_notice_is_not_shown_twice(qtbot, over: QWidget) -> None:
    toasts = Toasts(over)
    toasts.say(BAD)
    toasts.say(BAD)
    qtbot.waitUntil(lambda: len(toasts.shown) == 1)


def test_details_can_be_read_and_copied(qtbot, over: QWidget) -> None:
    dialog = show_details(over, BAD)
    assert BAD.details in dialog.findChild(QPlainTextEdit).toPlainText()
    copy = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Copy")
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert BAD.details in QGuiApplication.clipboard().text()
    dialog.close()


def test_a_notice_without_details_offers_none(over: QWidget) -> None:
    toasts = Toasts(over)
    toasts.say(Notice("error", "Short."))
    assert not toasts.shown[0].details.isVisible()
