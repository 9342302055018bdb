"""The Generate panel of a model with a latent space: a code, what is expected, what is drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from genstudio.core.capabilities import Capability
from genstudio.core.latent import LatentControls, LatentDraws
from genstudio.core.messages import Sample
from genstudio.core.recipe import Recipe, read_recipe
from genstudio.core.runs import Result, Run
from genstudio.core.spaces import Grid, Label
from genstudio.core.stages import Stage
from genstudio.core.uniforms import uniforms
from genstudio.ui.generate.code_bars import CodeBars
from genstudio.ui.generate.stages import StagePage
from genstudio.ui.generate.symbols import SymbolPage
from genstudio.ui.panels.generate import GeneratePanel
from genstudio.ui.recording.exporting import weights_of
from genstudio.ui.recording.playback import INSTANT
from genstudio.ui.recording.takes import MOST_TAKES
from genstudio.ui.studio import Notice, Studio
from genstudio.ui.widgets.canvas import Pixel
from tests.ui.scripted import ScriptedEngine, card

LABELS = (Label(name="digit", classes=tuple("0123456789")),)
CODES = (Capability.DECODER, Capability.ENCODER)
VAE = card("vae", *CODES, Capability.LATENT_VARIABLE, title="VAE").model_copy(
    update={"controls_schema": LatentControls.model_json_schema()}
)
PRIOR = "z ~ N(0, τ² I)"


class Rig:
    """A page with a run; draws come when the test says so."""

    def __init__(
        self, studio: Studio, engine: ScriptedEngine, panel: GeneratePanel, run: Run
    ) -> None:
        self.studio, self.engine, self.panel, self.run = studio, engine, panel, run

    @property
    def page(self) -> StagePage:
        page = self.panel.page
        assert isinstance(page, StagePage)
        return page

    @property
    def asked(self) -> list[Sample]:
        return [each.request for each in self.engine.asked if isinstance(each.request, Sample)]

    def answer(self, size: int = 3) -> LatentDraws:
        """Draws that depend on the seed and the index alone."""
        request, space = self.asked[-1], self.run.manifest.grid
        u = uniforms(request.seed, request.count, size + space.dimensions, request.first)
        temperature = float(request.controls.get("temperature", 1.0))
        labels = np.zeros((request.count, 0), np.int64)
        draws = LatentDraws(
            (temperature * (4 * u[:, :size] - 2)).astype(np.float32),
            (u[:, size:] * (space.levels - 1)).reshape(-1, *space.shape).astype(np.float32),
            (u[:, size:] * space.levels).reshape(-1, *space.shape).astype(np.uint8),
            labels if request.labels is None else request.labels,
            PRIOR,
        )
        self.engine.say(draws)
        self.engine.finish()
        self.studio.poll()
        return draws

    def colour(self, row: int, column: int, image: int = 0) -> tuple[int, int, int]:
        canvas = self.page.view.canvas
        at = canvas.rect_of(Pixel(image, row, column)).center().toPoint()
        found = canvas.grab().toImage().pixelColor(at)
        return found.red(), found.green(), found.blue()


@pytest.fixture
def build(
    qtbot: QtBot, studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run]
) -> Callable[..., Rig]:
    def make(conditional: bool = False, steps: int = 2000, levels: int = 16) -> Rig:
        run = make_run(
            "vae-0001",
            family="vae",
            title="VAE on digits",
            space=Grid(height=6, width=5, levels=levels, labels=LABELS),
            config={"conditional": conditional},
            result=Result(state="finished", steps=steps, seconds=1.0),
        )
        studio.refresh_runs()
        studio.select(run.folder)
        panel = GeneratePanel(studio)
        qtbot.addWidget(panel)
        panel.resize(1020, 620)
        panel.show()
        panel.activateWindow()
        panel.show_run(run, VAE)
        rig = Rig(studio, scripted_engine, panel, run)
        rig.page.view.canvas.setFocus()
        qtbot.waitUntil(rig.page.view.canvas.hasFocus)
        return rig

    return make


def test_choosing_a_model_draws_and_plays_the_stages(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    assert rig.asked[-1].count == 1
    draws = rig.answer()
    view = rig.page.view
    assert view.stage is Stage.CODE and view.playback.playing, "the code is there at once"
    assert rig.page.stage.word == "Code z"
    assert view.caption.text() == "A cell for each number of z, in reading order"
    assert rig.page.prior.text() == PRIOR
    np.testing.assert_array_equal(rig.page.bars.bars.code, draws.codes[0])
    view.playback.speed = INSTANT
    qtbot.waitUntil(rig.page.settled)
    assert view.stage is Stage.DRAWN and rig.page.stage.word == "Drawn x"
    for row, column in ((0, 0), (3, 2), (5, 4)):
        grey = int(draws.images[0, row, column, 0]) * 17
        assert rig.colour(row, column) == (grey, grey, grey)


def test_the_stages_are_stepped_through_with_the_arrows(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    draws = rig.answer()
    view, canvas = rig.page.view, rig.page.view.canvas
    view.pause()
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert view.stage is Stage.EXPECTED
    grey = round(float(draws.expected[0, 2, 3, 0]) / 15 * 255)
    assert rig.colour(2, 3) == (grey, grey, grey)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    wanted = tuple(map(int, rig.page.recorder.current.stages.pictures(Stage.CODE)[0, 4, 1]))  # type: ignore[union-attr]
    assert view.stage is Stage.CODE and rig.colour(4, 1) == wanted
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert view.stage is None and rig.page.stage.word == ""
    qtbot.keyClick(canvas, Qt.Key.Key_3)
    assert view.stage is Stage.DRAWN
    qtbot.mouseClick(rig.page.stage.button("Expected E[x | z]"), Qt.MouseButton.LeftButton)
    assert view.stage is Stage.EXPECTED
    view.transport.scrubber.sought.emit(1)
    assert view.stage is Stage.CODE
    assert view.transport.where.text() == "1 / 3"
    assert view.transport.scrubber.words_at(2) == "Expected E[x | z]"


def test_a_pixel_is_read_in_numbers_and_a_cell_marks_its_dimension(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    draws = rig.answer()
    page, view = rig.page, rig.page.view
    view.go_to(Stage.DRAWN)
    qtbot.mouseMove(view.canvas, view.canvas.rect_of(Pixel(0, 1, 2)).center().toPoint())
    wanted = (
        f"Row 2, column 3: E[x | z] = {draws.expected[0, 1, 2, 0]:.2f}, "
        f"drawn {draws.images[0, 1, 2, 0]} of 0 … 15"
    )
    qtbot.waitUntil(lambda: view.caption.text() == wanted)
    view.go_to(Stage.CODE)
    take = page.recorder.current
    assert take is not None
    qtbot.mouseMove(view.canvas, view.canvas.rect_of(Pixel(0, 5, 0)).center().toPoint())
    qtbot.waitUntil(lambda: page.bars.bars.marked == take.stages.dimension_at(5, 0))
    assert page.bars.bars.marked is not None


def test_one_of_many_is_looked_at_large_with_its_own_code(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.answer()
    page = rig.page
    qtbot.mouseClick(page.form.count.button("16"), Qt.MouseButton.LeftButton)
    assert rig.asked[-1].count == 16
    draws = rig.answer()
    canvas = page.view.canvas
    assert canvas.count == 16
    at = canvas.rect_of(Pixel(6, 2, 2)).center().toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert page.view.sample == 6 and canvas.count == 1
    np.testing.assert_array_equal(page.bars.bars.code, draws.codes[6])
    assert page.about.text() == "Code of image 7"
    page.view.go_to(Stage.DRAWN)
    grey = int(draws.images[6, 1, 1, 0]) * 17
    assert rig.colour(1, 1) == (grey, grey, grey)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert page.view.sample is None and canvas.count == 16


def test_temperature_draws_the_same_seed_again_once_it_rests(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.answer()
    rig.page.view.jump_to_live()
    before = len(rig.asked)
    edit = rig.page.form.knobs.field("temperature").edit
    edit.selectAll()
    qtbot.keyClicks(edit, "0.5")
    qtbot.waitUntil(lambda: len(rig.asked) > before)
    assert rig.asked[-1].controls == {"temperature": 0.5}
    assert rig.asked[-1].seed == rig.asked[0].seed
    rig.answer()
    assert len(rig.page.recorder.takes) == 1, "it takes the place of the other"
    assert rig.page.view.stage is Stage.DRAWN and rig.page.settled()


def test_takes_are_kept_gone_back_to_and_forgotten(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    first = rig.answer()
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_D)
    rig.answer()
    takes = rig.page.recorder.takes
    assert [take.number for take in takes] == [1, 2]
    rig.page.tree.chosen.emit(takes[0])
    np.testing.assert_array_equal(rig.page.bars.bars.code, first.codes[0])
    assert rig.page.view.stage is Stage.DRAWN, "what was seen is not played again"
    assert rig.page.form.seed.value() == takes[0].request.seed
    rig.page.tree.deleted.emit(takes[0])
    assert rig.page.recorder.current is takes[-1] and len(takes) == 1
    told: list[Notice] = []
    rig.studio.noticed.connect(told.append)
    for _ in range(MOST_TAKES):
        rig.page.draw_another()
        rig.answer()
    assert len(takes) == MOST_TAKES
    assert [notice.title for notice in told] == ["The oldest take was forgotten to make room."]


@pytest.mark.parametrize("kind", ["png", "gif", "webp", "npz"])
def test_an_exported_file_is_recalled(
    build: Callable[..., Rig], qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    rig = build()
    rig.answer()
    take = rig.page.recorder.current
    assert take is not None
    path = tmp_path / f"draws.{kind}"
    with qtbot.waitSignal(rig.page.export.exporter.written, timeout=20_000):
        rig.page.export.save(take, path)
    recipe = read_recipe(path)
    assert recipe.weights == weights_of(rig.run) and recipe.kind == "sample"
    rig.page.form.show_seed(4321)
    before = len(rig.asked)
    with qtbot.waitSignal(rig.page.export.exporter.weighed, timeout=20_000):
        rig.studio.recipe_recalled.emit(recipe)
    request = rig.asked[-1]
    assert len(rig.asked) == before + 1
    assert (request.seed, request.count) == (take.request.seed, 1)
    assert request.controls == {"temperature": 1.0}
    np.testing.assert_array_equal(rig.answer().images, take.stages.draws.images)
    assert rig.page.form.seed.value() == take.request.seed


def test_a_file_opened_while_the_engine_starts_is_recalled_once_it_is_there(
    qtbot: QtBot, studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run]
) -> None:
    panel = GeneratePanel(studio)
    qtbot.addWidget(panel)
    panel.show()
    run = make_run("vae-0001", family="vae")
    studio.recipe_recalled.emit(Recipe(run=run.name, seed=77, count=4))
    panel.show_run(make_run("vae-0002", family="vae"), VAE)
    assert scripted_engine.last(Sample).request.seed != 77  # type: ignore[attr-defined] # a Sample
    panel.show_run(run, VAE)
    request = scripted_engine.last(Sample).request
    assert isinstance(request, Sample) and (request.seed, request.count) == (77, 4)
    asked = len(scripted_engine.asked)
    panel.show_run(run, VAE)
    assert len(scripted_engine.asked) == asked, "it is recalled once"


def test_a_recipe_of_other_weights_warns(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.answer()
    told: list[Notice] = []
    rig.studio.noticed.connect(told.append)
    rig.studio.recipe_recalled.emit(Recipe(run=rig.run.name, weights="0" * 64, seed=2, count=4))
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].kind == "warning" and "has learned since" in told[0].title
    assert rig.asked[-1].count == 4


def test_the_picture_is_copied_with_its_recipe(build: Callable[..., Rig]) -> None:
    rig = build()
    draws = rig.answer()
    rig.page.export.copy()
    data = QGuiApplication.clipboard().mimeData()
    picture = QImage.fromData(data.data("image/png").data())
    scale = rig.page.export.scale
    assert picture.pixelColor(2 * scale, scale).red() == int(draws.images[0, 1, 2, 0]) * 17


def test_a_class_can_be_asked_of_a_conditional_model(build: Callable[..., Rig]) -> None:
    rig = build(conditional=True)
    box = rig.page.form.classes.boxes[0]
    box.setCurrentIndex(4)
    box.activated.emit(4)
    assert rig.asked[-1].labels is not None and rig.asked[-1].labels.tolist() == [[3]]


def test_one_walks_on_from_a_drawn_code(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    draws = rig.answer()
    wanted, recalled = [], []
    rig.studio.panel_wanted.connect(wanted.append)
    rig.studio.recipe_recalled.connect(recalled.append)
    qtbot.mouseClick(rig.page.walk, Qt.MouseButton.LeftButton)
    assert wanted == ["Latent"]
    [recipe] = recalled
    assert (recipe.kind, recipe.method) == ("latent", "decode")
    np.testing.assert_allclose(recipe.settings["codes"], draws.codes, rtol=0)


def test_a_failure_is_said_and_can_be_tried_again(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build(steps=120)
    assert "Learned for 120 steps only" in rig.page.view.caption.text()
    rig.engine.fail("The device is out of memory.", "Choose another device.")
    rig.studio.poll()
    assert rig.page.failure.isVisible() and rig.page.settled()
    assert rig.page.failure.title.text() == "The device is out of memory."
    before = len(rig.asked)
    qtbot.mouseClick(rig.page.failure.retry, Qt.MouseButton.LeftButton)
    assert len(rig.asked) == before + 1 and not rig.page.failure.isVisible()


def test_the_page_follows_the_kind_of_model(
    build: Callable[..., Rig], studio: Studio, make_run: Callable[..., Run]
) -> None:
    rig = build()
    rig.answer()
    page = rig.page
    other = make_run("pixelcnn-0002")
    rig.panel.show_run(other, card("pixelcnn", Capability.AUTOREGRESSIVE))
    assert isinstance(rig.panel.page, SymbolPage)
    assert "Left" in [keys for words, keys, _ in rig.panel.commands() if words == "One symbol back"]
    rig.panel.show_run(rig.run, VAE)
    assert rig.panel.page is page and len(page.recorder.takes) == 1, "its takes are there still"
    assert "One stage back" in [words for words, _, _ in rig.panel.commands()]


def test_the_tour_goes_through_the_stages(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.answer()
    seen = {}
    for name, action in rig.panel.tour_stops():
        action()
        seen[name] = rig.page.view.stage
    assert [seen[stage.value] for stage in Stage] == list(Stage)
    assert rig.asked[-1].count == 16


def test_bars_of_many_dimensions_scroll_and_tiny_numbers_have_no_sign(qtbot: QtBot) -> None:
    bars = CodeBars()
    qtbot.addWidget(bars)
    bars.resize(240, 200)
    bars.show()
    bars.show_code(np.array([-0.001, 0.5, -10.69] + [1.0] * 253), 11.0)
    assert bars.accessibleDescription().startswith("0.00, 0.50, −10.69, 1.00")
    assert bars.verticalScrollBar().maximum() > 0
    before = bars.verticalScrollBar().value()
    bars.mark(200)
    assert bars.verticalScrollBar().value() > before
    bars.grab()
