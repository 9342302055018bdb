"""The Latent panel: sliders, picture, ways and directions; the map and its neighbours are apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import genstudio
from genstudio.core.errors import UserError
from genstudio.core.interpolation import spherical
from genstudio.core.latent import Coded, LatentDraws
from genstudio.core.messages import (
    Clean,
    Decode,
    DrawCodes,
    Encode,
    LookAtPosterior,
    Picked,
    PickImage,
    SurveyLatent,
    Train,
)
from genstudio.core.recipe import Packed, Recipe, read_recipe
from genstudio.core.runs import Run
from genstudio.core.training import DataSpec, Training
from genstudio.engine.client import InlineEngine, run_to_end
from genstudio.models.latent import Decoder
from genstudio.ui.latent.code_history import CodeHistory
from genstudio.ui.latent.directions import Directions
from genstudio.ui.latent.keyframes import WAY
from genstudio.ui.latent.ruler import Unit
from genstudio.ui.latent.sliders import STRIPS, wanted_dimensions
from genstudio.ui.latent.state import DECODE, LatentState
from genstudio.ui.latent.way_export import Form, WayRecipe
from genstudio.ui.panels.latent import LatentPanel
from genstudio.ui.studio import Studio
from tests.ui.latent import DENOISING, VAE, asked_on, codes_of, survey_of
from tests.ui.scripted import ScriptedEngine

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MISSING = 0.25  # the error that the made-up encoder says


def decoded(codes: NDArray[np.floating]) -> NDArray[np.float32]:
    """The made-up decoder: pixel i of 8×8 is 8 + the code's dimension i, as far as there are."""
    images = np.zeros((len(codes), 64), np.float32)
    images[:, : codes.shape[1]] = 8 + codes[:, :64]
    return images.reshape(-1, 8, 8, 1)


class Rig:
    """A panel on an engine that the test speaks for."""

    def __init__(self, qtbot: QtBot, studio: Studio, engine: ScriptedEngine, run: Run) -> None:
        studio.cards[VAE.name] = VAE
        self.studio, self.engine, self.run = studio, engine, run
        self.panel = LatentPanel(studio)
        self.state: LatentState = self.panel.state
        qtbot.addWidget(self.panel)
        self.panel.resize(1040, 600)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        self._qtbot = qtbot

    def begin(self, size: int = 3, collapsed: int = 0) -> None:
        """Choose the run; its space has so many dimensions, the last few of them collapsed."""
        codes = codes_of(40, size)
        self.survey = survey_of(codes, np.full((40, size), 0.5))
        self.survey.posterior_std[:] = 0.5
        self.survey.carries[:] = np.arange(size, 0, -1)
        self.survey.collapsed[size - collapsed :] = True
        self.panel.show_run(self.run, VAE)
        self.answer()

    def answer(self) -> None:
        """Answer all that is asked until nothing more is."""
        while open_jobs := self.engine.open_jobs:
            for job in open_jobs:
                request = next(each.request for each in self.engine.asked if each.job == job)
                self._answer(job, request)
            self.studio.poll()

    def settle(self) -> None:
        """Answer what is asked now and a little later, until the panel rests."""

        def rests() -> bool:
            self.answer()
            return self.panel.settled()

        self._qtbot.waitUntil(rests)

    def _answer(self, job: int, request: Any) -> None:
        if isinstance(request, SurveyLatent):
            self.engine.finish(self.survey, job)
        elif isinstance(request, Decode):
            self.engine.finish(decoded(request.codes), job)
        elif isinstance(request, Encode):
            code = request.images.reshape(1, -1)[:, : self.size].astype(np.float32) - 8
            coded = Coded(code, code * 0, decoded(code), np.array([MISSING]), np.array([-98.76]))
            self.engine.finish(coded, job)
        elif isinstance(request, DrawCodes):
            code = np.full((1, self.size), request.seed % 7, np.float32)
            images = decoded(code)
            draws = LatentDraws(
                code, images, images.astype(np.uint8), np.zeros((1, 0), np.int64), "N(0, I)"
            )
            self.engine.finish(draws, job)
        else:
            self.engine.cancel(job)

    @property
    def size(self) -> int:
        return self.survey.codes.shape[1]

    @property
    def code(self) -> NDArray[np.float32]:
        assert self.state.code is not None
        return self.state.code


@pytest.fixture
def rig(
    qtbot: QtBot, studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run]
) -> Rig:
    return Rig(qtbot, studio, scripted_engine, make_run("vae-digits-0001", family="vae"))


# --- where one stands ---


def test_one_starts_amid_the_data(rig: Rig) -> None:
    rig.begin()
    assert np.allclose(rig.code, rig.survey.codes.mean(axis=0), atol=1e-6)
    assert rig.state.image is not None
    assert np.allclose(rig.state.image, decoded(rig.code[None])[0])


def test_what_is_dragged_never_queues(rig: Rig) -> None:
    rig.begin()
    before = len(asked_on(rig.engine, DECODE))
    for value in np.linspace(0, 2, 100):
        rig.state.set_value(1, float(value))
    open_decodes = [a for a in rig.engine.asked if a.job in rig.engine.open_jobs]
    assert [a.channel for a in open_decodes] == [DECODE]
    rig.answer()
    asked = asked_on(rig.engine, DECODE)[before:]
    assert len(asked) == 2, "the first, and the newest of all that came while it was open"
    assert asked[-1].codes[0, 1] == 2
    assert rig.state.image is not None
    assert rig.state.image[0, 1, 0] == 10


def test_an_answer_about_another_model_is_not_shown(rig: Rig, make_run: Callable[..., Run]) -> None:
    rig.begin()
    rig.state.set_value(0, 1.0)
    [job] = rig.engine.open_jobs
    rig.panel.show_run(make_run("vae-digits-0002", family="vae"), VAE)
    rig.engine.finish(decoded(np.ones((1, 3))), job)
    rig.studio.poll()
    assert rig.state.image is None
    assert rig.state.code is None


def test_a_movement_is_one_step_back(rig: Rig) -> None:
    rig.begin()
    start = rig.code.copy()
    for value in (0.5, 1.0, 1.5):
        rig.state.set_value(0, value)
    rig.state.history.seal()
    rig.state.set_value(0, 2.0)
    rig.state.undo()
    assert rig.code[0] == 1.5
    rig.state.undo()
    assert np.array_equal(rig.code, start)
    assert not rig.state.history.undo_words
    rig.state.redo()
    assert rig.code[0] == 1.5
    rig.state.set_value(1, 9.0)
    assert not rig.state.history.redo_words, "new work replaces what was undone"


def test_steps_join_only_for_one_reason_and_soon_after() -> None:
    now = [0.0]
    history = CodeHistory(lambda: now[0])
    codes = [np.full(2, value, np.float32) for value in range(6)]
    history.add("a", codes[0], codes[1], joining=True)
    now[0] = 0.9
    history.add("a", codes[1], codes[2], joining=True)
    history.add("b", codes[2], codes[3], joining=True)
    now[0] = 5.0
    history.add("b", codes[3], codes[4], joining=True)
    history.add("b", codes[4], codes[5])
    back = []
    while (code := history.undo()) is not None:
        back.append(int(code[0]))
    assert back == [4, 3, 2, 0]


def test_what_is_locked_holds_still(rig: Rig) -> None:
    rig.begin()
    held = float(rig.code[1])
    rig.state.lock(1, locked=True)
    rig.state.set_value(1, 5.0)
    rig.state.randomize("prior", 4)
    rig.answer()
    assert rig.code.tolist() == pytest.approx([4, held, 4])
    rig.panel.sliders.unlock_all()
    rig.state.set_value(1, 5.0)
    assert rig.code[1] == 5


def test_a_random_code_comes_from_what_was_asked_for(rig: Rig) -> None:
    rig.begin()
    rig.panel.sliders.random_point()
    rig.panel.sliders.random_code()
    sources = [a.request.source for a in rig.engine.asked if isinstance(a.request, DrawCodes)]
    assert sources[-2:] == ["prior", "aggregated"]


def test_without_the_data_one_can_walk_all_the_same(rig: Rig) -> None:
    rig.survey = survey_of(codes_of(4, 3))
    rig.panel.show_run(rig.run, VAE)
    rig.engine.fail("The data are gone.", "Bring them back.", job=_job_of(rig, SurveyLatent))
    rig.studio.poll()
    assert not rig.panel.failure.isHidden()
    rig.answer()
    assert rig.size == 3
    assert len(rig.panel.sliders.shown) == 3
    rig.panel.failure.retry.click()
    rig.answer()
    assert rig.state.survey is rig.survey


def _job_of(rig: Rig, kind: type) -> int:
    return next(a.job for a in reversed(rig.engine.asked) if isinstance(a.request, kind))


# --- sliders ---


def test_a_slider_goes_three_deviations_to_both_sides(rig: Rig) -> None:
    rig.begin()
    track = rig.panel.sliders.rows[0].track
    middle, width = rig.survey.aggregated_mean[0], rig.survey.aggregated_std[0]
    y = track.height() // 2
    QTest.mousePress(track, LEFT, NONE, QPoint(track.width() - 1, y))
    assert rig.code[0] == pytest.approx(middle + 3 * width, abs=1e-5)
    QTest.mouseMove(track, QPoint(0, y))
    assert rig.code[0] == pytest.approx(middle - 3 * width, abs=1e-5)
    QTest.mouseMove(track, QPoint(round(track.position_of(0.5)), y))
    pixel = 6 * width / (track.position_of(1) - track.position_of(0))
    assert abs(rig.code[0] - middle) <= pixel
    QTest.mouseRelease(track, LEFT, NONE, QPoint(track.width() // 2, y))
    rig.state.undo()
    assert np.allclose(rig.code, rig.survey.aggregated_mean, atol=1e-6), "one drag, one step"


def test_keys_and_wheel_go_by_a_tenth_of_a_deviation(rig: Rig) -> None:
    rig.begin()
    track, start = rig.panel.sliders.rows[0].track, float(rig.code[0])
    step = rig.survey.aggregated_std[0] / 10
    for key, steps in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_PageUp, 11), (Qt.Key.Key_Left, 10)):
        QTest.keyClick(track, key)
        assert rig.code[0] == pytest.approx(start + steps * step, abs=1e-5)
    place = QPointF(track.rect().center())
    scroll = Qt.ScrollPhase.NoScrollPhase
    turned = QWheelEvent(
        place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE, scroll, False
    )
    QApplication.sendEvent(track, turned)
    assert rig.code[0] == pytest.approx(start + 11 * step, abs=1e-5)
    QTest.keyClick(track, Qt.Key.Key_Home)
    assert rig.code[0] == pytest.approx(start, abs=1e-6)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (Unit.POSTERIOR, lambda survey: survey.aggregated_mean[1] + 2 * 0.5),
        (Unit.AGGREGATED, lambda s: s.aggregated_mean[1] + 2 * s.aggregated_std[1]),
        (Unit.PLAIN, lambda survey: 2.0),
    ],
)
def test_a_typed_number_counts_in_the_chosen_unit(
    rig: Rig, unit: Unit, expected: Callable[[Any], float]
) -> None:
    rig.begin()
    rig.panel.sliders.choose_unit(unit)
    edit = rig.panel.sliders.rows[1].edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "2")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert rig.code[1] == pytest.approx(expected(rig.survey), abs=1e-5)
    assert edit.text() == "2.00"


@pytest.mark.parametrize("typed", ["two", "nan", "1e99", ""])
def test_what_is_no_number_changes_nothing(rig: Rig, typed: str) -> None:
    rig.begin()
    before, edit = rig.code.copy(), rig.panel.sliders.rows[1].edit
    shown = edit.text()
    edit.setFocus()
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    QTest.keyClicks(edit, typed)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert np.array_equal(rig.code, before)
    assert edit.text() == shown


def test_strips_show_what_each_slider_would_do(rig: Rig) -> None:
    rig.begin()
    rig.state.set_value(2, 1.25)
    rig.settle()
    codes = asked_on(rig.engine, STRIPS)[-1].codes
    count = rig.panel.sliders.rows[0].track.thumbnails
    assert codes.shape == (3 * count, 3)
    middle, width = rig.survey.aggregated_mean, rig.survey.aggregated_std
    for place in range(3):
        strip = codes[place * count : (place + 1) * count]
        others = [dim for dim in range(3) if dim != place]
        ends = middle[place] + 3 * width[place] * np.array([-1.0, 1.0])
        assert np.allclose(strip[[0, -1], place], ends, atol=1e-5)
        assert np.allclose(np.diff(strip[:, place], 2), 0, atol=1e-5), "evenly"
        assert np.array_equal(strip[:, others], np.repeat(rig.code[None, others], count, axis=0))


def test_what_carries_most_comes_first(rig: Rig) -> None:
    rig.begin(5)
    rig.panel.show_run(rig.run, VAE)
    rig.survey.carries[:] = [0.1, 3.0, 0.0, 5.0, 1.0]
    rig.panel.sliders.turn_to(0)
    assert rig.panel.sliders.shown == [3, 1, 4, 0, 2]


def test_256_dimensions_come_in_pages(rig: Rig) -> None:
    rig.begin(256, collapsed=250)
    sliders = rig.panel.sliders
    first = sliders.shown
    assert 4 <= len(first) < 30
    last_row = sliders.rows[len(first) - 1]
    assert sliders.rect().contains(last_row.mapTo(sliders, last_row.rect().bottomRight()))
    sliders.on.click()
    assert sliders.shown == list(range(len(first), 2 * len(first)))
    sliders.search.setText("3, 20-22, 999")
    assert sliders.shown == [2, 19, 20, 21]
    sliders.search.clear()
    assert not sliders.active.isHidden()
    sliders.active.click()
    assert sliders.shown == list(range(6))


def test_dimensions_are_found_by_their_numbers() -> None:
    assert wanted_dimensions("3, 17 20–22", 21) == [2, 16, 19, 20]
    assert wanted_dimensions("0 4-2 4 4", 9) == [3]
    assert wanted_dimensions("1-999999999", 3) == [0, 1, 2]
    assert wanted_dimensions("thick", 9) == []


def test_a_sweep_moves_what_it_was_told_to_and_comes_back(rig: Rig) -> None:
    rig.begin()
    before, sweep = rig.code.copy(), rig.panel.sweep
    rig.panel.sliders.rows[1].sweep.click()
    assert sweep.dims == {1}
    reached = []
    for _ in range(400):
        sweep.advance(0.01)
        reached.append(float(rig.code[1]))
    assert np.array_equal(rig.code[[0, 2]], before[[0, 2]])
    away = (np.array(reached) - rig.survey.aggregated_mean[1]) / rig.survey.aggregated_std[1]
    assert away.max() == pytest.approx(2.5, abs=1e-2)
    assert away.min() == pytest.approx(-2.5, abs=1e-2)
    assert rig.code[1] == pytest.approx(before[1], abs=1e-4), "four seconds to and fro"
    rig.panel.rest()
    assert not sweep.running


def test_all_that_is_active_and_free_sweeps(rig: Rig) -> None:
    rig.begin(5, collapsed=2)
    rig.state.lock(0, locked=True)
    rig.panel.sliders.animate_all()
    assert rig.panel.sweep.dims == {1, 2}


def test_a_code_can_be_carried_elsewhere_and_back(rig: Rig) -> None:
    rig.begin()
    rig.state.set_code(np.array([1.5, -0.25, 3.0]))
    rig.panel.sliders.copy_code()
    assert QGuiApplication.clipboard().text() == "1.5, -0.25, 3"
    QGuiApplication.clipboard().setText("[1, 2\n 3]")
    rig.panel.sliders.paste_code()
    assert rig.code.tolist() == [1, 2, 3]
    for wrong in ("1, 2", "1, 2, nan", "a code"):
        QGuiApplication.clipboard().setText(wrong)
        rig.panel.sliders.paste_code()
        assert rig.code.tolist() == [1, 2, 3]


# --- where from ---


def test_a_datum_is_encoded_and_what_came_back_is_beside_it(rig: Rig) -> None:
    rig.begin()
    image = np.full((8, 8, 1), 10, np.uint8)
    rig.panel.sources.random()
    picked = Picked("test", 12, image, np.array([7]))
    rig.engine.finish(picked, _job_of(rig, PickImage))
    rig.studio.poll()
    rig.answer()
    assert rig.code.tolist() == [2, 2, 2]
    words = rig.panel.desk.words.text()
    assert words.startswith("Test image 12, digit 7")
    assert "0.2500" in words
    assert "≤ 98.8 nats" in words
    rig.state.set_value(0, 9.0)
    rig.state.reset()
    assert rig.code.tolist() == [2, 2, 2], "reset goes back to where one started"


def test_a_conditional_model_is_told_the_class(rig: Rig, make_run: Callable[..., Run]) -> None:
    rig.run = make_run("vae-digits-0002", family="vae", config={"conditional": True})
    rig.begin()
    [box] = rig.panel.bar.boxes
    assert asked_on(rig.engine, DECODE)[-1].labels.tolist() == [0]
    box.setCurrentIndex(4)
    box.activated.emit(4)
    rig.answer()
    assert asked_on(rig.engine, DECODE)[-1].labels.tolist() == [4]
    rig.state.start_from(np.zeros((8, 8, 1), np.uint8), np.array([6]))
    rig.answer()
    assert rig.engine.last(Encode).request.labels.tolist() == [6]  # type: ignore[attr-defined] # an Encode
    assert box.currentIndex() == 6


def test_a_drawing_is_encoded_stroke_by_stroke(rig: Rig, qtbot: QtBot) -> None:
    rig.begin()
    rig.panel.draw()
    dialog = rig.panel.drawing
    assert dialog is not None
    qtbot.waitExposed(dialog)
    canvas = dialog.board.canvas
    QTest.mouseClick(canvas, LEFT, NONE, canvas.rect().center())
    request = rig.engine.last(Encode).request
    assert isinstance(request, Encode)
    assert request.images.max() == 15
    rig.answer()
    assert np.array_equal(dialog.board.painting.image, request.images[0])
    assert rig.state.source is not None
    assert rig.state.source.words == "drawn by hand"
    assert not dialog.back.image.isNull()
    dialog.board.undo.click()
    assert rig.engine.last(Encode).request.images.max() == 0  # type: ignore[attr-defined] # an Encode
    dialog.accept()
    assert rig.panel.drawing is None


# --- ways ---


def keep_two(rig: Rig) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Begin, and keep two places."""
    rig.begin()
    ends = np.array([[1, 0, 0], [0, 2, 0]], np.float32)
    for code in ends:
        rig.state.set_code(code)
        rig.answer()
        rig.panel.interpolation.keep.click()
    rig.answer()
    return ends[0], ends[1]


def test_a_way_leads_from_one_kept_picture_to_the_next(rig: Rig) -> None:
    first, last = keep_two(rig)
    codes = asked_on(rig.engine, WAY)[-1].codes
    shares = np.linspace(0, 1, 9)[:, None]
    assert np.allclose(codes, (1 - shares) * first + shares * last, atol=1e-6)
    rig.panel.interpolation.ways.button("Spherical").click()
    rig.answer()
    codes = asked_on(rig.engine, WAY)[-1].codes
    assert np.allclose(codes, spherical(first, last, shares[:, 0]), atol=1e-6)
    rig.panel.interpolation.between.setValue(1)
    rig.answer()
    images = rig.panel.interpolation.keyframes.images
    assert images is not None
    assert len(images) == 3


def test_one_walks_along_the_strip(rig: Rig) -> None:
    first, last = keep_two(rig)
    strip, keyframes = rig.panel.interpolation.strip, rig.panel.interpolation.keyframes
    y = strip.height() // 2
    QTest.mousePress(strip, LEFT, NONE, QPoint(round(strip.position_of(0.5)), y))
    assert np.allclose(rig.code, (first + last) / 2, atol=0.02)
    QTest.mouseMove(strip, QPoint(strip.width() - 1, y))
    assert np.allclose(rig.code, last)
    QTest.mouseRelease(strip, LEFT, NONE, QPoint(strip.width() - 1, y))
    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert np.allclose(rig.code, first)
    rig.state.set_value(0, 7.0)
    assert keyframes.position is None, "something else has moved the code"
    QTest.mouseMove(strip, strip.cross_rect(0).center().toPoint())
    QTest.mouseClick(strip, LEFT, NONE, strip.cross_rect(0).center().toPoint())
    assert [frame.code.tolist() for frame in keyframes.frames] == [last.tolist()]


def test_a_walk_goes_there_and_back(rig: Rig) -> None:
    keep_two(rig)
    walk, keyframes = rig.panel.interpolation.walk, rig.panel.interpolation.keyframes
    keyframes.go_to(0.0)
    walk.start()
    positions = []
    for _ in range(30):
        walk.advance(0.1)
        positions.append(keyframes.position)
    assert max(p for p in positions if p is not None) == pytest.approx(1, abs=0.07)
    assert positions[-1] == pytest.approx(0, abs=1e-6), "three seconds to and fro"
    rig.panel.sliders.animate_all()
    assert not walk.running, "one thing at a time moves the code"


@pytest.mark.parametrize("form", list(Form))
def test_a_way_is_written_with_its_recipe(
    rig: Rig, qtbot: QtBot, tmp_path: Path, form: Form
) -> None:
    first, last = keep_two(rig)
    export, path = rig.panel.interpolation.export, tmp_path / f"way.{form.suffix}"
    export.scale = 2
    with qtbot.waitSignal(export.exporter.written):
        export.save(form, path)
        rig.answer()
    with Image.open(path) as picture:
        if form is Form.STRIP:
            assert picture.size == (2 * (9 * 9 - 1), 16)
            ends = [round((8 + float(end[0])) * 17) for end in (first, last)]
            assert [picture.getpixel((0, 0)), picture.getpixel((2 * 8 * 9, 0))] == ends
        else:
            assert picture.size == (16, 16)
            frames = getattr(picture, "n_frames", 1)
            assert frames >= 60
            tops = []
            for frame in (0, (frames - 1) // 2):
                picture.seek(frame)
                tops.append(picture.convert("L").getpixel((0, 0)))
            assert tops == [9 * 17, 8 * 17]
    recipe = read_recipe(path)
    assert recipe.kind == "interpolate"
    assert recipe.settings["codes"] == [first.tolist(), last.tolist()]
    rig.panel.interpolation.keyframes.clear()
    rig.studio.recipe_recalled.emit(recipe)
    rig.answer()
    assert np.array_equal(rig.panel.interpolation.keyframes.codes, [first, last])
    assert np.allclose(rig.code, first)


# --- files are recalled ---


def recipe_of(rig: Rig, method: str, **fields: Any) -> Recipe:
    return Recipe(kind="latent", run=rig.run.name, method=method, **fields)


def test_a_decoded_code_is_gone_to_once_the_space_is_known(rig: Rig) -> None:
    recipe = recipe_of(rig, "decode", settings={"codes": [[0.5, -1.25, 2.0]]})
    rig.studio.recipe_recalled.emit(recipe)  # before the panel has any run
    rig.begin()
    rig.answer()
    assert rig.code.tolist() == [0.5, -1.25, 2.0]
    rig.panel.state.undo()
    np.testing.assert_allclose(rig.code, rig.survey.aggregated_mean, rtol=1e-6)


@pytest.mark.parametrize("method", ["decode", "encode"])
def test_of_several_codes_every_one_is_kept(rig: Rig, method: str) -> None:
    rig.begin()
    codes = [[0.5, -1.25, 2.0], [1.0, 1.0, 1.0], [0.0, 0.0, 3.0]]
    rig.studio.recipe_recalled.emit(recipe_of(rig, method, settings={"codes": codes}))
    rig.answer()
    assert rig.panel.interpolation.keyframes.codes.tolist() == codes
    assert rig.code.tolist() == codes[0]


def test_a_traversal_begins_where_it_began_and_goes_along_its_dimensions(rig: Rig) -> None:
    rig.begin()
    settings = {"dimensions": [2, 0], "steps": 5, "reach": 3.0, "codes": [[0.0, 1.0, 2.0]]}
    rig.studio.recipe_recalled.emit(recipe_of(rig, "traverse", settings=settings))
    assert rig.code.tolist() == [0.0, 1.0, 2.0]
    assert rig.panel.sweep.dims == {0, 2}
    rig.panel.rest()
    rig.answer()


def test_draws_are_drawn_again_from_the_same_source(rig: Rig) -> None:
    rig.begin()
    settings = {"source": "mixture", "temperature": 0.5, "components": 7}
    rig.studio.recipe_recalled.emit(recipe_of(rig, "draw", seed=42, settings=settings))
    assert rig.panel.side.page == "Generator?"
    request = rig.engine.last(DrawCodes).request
    assert isinstance(request, DrawCodes)
    assert (request.source, request.components) == ("mixture", 7)
    assert (request.seed, request.temperature) == (42, 0.5)
    row = rig.panel.generator.rows[0]
    assert row.source.word == "Mixture" and row.components.isVisible()
    rig.answer()
    rig.panel.generator.seed.dice.click()
    assert rig.engine.last(DrawCodes).request.temperature == 1.0  # type: ignore[attr-defined] # a DrawCodes
    rig.answer()


def test_a_posterior_is_of_the_same_image_and_dimensions(rig: Rig) -> None:
    rig.begin()
    image = (np.arange(64, dtype=np.uint8) % 16).reshape(8, 8, 1)
    recipe = recipe_of(
        rig, "posterior", settings={"dimensions": [2, 1]}, picture=Packed.of(image)
    )  # fmt: skip
    rig.studio.recipe_recalled.emit(recipe)
    rig.answer()
    assert rig.panel.side.page == "Posterior"
    assert rig.state.source is not None
    np.testing.assert_array_equal(rig.state.source.image, image)
    request = rig.engine.last(LookAtPosterior).request
    assert isinstance(request, LookAtPosterior) and request.dimensions == (2, 1)
    np.testing.assert_array_equal(request.image, image)


def test_cleaning_is_repeated_with_the_same_noise(rig: Rig) -> None:
    rig.begin()
    told: list[str] = []
    rig.studio.noticed.connect(lambda notice: told.append(notice.title))
    rig.studio.recipe_recalled.emit(recipe_of(rig, "clean", seed=9, settings={"passes": 30}))
    assert told == ["There is no page “Denoising” for this model."]
    rig.panel.show_run(rig.run, DENOISING)
    rig.answer()
    rig.studio.recipe_recalled.emit(recipe_of(rig, "clean", seed=9, settings={"passes": 30}))
    assert rig.panel.side.page == "Denoising"
    request = rig.engine.last(Clean).request
    assert isinstance(request, Clean) and (request.seed, request.passes) == (9, 30)
    assert request.images is None
    rig.answer()


@pytest.mark.parametrize(
    ("method", "how", "said"),
    [
        ("decode", {}, "was made of codes, which are not in it"),
        ("decode", {"codes": [[1.0]]}, "have 1 numbers, and those of the model 3"),
        ("traverse", {"codes": [[1.0, 2.0, 3.0]], "dimensions": [3]}, "cannot be read"),
        ("traverse", {"codes": [[1.0, 2.0, 3.0]], "dimensions": ["a"]}, "cannot be read"),
        ("draw", {"temperature": "warm"}, "cannot be read"),
        ("posterior", {}, "holds no picture"),
        ("levitate", {}, "does not know how to show “levitate”"),
    ],
)
def test_what_cannot_be_recalled_is_told_in_a_sentence(
    rig: Rig, method: str, how: dict[str, Any], said: str
) -> None:
    rig.begin()
    before = rig.code.copy()
    told: list[str] = []
    rig.studio.noticed.connect(lambda notice: told.append(notice.title))
    rig.studio.recipe_recalled.emit(recipe_of(rig, method, settings=how))
    rig.answer()
    assert len(told) == 1 and said in told[0]
    assert np.array_equal(rig.code, before)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"codes": [[1.0, 2.0]]}, "2 numbers"),
        ({"codes": [[1.0, float("nan"), 0.0]]}, "cannot be read"),
        ({"codes": "none"}, "cannot be read"),
        ({"way": "crooked"}, "cannot be read"),
        ({"between": 10**9}, "cannot be read"),
    ],
)
def test_a_damaged_recipe_is_refused_in_a_sentence(change: dict[str, Any], said: str) -> None:
    settings = {"codes": [[1.0, 2.0, 3.0]], "way": "linear", "between": 7} | change
    with pytest.raises(UserError, match=said):
        WayRecipe.read(Recipe(kind="interpolate", run="a", settings=settings), 3)


# --- directions ---


def test_a_class_lies_in_the_direction_of_its_mean(rig: Rig) -> None:
    rig.begin()
    directions = rig.panel.directions
    names = [direction.name for direction in directions.all]
    assert names == [f"More like {digit}" for digit in range(10)]
    sums, counts = np.zeros((2, 3)), np.zeros(2)
    for code, label in zip(rig.survey.codes, rig.survey.labels[:, 0], strict=True):
        sums[int(label == 7)] += code
        counts[int(label == 7)] += 1
    expected = sums[1] / counts[1] - sums[0] / counts[0]
    assert np.allclose(directions.all[7].vector, expected, atol=1e-6)
    start = rig.code.copy()
    directions.go(7, 0.5)
    directions.go(7, 1.5)
    directions.go(2, -1.0)
    wanted = start + 1.5 * expected - directions.all[2].vector
    assert np.allclose(rig.code, wanted, atol=1e-5), "strengths do not add up over time"
    directions.go(7, 0.0)
    directions.go(2, 0.0)
    assert np.allclose(rig.code, start, atol=1e-6)


def test_strengths_start_anew_where_something_else_moves_the_code(rig: Rig) -> None:
    rig.begin()
    directions = rig.panel.directions
    directions.go(3, 2.0)
    rig.state.set_value(0, 1.0)
    assert not any(directions.strengths)
    here = rig.code.copy()
    directions.go(3, 1.0)
    assert np.allclose(rig.code, here + directions.all[3].vector, atol=1e-5)


def test_a_direction_is_made_of_two_groups_and_kept(rig: Rig) -> None:
    rig.begin()
    directions = rig.panel.directions
    groups = {"A": [[0, 0, 0], [2, 0, 0]], "B": [[0, 4, 0], [0, 0, 4], [3, 2, 2]]}
    for group, codes in groups.items():
        for code in codes:
            rig.state.set_code(np.array(code, np.float32))
            rig.answer()
            directions.collect(group)
            directions.collect(group)  # the same picture counts once
    directions.make("thicker")
    [own] = directions.own
    assert own.vector.tolist() == [0, 2, 2]
    again = Directions(rig.state, rig.studio.settings)
    rig.state.surveyed.emit()
    assert [(each.name, each.vector.tolist()) for each in again.own] == [("thicker", [0, 2, 2])]
    directions.forget(directions.all.index(directions.own[0]))
    kept = rig.studio.settings.value("latent/directions/vae-digits-0001")
    assert json.loads(str(kept)) == []


def test_directions_of_another_space_are_left_out(rig: Rig) -> None:
    kept = json.dumps([{"name": "thin", "vector": [1, 2]}, {"name": "odd", "vector": [1, 2, 3]}])
    rig.studio.settings.setValue("latent/directions/vae-digits-0001", kept)
    rig.begin()
    assert [each.name for each in rig.panel.directions.own] == ["odd"]


# --- for real ---


@pytest.mark.timeout(300)
def test_everything_works_on_a_real_model(qtbot: QtBot, settings: QSettings, folders: Path) -> None:
    request = Train(
        family="vae",
        data=DataSpec(name="digits"),
        config={"latent": 3, "hidden": 32, "layers": 1},
        training=Training(length=30, unit="steps"),
        device="cpu",
        root=folders / "runs",
    )
    folder = run_to_end(InlineEngine(), request)
    studio = Studio(InlineEngine(), settings, folders / "runs")
    studio.start()
    panel = LatentPanel(studio)
    qtbot.addWidget(panel)
    panel.resize(1040, 600)
    panel.show()
    qtbot.waitUntil(lambda: bool(studio.cards), timeout=100_000)
    panel.show_run(Run.open(folder), studio.cards["vae"])
    qtbot.waitUntil(panel.settled, timeout=100_000)
    for name, action in panel.tour_stops():
        action()
        qtbot.waitUntil(panel.settled, timeout=100_000)
        assert panel.failure.isHidden(), (name, panel.failure.title.text())
    state = panel.state
    assert state.source is not None
    assert state.source.coded.bound is not None
    assert len(panel.interpolation.keyframes.frames) == 3
    assert state.code is not None
    assert state.image is not None
    model = genstudio.open_run(folder).load_model()
    assert isinstance(model, Decoder)
    import torch

    with torch.no_grad():
        expected = model.decode(torch.from_numpy(state.code[None])).numpy()
    assert np.allclose(state.image, expected[0], atol=1e-4)
    studio.close()
