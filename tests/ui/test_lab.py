"""How a model works, tried on the shown image: the field, causality, the race, real images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from genstudio.core import library
from genstudio.core.draw import Way
from genstudio.core.messages import (
    Causality,
    Cheat,
    Cheated,
    Complete,
    Lap,
    LookBack,
    LookedBack,
    Moved,
    Picked,
    PickImage,
    Race,
    Raced,
    ReadImage,
)
from genstudio.core.recipe import Packed, Recipe
from genstudio.core.spaces import Grid
from genstudio.engine.client import InlineEngine
from genstudio.ui.generate.draw_dialog import DrawDialog
from genstudio.ui.generate.symbols import SymbolPage
from genstudio.ui.panels.generate import GeneratePanel
from genstudio.ui.recording.field import FieldOfView
from genstudio.ui.shell.files import open_file
from genstudio.ui.studio import Studio
from genstudio.ui.widgets.canvas import Pixel
from tests.ui.test_generate_panel import Rig, build

__all__ = ["build"]  # the fixture

HEIGHT, WIDTH = 6, 5  # of the rig's images
ORDER = np.arange(HEIGHT * WIDTH)


def field_at(row: int, column: int, seen: list[tuple[int, int]]) -> LookedBack:
    """A made-up answer: the pixels to the left and above it, nearer ones more."""
    permitted = np.zeros((HEIGHT, WIDTH, 1), np.bool_)
    first = np.zeros((HEIGHT, WIDTH, 1), np.float32)
    last = np.zeros((HEIGHT, WIDTH, 1), np.float32)
    for index, place in enumerate(seen):
        permitted[place] = True
        last[place] = 10.0 ** (-index)
    first[seen[0]] = 1.0
    return LookedBack(permitted, (("block 1", first), ("conditional", last)))


SEEN = [(2, 1), (2, 0), (1, 1), (1, 2), (0, 3)]


def test_the_past_is_divided_into_seen_blind_and_beyond() -> None:
    """Of row 3, column 3: a field whose upper right is reached only further up."""
    space = Grid(height=HEIGHT, width=WIDTH, levels=2)
    field = FieldOfView.of(field_at(2, 2, SEEN), space, ORDER, 2 * WIDTH + 2)
    seen = set(SEEN)
    past = {(r, c) for r in range(3) for c in range(WIDTH) if r < 2 or c < 2}
    rectangle = {(r, c) for r in range(3) for c in range(4)}  # columns 0 to 3 of rows 0 to 2
    assert set(map(tuple, np.argwhere(field.permitted))) == seen
    assert set(map(tuple, np.argwhere(field.blind))) == (past - seen) & rectangle
    assert set(map(tuple, np.argwhere(field.beyond))) == past - seen - rectangle
    assert field.words == (
        "Row 3, column 3 may depend on 5 of 12 past pixels. "
        "5 pixels of the past lie in the blind spot, 2 out of reach."
    )
    assert field.used(0) == "block 1: 1 pixel"
    colours = field.colours(1)
    assert (colours != 0).sum() == len(SEEN)
    alphas = [int(colours[place]) >> 24 for place in SEEN]
    assert alphas == sorted(alphas, reverse=True), "what counts more is more opaque"


def test_the_first_pixel_has_no_past() -> None:
    space = Grid(height=HEIGHT, width=WIDTH, levels=2)
    nothing = np.zeros((HEIGHT, WIDTH, 1))
    found = LookedBack(nothing.astype(bool), (("conditional", nothing.astype(np.float32)),))
    field = FieldOfView.of(found, space, ORDER, 0)
    assert field.words.endswith("there is no past to depend on.")
    assert not field.colours(0).any()


def drawn(build: Callable[..., Rig], **settings: int) -> Rig:
    rig = build(**settings)
    rig.answer()
    rig.page.view.jump_to_live()
    return rig


def look(rig: Rig, qtbot: QtBot, row: int, column: int) -> LookBack:
    before = sum(isinstance(asked.request, LookBack) for asked in rig.engine.asked)
    rig.click(qtbot, row, column)

    def asked() -> int:
        return sum(isinstance(asked.request, LookBack) for asked in rig.engine.asked)

    qtbot.waitUntil(lambda: asked() > before)
    request = rig.engine.last(LookBack).request
    assert isinstance(request, LookBack)
    return request


def test_a_click_asks_what_the_pixel_depends_on_and_changes_nothing(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = drawn(build, levels=2)
    lab = rig.page.lab
    rig.page.overlays.turn_to("Field")
    assert lab.strip.isVisible()
    request = look(rig, qtbot, 2, 2)
    take = rig.page.recorder.current
    assert take is not None and request.step == 12
    expected = take.trace.images()[0].reshape(-1).copy()
    expected[12:] = 0  # what comes later does not matter, and would be asked about again
    np.testing.assert_array_equal(request.image.reshape(-1), expected)
    rig.engine.finish(field_at(2, 2, SEEN), rig.engine.last(LookBack).job)
    rig.studio.poll()
    assert "blind spot" in lab.strip.words.text()
    assert lab.paint.isVisible() and lab.strip.layer == 1
    assert len(rig.page.recorder.takes) == 1, "nothing was changed by the click"
    shot = rig.page.view.canvas.grab().toImage()
    centre = rig.page.view.canvas.rect_of(Pixel(0, 2, 1)).center().toPoint()
    colour = shot.pixelColor(centre)
    assert colour.red() != colour.green(), "the largest gradient is coloured"
    lab.strip.slider.setValue(0)
    assert lab.strip.name.text() == "block 1: 1 pixel"
    rig.page.overlays.turn_to("Picture")
    assert not lab.paint.isVisible() and not lab.strip.isVisible()
    rig.click(qtbot, 2, 2)
    assert len(rig.page.recorder.takes) == 2, "and a click changes again"


def test_the_newest_question_wins_and_answers_are_remembered(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = drawn(build, levels=2)
    rig.page.overlays.turn_to("Field")
    look(rig, qtbot, 2, 2)
    first = rig.engine.last(LookBack).job
    look(rig, qtbot, 4, 1)
    assert first not in rig.engine.open_jobs
    rig.engine.finish(field_at(4, 1, SEEN), rig.engine.last(LookBack).job)
    rig.studio.poll()
    assert rig.page.lab.strip.words.text().startswith("Row 5, column 2")
    look(rig, qtbot, 2, 2)
    rig.engine.finish(field_at(2, 2, SEEN), rig.engine.last(LookBack).job)
    rig.studio.poll()
    asked = len(rig.engine.asked)
    rig.click(qtbot, 4, 1)
    assert rig.page.lab.strip.words.text().startswith("Row 5, column 2")
    assert rig.page.settled() and len(rig.engine.asked) == asked


def test_the_field_grows_from_the_first_layer_to_the_last(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = drawn(build, levels=2)
    strip = rig.page.lab.strip
    rig.page.overlays.turn_to("Field")
    look(rig, qtbot, 2, 2)
    rig.engine.finish(field_at(2, 2, SEEN), rig.engine.last(LookBack).job)
    rig.studio.poll()
    layers: list[int] = []
    strip.layer_chosen.connect(layers.append)
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_G)
    assert strip.growing
    qtbot.waitUntil(lambda: not strip.growing)
    assert layers == [0, 1]


def test_no_conditional_moves_with_a_later_symbol(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = drawn(build)
    page = rig.page.lab.causality
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_T)
    request = rig.engine.last(Causality).request
    assert isinstance(request, Causality) and not request.broken
    take = rig.page.recorder.current
    assert take is not None
    np.testing.assert_array_equal(request.image, take.trace.images()[0])
    steps = tuple(range(29, -1, -1))
    rig.engine.say(Moved(steps[:12], (0.0,) * 12, (0.25,) * 12))
    rig.studio.poll()
    assert page.sentence.text().startswith("12 of 30 symbols changed; no conditional")
    rig.engine.say(Moved(steps[12:], (0.0,) * 18, (0.5,) * 18))
    rig.engine.finish()
    rig.studio.poll()
    assert page.sentence.text() == (
        "30 symbols changed; no conditional at or before them moved (largest change 0 nats). "
        "Later ones did, by up to 0.5 nats."
    )
    assert greener(page.canvas.grab().toImage().pixelColor(middle(page, 5, 4)))
    qtbot.keyClick(rig.page, Qt.Key.Key_Escape)
    assert rig.page.lab.stage.currentWidget() is rig.page.view


def middle(page: object, row: int, column: int) -> object:
    return page.canvas.rect_of(Pixel(0, row, column)).center().toPoint()  # type: ignore[attr-defined]


def greener(colour: QColor) -> bool:
    return colour.green() > colour.red()


def test_a_broken_mask_is_shown_in_red_and_then_trained(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = drawn(build)
    page = rig.page.lab.causality
    rig.page.lab.break_mask()
    request = rig.engine.last(Causality).request
    assert isinstance(request, Causality) and request.broken
    rig.engine.say(Moved(tuple(range(30)), (2.5,) * 30, (1.0,) * 30))
    rig.engine.finish()
    rig.studio.poll()
    assert "30 moved a conditional at or before them, by up to 2.5 nats" in page.idea.text()
    assert not greener(page.canvas.grab().toImage().pixelColor(middle(page, 5, 4)))
    assert rig.engine.last().request == Cheat(rig.run.folder)
    rig.engine.say(Cheated((1, 2), 2, (1.0, 3.0), (0.5, 0.25)))
    rig.engine.finish()
    rig.studio.poll()
    assert "honest 2.000 bits/dim, cheating 0.375" in page.sentence.text()
    assert page.sentence.text().endswith("says nothing about what one can draw.")
    assert not page.busy


def test_a_family_that_cannot_cheat_says_so(build: Callable[..., Rig]) -> None:
    rig = drawn(build)
    rig.page.lab.break_mask()
    rig.engine.fail("The mask of MADE cannot be broken here.")
    rig.studio.poll()
    page = rig.page.lab.causality
    assert page.sentence.text() == "The mask of MADE cannot be broken here."
    assert page.sentence.property("role") == "error"
    assert page.end.text() == "Again"


def lap(way: Way, symbols: np.ndarray, seconds: float) -> Raced:
    return Raced((Lap(way, way is Way.NAIVE, symbols, seconds),))


def test_the_race_ends_with_the_measured_factor(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = drawn(build)
    page = rig.page.lab.race
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_R)
    request = rig.engine.last(Race).request
    take = rig.page.recorder.current
    assert isinstance(request, Race) and take is not None
    assert request.seed == take.request.seed
    picture = take.trace.symbols[0]
    rig.engine.say(lap(Way.COMPILED, picture, 0.010))
    rig.engine.say(lap(Way.NAIVE, picture[:10], 1.0))
    rig.studio.poll()
    assert page.naive.clock.text() == "1.00 s" and page.fast.clock.text() == "10 ms"
    assert page.sentence.text() == (
        "10 of 30 symbols drawn the naive way. At this rate 300 times sooner: "
        "compiled 10 ms, naive about 3.00 s."
    )
    rig.engine.say(lap(Way.NAIVE, picture[10:], 4.0))
    rig.engine.finish()
    rig.studio.poll()
    assert page.sentence.text() == "Same picture, 400 times sooner: compiled 10 ms, naive 4.00 s."
    for row, column in ((0, 0), (3, 2)):
        colours = [
            runner.canvas.grab()
            .toImage()
            .pixelColor(runner.canvas.rect_of(Pixel(0, row, column)).center().toPoint())
            .red()
            for runner in (page.fast, page.naive)
        ]
        assert colours == [17 * int(picture[row * WIDTH + column])] * 2


def test_a_race_with_another_picture_says_so(build: Callable[..., Rig]) -> None:
    rig = drawn(build)
    rig.page.lab.run_race()
    picture = rig.page.recorder.current.trace.symbols[0]  # type: ignore[union-attr]
    other = picture.copy()
    other[7] = (other[7] + 1) % 16
    rig.engine.say(lap(Way.CACHED, picture, 0.010))
    rig.engine.say(lap(Way.NAIVE, other, 1.0))
    rig.engine.finish()
    rig.studio.poll()
    assert rig.page.lab.race.sentence.text().startswith("1 of 30 symbols differ")


def test_a_race_is_cancelled_and_started_again(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = drawn(build)
    page = rig.page.lab.race
    rig.page.lab.run_race()
    job = rig.engine.last(Race).job
    rig.engine.say(lap(Way.CACHED, np.zeros(30, np.uint8), 0.5))
    rig.engine.say(lap(Way.NAIVE, np.zeros(3, np.uint8), 0.5))
    rig.studio.poll()
    qtbot.mouseClick(page.end, Qt.MouseButton.LeftButton)
    rig.studio.poll()
    assert job not in rig.engine.open_jobs
    assert page.sentence.text().startswith("Cancelled. 3 of 30 symbols")
    qtbot.mouseClick(page.end, Qt.MouseButton.LeftButton)
    assert rig.engine.last(Race).job != job and page.busy
    rig.page.lab.leave()
    rig.studio.poll()
    assert not page.busy


def test_leaving_for_another_take_ends_the_experiment(build: Callable[..., Rig]) -> None:
    rig = drawn(build)
    rig.page.lab.run_race()
    rig.page.draw_another()
    rig.answer()
    rig.studio.poll()
    assert rig.page.lab.stage.currentWidget() is rig.page.view
    assert not rig.page.lab.race.busy


def test_a_real_image_is_a_take_that_is_scored_and_not_drawn(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = drawn(build, conditional=True)
    rig.page.lab.pick(3)
    request = rig.engine.last(PickImage).request
    assert isinstance(request, PickImage) and request.class_index == 3
    image = np.arange(30, dtype=np.uint8).reshape(6, 5, 1) % 16
    rig.engine.finish(Picked("test", 123, image, np.array([3])))
    rig.studio.poll()
    asked = rig.asked[-1]
    assert isinstance(asked, Complete) and asked.known.all()
    assert asked.labels is not None and asked.labels.tolist() == [[3]]
    np.testing.assert_array_equal(asked.images[0], image)
    rig.answer()
    rig.page.view.tick()
    take = rig.page.recorder.current
    assert take is not None and take.words == "Data #123"
    assert rig.page.view.playback.at_end
    bits = -float(take.trace.log_prob()[0]) / 30 / np.log(2)
    assert rig.page.view.caption.text().endswith(f"{bits:.3f} bits/dim")
    assert dict(rig.page.step_view.facts.rows)["Symbol"].startswith(f"{image[5, 4, 0]} known")
    assert take.recipe().kind == "complete"
    rig.page._draw_changed()  # a knob: a drawing, beside the real image and not in its place
    rig.answer()
    assert take in rig.page.recorder.takes.roots
    rig.page.recorder.open(take)
    rig.page.view.jump_to_live()
    rig.click(qtbot, 2, 2)
    rig.page.step_view.symbol_chosen.emit((int(image[2, 2, 0]) + 1) % 16)
    fork = rig.asked[-1]
    assert isinstance(fork, Complete) and int(fork.known.sum()) == 13
    assert fork.labels is not None and fork.labels.tolist() == [[3]]


def test_a_drawing_by_hand_is_scored_and_drawn_on(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = drawn(build)
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    dialog = rig.page.findChild(DrawDialog)
    assert dialog is not None
    qtbot.waitExposed(dialog)
    canvas = dialog.board.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    image = dialog.board.painting.image.copy()
    assert image.max() == 15 and image.min() == 0
    qtbot.mouseClick(dialog.score, Qt.MouseButton.LeftButton)
    request = rig.asked[-1]
    assert isinstance(request, Complete) and request.known.all()
    np.testing.assert_array_equal(request.images[0], image)
    rig.answer()
    take = rig.page.recorder.current
    assert take is not None and take.words == "By hand"
    qtbot.waitUntil(lambda: rig.page.view.playback.at_end)
    assert rig.page.view.caption.text().startswith("By hand: log p = −")
    rig.page.overlays.turn_to("Surprise")
    surprise = take.trace.surprise[0].reshape(6, 5)
    places = [np.unravel_index(at, surprise.shape) for at in (surprise.argmin(), surprise.argmax())]
    shot = rig.page.view.canvas.grab().toImage()
    bright = []
    for row, column in places:
        at = rig.page.view.canvas.rect_of(Pixel(0, int(row), int(column))).center().toPoint()
        bright.append(shot.pixelColor(at).lightness())
    assert bright[1] > bright[0], "what surprises more is brighter"
    rig.page.lab.real.drawing_wanted.emit()
    again = [each for each in rig.page.findChildren(DrawDialog) if each.isVisible()]
    np.testing.assert_array_equal(again[0].board.painting.image, image)
    again[0].reject()


@pytest.mark.parametrize("kind", ["png", "gif", "npz"])
def test_an_exported_real_image_is_scored_again_with_its_changes(
    build: Callable[..., Rig], qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    rig = drawn(build, conditional=True)
    image = (np.arange(30, dtype=np.uint8).reshape(6, 5, 1) * 7) % 16
    rig.page.recorder.score(image, np.array([3]), "Data #123", 17)
    rig.answer()
    rig.page.view.jump_to_live()
    rig.click(qtbot, 2, 2)
    changed = (int(image[2, 2, 0]) + 1) % 16
    rig.page.step_view.symbol_chosen.emit(changed)
    rig.answer()
    fork = rig.page.recorder.current
    assert fork is not None and fork.parent is not None
    path = tmp_path / f"real.{kind}"
    with qtbot.waitSignal(rig.page.export.exporter.written, timeout=20_000):
        rig.page.export.save(fork, path)
    for take in list(rig.page.recorder.takes.roots):
        rig.page.recorder.delete(take)
    with qtbot.waitSignal(rig.page.export.exporter.weighed, timeout=20_000):
        assert open_file(rig.studio, path)
    scored = rig.asked[-1]
    assert isinstance(scored, Complete) and scored.known.all() and scored.seed == 17
    assert scored.labels is not None and scored.labels.tolist() == [[3]]
    np.testing.assert_array_equal(scored.images[0], image)
    rig.answer()
    rig.answer()
    again = rig.page.recorder.current
    assert again is not None and again.root.source == "Data #123" and again.edits == fork.edits
    np.testing.assert_array_equal(again.trace.images(), fork.trace.images())


def test_a_real_image_of_another_size_is_refused(build: Callable[..., Rig]) -> None:
    rig = drawn(build)
    told: list[str] = []
    rig.studio.noticed.connect(lambda notice: told.append(notice.title))
    before = len(rig.asked)
    picture = Packed.of(np.full((7, 5, 1), 3, np.uint8))
    rig.studio.recipe_recalled.emit(Recipe(run=rig.run.name, kind="complete", picture=picture))
    assert len(told) == 1 and "is not one of 6×5 grey, 16 levels" in told[0]
    assert len(rig.asked) == before


def test_a_file_becomes_a_take_and_a_failure_is_told(
    build: Callable[..., Rig], tmp_path: Path
) -> None:
    rig = drawn(build)
    rig.page.lab.real.file_wanted.emit(tmp_path / "mine.png")
    request = rig.engine.last(ReadImage).request
    assert isinstance(request, ReadImage) and request.space == rig.space
    rig.engine.finish(np.zeros((6, 5, 1), np.uint8))
    rig.studio.poll()
    rig.answer()
    assert rig.page.recorder.current.words == "mine.png"  # type: ignore[union-attr]
    told: list[str] = []
    rig.studio.noticed.connect(lambda notice: told.append(notice.title))
    rig.page.lab.pick(None)
    rig.engine.fail("The training split is not here.")
    rig.studio.poll()
    assert told == ["The training split is not here."] and rig.page.lab.settled


@pytest.mark.timeout(300)
def test_everything_works_on_a_real_model(qtbot: QtBot, settings: QSettings, folders: Path) -> None:
    studio = Studio(InlineEngine(), settings)
    studio.start()

    def until(condition: Callable[[], bool]) -> None:
        qtbot.waitUntil(condition, timeout=100_000)

    [run] = [run for run in studio.shipped if run.name == "pixelcnn-digits"]
    assert run.folder.is_relative_to(library.shipped_folder())
    panel = GeneratePanel(studio)
    qtbot.addWidget(panel)
    panel.resize(1020, 620)
    panel.show()
    until(lambda: bool(studio.cards))
    panel.show_run(run, studio.cards["pixelcnn"])
    page = panel.page
    assert isinstance(page, SymbolPage)
    until(lambda: page.recorder.current is not None and not page.recorder.busy)
    page.view.jump_to_live()
    lab = page.lab
    page.overlays.turn_to("Field")
    page.hand.hold_something()
    qtbot.waitUntil(lambda: lab.looking._job is not None)
    until(lambda: lab.settled)
    assert lab.paint.field is not None and lab.paint.field.names[-1] == "conditional"
    assert lab.strip.words.text().startswith("Row 6, column 5 may depend on")
    lab.test_causality()
    until(lambda: lab.settled)
    assert lab.causality.sentence.text().startswith(
        "64 symbols changed; no conditional at or before them moved (largest change 0 nats)."
    )
    lab.run_race()
    until(lambda: lab.settled)
    assert lab.race.sentence.text().startswith("Same picture, ")
    assert "compiled" in lab.race.sentence.text()
    lab.pick(7)
    until(lambda: lab.settled and not page.recorder.busy)
    take = page.recorder.current
    assert take is not None and take.words.startswith("Data #") and take.trace.given.all()
    studio.close()
