"""The bars: heights are probabilities, the mark is the uniform, a click is a symbol."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from genstudio.core.draw import DrawControls, adjusted, inverse_cdf
from genstudio.core.uniforms import generator
from genstudio.ui.theme import theme
from genstudio.ui.widgets.bars import Conditional, ConditionalBars


def conditional(levels: int, controls: DrawControls = DrawControls()) -> Conditional:  # noqa: B008
    model = generator(3).dirichlet(np.ones(levels)).astype(np.float32)
    drawn = adjusted(model, controls)
    symbol = int(inverse_cdf(drawn[None], np.array([0.4]))[0])
    return Conditional(model.astype(float), drawn, 0.4, symbol, given=False)


@pytest.fixture
def bars(qtbot: QtBot) -> ConditionalBars:
    bars = ConditionalBars()
    qtbot.addWidget(bars)
    bars.resize(280, 148)
    bars.show()
    return bars


def accent_column(bars: ConditionalBars, x: int) -> int:
    """Accented pixels in a column of the bars' area."""
    shot, accent = bars.grab().toImage(), theme().colours.accent
    bottom = int(bars.bar_rect(0).bottom())
    return sum(
        shot.pixelColor(x, y).name() == accent for y in range(int(bars.bar_rect(0).top()), bottom)
    )


def test_the_drawn_symbols_bar_is_as_high_as_its_probability(bars: ConditionalBars) -> None:
    p = np.array([0.25, 0.75])
    bars.show_conditional(Conditional(p, p, 0.1, 0, given=False))
    area = bars.bar_rect(0)
    assert accent_column(bars, int(area.center().x())) == pytest.approx(area.height() / 3, abs=2)
    assert accent_column(bars, int(bars.bar_rect(1).center().x())) == 0


@pytest.mark.parametrize("levels", [2, 4, 16, 256])
def test_the_uniforms_mark_stands_in_the_share_of_the_drawn_symbol(
    bars: ConditionalBars, levels: int
) -> None:
    shown = conditional(levels, DrawControls(temperature=0.7))
    bars.show_conditional(shown)
    shot, accent = bars.grab().toImage(), theme().colours.accent
    low = shown.drawn_from[: shown.symbol].sum() * bars.width()
    high = shown.drawn_from[: shown.symbol + 1].sum() * bars.width()
    middle = int((low + high) / 2)
    strip = range(int(bars.bar_rect(0).bottom()) + 2, bars.height())
    assert any(shot.pixelColor(middle, y).name() == accent for y in strip)
    assert low - 1 <= 0.4 * bars.width() <= high + 1


def test_a_click_chooses_a_symbol_where_one_may_be_chosen(
    bars: ConditionalBars, qtbot: QtBot
) -> None:
    bars.show_conditional(conditional(16))
    chosen: list[int] = []
    bars.symbol_chosen.connect(chosen.append)
    at = QPoint(int(bars.bar_rect(11).center().x()), 30)
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)
    assert chosen == []
    bars.choosable = True
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)
    assert chosen == [11]


def test_the_keyboard_chooses_a_symbol(bars: ConditionalBars, qtbot: QtBot) -> None:
    shown = conditional(16)
    bars.show_conditional(shown)
    bars.choosable = True
    bars.setFocus()
    step = Qt.Key.Key_Right if shown.symbol < 15 else Qt.Key.Key_Left
    wanted = shown.symbol + (1 if shown.symbol < 15 else -1)
    qtbot.keyClick(bars, step)
    assert f"Symbol {wanted}" in bars.accessibleDescription()
    with qtbot.waitSignal(bars.symbol_chosen) as caught:
        qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert caught.args == [wanted]


def test_words_tell_the_models_own_from_what_was_drawn_from(bars: ConditionalBars) -> None:
    bars.show_conditional(conditional(4, DrawControls(top_k=1)))
    likeliest = int(conditional(4).model.argmax())
    assert "drawn with 1.0000" in bars.words_of(likeliest)
    bars.show_conditional(conditional(4))
    assert "drawn with" not in bars.words_of(0)
