"""The form that is made from a schema: what it shows, takes, refuses and explains."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from genstudio.core.settings import Settings, setting
from genstudio.core.training import Training
from genstudio.ui.widgets.fields import ChoiceField, FolderField, SwitchField
from genstudio.ui.widgets.form import Form
from genstudio.ui.widgets.number_field import NumberField


class Everything(Settings):
    """One setting of each kind."""

    count: int = setting(4, help="How many.", ge=1, le=64)
    rate: float = setting(1e-2, help="How fast.", formula="η", gt=0, le=1, log=True)
    kind: Literal["this", "that"] = setting("this", help="Which.")
    on: bool = setting(False, help="Whether.")
    side: int | None = setting(None, help="How wide.", unit="px", ge=4, le=256)
    place: str | None = setting(None, help="Where.")
    rare: int = setting(7, help="Seldom needed.", ge=0, advanced=True)


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    form = Form(Everything.model_json_schema())
    qtbot.addWidget(form)
    form.show()
    return form


def number(form: Form, name: str) -> NumberField:
    field = form.field(name)
    assert isinstance(field, NumberField)
    return field


def retype(field: NumberField, text: str) -> None:
    field.edit.selectAll()
    QTest.keyClicks(field.edit, text)


def test_each_kind_of_setting_has_its_control_and_its_default(form: Form) -> None:
    kinds = [type(form.field(name)) for name in ("count", "rate", "kind", "on", "side", "place")]
    assert kinds == [NumberField, NumberField, ChoiceField, SwitchField, NumberField, FolderField]
    expected = Everything().model_dump()
    assert {name: form.field(name).value() for name in expected} == expected


def test_what_is_typed_is_the_value(form: Form, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.edited):
        retype(number(form, "count"), "12")
    assert form.values()["count"] == 12
    assert "count" not in form.problems()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("count", "65", "Count must be between 1 and 64."),
        ("count", "2.5", "Count must be a whole number, not “2.5”."),
        ("rate", "0", "Rate must be more than 0 and at most 1."),
        ("rate", "nan", "Rate must be a finite number."),
        ("side", "3", "Side must be between 4 and 256."),
    ],
)
def test_a_value_that_does_not_fit_is_said_at_the_field(
    form: Form, name: str, text: str, sentence: str
) -> None:
    retype(number(form, name), text)
    assert form.problems()[name] == sentence
    shown = [row.error for row in form._rows.values() if row.error.isVisible()]
    assert sentence in [label.text() for label in shown]


def test_an_optional_number_may_be_left_out_and_another_may_not(form: Form) -> None:
    for name in ("side", "count"):
        edit = number(form, name).edit
        edit.selectAll()
        QTest.keyClick(edit, Qt.Key.Key_Delete)
    assert form.values()["side"] is None
    assert "side" not in form.problems()
    assert form.problems()["count"] == "Count needs a number."


def test_arrows_step_and_stop_at_the_bounds(form: Form) -> None:
    edit = number(form, "count").edit
    QTest.keyClick(edit, Qt.Key.Key_Up)
    assert form.values()["count"] == 5
    for _ in range(9):
        QTest.keyClick(edit, Qt.Key.Key_PageUp)
    assert form.values()["count"] == 64


def test_a_log_slider_moves_by_factors(form: Form, qtbot: QtBot) -> None:
    field = number(form, "rate")
    assert field.slider is not None
    field.slider.setFocus()
    before = field.value()
    with qtbot.waitSignal(form.edited):
        QTest.keyClick(field.slider, Qt.Key.Key_PageUp)
    first = field.value() / before
    before = field.value()
    QTest.keyClick(field.slider, Qt.Key.Key_PageUp)
    assert first > 1
    assert field.value() / before == pytest.approx(first, rel=0.1)  # shown to two digits


def test_a_choice_is_made_with_the_mouse(form: Form, qtbot: QtBot) -> None:
    buttons = form.field("kind").findChildren(QPushButton)
    that = next(button for button in buttons if button.text() == "that")
    with qtbot.waitSignal(form.edited):
        QTest.mouseClick(that, Qt.MouseButton.LeftButton)
    assert form.values()["kind"] == "that"


def test_advanced_settings_are_folded_until_asked_for_or_wrong(form: Form) -> None:
    rare = number(form, "rare")
    assert not rare.isVisible()
    assert form.fold is not None
    QTest.mouseClick(form.fold, Qt.MouseButton.LeftButton)
    assert rare.isVisible()
    QTest.mouseClick(form.fold, Qt.MouseButton.LeftButton)
    assert not rare.isVisible()
    form.set_values({"rare": -1})
    assert rare.isVisible()


def test_the_question_mark_explains_with_sentence_and_formula(form: Form) -> None:
    row = form._rows["rate"]
    QTest.mouseClick(row.button, Qt.MouseButton.LeftButton)
    assert "How fast." in QToolTip.text()
    assert "η" in QToolTip.text()
    assert "How fast." in row.field.input().toolTip()
    QToolTip.hideText()


def test_every_control_has_an_accessible_name(form: Form) -> None:
    names = {name: form.field(name).input().accessibleName() for name in form._rows}
    assert names["count"] == "Count"
    assert all(names[name] for name in names if not isinstance(form.field(name), ChoiceField))


def test_what_does_not_apply_is_neither_shown_nor_given(form: Form) -> None:
    form.offer(["count"])
    assert set(form.values()) == {"count"}
    assert not form.field("side").isVisible()


def test_the_training_schema_makes_a_form_that_gives_a_training(qtbot: QtBot) -> None:
    form = Form(Training.model_json_schema())
    qtbot.addWidget(form)
    values: dict[str, Any] = form.values()
    assert Training.checked(values) == Training()
