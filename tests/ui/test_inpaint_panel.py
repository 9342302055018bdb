"""The Inpaint panel: an image is brought, a mask painted, completed, kept, compared, recalled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from genstudio.core.capabilities import Capability
from genstudio.core.inpainting import Inpainted, InpaintStarted, MethodCard, Moments, Stage
from genstudio.core.latent import LatentDraws
from genstudio.core.messages import (
    Browsed,
    BrowseImages,
    FitImage,
    Fitted,
    Inpaint,
    Picked,
    PickImage,
    Probe,
    Probed,
    Sample,
    SampleStarted,
)
from genstudio.core.recipe import read_recipe
from genstudio.core.runs import Run
from genstudio.core.spaces import Grid, Label
from genstudio.core.trace import TraceChunk
from genstudio.engine.client import InlineEngine
from genstudio.ui.inpainting.browser import Browser
from genstudio.ui.inpainting.exporting import Form
from genstudio.ui.inpainting.findings import COMPARE, DIAGNOSTICS, PROBE
from genstudio.ui.inpainting.session import MOST_TRIALS
from genstudio.ui.painting.presets import Preset
from genstudio.ui.panels.inpaint import InpaintPanel
from genstudio.ui.shell.files import open_file
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Notice, Studio
from genstudio.ui.widgets.canvas import Pixel
from tests.ui.scripted import CARDS, ScriptedEngine

LABELS = (Label(name="digit", classes=tuple("0123456789")),)
SPACE = Grid(height=6, width=5, levels=4, labels=LABELS)
CARD = next(card for card in CARDS if card.name == "pixelcnn")
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def picture(seed: int = 0, space: Grid = SPACE) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, space.levels, space.shape).astype(np.uint8)


class Rig:
    """A panel with a run, and an engine that the test speaks for."""

    def __init__(self, studio: Studio, engine: ScriptedEngine, panel: InpaintPanel, run: Run):
        self.studio, self.engine, self.panel, self.run = studio, engine, panel, run
        self.notices: list[Notice] = []
        studio.noticed.connect(self.notices.append)

    @property
    def asked(self) -> list[Inpaint]:
        """What was to be completed, in order."""
        return [a.request for a in self.engine.asked if isinstance(a.request, Inpaint)]

    def bring(self, seed: int = 0, digit: int = 7) -> NDArray[np.uint8]:
        """A random image of the data, brought by its button."""
        self.panel.bar.random.click()
        image = picture(seed)
        self.engine.finish(Picked("test", seed, image, np.array([digit])))
        self.studio.poll()
        return image

    def paint(self, qtbot: QtBot, *pixels: tuple[int, int]) -> None:
        """Press, move and release over some pixels, with a brush of one."""
        canvas = self.panel.canvas
        canvas.set_brush_size(1)
        at = [canvas.rect_of(Pixel(0, *pixel)).center().toPoint() for pixel in pixels]
        qtbot.mousePress(canvas, LEFT, pos=at[0])
        for point in at:
            qtbot.mouseMove(canvas, point)
        qtbot.mouseRelease(canvas, LEFT, pos=at[-1])

    def start(self) -> None:
        """Let the open job tell of its film, and draw the first hidden place."""
        request = self.asked[-1]
        job = self.engine.open_jobs[-1]
        hidden = np.flatnonzero(~request.known)
        space = self.run.manifest.space
        order = np.arange(space.dimensions)
        self.engine.say(
            InpaintStarted(space, request.image, request.known, request.count, order, 1), job
        )
        symbols = np.ones((1, request.count), np.int16)
        self.engine.say(Moments(hidden[:1].astype(np.int32), symbols), job)
        self.studio.poll()

    def finish(self, log_prob: float = -20.0) -> Inpainted:
        """Let the open job draw the rest and end; every hidden symbol becomes 1."""
        request = self.asked[-1]
        job = self.engine.open_jobs[-1]
        hidden = np.flatnonzero(~request.known).astype(np.int32)
        per_image = np.full(request.count, log_prob)
        self.engine.say(
            Moments(
                hidden[1:],
                np.ones((len(hidden) - 1, request.count), np.int16),
                (Stage(len(hidden), "one pass", per_image),),
            ),
            job,
        )
        image = np.where(request.known, request.image, 1).astype(np.uint8)
        result = Inpainted(
            images=np.repeat(image[None], request.count, axis=0),
            weights=np.full(request.count, 1 / request.count),
            log_prob=per_image,
            marginals=np.eye(self.run.manifest.space.levels, dtype=np.float32)[image],
            log_evidence=float("nan"),
            evidence_error=float("nan"),
            exact=False,
            settled=True,
            verdict="All is well.",
            effective=float(request.count),
            autocorrelation=np.empty(0),
            seconds=0.1,
        )
        self.engine.finish(result, job)
        self.studio.poll()
        return result


@pytest.fixture
def build(
    qtbot: QtBot, studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run]
) -> Callable[..., Rig]:
    def make(conditional: bool = False, space: Grid = SPACE) -> Rig:
        run = make_run(space=space, config={"conditional": conditional})
        studio.refresh_runs()
        studio.select(run.folder)
        panel = InpaintPanel(studio)
        qtbot.addWidget(panel)
        panel.resize(1030, 600)
        panel.show()
        qtbot.waitExposed(panel)
        panel.activateWindow()
        panel.canvas.setFocus()
        qtbot.waitUntil(panel.canvas.hasFocus)
        panel.show_run(run, CARD)
        return Rig(studio, scripted_engine, panel, run)

    return make


def test_what_is_painted_over_is_completed_and_nothing_else(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    image = rig.bring()
    complete = rig.panel.side.complete
    assert not complete.isEnabled() and "Nothing is hidden" in complete.toolTip()
    rig.paint(qtbot, (1, 1), (1, 2), (1, 3))
    assert complete.isEnabled()
    qtbot.mouseClick(complete, LEFT)
    [request] = rig.asked
    hidden = np.zeros(SPACE.shape, np.bool_)
    hidden[1, 1:4] = True
    np.testing.assert_array_equal(request.known, ~hidden)
    np.testing.assert_array_equal(request.image[~hidden], image[~hidden])
    assert not request.image[hidden].any(), "what is hidden does not reach the engine"
    assert (request.method, request.count, request.labels) == ("raster", 16, None)


def test_completions_are_seen_while_they_form_and_compared_once_they_are_there(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    image = rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    rig.start()
    film = rig.panel.stage.first.film
    assert film is not None and film.length == 1 and not rig.panel.settled()
    assert rig.panel.export.toolTip() == "Complete something first"
    result = rig.finish()
    assert rig.panel.stage.first.found is result
    assert rig.panel.settled() and rig.panel.export.isEnabled()
    np.testing.assert_array_equal(rig.panel.stage.first.images(), result.images)
    trial = rig.panel.session.trials[0]
    np.testing.assert_array_equal(trial.subject.image, image)
    figure = rig.panel.findings.figure
    assert figure.fitting >= 1
    canvas = figure.canvas
    at = canvas.rect_of(Pixel(1, 2, 2)).center().toPoint()
    qtbot.mouseClick(canvas, LEFT, pos=at)
    assert rig.panel.side.page == COMPARE
    assert rig.panel.findings.compare.before.button("Original").isEnabled()
    rig.panel.side.turn_to(DIAGNOSTICS)
    assert rig.panel.findings.diagnostics.verdict.text() == "All is well."


def test_one_after_another_in_the_order_they_were_asked(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    for method in ("raster", "gibbs", "raster"):
        rig.panel.form.choose(method)
        rig.panel.complete()
    assert [request.method for request in rig.asked] == ["raster"], "one at a time"
    assert rig.panel.side.complete.text() == "Queue another"
    states = [trial.state for trial in rig.panel.session.trials]
    assert states == ["running", "waiting", "waiting"]
    for _ in range(3):
        rig.start()
        rig.finish()
    assert [request.method for request in rig.asked] == ["raster", "gibbs", "raster"]
    assert [request.settings for request in rig.asked] == [{}, {"sweeps": 3}, {}]
    assert not rig.panel.session.busy and rig.panel.side.cancel.isHidden()
    assert rig.studio.jobs == [], "what has finished is in the history, not in the list of jobs"


def test_cancel_acts_at_once_and_keeps_what_is_drawn(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    rig.panel.complete()
    rig.start()
    qtbot.keyClick(rig.panel.canvas, Qt.Key.Key_Escape)
    assert [trial.state for trial in rig.panel.session.trials] == ["stopped", "stopped"]
    first = rig.panel.session.trials[0]
    assert first.film is not None and first.film.length == 1
    rig.studio.poll()
    assert rig.panel.settled() and not rig.engine.open_jobs
    rig.panel.session.show(first)
    assert rig.panel.stage.first.film is first.film
    rig.panel.session.retry(first)
    assert len(rig.asked) == 2 and rig.asked[1] is first.request
    rig.start()
    rig.finish()
    assert first.state == "finished"


def test_a_failure_is_said_at_its_place_and_tried_again(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    rig.engine.fail("Too many symbols are hidden.", "Hide fewer.")
    rig.studio.poll()
    failure = rig.panel.failure
    assert failure.isVisible() and failure.title.text() == "Too many symbols are hidden."
    qtbot.mouseClick(failure.retry, LEFT)
    assert failure.isHidden() and len(rig.asked) == 2
    assert len(rig.studio.jobs) == 1, "the one that failed is off the list"
    rig.start()
    rig.finish()
    assert failure.isHidden()
    assert [trial.state for trial in rig.panel.session.trials] == ["finished"]


def test_the_list_of_jobs_tries_the_same_trial_again(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    rig.engine.fail()
    rig.studio.poll()
    rig.studio.retry(rig.studio.jobs[0])
    [trial] = rig.panel.session.trials
    assert trial.state == "running"
    rig.start()
    rig.finish()
    assert trial.state == "finished"


def test_a_seed_is_used_once_unless_it_is_locked(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.form.row.seed.setValue(41)
    rig.panel.complete()
    rig.panel.session.cancel()
    rig.panel.complete()
    rig.panel.session.cancel()
    rig.panel.form.row.seed.setValue(41)
    rig.panel.form.row.lock.click()
    rig.panel.complete()
    rig.panel.session.cancel()
    rig.panel.complete()
    seeds = [request.seed for request in rig.asked]
    assert seeds[0] == seeds[2] == seeds[3] == 41 != seeds[1]
    rig.panel.form.row.dice.click()
    assert rig.panel.form.row.seed.value() != 41


def test_two_methods_side_by_side_on_the_same(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.form.beside.click()
    assert rig.panel.form.beside.text() == "Beside: Gibbs"
    rig.panel.complete()
    rig.start()
    rig.finish(-30.0)
    rig.start()
    rig.finish(-20.0)
    raster, gibbs = rig.asked
    assert (raster.method, gibbs.method) == ("raster", "gibbs")
    assert raster.seed == gibbs.seed
    np.testing.assert_array_equal(raster.known, gibbs.known)
    stage = rig.panel.stage
    assert len(stage.films) == 2 and stage.second.isVisible()
    words = stage.sentence.text()
    assert words.startswith("The model finds Gibbs’s completions 10.0 nats likelier than Raster’s")
    assert "−20.0 against −30.0" in words and "did not see" in words
    stage.first.seek(0)
    assert stage.second.playback.position == 0
    rig.panel.form.beside.click()
    rig.panel.complete()
    rig.start()
    rig.finish()
    assert len(stage.films) == 1 and not stage.second.isVisible()
    rig.panel.form.beside.click()  # what is shown gets its neighbour, from its own seed
    assert rig.asked[-1].method == "gibbs" and rig.asked[-1].seed == rig.asked[-2].seed
    rig.start()
    assert len(stage.films) == 2


def test_the_example_hides_the_top_of_a_seven_or_a_nine(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    qtbot.mouseClick(rig.panel.example, LEFT)
    request = rig.engine.last(PickImage).request
    assert isinstance(request, PickImage) and request.class_index in (7, 9)
    rig.engine.finish(Picked("test", 3, picture(), np.array([request.class_index])))
    rig.studio.poll()
    rig.start()
    rig.finish()
    rig.start()
    rig.finish()
    assert [asked.method for asked in rig.asked] == ["raster", "gibbs"]
    assert rig.asked[0].known[3:].all() and not rig.asked[0].known[:3].any()


def test_the_mask_stays_when_the_next_image_comes(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.LEFT)
    known = rig.panel.painting.known
    rig.panel.bar.next.click()
    request = rig.engine.last(BrowseImages).request
    assert isinstance(request, BrowseImages) and (request.first, request.count) == (1, 1)
    found = Browsed("test", 2, 1, np.array([1]), picture(5)[None], np.array([[3]]))
    rig.engine.finish(found)
    rig.studio.poll()
    np.testing.assert_array_equal(rig.panel.painting.image, picture(5))
    np.testing.assert_array_equal(rig.panel.painting.known, known)
    assert rig.panel.bar.caption.text() == "Test image 1, digit 3"
    rig.panel.bar.next.click()
    rig.engine.finish(
        Browsed("test", 2, 2, np.empty(0, int), picture()[:0][None], np.empty((0, 1)))
    )
    rig.studio.poll()
    request = rig.engine.last(BrowseImages).request
    assert isinstance(request, BrowseImages) and request.first == 0, "after the last the first"


def test_an_image_is_chosen_from_a_page_of_the_data(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.panel.browse()
    browser = next(w for w in rig.panel.findChildren(Browser))
    images = np.stack([picture(seed) for seed in range(8)])
    page = Browsed("test", 100, 0, np.arange(8) * 2, images, np.zeros((8, 1), int))
    rig.engine.finish(page)
    rig.studio.poll()
    assert browser.where.text() == "1 to 8 of 100 test images"
    assert browser.on.isEnabled() and not browser.back.isEnabled()
    place = browser.grid.rect_of(3).center().toPoint()
    qtbot.mouseClick(browser.grid, LEFT, pos=place)
    np.testing.assert_array_equal(rig.panel.painting.image, images[3])
    assert rig.panel.bar.caption.text() == "Test image 6, digit 0"


def test_an_image_is_chosen_with_the_keyboard_alone(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.panel.browse()
    browser = next(w for w in rig.panel.findChildren(Browser))
    images = np.stack([picture(seed) for seed in range(8)])
    rig.engine.finish(Browsed("test", 8, 0, np.arange(8), images, np.zeros((8, 1), int)))
    rig.studio.poll()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(browser.grid, key)
    np.testing.assert_array_equal(rig.panel.painting.image, images[1])


def test_the_browser_turns_pages_of_a_class(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.panel.browse()
    browser = next(w for w in rig.panel.findChildren(Browser))
    images = np.stack([picture(seed) for seed in range(60)])
    rig.engine.finish(Browsed("test", 100, 0, np.arange(60), images, np.zeros((60, 1), int)))
    rig.studio.poll()
    qtbot.mouseClick(browser.on, LEFT)
    request = rig.engine.last(BrowseImages).request
    assert isinstance(request, BrowseImages) and request.first == 60
    browser.classes.setCurrentIndex(4)
    browser.classes.activated.emit(4)
    request = rig.engine.last(BrowseImages).request
    assert isinstance(request, BrowseImages)
    assert (request.first, request.class_index) == (0, 3)
    rig.engine.fail("The data are not here.")
    rig.studio.poll()
    assert browser.failure.isVisible()
    browser.close()


def test_the_model_draws_an_image(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.guide.buttons["From the model"].click()
    request = rig.engine.last(Sample).request
    assert isinstance(request, Sample) and request.count == 1
    symbols = picture(3).reshape(1, -1)
    order = np.arange(SPACE.dimensions)[::-1]
    uniforms = np.zeros(symbols.shape)
    p = np.zeros((1, SPACE.dimensions, SPACE.levels), np.float32)
    none = np.zeros(symbols.shape, np.bool_)
    rig.engine.say(SampleStarted(SPACE, order, uniforms, {}, np.zeros((1, 0), np.int64), 1))
    rig.engine.say(TraceChunk(0, symbols, p, none))
    rig.engine.finish()
    rig.studio.poll()
    found = rig.panel.painting.image.reshape(-1)
    np.testing.assert_array_equal(found[order], symbols[0])


def test_a_file_is_fitted_and_the_fit_is_shown(
    build: Callable[..., Rig], tmp_path: Path, qtbot: QtBot
) -> None:
    rig = build()
    path = tmp_path / "photo.png"
    Image.fromarray(np.zeros((40, 60), np.uint8)).save(path)
    drop(rig.panel, path)
    request = rig.engine.last(FitImage).request
    assert isinstance(request, FitImage) and request.path == path and request.space == SPACE
    rig.engine.finish(Fitted(picture(2), np.zeros((40, 60, 1), np.uint8), 60, 40))
    rig.studio.poll()
    np.testing.assert_array_equal(rig.panel.painting.image, picture(2))
    fit = rig.panel.fit
    assert fit.isVisible()
    assert fit.words.text() == (
        "Photo.png is 60×40: its middle was cut out and made 5×6, as the model's images are, "
        "in 4 greys."
    )
    rig.bring()
    assert fit.isHidden()


def test_a_wrong_file_gets_a_sentence(build: Callable[..., Rig], tmp_path: Path) -> None:
    rig = build()
    rig.panel.sources.read(tmp_path / "words.png")
    rig.engine.fail("“words.png”: It is no picture of a known kind.")
    rig.studio.poll()
    assert rig.panel.failure.isVisible()
    assert "no picture" in rig.panel.failure.title.text()
    rig.panel.failure.retry.click()
    assert len([a for a in rig.engine.asked if isinstance(a.request, FitImage)]) == 2


def test_a_picture_is_pasted(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    QGuiApplication.clipboard().setText("no picture")
    rig.panel.sources.paste()
    assert rig.panel.failure.title.text() == "There is no picture on the clipboard."
    pasted = QImage(7, 9, QImage.Format.Format_RGB32)
    pasted.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(pasted)
    qtbot.keyClick(rig.panel.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    request = rig.engine.last(FitImage).request
    assert isinstance(request, FitImage) and request.path is None
    again = QImage.fromData(request.content)
    assert (again.width(), again.height()) == (7, 9)
    assert again.pixelColor(3, 3).red() == 255


def test_a_class_is_wanted_where_the_model_is_conditioned_on_it(
    build: Callable[..., Rig],
) -> None:
    rig = build(conditional=True)
    rig.panel.painting.preset(Preset.TOP)
    assert "Say which class" in rig.panel.side.complete.toolTip()
    rig.bring(digit=7)
    assert rig.panel.form.classes.boxes[0].currentText() == "7"
    rig.panel.complete()
    labels = rig.asked[-1].labels
    assert labels is not None and labels.tolist() == [7]


def test_results_are_kept_seen_again_used_again_and_deleted(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    first = rig.bring(1)
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.form.row.seed.setValue(11)
    rig.panel.complete()
    rig.start()
    rig.finish()
    rig.bring(2)
    rig.panel.painting.preset(Preset.LEFT)
    rig.panel.form.choose("gibbs")
    rig.panel.complete()
    rig.start()
    rig.finish()
    results, session = rig.panel.side.results, rig.panel.session
    assert results.count() == 2 and results.item(0).text().startswith("Gibbs")
    at = results.visualItemRect(results.item(1)).center()
    qtbot.mouseClick(results.viewport(), LEFT, pos=at)
    assert session.current is session.trials[0]
    assert rig.panel.stage.first.film is session.trials[0].film
    assert rig.panel.painting.known[:3].any(), "looking changes no mask"
    qtbot.keyClick(results, Qt.Key.Key_Return)
    np.testing.assert_array_equal(rig.panel.painting.image, first)
    assert not rig.panel.painting.known[:3].any() and rig.panel.painting.known[3:].all()
    assert rig.panel.form.method is not None and rig.panel.form.method.name == "raster"
    rig.panel.complete()
    assert rig.asked[-1].seed == 11, "the same again"
    rig.start()
    rig.finish()
    results.setCurrentRow(0)
    qtbot.keyClick(results, Qt.Key.Key_Delete)
    assert [trial.number for trial in session.trials] == [1, 2]
    assert session.current is session.trials[-1]
    qtbot.mouseClick(rig.panel.side.use, LEFT)
    np.testing.assert_array_equal(rig.panel.painting.image, picture(2))
    qtbot.mouseClick(rig.panel.side.delete, LEFT)
    qtbot.mouseClick(rig.panel.side.delete, LEFT)
    assert not session.trials and rig.panel.stage.trial is None
    assert rig.panel.side.use.isHidden()


def test_there_is_an_end_to_what_is_remembered(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.ONE)
    for _ in range(MOST_TRIALS + 2):
        rig.panel.complete()
        rig.panel.session.cancel()
    numbers = [trial.number for trial in rig.panel.session.trials]
    assert numbers == list(range(3, MOST_TRIALS + 3))
    assert [notice.title for notice in rig.notices] == [
        "The oldest result was forgotten to make room."
    ] * 2


def test_another_model_keeps_image_and_mask_if_they_fit_it(
    build: Callable[..., Rig], make_run: Callable[..., Run]
) -> None:
    rig = build()
    image = rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    rig.start()
    rig.finish()
    alike = make_run("alike", space=SPACE)
    rig.panel.show_run(alike, CARD)
    np.testing.assert_array_equal(rig.panel.painting.image, image)
    assert rig.panel.session.current is None, "what another model completed is not shown"
    rig.panel.complete()
    assert rig.asked[-1].run == alike.folder
    other = make_run("other", space=Grid(height=8, width=8, levels=2))
    rig.panel.show_run(other, CARD)
    assert rig.panel.painting.image.shape == (8, 8, 1) and not rig.panel.painting.image.any()
    rig.panel.painting.undo()
    assert "bring another image" in rig.panel.problem()
    rig.panel.show_run(rig.run, CARD)
    assert rig.panel.session.current is rig.panel.session.trials[0]


def test_an_image_for_the_model_before_is_not_wanted_any_more(
    build: Callable[..., Rig], make_run: Callable[..., Run]
) -> None:
    rig = build()
    rig.panel.example.click()
    job = rig.engine.last(PickImage).job
    rig.panel.show_run(make_run("other", space=Grid(height=8, width=8, levels=2)), CARD)
    assert job not in rig.engine.open_jobs
    assert not rig.panel.sources.busy and not rig.asked


@pytest.mark.parametrize("form", list(Form))
def test_an_exported_file_recalls_image_mask_method_settings_and_seed(
    build: Callable[..., Rig], qtbot: QtBot, tmp_path: Path, form: Form
) -> None:
    rig = build()
    image = rig.bring()
    rig.paint(qtbot, (0, 1), (0, 2), (4, 4))
    rig.panel.form.choose("gibbs")
    rig.panel.form.forms["gibbs"].set_values({"sweeps": 9})
    rig.panel.form.row.seed.setValue(77)
    rig.panel.complete()
    rig.start()
    rig.finish()
    trial = rig.panel.session.trials[0]
    path = tmp_path / f"out.{form.suffix}"
    with qtbot.waitSignal(rig.panel.export.exporter.written):
        rig.panel.export.save(trial, form, path)
    assert read_recipe(path).kind == "inpaint"
    rig.bring(9)
    rig.panel.painting.clear()
    with qtbot.waitSignal(rig.panel.export.exporter.weighed):
        assert open_file(rig.studio, path)
    assert len(rig.asked) == 2
    before, again = rig.asked
    assert (again.method, again.settings, again.seed) == ("gibbs", {"sweeps": 9}, 77)
    np.testing.assert_array_equal(again.known, before.known)
    np.testing.assert_array_equal(again.image, before.image)
    np.testing.assert_array_equal(rig.panel.painting.image, image)
    np.testing.assert_array_equal(rig.panel.painting.known, before.known.all(axis=2))
    titles = [notice.title for notice in rig.notices]
    assert not any("has learned since" in title for title in titles)


def test_an_exported_file_is_the_windows_to_recall(
    build: Callable[..., Rig], qtbot: QtBot, tmp_path: Path
) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    rig.start()
    rig.finish()
    path = tmp_path / "figure.png"
    with qtbot.waitSignal(rig.panel.export.exporter.written):
        rig.panel.export.save(rig.panel.session.trials[0], Form.FIGURE, path)
    assert not drop(rig.panel, path)


def test_the_figure_goes_to_the_clipboard(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    rig.start()
    rig.finish()
    qtbot.keyClick(rig.panel.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage() and data.hasFormat("image/png")


def test_a_pixel_is_probed_given_all_others(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    image = rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    canvas = rig.panel.canvas
    at = canvas.rect_of(Pixel(0, 2, 1)).center().toPoint()
    qtbot.mouseMove(canvas, at)
    assert not any(isinstance(asked.request, Probe) for asked in rig.engine.asked)
    rig.panel.side.turn_to(PROBE)
    qtbot.mouseMove(canvas, at + QPoint(canvas.zoom, 0))
    with qtbot.waitSignal(rig.panel.findings.probe.probing.busy_changed):
        pass
    request = rig.engine.last(Probe).request
    assert isinstance(request, Probe)
    assert request.place == 2 * SPACE.width + 2
    np.testing.assert_array_equal(request.image, image)
    even = np.full(SPACE.levels, 1 / SPACE.levels)
    rig.engine.finish(Probed(even, even))
    rig.studio.poll()
    assert rig.panel.settled()


def test_the_original_is_seen_while_p_is_held(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    canvas = rig.panel.canvas
    at = canvas.rect_of(Pixel(0, 0, 0)).center().toPoint()
    covered = canvas.grab().toImage().pixelColor(at)
    qtbot.keyPress(rig.panel, Qt.Key.Key_P)
    seen = canvas.grab().toImage().pixelColor(at)
    qtbot.keyRelease(rig.panel, Qt.Key.Key_P)
    assert seen.red() == seen.green() == seen.blue() == int(picture()[0, 0, 0]) * 85
    assert canvas.grab().toImage().pixelColor(at) == covered != seen


def test_a_drawing_by_hand_is_completed(build: Callable[..., Rig]) -> None:
    rig = build()
    cells = np.zeros((6, 5), np.bool_)
    cells[5, 2] = True
    rig.panel.painting.paint_picture(cells, (3,))
    rig.panel.painting.preset(Preset.TOP)
    rig.panel.complete()
    assert rig.asked[0].image[5, 2, 0] == 3
    assert rig.panel.session.trials[0].subject.words == "drawn by hand"


def test_methods_that_the_model_cannot_do_say_why(
    build: Callable[..., Rig], make_run: Callable[..., Run]
) -> None:
    rig = build()
    weak = CARD.model_copy(update={"capabilities": (), "title": "Weak"})
    rig.panel.show_run(make_run("weak", space=SPACE), weak)
    button = rig.panel.form.methods.button("Gibbs")
    assert not button.isEnabled()
    assert button.toolTip() == "Weak is not autoregressive, which it needs"
    rig.panel.painting.preset(Preset.TOP)
    assert rig.panel.problem() == "No method works with this model."


VAE_CARD = CARD.model_copy(
    update={
        "name": "vae",
        "title": "VAE",
        "capabilities": (Capability.INPAINTING, Capability.LATENT_VARIABLE),
    }
)
PSEUDO = MethodCard(
    name="pseudo-gibbs",
    title="Pseudo-Gibbs",
    sentence="Guesses the code.",
    formula="z ~ q(z | x)",
    needs=(Capability.LATENT_VARIABLE,),
    sees="all",
    settings_schema={"type": "object", "properties": {}},
)


def latent_rig(build: Callable[..., Rig], make_run: Callable[..., Run]) -> Rig:
    """A panel on a VAE."""
    rig = build()
    rig.run = make_run("other", family="vae", space=SPACE)
    rig.studio.cards = {**rig.studio.cards, "vae": VAE_CARD}
    rig.studio.methods = (PSEUDO, *rig.studio.methods)
    rig.panel.show_run(rig.run, VAE_CARD)
    return rig


def test_a_model_with_a_latent_variable_is_completed_by_the_method_that_there_is(
    build: Callable[..., Rig], make_run: Callable[..., Run]
) -> None:
    rig = latent_rig(build, make_run)
    rig.bring()
    rig.panel.painting.preset(Preset.TOP)
    assert rig.panel.form.methods.offered == ["Pseudo-Gibbs"]
    assert not rig.panel.form.beside.isEnabled()
    rig.panel.complete()
    assert [asked.method for asked in rig.asked] == ["pseudo-gibbs"]
    rig.start()
    rig.finish(log_prob=float("nan"))
    texts = [label.text() for label in rig.panel.findChildren(QLabel)]
    assert not any("nan" in text for text in texts)
    rig.panel.show_run(make_run("third", space=SPACE), CARD)
    assert rig.panel.form.method is not None
    assert rig.panel.form.method.name == "raster"
    assert "Pseudo-Gibbs" not in rig.panel.form.methods.offered


def test_a_model_with_a_latent_variable_draws_an_image_and_is_not_probed(
    build: Callable[..., Rig], make_run: Callable[..., Run], qtbot: QtBot
) -> None:
    rig = latent_rig(build, make_run)
    rig.panel.draw_one()
    image, codes = picture(4), np.zeros((1, 2), np.float32)
    labels = np.zeros((1, 0), np.int64)
    drawn = LatentDraws(codes, image[None].astype(np.float32), image[None], labels, "z ~ N(0, I).")
    job = rig.engine.open_jobs[-1]
    rig.engine.say(drawn, job)
    rig.engine.finish(None)
    rig.studio.poll()
    assert np.array_equal(rig.panel.painting.image, image)
    rig.panel.side.turn_to(PROBE)
    before = len(rig.engine.asked)
    rig.panel.canvas.hovered.emit(Pixel(0, 2, 2))
    words = rig.panel.findings.probe.sentence.text()
    assert words == "VAE has no exact p(xᵢ | all others), so nothing is probed."
    assert len(rig.engine.asked) == before
    assert rig.panel.findings.probe.where.text() == "No pixel"


def test_every_command_has_words_and_works(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.bring()
    commands = rig.panel.commands()
    keys = [keys for _, keys, _ in commands if keys]
    assert len(keys) == len(set(keys))
    for words, _, action in commands:
        assert words
        if not words.endswith("…"):
            action()  # type: ignore[operator]
    rig.panel.session.cancel()
    rig.studio.poll()


def test_no_key_of_the_panel_is_one_of_the_windows(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    window = MainWindow(rig.studio, ())
    qtbot.addWidget(window)
    taken = {key.toString() for action in window.menus.commands() for key in action.shortcuts()}
    assert "Ctrl+B" in taken
    mine = {QKeySequence(keys).toString() for _, keys, _ in rig.panel.commands() if keys}
    assert not mine & taken


def test_the_tour_paints_completes_and_shows_the_diagnostics(build: Callable[..., Rig]) -> None:
    rig = build()
    names = []
    for name, action in rig.panel.tour_stops():
        action()
        for _ in range(4):
            if not rig.engine.open_jobs:
                break
            request = rig.engine.asked[-1].request
            if isinstance(request, PickImage):
                rig.engine.finish(Picked("test", 0, picture(), np.array([7])))
                rig.studio.poll()
            else:
                rig.start()
                rig.finish()
        names.append(name)
        if name == "mask":
            hidden = ~rig.panel.painting.known
            assert hidden[:3].any() and not hidden.all()
    assert names == ["image", "mask", "raster", "gibbs", "diagnostics", "beside"]
    assert [request.method for request in rig.asked] == ["raster", "gibbs", "raster", "gibbs"]
    assert rig.panel.settled()


def drop(widget: QWidget, path: Path) -> bool:
    """Drag a file over a widget and let it fall; whether the widget took it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, LEFT, NONE)
    widget.dragEnterEvent(enter)
    if enter.isAccepted():
        widget.dropEvent(QDropEvent(QPointF(5, 5), copy, data, LEFT, NONE))
    return enter.isAccepted()


@pytest.mark.timeout(300)
def test_everything_works_on_a_real_model(qtbot: QtBot, settings: QSettings, folders: Path) -> None:
    studio = Studio(InlineEngine(), settings)
    studio.start()
    [run] = [run for run in studio.shipped if run.name == "pixelcnn-digits"]
    panel = InpaintPanel(studio)
    qtbot.addWidget(panel)
    panel.resize(1030, 600)
    panel.show()
    qtbot.waitUntil(lambda: bool(studio.cards), timeout=100_000)
    panel.show_run(run, studio.cards["pixelcnn"])

    def settle() -> None:
        qtbot.waitUntil(panel.settled, timeout=100_000)

    for form in panel.form.forms.values():
        form.unfold()
        assert form.minimumSizeHint().width() <= panel.form.methods.width(), "no scrolling sideways"
    panel.form.count.choose("4")
    for name, action in panel.tour_stops():
        action()
        settle()
        assert panel.failure.isHidden(), (name, panel.failure.title.text())
    raster, gibbs, first, second = panel.session.trials
    assert [trial.state for trial in panel.session.trials] == ["finished"] * 4
    assert (raster.method.name, gibbs.method.name) == ("raster", "gibbs")
    for trial in (raster, gibbs):
        assert trial.result is not None
        known, image = trial.request.known, trial.subject.image
        assert (trial.result.images[:, known] == image[known]).all()
    assert first.beside is second
    assert second.subject.words.split()[-1] in ("7", "9")
    assert panel.stage.sentence.text()
    panel.browse()
    browser = next(w for w in panel.findChildren(Browser))
    qtbot.waitUntil(lambda: browser.page is not None, timeout=100_000)
    browser.grid.chosen.emit(2)
    assert panel.bar.caption.text().startswith("Test image 2, digit ")
    panel.draw_one()
    settle()
    assert panel.bar.caption.text().startswith("Drawn by the model")
    studio.close()
