"""The Generate panel: it draws at once, plays, intervenes, remembers, exports, recalls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from genstudio.core.capabilities import Capability
from genstudio.core.draw import DrawControls, adjusted, inverse_cdf
from genstudio.core.export import read_npz
from genstudio.core.messages import Complete, Sample, SampleStarted
from genstudio.core.recipe import read_recipe
from genstudio.core.runs import Result, Run
from genstudio.core.spaces import Grid, Label
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import uniforms
from genstudio.ui.generate.symbols import SymbolPage
from genstudio.ui.panels.generate import GeneratePanel
from genstudio.ui.recording.playback import INSTANT
from genstudio.ui.recording.takes import MOST_TAKES
from genstudio.ui.studio import Studio
from genstudio.ui.widgets.canvas import Pixel
from tests.ui.scripted import ScriptedEngine, card

LABELS = (Label(name="digit", classes=tuple("0123456789")),)
CARD = card("pixelcnn", Capability.AUTOREGRESSIVE, title="PixelCNN").model_copy(
    update={"controls_schema": DrawControls.model_json_schema()}
)


class Rig:
    """A page with a run, and a sampler that the test advances."""

    def __init__(self, studio: Studio, engine: ScriptedEngine, panel: GeneratePanel, run: Run):
        assert isinstance(panel.page, SymbolPage)
        self.studio, self.engine, self.run = studio, engine, run
        self.panel, self.page = panel, panel.page
        self.space = run.manifest.space

    def answer(self, first: int = 0, last: int | None = None, start: bool = True) -> None:
        """Serve the newest request from one step to another, and finish it at the last."""
        request = self.engine.last().request
        assert isinstance(request, Sample | Complete)
        count = request.count if isinstance(request, Sample) else len(request.images)
        dimensions, levels = self.space.dimensions, self.space.levels
        u = uniforms(request.seed, count, dimensions, request.first)
        controls = DrawControls.checked(request.controls)
        labels = np.zeros((count, 0), np.int64) if request.labels is None else request.labels
        if start:
            self.engine.say(
                SampleStarted(
                    self.space,
                    np.arange(dimensions),
                    u,
                    controls.model_dump(),
                    labels,
                    request.seed,
                )
            )
        known = np.zeros((count, dimensions), np.bool_)
        symbols = np.zeros((count, dimensions), np.uint8)
        if isinstance(request, Complete):
            known = request.known.reshape(count, -1)
            symbols = request.images.reshape(count, -1).copy()
        p = np.zeros((count, dimensions, levels), np.float32)
        for step in range(dimensions):  # each symbol leans towards the one before it
            p[:, step] = 0.5 / levels
            before = symbols[:, step - 1] if step else np.zeros(count, np.uint8)
            p[np.arange(count), step, before] += 0.5
            drawn = inverse_cdf(adjusted(p[:, step], controls), u[:, step])
            symbols[:, step] = np.where(known[:, step], symbols[:, step], drawn)
        here = slice(first, last)
        self.engine.say(TraceChunk(first, symbols[:, here], p[:, here], known[:, here]))
        if last is None or last == dimensions:
            self.engine.finish()
        self.studio.poll()

    def click(self, qtbot: QtBot, row: int, column: int, image: int = 0) -> None:
        canvas = self.page.view.canvas
        at = canvas.rect_of(Pixel(image, row, column)).center().toPoint()
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)

    @property
    def asked(self) -> list[Sample | Complete]:
        """What has been asked of the sampler."""
        return [
            asked.request
            for asked in self.engine.asked
            if isinstance(asked.request, Sample | Complete)
        ]


@pytest.fixture
def build(
    qtbot: QtBot,
    studio: Studio,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
) -> Callable[..., Rig]:
    def make(
        levels: int = 16, channels: int = 1, conditional: bool = False, steps: int = 2000
    ) -> Rig:
        space = Grid(height=6, width=5, channels=channels, levels=levels, labels=LABELS)
        run = make_run(
            space=space,
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
        panel.show_run(run, CARD)
        rig = Rig(studio, scripted_engine, panel, run)
        rig.page.view.canvas.setFocus()
        qtbot.waitUntil(rig.page.view.canvas.hasFocus)
        return rig

    return make


def test_choosing_a_model_draws_one_image_and_plays_it(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    assert isinstance(rig.asked[-1], Sample) and rig.asked[-1].count == 1
    rig.answer()
    playback = rig.page.view.playback
    assert playback.playing
    playback.speed = INSTANT
    qtbot.waitUntil(rig.page.settled)
    assert playback.at_end
    take = rig.page.recorder.current
    assert take is not None
    canvas = rig.page.view.canvas
    shot = canvas.grab().toImage()
    for row, column in ((0, 0), (3, 2), (5, 4)):
        symbol = int(take.trace.images()[0, row, column, 0])
        colour = shot.pixelColor(canvas.rect_of(Pixel(0, row, column)).center().toPoint())
        assert colour.red() == colour.green() == colour.blue() == symbol * 17


def test_it_draws_nothing_by_itself_when_that_is_turned_off(
    build: Callable[..., Rig], studio: Studio
) -> None:
    studio.settings.setValue("generate/on_select", "false")
    assert build().asked == []


def test_an_undertrained_model_is_called_so(build: Callable[..., Rig]) -> None:
    rig = build(steps=120)
    assert "Learned for 120 steps only" in rig.page.view.caption.text()


def test_what_is_not_drawn_yet_is_not_shown(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.answer(0, 12)
    view = rig.page.view
    view.jump_to_live()
    assert view.playback.position == 12 and view.playback.following
    rig.answer(12, None, start=False)
    view.tick()
    assert view.playback.at_end and not rig.page.recorder.busy


def test_the_numbers_are_those_of_the_recording(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.answer()
    rig.page.view.pause()
    rig.page.view.seek(13)
    facts = dict(rig.page.step_view.facts.rows)
    trace = rig.page.recorder.current.trace  # type: ignore[union-attr]
    nats = -float(np.log(trace.probabilities[0, np.arange(13), trace.symbols[0, :13]]).sum())
    assert facts["log p so far"].startswith(f"−{nats:.1f} nats")
    assert facts["Average so far"] == f"{nats / 13 / np.log(2):.3f} bits/dim"
    shown = rig.page.step_view.bars.shown
    assert shown is not None
    assert shown.symbol == trace.symbols[0, 12] and shown.uniform == trace.uniforms[0, 12]
    pixel = Pixel(0, 1, 1)
    qtbot.mouseMove(rig.page.view.canvas, rig.page.view.canvas.rect_of(pixel).center().toPoint())
    qtbot.waitUntil(lambda: "row 2, column 2" in dict(rig.page.step_view.facts.rows)["Step"])


def test_a_change_is_drawn_on_from_the_same_uniforms(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.answer()
    page = rig.page
    page.view.jump_to_live()
    parent = page.recorder.current
    assert parent is not None
    rig.click(qtbot, 2, 1)
    assert page.step_view.put.isEnabled()
    old = int(parent.trace.symbols[0, 11])
    page.step_view.symbol.setValue((old + 7) % 16)
    qtbot.mouseClick(page.step_view.put, Qt.MouseButton.LeftButton)
    request = rig.asked[-1]
    assert isinstance(request, Complete) and request.seed == parent.request.seed
    assert request.known.reshape(-1).tolist() == [True] * 12 + [False] * 18
    assert request.images.reshape(-1)[11] == (old + 7) % 16
    rig.answer()
    fork = page.recorder.current
    assert fork is not None and fork.parent is parent and fork.trace.complete
    assert np.array_equal(fork.trace.uniforms, parent.trace.uniforms)
    assert np.flatnonzero(fork.trace.given[0]).tolist() == [11]
    page.view.jump_to_live()
    differ = int((fork.trace.symbols[0, 12:] != parent.trace.symbols[0, 12:]).sum())
    assert f"{differ} of 18 later symbols differ" in page.view.caption.text()
    page.overlays.turn_to("Difference")
    shot = page.view.canvas.grab().toImage()
    before = shot.pixelColor(page.view.canvas.rect_of(Pixel(0, 0, 0)).center().toPoint())
    assert before.red() == before.green() == before.blue()  # nothing before the change differs
    qtbot.keyClick(page.view.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.recorder.current is parent
    assert not page.overlays.button("Difference").isEnabled()
    assert len(page.recorder.takes) == 2


def test_with_two_symbols_a_click_flips(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build(levels=2)
    rig.answer()
    rig.page.view.jump_to_live()
    old = int(rig.page.recorder.current.trace.symbols[0, 7])  # type: ignore[union-attr]
    rig.click(qtbot, 1, 2)
    request = rig.asked[-1]
    assert isinstance(request, Complete) and request.images.reshape(-1)[7] == 1 - old


def test_a_click_while_it_plays_only_pauses(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build(levels=2)
    rig.answer()
    rig.page.view.set_speed(1.0)
    rig.page.view.seek(20)
    assert rig.page.view.playback.playing
    rig.click(qtbot, 1, 2)
    assert not rig.page.view.playback.playing
    assert isinstance(rig.asked[-1], Sample)


def test_a_pixel_that_is_not_drawn_cannot_be_changed(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build(levels=2)
    rig.answer()
    rig.page.view.pause()
    rig.page.view.seek(5)
    rig.click(qtbot, 4, 4)
    assert isinstance(rig.asked[-1], Sample)
    assert "not drawn yet" in rig.page.step_view.put.toolTip()


def test_a_colour_model_changes_one_channel(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build(levels=4, channels=3)
    rig.answer()
    rig.page.view.jump_to_live()
    rig.click(qtbot, 1, 1)
    rig.page.step_view.channel_chosen.emit(2)
    step = (1 * 5 + 1) * 3 + 2
    old = int(rig.page.recorder.current.trace.symbols[0, step])  # type: ignore[union-attr]
    rig.page.step_view.symbol_chosen.emit((old + 1) % 4)
    request = rig.asked[-1]
    assert isinstance(request, Complete)
    assert int(request.known.sum()) == step + 1
    assert request.images.reshape(-1)[step] == (old + 1) % 4


def test_the_keyboard_alone_intervenes(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build(levels=2)
    rig.answer()
    rig.page.view.jump_to_live()
    canvas = rig.page.view.canvas
    canvas.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(canvas, key, control)
    assert canvas.cursor_pixel == Pixel(0, 1, 1)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    request = rig.asked[-1]
    assert isinstance(request, Complete) and int(request.known.sum()) == 7


def test_one_of_many_is_looked_at_large_and_left_with_escape(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.answer()
    qtbot.mouseClick(rig.page.form.count.button("16"), Qt.MouseButton.LeftButton)
    assert rig.asked[-1].count == 16  # type: ignore[union-attr]
    rig.answer()
    rig.page.view.jump_to_live()
    assert rig.page.view.canvas.count == 16
    rig.click(qtbot, 2, 2, image=6)
    assert rig.page.view.sample == 6 and rig.page.view.canvas.count == 1
    rig.click(qtbot, 2, 2)
    rig.page.step_view.symbol_chosen.emit(15)
    request = rig.asked[-1]
    assert isinstance(request, Complete) and request.first == 6
    rig.page.hand.undo()
    assert rig.page.view.sample == 6
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_Escape)
    assert rig.page.view.sample is None and rig.page.view.canvas.count == 16


def test_a_knob_draws_the_same_seed_again_once_it_rests(
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
    assert len(rig.asked) == before + 1
    assert rig.asked[-1].controls["temperature"] == 0.5
    assert rig.asked[-1].seed == rig.asked[0].seed
    rig.answer()
    assert len(rig.page.recorder.takes) == 1
    qtbot.waitUntil(lambda: rig.page.view.playback.at_end)
    assert rig.page.settled()


def test_a_locked_seed_is_kept(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.page.form.show_seed(77)
    rig.page.form.lock.click()
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_D)
    assert rig.asked[-1].seed == 77
    rig.page.form.copy.click()
    assert QGuiApplication.clipboard().text() == "77"
    rig.page.form.lock.click()
    seeds = set()
    for _ in range(4):
        qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_D)
        seeds.add(rig.asked[-1].seed)
    assert len(seeds) > 1


def test_a_class_can_be_asked_of_a_conditional_model(build: Callable[..., Rig]) -> None:
    rig = build(conditional=True)
    assert rig.asked[-1].labels is None
    box = rig.page.form.classes.boxes[0]
    box.setCurrentIndex(4)
    box.activated.emit(4)
    assert rig.asked[-1].labels is not None and rig.asked[-1].labels.tolist() == [[3]]


def test_a_failure_is_said_where_it_happened_and_can_be_tried_again(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.engine.fail("The device is out of memory.", "Choose another device.")
    rig.studio.poll()
    assert rig.page.problem.isVisible()
    assert rig.page.problem.text() == "The device is out of memory. Choose another device."
    before = len(rig.asked)
    qtbot.mouseClick(rig.page.retry, Qt.MouseButton.LeftButton)
    assert len(rig.asked) == before + 1 and not rig.page.problem.isVisible()


def test_the_arrows_move_the_playhead_from_the_canvas_and_no_slider_loses_them(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.answer()
    view, lock = rig.page.view, rig.page.form.lock
    view.seek(10)
    for place, (left, right) in {view.canvas: (9, 10), view.transport.scrubber: (9, 10)}.items():
        place.setFocus()
        qtbot.keyClick(place, Qt.Key.Key_Left)
        assert view.playback.position == left
        qtbot.keyClick(place, Qt.Key.Key_Right)
        assert view.playback.position == right
    speed = view.transport.speed
    before = speed.value()
    speed.setFocus()
    qtbot.keyClick(speed, Qt.Key.Key_Right)
    assert speed.value() > before and view.playback.position == 10
    lock.setFocus()
    qtbot.keyClick(lock, Qt.Key.Key_Space)
    assert lock.isChecked() and not view.playback.playing


def test_a_symbol_is_typed_and_put_with_enter(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.answer()
    take = rig.page.recorder.current
    rig.page.view.jump_to_live()
    rig.click(qtbot, 2, 1)
    field = rig.page.step_view.symbol
    assert take is not None and field.hasFocus()
    wanted = 15 - int(take.trace.symbols[0, 11])
    field.selectAll()
    qtbot.keyClicks(field, str(wanted))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    fork = rig.page.recorder.current
    assert fork is not take and fork is not None
    assert [(edit.step, edit.symbol) for edit in fork.edits] == [(11, wanted)]


def test_takes_are_revisited_deleted_and_forgotten(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.answer()
    notices: list[str] = []
    rig.studio.noticed.connect(lambda notice: notices.append(notice.title))
    first = rig.page.recorder.current
    assert first is not None
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_D)
    rig.answer()
    second = rig.page.recorder.current
    rig.page.tree.setFocus()
    qtbot.keyClick(rig.page.tree, Qt.Key.Key_Up)
    assert rig.page.recorder.current is first and rig.page.view.take is first
    qtbot.keyClick(rig.page.tree, Qt.Key.Key_Delete)
    assert list(rig.page.recorder.takes) == [second]
    assert rig.page.recorder.current is second
    for _ in range(MOST_TAKES):
        rig.page.draw_another()
        rig.answer()
    assert len(rig.page.recorder.takes) == MOST_TAKES
    assert second not in list(rig.page.recorder.takes)
    assert notices == ["The oldest take was forgotten to make room."]


def test_a_take_keeps_its_thumbnail_while_another_model_is_looked_at(
    build: Callable[..., Rig], make_run: Callable[..., Run]
) -> None:
    rig = build()
    rig.answer()

    def thumbnail() -> QImage:
        return rig.page.tree.topLevelItem(0).icon(0).pixmap(48, 48).toImage()

    first = thumbnail()
    other = make_run("other", space=Grid(height=3, width=9, channels=1, levels=2, labels=LABELS))
    for run in (other, rig.run):
        rig.studio.refresh_runs()
        rig.studio.select(run.folder)
        rig.page.show_run(run, CARD)
        if run is other:
            rig.space = other.manifest.space
            rig.answer()
            assert thumbnail() != first
    assert thumbnail() == first


@pytest.mark.parametrize("suffix", ["png", "gif", "webp", "npz"])
def test_an_exported_file_recalls_what_made_it(
    build: Callable[..., Rig], qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    rig = build()
    rig.answer()
    rig.page.view.jump_to_live()
    rig.click(qtbot, 2, 1)
    old = int(rig.page.recorder.current.trace.symbols[0, 11])  # type: ignore[union-attr]
    rig.page.step_view.symbol_chosen.emit((old + 7) % 16)
    rig.answer()
    fork = rig.page.recorder.current
    assert fork is not None
    path = tmp_path / f"fork.{suffix}"
    with qtbot.waitSignal(rig.page.export.exporter.written):
        rig.page.export.save(fork, path)
    recipe = read_recipe(path)
    assert [(edit.step, edit.symbol) for edit in recipe.edits] == [(11, (old + 7) % 16)]
    if suffix == "npz":
        assert np.array_equal(read_npz(path)[0].symbols, fork.trace.symbols)
    rig.page.form.show_seed(recipe.seed + 1)
    with qtbot.waitSignal(rig.page.export.exporter.weighed):
        rig.studio.recipe_recalled.emit(recipe)
    assert isinstance(rig.asked[-1], Sample) and rig.asked[-1].seed == recipe.seed
    rig.answer()
    assert isinstance(rig.asked[-1], Complete)
    rig.answer()
    again = rig.page.recorder.current
    assert again is not None and again is not fork
    assert np.array_equal(again.trace.symbols, fork.trace.symbols)


def test_other_weights_are_warned_of(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.answer()
    recipe = rig.page.recorder.current.recipe("0" * 64)  # type: ignore[union-attr]
    with qtbot.waitSignal(rig.studio.noticed) as caught:
        rig.studio.recipe_recalled.emit(recipe)
    assert caught.args is not None and "has learned since" in caught.args[0].title


def test_the_picture_goes_to_the_clipboard(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.answer()
    rig.page.export.scale = 4
    qtbot.keyClick(rig.page.view.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image = QGuiApplication.clipboard().mimeData().imageData()
    assert (image.width(), image.height()) == (20, 24)


def test_nothing_is_painted_while_nothing_moves(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.answer()
    rig.page.view.jump_to_live()
    assert not rig.page.view._timer.isActive()
    rig.page.view.toggle()
    assert rig.page.view._timer.isActive()
    rig.page.hide()
    assert not rig.page.view._timer.isActive()


def test_every_command_has_words_and_works(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.answer()
    commands = rig.page.commands()
    keys = [keys for _, keys, _ in commands if keys]
    assert len(keys) == len(set(keys))
    for words, _, action in commands:
        if words != "Export picture…":
            action()  # type: ignore[operator]
    rig.studio.poll()


def test_the_tour_shows_a_change_how_it_works_and_many_images(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.answer()
    names = []
    for name, action in rig.page.tour_stops():
        action()
        if rig.page.recorder.busy:
            rig.answer()
        for job in rig.engine.open_jobs:
            rig.engine.cancel(job)
        rig.studio.poll()
        rig.page.view.tick()
        assert rig.page.recorder.current is not None
        names.append(name)
    assert names == [
        "draws", "entropy", "change", "difference", "field", "race", "causality", "real", "many",
    ]  # fmt: skip
    assert rig.page.view.canvas.count == 16
