"""Completions as they are shown: the film, before and after, the figure, the probe, the verdict."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from genstudio.core.inpainting import (
    RESAMPLED,
    Film,
    Inpainted,
    InpaintStarted,
    Moments,
    Stage,
)
from genstudio.core.messages import Probe, Probed
from genstudio.core.spaces import Grid
from genstudio.ui.inpainting.before_after import BeforeAfter, Case
from genstudio.ui.inpainting.diagnostics_view import DiagnosticsView
from genstudio.ui.inpainting.figure_row import Figure, FigureRow
from genstudio.ui.inpainting.film_view import FilmView, Shown, Unit
from genstudio.ui.inpainting.probe_view import ProbeView
from genstudio.ui.inpainting.probing import PROBE, Question
from genstudio.ui.recording.playback import INSTANT
from genstudio.ui.studio import Studio
from genstudio.ui.theme import theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas
from genstudio.ui.widgets.curtain import Way
from tests.ui.scripted import ScriptedEngine

GREY = Grid(height=4, width=5, levels=4)
COLOUR = Grid(height=3, width=4, channels=3, levels=4)
LEFT = Qt.MouseButton.LeftButton


class Script:
    """A film made up: some moments, a resampling, stages; and a naive replay of it."""

    def __init__(self, space: Grid = GREY, count: int = 3, sweeps: int = 3, seed: int = 0):
        random = np.random.default_rng(seed)
        self.space, self.count = space, count
        self.image = random.integers(0, space.levels, space.shape).astype(np.uint8)
        self.known = np.ones(space.shape, np.bool_)
        self.known[: space.height // 2] = False
        self.hidden = np.flatnonzero(~self.known)
        self.places: list[int] = []
        self.symbols: list[NDArray[np.int16]] = []
        self.stages: list[Stage] = []
        for sweep in range(sweeps):
            for place in self.hidden:
                self._add(int(place), random.integers(0, space.levels, count))
            if sweep == 0:
                self._add(RESAMPLED, random.permutation(count))
            log_prob = -50 + 5 * sweep + random.normal(size=count)
            self.stages.append(Stage(len(self.places), f"sweep {sweep + 1}", log_prob))
        self.film = Film(
            InpaintStarted(
                space,
                np.where(self.known, self.image, 0).astype(np.uint8),
                self.known,
                count,
                np.arange(space.dimensions),
                sweeps,
            )
        )

    def _add(self, place: int, symbols: NDArray[np.int64]) -> None:
        self.places.append(place)
        self.symbols.append(symbols.astype(np.int16))

    def feed(self, last: int | None = None) -> None:
        """Let the film grow to so many moments."""
        first, last = self.film.length, len(self.places) if last is None else last
        self.film.append(
            Moments(
                np.array(self.places[first:last], np.int32),
                np.array(self.symbols[first:last]).reshape(last - first, self.count),
                tuple(stage for stage in self.stages if first < stage.moment <= last),
            )
        )

    def replay(self, moment: int) -> NDArray[np.uint8]:
        """(B, *S) after so many moments, one image at a time."""
        images = [np.where(self.known, self.image, 0).reshape(-1) for _ in range(self.count)]
        for place, symbols in zip(self.places[:moment], self.symbols[:moment], strict=True):
            if place == RESAMPLED:
                images = [images[ancestor].copy() for ancestor in symbols]
            else:
                for image, symbol in zip(images, symbols, strict=True):
                    image[place] = symbol
        return np.stack(images).reshape(self.count, *self.space.shape).astype(np.uint8)

    def found(self, **changes: object) -> Inpainted:
        """What came of it."""
        levels = self.space.levels
        marginals = np.zeros((*self.space.shape, levels), np.float32)
        marginals[..., 0] = 1
        marginals.reshape(-1, levels)[self.hidden[0]] = [0.5, 0.5, 0, 0]
        found = Inpainted(
            images=self.replay(len(self.places)),
            weights=np.full(self.count, 1 / self.count),
            log_prob=self.stages[-1].log_prob,
            marginals=marginals,
            log_evidence=math.nan,
            evidence_error=math.nan,
            exact=False,
            settled=False,
            verdict="Not mixed yet: more sweeps.",
            effective=2.0,
            autocorrelation=np.empty(0),
            seconds=1.5,
        )
        return replace(found, **changes)  # type: ignore[arg-type]


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., QWidget]:
    """Show a widget in the light, at a size."""

    def show(widget: QWidget, width: int = 620, height: int = 560) -> QWidget:
        theme().choose("light")
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        return widget

    return show


@pytest.fixture(autouse=True)
def _system_theme(qapp: QApplication) -> object:
    yield
    theme().choose("system")


def film_view(shown: Callable[..., QWidget], script: Script) -> FilmView:
    view = FilmView()
    shown(view)
    view.set_film(script.film)
    return view


def centre(canvas: PixelCanvas, image: int, row: int, column: int) -> QPoint:
    return canvas.rect_of(Pixel(image, row, column)).center().toPoint()


def seen(canvas: PixelCanvas, count: int, space: Grid) -> NDArray[np.int64]:
    """(B, H, W, 3): the colours on the screen, at the middle of each pixel."""
    picture = canvas.grab().toImage()
    colours = np.zeros((count, space.height, space.width, 3), np.int64)
    for image, row, column in np.ndindex(count, space.height, space.width):
        colour = picture.pixelColor(centre(canvas, image, row, column))
        colours[image, row, column] = colour.red(), colour.green(), colour.blue()
    return colours


# --- the film ---


@pytest.mark.parametrize("space", [GREY, COLOUR], ids=["grey", "colour"])
def test_any_moment_is_shown_as_a_naive_replay_says(
    shown: Callable[..., QWidget], space: Grid
) -> None:
    script = Script(space)
    view = film_view(shown, script)
    script.feed()
    view.grew()
    view.finish(script.found())
    random = np.random.default_rng(1)
    for moment in [0, 1, *random.integers(0, script.film.length, 12), script.film.length]:
        view.seek(int(moment))
        truth = script.replay(int(moment))
        np.testing.assert_array_equal(view.images(), truth)
        np.testing.assert_array_equal(script.film.images(int(moment)), truth)
        drawn = script.known.copy().reshape(-1)
        drawn[[place for place in script.places[:moment] if place != RESAMPLED]] = True
        whole = drawn.reshape(space.shape).all(axis=2)
        expected = np.repeat(truth * 85, 3 // space.channels, axis=3)  # 3 is white of 4 levels
        found = seen(view.canvas, script.count, space)
        np.testing.assert_array_equal(found[:, whole], expected[:, whole])
        never = ~drawn.reshape(space.shape).any(axis=2)
        blue = found[:, never, 2] - found[:, never, 0]
        assert (blue > 0).all()  # the hatch leans to the accent; no grey does


def test_a_click_in_the_scrubber_is_a_moment_of_the_film(
    shown: Callable[..., QWidget], qtbot: QtBot
) -> None:
    script = Script()
    view = film_view(shown, script)
    script.feed()
    view.finish(script.found())
    scrubber = view.transport.scrubber
    for share in (0.25, 0.8):
        qtbot.mouseClick(scrubber, LEFT, pos=QPoint(round(4 + share * (scrubber.width() - 8)), 20))
        assert view.moment == pytest.approx(share * script.film.length, abs=1)
        np.testing.assert_array_equal(view.images(), script.replay(view.moment))
    assert scrubber.words_at(11) == "Moment 11 of 31: resampled: the heavy go on as copies, " + (
        "the light end, sweep 1"
    )
    assert "row 1, column 2, sweep 2" in scrubber.words_at(13)


def test_it_plays_by_itself_to_the_end(shown: Callable[..., QWidget], qtbot: QtBot) -> None:
    script = Script()
    view = film_view(shown, script)
    script.feed()
    view.finish(script.found())
    qtbot.mouseClick(view.transport.start, LEFT)
    assert view.moment == 0 and not view.playback.playing
    view.set_speed(1000.0)
    view.canvas.setFocus()
    qtbot.keyClick(view.canvas, Qt.Key.Key_Space)
    assert view.playback.playing
    qtbot.waitUntil(lambda: not view.playback.playing)
    assert view.moment == script.film.length
    np.testing.assert_array_equal(view.images(), script.found().images)


def test_it_follows_the_film_while_that_grows(shown: Callable[..., QWidget], qtbot: QtBot) -> None:
    script = Script()
    view = film_view(shown, script)
    for moment in (1, 7, 11, 20):
        script.feed(moment)
        view.grew()
        assert view.moment == moment
        np.testing.assert_array_equal(view.images(), script.replay(moment))
    qtbot.waitUntil(lambda: view.caption.text().startswith("Sweep 1, stage 1 of 3, mean log p = −"))
    view.step(-16)
    assert view.caption.text() == "4 of 10 hidden symbols drawn"
    view.jump_to_live()
    assert view.playback.total == 30  # three sweeps over ten hidden places, as far as is known
    assert view.playback.playing
    view.seek(3)
    script.feed()
    view.grew()
    assert view.moment == 3
    view.finish(script.found())
    assert view.moment == 3 and view.playback.total == 31


def test_keys_step_by_pixel_and_by_stage(shown: Callable[..., QWidget], qtbot: QtBot) -> None:
    script = Script()
    view = film_view(shown, script)
    script.feed(25)
    view.grew()
    view.canvas.setFocus()
    qtbot.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.moment == 24
    qtbot.mouseClick(view.units.button(Unit.STAGE), LEFT)
    assert view.moment == 21  # the second stage is the last that is whole
    assert view.transport.back.accessibleName() == "One stage back"
    view.canvas.setFocus()
    qtbot.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.moment == 11
    np.testing.assert_array_equal(view.images(), script.replay(11))
    script.feed()
    view.finish(script.found())
    qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    assert view.moment == 31 and view.playback.at_end
    qtbot.keyClick(view.canvas, Qt.Key.Key_Home)
    assert view.moment == 0
    qtbot.mouseClick(view.units.button(Unit.PIXEL), LEFT)
    assert view.moment == 0


def test_each_unit_keeps_its_own_speed(shown: Callable[..., QWidget]) -> None:
    view = film_view(shown, Script())
    view.transport.speed.setValue(view.transport.speed.maximum())
    assert view.playback.speed == INSTANT
    view.play_by(Unit.STAGE)
    assert view.playback.speed == 2.0 and view.transport.pace.text().endswith("stages/s")
    view.play_by(Unit.PIXEL)
    assert view.playback.speed == INSTANT


def test_the_place_just_drawn_is_outlined_in_every_completion(
    shown: Callable[..., QWidget],
) -> None:
    script = Script()
    view = film_view(shown, script)
    script.feed(8)
    view.grew()
    accent = QColor(theme().colours.accent)
    row, column = divmod(script.places[7], GREY.width)

    def outlined(image: int) -> bool:
        rect = view.canvas.rect_of(Pixel(image, row, column))
        at = QPoint(round(rect.left()) - 1, round(rect.center().y()))
        return bool(view.canvas.grab().toImage().pixelColor(at) == accent)

    assert all(outlined(image) for image in range(script.count))
    view.seek(3)
    assert not any(outlined(image) for image in range(script.count))


def test_a_click_shows_one_completion_large_and_escape_all(
    shown: Callable[..., QWidget], qtbot: QtBot
) -> None:
    script = Script()
    view = film_view(shown, script)
    script.feed()
    view.finish(script.found())
    before = view.canvas.zoom
    with qtbot.waitSignal(view.completion_chosen) as chosen:
        qtbot.mouseClick(view.canvas, LEFT, pos=centre(view.canvas, 1, 2, 2))
    assert chosen.args == [1]
    assert view.canvas.count == 1 and view.canvas.zoom > before
    np.testing.assert_array_equal(
        seen(view.canvas, 1, GREY)[0, ..., 0], view.images()[1, ..., 0].astype(int) * 85
    )
    assert view.caption.text().startswith("Completion 2 of 3: weight 0.333")
    qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)
    assert view.canvas.count == 3


def test_the_pointer_tells_the_whole_image_under_it(
    shown: Callable[..., QWidget], qtbot: QtBot
) -> None:
    script = Script()
    view = film_view(shown, script)
    told: list[tuple[NDArray[np.uint8] | None, Pixel | None]] = []
    view.place_hovered.connect(lambda image, pixel: told.append((image, pixel)))
    script.feed(5)
    view.grew()
    qtbot.mouseMove(view.canvas, centre(view.canvas, 2, 3, 1))
    assert told[-1] == (None, None)  # it is not whole yet
    script.feed()
    view.grew()
    qtbot.mouseMove(view.canvas, centre(view.canvas, 2, 3, 2))
    image, pixel = told[-1]
    assert pixel == Pixel(2, 3, 2) and image is not None
    np.testing.assert_array_equal(image, script.replay(31)[2])


def test_maps_wait_for_the_end_and_say_their_unit(
    shown: Callable[..., QWidget], qtbot: QtBot
) -> None:
    from pyqtgraph import colormap

    script = Script()
    view = film_view(shown, script)
    script.feed()
    view.grew()
    assert not view.choice.button(Shown.ENTROPY).isEnabled()
    assert view.choice.button(Shown.MEAN).toolTip() == "All has to be drawn first"
    view.finish(script.found())
    qtbot.mouseClick(view.choice.button(Shown.ENTROPY), LEFT)
    colours = seen(view.canvas, 1, GREY)[0].reshape(-1, 3)
    # One place has two symbols of ½ each: 1 bit, half of the 2 bits of four levels.
    table = colormap.get("viridis").getLookupTable(nPts=256)
    assert tuple(colours[script.hidden[0]]) == tuple(table[128])
    assert {tuple(colour) for colour in colours[script.hidden[1:]]} == {tuple(table[0])}
    assert view.caption.text() == "Mean over 10 hidden symbols: 0.100 bits = 0.069 nats"
    assert view.scale_bar.accessibleDescription() == "0 2 bits"
    qtbot.mouseClick(view.choice.button(Shown.MEAN), LEFT)
    table = colormap.get("cividis").getLookupTable(nPts=256)
    mean = seen(view.canvas, 1, GREY)[0].reshape(-1, 3)[script.hidden[0]]
    assert tuple(mean) == tuple(table[43])  # 0.5 of 3 is 42.5 of 255
    qtbot.mouseClick(view.transport.start, LEFT)
    assert view.shown is Shown.COMPLETIONS  # who plays wants to see the film


def test_light_completions_are_dimmed(shown: Callable[..., QWidget], qtbot: QtBot) -> None:
    script = Script()
    view = film_view(shown, script)
    script.feed()
    view.finish(script.found())
    assert not view.choice.button(Shown.WEIGHTS).isEnabled()
    view.finish(script.found(weights=np.array([0.8, 0.2, 0.0])))
    plain = seen(view.canvas, 3, GREY).astype(float)
    qtbot.mouseClick(view.choice.button(Shown.WEIGHTS), LEFT)
    weighed = seen(view.canvas, 3, GREY).astype(float)
    np.testing.assert_array_equal(weighed[0], plain[0])
    spread = [np.ptp(weighed[index]) / np.ptp(plain[index]) for index in range(3)]
    assert spread[0] == 1 and spread[0] > spread[1] > spread[2] > 0


def test_beside_another_the_caption_has_room_for_its_words(shown: Callable[..., QWidget]) -> None:
    script = Script()
    view = FilmView()
    view.set_narrow(True)
    shown(view, width=200)
    view.set_film(script.film)
    script.feed()
    view.finish(script.found())
    caption = view.caption
    text = caption.fontMetrics().boundingRect(
        caption.contentsRect(), Qt.TextFlag.TextWordWrap, caption.text()
    )
    assert "log p" in caption.text() and caption.contentsRect().contains(text)


def test_a_film_of_nothing_is_a_sentence(shown: Callable[..., QWidget]) -> None:
    view = FilmView()
    shown(view)
    assert view.empty.isVisible() and not view.transport.isEnabled()
    script = Script()
    view.set_film(script.film)
    assert view.canvas.isVisible() and view.transport.isEnabled()
    script.feed()
    view.finish(script.found())
    view.set_film(None)
    assert view.empty.isVisible()


def test_colours_follow_the_theme(shown: Callable[..., QWidget]) -> None:
    script = Script()
    view = film_view(shown, script)
    script.feed(2)
    view.grew()
    light = seen(view.canvas, 3, GREY)
    theme().choose("dark")
    dark = seen(view.canvas, 3, GREY)
    np.testing.assert_array_equal(light[:, 2:], dark[:, 2:])  # images are grey as they are
    assert (light[:, 1].mean(axis=-1) > dark[:, 1].mean(axis=-1)).all()


def test_what_is_hidden_is_hatched_in_the_colour_of_the_mask(
    shown: Callable[..., QWidget],
) -> None:
    view = film_view(shown, Script())
    view.set_mask_colour("#dd0000")
    hidden = seen(view.canvas, 3, GREY)[:, :2]
    assert (hidden[..., 0] > hidden[..., 2]).all()  # red, and no more the blue accent


# --- before and after ---


def case() -> Case:
    script = Script()
    return Case(GREY, script.image, script.known, script.replay(31)[0], "Completion 1")


def compared(shown: Callable[..., QWidget]) -> BeforeAfter:
    view = BeforeAfter()
    shown(view, 500, 460)
    view.show_case(case())
    return view


def columns(view: BeforeAfter) -> list[int]:
    """Reds of the hidden second row, at the middle of each pixel."""
    curtain = view.curtain
    picture, here = curtain.grab().toImage(), curtain.picture_rect()
    step, y = here.width() / 5, here.y() + here.height() * 1.5 / 4
    return [picture.pixelColor(int(here.x() + (i + 0.5) * step), int(y)).red() for i in range(5)]


def test_the_slider_is_dragged_and_moved_by_keys(
    shown: Callable[..., QWidget], qtbot: QtBot
) -> None:
    view = compared(shown)
    view.before.button("Original").click()
    curtain, (truth, drawn) = view.curtain, (case().image, case().completion)
    here = curtain.picture_rect()
    y = round(here.top() + 4)
    qtbot.mousePress(curtain, LEFT, pos=QPoint(round(here.left()), y))
    qtbot.mouseMove(curtain, QPoint(round(here.left() + 0.4 * here.width()), y))
    qtbot.mouseRelease(curtain, LEFT)
    assert curtain.split == pytest.approx(0.4, abs=0.01)
    mixed = [*truth[1, :2, 0], *drawn[1, 2:, 0]]
    assert columns(view) == [int(symbol) * 85 for symbol in mixed]
    curtain.setFocus()
    qtbot.keyClick(curtain, Qt.Key.Key_Right)
    assert curtain.split == pytest.approx(0.6, abs=0.01)  # by one of five pixels
    qtbot.keyClick(curtain, Qt.Key.Key_End)
    assert columns(view)[:4] == [int(symbol) * 85 for symbol in truth[1, :4, 0]]
    qtbot.keyClick(curtain, Qt.Key.Key_Home)
    assert columns(view)[1:] == [int(symbol) * 85 for symbol in drawn[1, 1:, 0]]


def test_before_is_held_up_by_key_and_by_mouse(shown: Callable[..., QWidget], qtbot: QtBot) -> None:
    view = compared(shown)
    qtbot.mouseClick(view.before.button("Original"), LEFT)
    qtbot.mouseClick(view.ways.button(Way.PEEK), LEFT)
    curtain = view.curtain
    truth = [int(symbol) * 85 for symbol in case().image[1, :, 0]]
    drawn = [int(symbol) * 85 for symbol in case().completion[1, :, 0]]
    assert columns(view) == drawn != truth
    curtain.setFocus()
    qtbot.keyPress(curtain, Qt.Key.Key_Space)
    assert columns(view) == truth
    qtbot.keyRelease(curtain, Qt.Key.Key_Space)
    assert columns(view) == drawn
    qtbot.mousePress(curtain, LEFT)
    assert columns(view) == truth
    qtbot.mouseRelease(curtain, LEFT)
    assert columns(view) == drawn
    qtbot.keyPress(curtain, Qt.Key.Key_Space)
    curtain.clearFocus()
    assert not curtain.peeking  # the key's release would go elsewhere


def test_side_by_side_shows_both(shown: Callable[..., QWidget], qtbot: QtBot) -> None:
    view = compared(shown)
    qtbot.mouseClick(view.before.button("Original"), LEFT)
    qtbot.mouseClick(view.ways.button(Way.BESIDE), LEFT)
    picture = view.curtain.grab().toImage()
    for which, image in enumerate((case().image, case().completion)):
        here = view.curtain.picture_rect(which)
        for row, column in np.ndindex(4, 5):
            x = int(here.x() + (column + 0.5) * here.width() / 5)
            y = int(here.y() + (row + 0.5) * here.height() / 4)
            assert picture.pixelColor(x, y).red() == image[row, column, 0] * 85


def test_what_the_hole_hides_is_offered_only_where_it_is_known(
    shown: Callable[..., QWidget],
) -> None:
    view = compared(shown)
    view.before.button("Original").click()
    view.show_case(replace(case(), whole=False))
    assert view.before.word == "Occluded"
    assert not view.before.button("Original").isEnabled()
    view.show_case(None)
    assert view.curtain.picture_rect().isNull()


# --- the figure ---


def figure(whole: bool = True) -> Figure:
    script = Script(count=12)
    weights = np.arange(1.0, 13.0) / 78
    images = script.replay(31)
    return Figure(GREY, script.image, script.known, images, weights, whole)


def test_the_figure_holds_the_heaviest_that_fit(shown: Callable[..., QWidget]) -> None:
    row = FigureRow()
    shown(row, 420, 110)
    row.show_figure(figure())
    count = row.fitting
    assert 6 <= count < 12
    page = row.canvas.grab().toImage()
    heaviest = [11 - index for index in range(count)]
    images = [figure().image, *figure().completions[heaviest], figure().image]
    for index, image in enumerate(images):
        for line, column in np.ndindex(4, 5):
            middle = row.canvas.rect_of(Pixel(index, line, column)).center().toPoint()
            seen = page.pixelColor(middle)
            if index == 0 and line < 2:
                assert seen.blue() > seen.red()  # hatched in the accent
            else:
                assert seen.red() == seen.green() == seen.blue() == image[line, column, 0] * 85


def test_a_completion_of_the_figure_is_chosen(shown: Callable[..., QWidget], qtbot: QtBot) -> None:
    row = FigureRow()
    shown(row, 420, 110)
    row.show_figure(figure())
    with qtbot.waitSignal(row.completion_chosen) as chosen:
        qtbot.mouseClick(row.canvas, LEFT, pos=centre(row.canvas, 2, 1, 1))
    assert chosen.args == [10]  # the second heaviest of twelve
    with qtbot.assertNotEmitted(row.completion_chosen):
        qtbot.mouseClick(row.canvas, LEFT, pos=centre(row.canvas, 0, 1, 1))
    assert row.canvas.accessibleDescription().endswith("then original")
    row.show_figure(figure(whole=False))
    assert not row.canvas.accessibleDescription().endswith("then original")


# --- the probe ---


def question(place: int, space: Grid = GREY) -> Question:
    return Question(Path("run"), 1, space, Script(space).image, place, known=False)


def probes(engine: ScriptedEngine) -> list[int]:
    return [asked.request.place for asked in engine.asked if isinstance(asked.request, Probe)]


def test_only_the_newest_place_is_asked_for_and_the_last_answer_stays(
    shown: Callable[..., QWidget], studio: Studio, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    view = ProbeView(studio)
    shown(view, 320, 360)
    for place in (1, 2, 3):
        view.ask(question(place))
    qtbot.waitUntil(lambda: bool(probes(scripted_engine)))
    assert probes(scripted_engine) == [3]
    assert scripted_engine.last(Probe).channel == PROBE
    everything, past = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.4, 0.3, 0.2, 0.1])
    scripted_engine.finish(Probed(everything, past))
    studio.poll()
    assert view.where.text().startswith("Row 1, column 4: symbol ")
    assert "moves 40 %" in view.sentence.text() and "to symbol 3" in view.sentence.text()
    heights = np.array(
        [[view.bars.bar_rect(which, symbol).height() for symbol in range(4)] for which in (0, 1)]
    )
    np.testing.assert_allclose(heights / heights.max(), np.stack([everything, past]) / 0.4)
    words = view.where.text()
    view.ask(question(7))
    qtbot.waitUntil(lambda: probes(scripted_engine) == [3, 7])
    view.ask(question(8))
    qtbot.waitUntil(lambda: probes(scripted_engine) == [3, 7, 8])
    assert len(scripted_engine.open_jobs) == 1  # the newer one took the older one's place
    studio.poll()
    assert view.where.text() == words  # still the last answer
    scripted_engine.finish(Probed(past, past))
    studio.poll()
    assert view.where.text().startswith("Row 2, column 4")
    assert "says nothing new" in view.sentence.text()
    view.ask(question(3))  # known already
    assert view.where.text() == words and probes(scripted_engine) == [3, 7, 8]


def test_keys_read_the_bars_and_a_missing_conditional_is_said(
    shown: Callable[..., QWidget], studio: Studio, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    view = ProbeView(studio)
    shown(view, 320, 360)
    view.ask(question(3))
    qtbot.waitUntil(lambda: bool(probes(scripted_engine)))
    scripted_engine.finish(Probed(np.full(4, np.nan), np.array([0.4, 0.3, 0.2, 0.1])))
    studio.poll()
    assert view.sentence.text().startswith("This model cannot weigh")
    symbol = question(3).symbol
    view.bars.setFocus()
    qtbot.keyClick(view.bars, Qt.Key.Key_Left if symbol else Qt.Key.Key_Right)
    read = symbol - 1 if symbol else 1
    words = f"Symbol {read}: given the past {[0.4, 0.3, 0.2, 0.1][read]:.4f}"
    assert view.bars.accessibleDescription() == words
    view.clear()
    assert view.bars.pair is None and not view.probing.busy


def test_in_colour_a_channel_is_chosen(
    shown: Callable[..., QWidget], studio: Studio, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    view = ProbeView(studio)
    shown(view, 320, 360)
    view.ask(question(7, COLOUR))
    assert view.channel.isVisible()
    qtbot.waitUntil(lambda: probes(scripted_engine) == [6])
    qtbot.mouseClick(view.channel.button("Blue"), LEFT)
    qtbot.waitUntil(lambda: probes(scripted_engine) == [6, 8])
    scripted_engine.finish(Probed(np.full(4, 0.25), np.full(4, 0.25)))
    studio.poll()
    assert view.where.text().startswith("Row 1, column 3 blue")


def test_many_levels_are_two_curves(shown: Callable[..., QWidget], studio: Studio) -> None:
    view = ProbeView(studio)
    shown(view, 320, 360)
    pair = np.zeros((2, 256))
    pair[0, 64], pair[1, 192] = 1.0, 1.0
    view.bars.show_pair(pair, 64)
    area, picture = view.bars.area(), view.bars.grab().toImage()
    y = int(area.center().y())

    def has(colour: str, symbol: int) -> bool:
        wanted, x = QColor(colour), (symbol + 0.5) * area.width() / 256
        return any(
            abs(picture.pixelColor(at, y).blue() - wanted.blue()) < 40
            and abs(picture.pixelColor(at, y).red() - wanted.red()) < 40
            for at in range(round(x) - 2, round(x) + 3)
        )

    assert has(theme().colours.accent, 64) and not has(theme().colours.accent, 128)
    assert has(theme().colours.secondary, 192) and not has(theme().colours.secondary, 128)


# --- diagnostics ---


def gibbs(script: Script) -> None:
    first, *others = script.stages
    script.stages = [first, *(replace(stage, flips=0.3) for stage in others)]


def smc(script: Script) -> None:
    script.stages = [
        replace(stage, effective=3.0 - index, beta=index / 2, log_evidence=-20.0 - index)
        for index, stage in enumerate(script.stages)
    ]


def test_chains_have_their_plots(shown: Callable[..., QWidget], studio: Studio) -> None:
    view, script = DiagnosticsView(studio), Script()
    gibbs(script)
    shown(view, 700, 600)
    assert view.note.text().startswith("Nothing to judge yet") and not view.titles
    view.set_film(script.film)
    script.feed(15)
    view.grew()
    assert view.verdict.text().startswith("Under way") and not view.titles
    script.feed()
    view.grew()
    assert view.titles == ["log p of the completions", "Flip rate"]
    chains, mean = view.plots["log p of the completions"].lines
    np.testing.assert_array_equal(chains.values, [stage.log_prob for stage in script.stages])
    np.testing.assert_allclose(mean.values, [np.mean(s.log_prob) for s in script.stages])
    view.finish(script.found(autocorrelation=np.array([1.0, 0.5, 0.1])))
    assert view.titles[-1] == "Autocorrelation"
    auto = view.plots["Autocorrelation"]
    assert auto.words_at(1) == "Lag 1: ρ 0.5"
    assert "ℓ = ln p(x)." in auto.heading.toolTip()
    assert view.verdict.text() == "Not mixed yet: more sweeps."
    assert view.sign.accessibleName() == "Take care"
    assert "worth 2.0 of 3 independent draws" in view.facts.text()
    view.set_film(script.film)
    view.finish(script.found(autocorrelation=np.array([1.0, 0.5]), followed="ln p(x, z)"))
    assert auto.heading.toolTip() == auto.plot.toolTip()
    assert "ℓ = ln p(x, z)." in auto.plot.toolTip()


def test_particles_have_theirs(shown: Callable[..., QWidget], studio: Studio) -> None:
    view, script = DiagnosticsView(studio), Script()
    smc(script)
    shown(view, 700, 600)
    view.set_film(script.film)
    script.feed()
    view.finish(script.found(settled=True, log_evidence=-21.9, evidence_error=0.25))
    assert view.titles == ["log p of the completions", "Effective size and β", "Evidence"]
    effective, beta = view.plots["Effective size and β"].lines
    np.testing.assert_allclose(effective.values, [1, 2 / 3, 1 / 3])
    np.testing.assert_allclose(beta.values, [0, 0.5, 1])
    [evidence] = view.plots["Evidence"].lines
    assert evidence.band == pytest.approx((-22.15, -21.65))
    assert "log p(known) = −21.90 ± 0.25 nats" in view.facts.text()
    assert view.sign.accessibleName() == "Nothing wrong"


def test_one_pass_has_no_plots_and_says_so(shown: Callable[..., QWidget], studio: Studio) -> None:
    view, script = DiagnosticsView(studio), Script(sweeps=1)
    shown(view)
    view.set_film(script.film)
    script.feed()
    view.finish(script.found(settled=None))
    assert not view.titles and view.note.isVisible()
    assert view.note.text().startswith("One pass makes independent draws")
    assert view.sign.accessibleName() == "Cannot be told"
    view.set_film(script.film)
    view.finish(script.found(settled=True, exact=True))
    assert view.note.text().startswith("Nothing is approximated")


def test_the_values_are_a_table(
    shown: Callable[..., QWidget], studio: Studio, tmp_path: Path
) -> None:
    view, script = DiagnosticsView(studio), Script()
    smc(script)
    shown(view)
    assert not view.export.isEnabled()
    view.set_film(script.film)
    script.feed()
    view.grew()
    view.save(tmp_path / "values.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "values.csv").read_text())))
    assert [row["name"] for row in rows] == ["sweep 1", "sweep 2", "sweep 3"]
    assert [float(row["beta"]) for row in rows] == [0, 0.5, 1]
    assert [row["flips"] for row in rows] == ["", "", ""]
    for index in range(3):
        told = [float(row[f"log_prob_{index + 1}"]) for row in rows]
        assert told == [stage.log_prob[index] for stage in script.stages]
    view.save(tmp_path / "plots.png")
    with Image.open(tmp_path / "plots.png") as file:
        assert file.width > 200


def test_plots_follow_the_theme_and_keep_their_numbers(
    shown: Callable[..., QWidget], studio: Studio
) -> None:
    view, script = DiagnosticsView(studio), Script()
    gibbs(script)
    shown(view, 700, 600)
    view.set_film(script.film)
    script.feed()
    view.finish(script.found())
    plot = view.plots["Flip rate"].plot
    for scheme in ("dark", "light"):
        theme().choose(scheme)
        assert plot.backgroundBrush().color() == QColor(theme().colours.surface)
        # 0.3 is written as 0.3, and not as 300 of a thousandth.
        axis = plot.getAxis("left")
        assert axis.tickStrings([0.3], axis.autoSIPrefixScale * axis.scale, 0.1) == ["0.3"]
