"""What every panel owes the window; each discovered one is held to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QWidget,
)

from genstudio.core.messages import Describe
from genstudio.core.runs import Run
from genstudio.core.spaces import Label, Sequence
from genstudio.ui.icons import names
from genstudio.ui.panel import Panel
from genstudio.ui.shell.centre import discovered
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Studio
from tests.ui.scripted import CARDS, ScriptedEngine

KINDS = discovered()
CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)

each_panel = pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])


@pytest.fixture
def open_panel(
    qtbot, studio: Studio, scripted_engine: ScriptedEngine
) -> Callable[[type[Panel]], MainWindow]:
    """Open the window on one panel, at the smallest size that is promised."""

    def end_jobs(_: object) -> None:
        for job in scripted_engine.open_jobs:
            scripted_engine.cancel(job)
        studio.poll()

    def opened(kind: type[Panel]) -> MainWindow:
        window = MainWindow(studio, (kind,))
        qtbot.addWidget(window, before_close_func=end_jobs)  # else it asks about the training
        window.resize(1280, 720)
        window.show()
        qtbot.waitExposed(window)
        return window

    return opened


def test_there_are_panels() -> None:
    assert {"Train", "Generate"} <= {kind.title for kind in KINDS}


@each_panel
def test_it_names_itself(kind: type[Panel]) -> None:
    assert kind.title
    assert kind.question.endswith("?")
    assert kind.icon_name in names()
    assert sum(other.position == kind.position for other in KINDS) == 1


@each_panel
@pytest.mark.parametrize("family", [card.name for card in CARDS])
def test_it_accepts_every_card(
    open_panel: Callable[[type[Panel]], MainWindow],
    studio: Studio,
    make_run: Callable[..., Run],
    kind: type[Panel],
    family: str,
) -> None:
    window = open_panel(kind)
    run = make_run(family=family, **_data_for(kind))
    studio.refresh_runs()
    studio.select(run.folder)
    panel = window.centre.panel
    assert panel is not None
    if kind.needs_model and not kind.qualifies(studio.cards[family]):
        assert window.centre.lack is not None
        assert window.centre.lack.sentence.text().endswith(".")
    else:
        assert window.centre.lack is None
    studio.select(None)


@each_panel
def test_it_survives_failed_and_cancelled_jobs(
    open_panel: Callable[[type[Panel]], MainWindow],
    studio: Studio,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    kind: type[Panel],
) -> None:
    window = open_panel(kind)
    run = make_run(family=_family_for(kind), **_data_for(kind))
    studio.refresh_runs()
    studio.select(run.folder)
    panel = window.centre.panel
    assert panel is not None
    _press_primary(panel)
    for end in (scripted_engine.cancel, _failing(scripted_engine)):
        for job in scripted_engine.open_jobs:
            end(job)
        studio.poll()
        _press_primary(panel)
    window.grab()
    assert panel.isVisible()


def _family_for(kind: type[Panel]) -> str:
    """The first family that qualifies for a panel."""
    return next(card.name for card in CARDS if kind.qualifies(card))


def _data_for(kind: type[Panel]) -> dict[str, object]:
    """What the run has learned: images, or what a panel that shows none is for."""
    if "grid" in kind.kinds:
        return {}
    labels = (Label(name="digit", classes=tuple("0123456789")),)
    return {"space": Sequence(length=800, levels=256, rate=8000, labels=labels)}


def _failing(engine: ScriptedEngine) -> Callable[[int], None]:
    return lambda job: engine.fail("The disk is full.", "Free some space.", job=job)


def _press_primary(panel: Panel) -> None:
    for button in panel.findChildren(QPushButton):
        if button.property("role") == "primary" and button.isVisible() and button.isEnabled():
            button.click()
            return


@each_panel
def test_it_works_before_the_engine_has_told_of_anything(
    qtbot, kind: type[Panel], scripted_engine: ScriptedEngine, studio: Studio
) -> None:
    early = Studio(scripted_engine, studio.settings)
    window = MainWindow(early, (kind,))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    early.start()
    assert scripted_engine.last(Describe).channel == "describe"
    early.poll()
    assert early.cards


@each_panel
def test_every_control_has_a_name_and_can_be_reached_by_tab(
    open_panel: Callable[[type[Panel]], MainWindow],
    studio: Studio,
    make_run: Callable[..., Run],
    kind: type[Panel],
) -> None:
    window = open_panel(kind)
    run = make_run(family=_family_for(kind), **_data_for(kind))
    studio.refresh_runs()
    studio.select(run.folder)
    panel = window.centre.panel
    assert panel is not None
    controls = [
        control
        for control in _controls(panel)
        if control.isEnabled() and not isinstance(control.parent(), QAbstractSpinBox | QComboBox)
    ]
    nameless = [_described(control) for control in controls if not _name(control)]
    assert not nameless
    reached = _tab_chain(window)
    keys = _shortcut_keys(panel)
    missed = [
        _described(control)
        for control in controls
        if control not in reached and not _reached_otherwise(control, reached, keys)
    ]
    assert not missed


@each_panel
def test_no_words_are_cut_off(
    open_panel: Callable[[type[Panel]], MainWindow],
    studio: Studio,
    make_run: Callable[..., Run],
    kind: type[Panel],
) -> None:
    window = open_panel(kind)
    run = make_run(family=_family_for(kind), **_data_for(kind))
    studio.refresh_runs()
    for folder in (None, run.folder):
        studio.select(folder)
        for _ in range(3):  # a scroll bar that appears has everything laid out once more
            window.grab()
            QApplication.processEvents()
        panel = window.centre.panel
        assert panel is not None
        cut = [_described(widget) for widget in _worded(panel) if _cut_off(widget)]
        assert not cut
        inside = QRect(panel.mapTo(window, QPoint(0, 0)), panel.size())
        assert window.rect().contains(inside), "the panel is larger than the window"


def _controls(panel: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in panel.findChildren(QWidget)
        if isinstance(widget, CONTROLS) and not isinstance(widget, QScrollBar) and _seen(widget)
    ]


def _seen(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.objectName().startswith("qt_")


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def _described(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton | QLabel | QLineEdit) else ""
    parent = widget.parent()
    return f"{type(widget).__name__} “{_name(widget) or text}” in {type(parent).__name__}"


def _tab_chain(window: QWidget) -> set[QWidget]:
    """Every widget that Tab comes by."""
    met: set[QWidget] = set()
    at = window.nextInFocusChain()
    while at is not None and at not in met:
        met.add(at)
        at = at.nextInFocusChain()
    return {widget for widget in met if widget.focusPolicy() & Qt.FocusPolicy.TabFocus}


def _shortcut_keys(panel: Panel) -> set[str]:
    return {QKeySequence(keys).toString() for _, keys, _ in panel.commands() if keys}


def _reached_otherwise(control: QWidget, reached: set[QWidget], keys: set[str]) -> bool:
    """Arrows move inside a group of which one is reached; a button may have a key instead."""
    if isinstance(control, QAbstractButton):
        group = control.group()
        siblings = group.buttons() if group is not None else []
        siblings += [
            other
            for other in (control.parentWidget() or control).findChildren(QAbstractButton)
            if control.autoExclusive() and other.autoExclusive()
        ]
        if any(other in reached for other in siblings):
            return True
        return any(key and f"({key})" in control.toolTip() for key in keys)
    proxy = control.focusProxy()
    return proxy is not None and proxy in reached


def _worded(panel: QWidget) -> list[QLabel | QAbstractButton]:
    return [
        widget
        for widget in panel.findChildren(QWidget)
        if isinstance(widget, QLabel | QAbstractButton) and _seen(widget) and widget.text()
    ]


def _cut_off(widget: QLabel | QAbstractButton) -> bool:
    """Whether a widget is smaller than its words, or sticks out of what holds it."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        small = widget.height() < widget.heightForWidth(widget.width())
    else:
        small = widget.width() < widget.minimumSizeHint().width()
    return small or widget.height() < widget.fontMetrics().height() or _sticks_out(widget)


def _sticks_out(widget: QWidget) -> bool:
    """Beyond its panel; inside a scroll area, only sideways counts, for down one can scroll."""
    at: QWidget | None = widget.parentWidget()
    while at is not None and not isinstance(at, Panel):
        if isinstance(at, QScrollArea):
            viewport = at.viewport()
            left = widget.mapTo(viewport, QPoint(0, 0)).x()
            return left < 0 or left + widget.width() > viewport.width()
        at = at.parentWidget()
    if at is None:
        return False
    return not at.rect().contains(QRect(widget.mapTo(at, QPoint(0, 0)), widget.size()))
