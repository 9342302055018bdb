"""The Data panel: what it shows of a dataset, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from genstudio.core.messages import DataView, FetchData, InspectData, Share
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.engine.client import InlineEngine, run_to_end
from genstudio.engine.running import load_job
from genstudio.ui.panels.data import DataPanel
from genstudio.ui.panels.train import TrainPanel
from genstudio.ui.studio import Studio
from genstudio.ui.widgets.class_bars import ClassBars
from genstudio.ui.widgets.example_grid import ExampleGrid
from genstudio.ui.widgets.histogram import SymbolHistogram
from tests.ui.scripted import ScriptedEngine

_LABEL = Label(name="shape", classes=("disc", "ring", "cross"))


def view_of(count: int = 12, levels: int = 4, **changes: object) -> DataView:
    """A dataset seen: example i is of class i mod 3 and all of symbol i mod levels."""
    fields: dict[str, object] = {
        "space": Grid(height=4, width=4, levels=levels, labels=(_LABEL,)),
        "sizes": {"train": 80, "valid": 10, "test": 10},
        "missing": (),
        "examples": np.tile((np.arange(count) % levels)[:, None, None, None], (1, 4, 4, 1)).astype(
            np.uint8
        ),
        "example_labels": (np.arange(count) % 3)[:, None],
        "class_counts": (np.array([50, 20, 10]),),
        "symbol_counts": np.array([900, 90, 9, 0])[:levels],
        "content_hash": "ab" * 32,
    }
    return DataView(**(fields | changes))  # type: ignore[arg-type]


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder in which there is nothing yet."""
    home = tmp_path / "data"
    monkeypatch.setenv("GENSTUDIO_DATA", str(home))
    return home


@pytest.fixture
def panel(
    data_home: Path, studio: Studio, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> Iterator[DataPanel]:
    """The panel on the screen, its first question asked."""
    panel = DataPanel(studio)
    panel.resize(1000, 700)
    panel.show()
    qtbot.waitUntil(lambda: bool(inspected(scripted_engine)))
    yield panel
    panel.close()
    panel.deleteLater()


def answer(engine: ScriptedEngine, studio: Studio, view: DataView) -> None:
    """Let the newest look at the data find this."""
    engine.finish(view, engine.last(InspectData).job)
    studio.poll()


def inspected(engine: ScriptedEngine) -> list[DataSpec]:
    """Every form that was looked at."""
    return [asked.request.spec for asked in engine.asked if isinstance(asked.request, InspectData)]


def test_every_dataset_is_listed_and_shows_its_facts(panel: DataPanel) -> None:
    facts = panel.side.facts
    assert panel.list.count() == len(catalog.cards())
    for card in catalog.cards():
        panel.list.choose(card.name)
        assert panel.side.heading.text() == card.title
        assert panel.side.summary.text() == card.summary
        assert facts.value("Licence") == card.licence
        assert facts.value("Citation") == card.citation
        assert (f'href="{card.source}"' in facts.value("Source")) == card.source.startswith("http")
        for name in ("levels", "size", "rate", "seconds", "colour", "folder"):
            assert panel.side.form.field(name).isHidden() == (name not in card.fields)
        if card.splits:
            things = "sounds" if card.native.kind == "sequence" else "images"
            assert facts.value("Training") == f"{card.splits['train']:,} {things}"


def test_what_was_seen_is_shown(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio
) -> None:
    assert not panel.settled()
    answer(
        scripted_engine,
        studio,
        view_of(sizes={"train": 80, "valid": 10}, missing=("No test.",), notes=("One left out.",)),
    )
    facts = panel.side.facts
    assert panel.settled()
    assert panel.pictures.isVisible()
    assert len(panel.pictures.grid.shown) == 12
    assert facts.value("Test") == "None here"
    assert facts.value("Levels") == "4, from 256"
    assert facts.value("Content hash") == "abababababab"
    assert facts.sentences.text() == "No test.\nOne left out."
    assert panel.side.train.isEnabled()


def test_a_changed_form_is_looked_at_once_it_is_quiet(
    panel: DataPanel, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    before = len(inspected(scripted_engine))
    edit = panel.side.form.field("size").input()
    qtbot.keyClicks(edit, "6")
    qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    qtbot.keyClicks(edit, "4")
    qtbot.waitUntil(lambda: len(inspected(scripted_engine)) > before)
    assert len(inspected(scripted_engine)) == before + 1
    assert inspected(scripted_engine)[-1] == DataSpec(name="digits", levels=16, size=4)
    assert scripted_engine.last(InspectData).channel == "inspect"


def test_an_older_answer_does_not_replace_a_newer_question(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio
) -> None:
    older = scripted_engine.last(InspectData).job
    scripted_engine.finish(view_of(content_hash="old"), older)
    panel.inspect()  # before the panel hears of the answer
    studio.poll()
    assert panel.view is None
    answer(scripted_engine, studio, view_of(content_hash="new"))
    assert panel.view is not None
    assert panel.view.content_hash == "new"


def test_a_failure_is_said_in_place_and_can_be_retried(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    scripted_engine.fail("The file is damaged.", "Download it again.")
    studio.poll()
    failure = panel.notice.failure
    assert failure.isVisible()
    assert failure.title.text() == "The file is damaged."
    assert failure.advice.text() == "Download it again."
    assert not panel.side.train.isEnabled()
    before = len(inspected(scripted_engine))
    qtbot.mouseClick(failure.retry, Qt.MouseButton.LeftButton)
    assert len(inspected(scripted_engine)) == before + 1
    answer(scripted_engine, studio, view_of())
    assert panel.pictures.isVisible()


def test_a_dataset_that_is_not_here_offers_its_download(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    panel.list.choose("mnist")
    qtbot.waitUntil(panel.settled)
    assert "mnist" not in [spec.name for spec in inspected(scripted_engine)]
    download = panel.notice.download
    assert download.button.isVisible()
    assert panel.side.train.toolTip() == "Download MNIST first."
    qtbot.mouseClick(download.button, Qt.MouseButton.LeftButton)
    asked = scripted_engine.last(FetchData)
    assert studio.jobs[-1].title == "Download MNIST"
    scripted_engine.say(Share(5e6, 11e6, "train-images"), asked.job)
    studio.poll()
    assert download.bar.isVisible()
    assert download.words.text() == "5 MB of 11 MB"
    qtbot.mouseClick(download.cancel, Qt.MouseButton.LeftButton)
    studio.poll()
    assert download.button.isVisible()
    assert not download.bar.isVisible()


def test_a_failed_download_says_why_and_can_be_retried(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    panel.list.choose("kmnist")
    panel.download()
    scripted_engine.fail("There is no connection.", job=scripted_engine.last(FetchData).job)
    studio.poll()
    failure = panel.notice.download.failure
    assert failure.title.text() == "There is no connection."
    qtbot.mouseClick(failure.retry, Qt.MouseButton.LeftButton)
    assert [job.title for job in studio.jobs] == ["Download Kuzushiji-MNIST"]
    assert panel.notice.download.bar.isVisible()


def test_after_a_download_the_data_are_looked_at(
    panel: DataPanel,
    scripted_engine: ScriptedEngine,
    studio: Studio,
    data_home: Path,
) -> None:
    panel.list.choose("mnist")
    panel.download()
    folder = data_home / "mnist"
    folder.mkdir(parents=True)
    for half in ("train", "t10k"):
        for what in ("images-idx3", "labels-idx1"):
            (folder / f"{half}-{what}-ubyte").write_bytes(b"as large as this")
    scripted_engine.finish(None, scripted_engine.last(FetchData).job)
    studio.poll()
    assert inspected(scripted_engine)[-1].name == "mnist"
    assert panel.list.state_of("mnist").kind == "here"


def test_a_class_is_shown_alone_by_click_and_by_key(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    answer(scripted_engine, studio, view_of())
    pictures = panel.pictures
    bars = pictures.classes[0]
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.row_rect(1).center().toPoint())
    assert pictures.grid.shown == (1, 4, 7, 10)
    assert pictures.caption.text() == "4 of 20 training images of shape ring"
    qtbot.mouseClick(pictures.show_all, Qt.MouseButton.LeftButton)
    assert len(pictures.grid.shown) == 12
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert bars.selected is not None
    assert {index % 3 for index in pictures.grid.shown} == {bars.selected}
    qtbot.keyClick(bars, Qt.Key.Key_Escape)
    assert len(pictures.grid.shown) == 12


def test_the_keyboard_reaches_a_class_far_down(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    label = Label(name="species", classes=tuple(f"species {number}" for number in range(60)))
    space = Grid(height=4, width=4, levels=4, labels=(label,))
    answer(scripted_engine, studio, view_of(space=space, class_counts=(np.arange(60),)))
    bars = panel.pictures.classes[0]
    last = bars.row_rect(59).center().toPoint()
    qtbot.waitUntil(lambda: bars.parentWidget().height() >= bars.height())
    assert not bars.visibleRegion().contains(last)
    for _ in range(60):
        qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert bars.visibleRegion().contains(bars.row_rect(59).center().toPoint())


def test_examples_lie_on_whole_screen_pixels_and_tell_their_labels(qtbot: QtBot) -> None:
    grid = ExampleGrid()
    qtbot.addWidget(grid)
    grid.resize(500, 300)
    view = view_of()
    grid.show_examples(view.space, view.examples, view.example_labels)
    grid.show()
    picture = grid.grab().toImage()
    ratio = grid.devicePixelRatioF()
    for place, example in enumerate(grid.shown):
        rect = grid.rect_of(place)
        assert rect.width() * ratio == 4 * grid.zoom
        for corner in (rect.topLeft(), rect.bottomRight() - QPointF(1, 1)):
            assert grid.rect().contains(corner.toPoint())
            # Levels 0 … 3 are the greys 0, 85, 170, 255.
            colour = picture.pixelColor((corner * ratio).toPoint())
            assert colour.red() == colour.blue() == 85 * (example % 4)
    assert grid.words_of(4) == "Shape ring"
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.accessibleDescription() == "Shape disc"


def test_where_not_all_examples_fit_some_are_shown_evenly(qtbot: QtBot) -> None:
    grid = ExampleGrid()
    qtbot.addWidget(grid)
    grid.resize(220, 130)
    view = view_of(count=200)
    grid.show_examples(view.space, view.examples, view.example_labels)
    assert 2 <= len(grid.shown) < 200
    assert (grid.shown[0], grid.shown[-1]) == (0, 199)
    assert grid.zoom * 4 >= 44


def test_the_histogram_counts_on_either_scale(qtbot: QtBot) -> None:
    histogram = SymbolHistogram()
    qtbot.addWidget(histogram)
    histogram.resize(400, 200)
    histogram.show_counts(np.array([10_000, 100, 1, 0]))
    assert [histogram.height_of(symbol) for symbol in range(4)] == [1.0, 0.01, 0.0001, 0.0]
    histogram.set_logarithmic(True)
    heights = [histogram.height_of(symbol) for symbol in range(4)]
    assert heights[0] == 1.0
    assert heights[3] == 0.0
    # Equal factors are equal distances on this scale.
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2])
    assert histogram.words_of(1) == "Value 1 of 0 … 3: 100 times, 0.99 %"
    qtbot.keyClick(histogram, Qt.Key.Key_Right)
    assert histogram.accessibleDescription().startswith("Value 0 of 0 … 3: 10,000 times")


def test_class_bars_tell_count_and_share(qtbot: QtBot) -> None:
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.show_counts(_LABEL, np.array([50, 20, 10]))
    assert bars.words_of(1).startswith("Shape ring: 20 images, 25.0 %")


def test_citation_and_hash_are_copied_whole(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    answer(scripted_engine, studio, view_of())
    qtbot.mouseClick(panel.side.facts.copy_citation, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == catalog.card("digits").citation
    qtbot.mouseClick(panel.side.facts.copy_hash, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "ab" * 32


def test_the_form_shown_is_taken_to_the_train_panel(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    train = TrainPanel(studio)
    qtbot.addWidget(train)
    panel.list.choose("shapes")
    panel.side.form.set_values({"levels": 4, "size": 20, "colour": True})
    panel.inspect()
    answer(scripted_engine, studio, view_of())
    with qtbot.waitSignal(studio.panel_wanted, check_params_cb=lambda title: title == "Train"):
        qtbot.mouseClick(panel.side.train, Qt.MouseButton.LeftButton)
    expected = DataSpec(name="shapes", levels=4, size=20, colour=True)
    assert train.form_page.form.data.spec() == expected


@pytest.mark.parametrize(
    ("file", "dataset", "words"),
    [("a.png", "folder", "own pictures"), ("a.mp3", "sounds", "own sounds")],
)
def test_a_dropped_folder_is_looked_at(
    panel: DataPanel,
    scripted_engine: ScriptedEngine,
    tmp_path: Path,
    qtbot: QtBot,
    file: str,
    dataset: str,
    words: str,
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / file).write_bytes(b"")
    panel.list.choose(dataset)
    qtbot.waitUntil(panel.settled)
    assert panel.notice.choose.isVisible()
    assert words in panel.notice.title.text()
    panel.list.choose("digits")  # what is dropped says which of the two it is
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(pictures))])
    drop = QDropEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    panel.dropEvent(drop)
    assert drop.isAccepted()
    qtbot.waitUntil(lambda: inspected(scripted_engine)[-1].folder == str(pictures))
    assert inspected(scripted_engine)[-1].name == dataset
    assert panel.side.facts.value("Folder").replace("\u200b", "") == str(pictures)


def test_a_dropped_run_is_left_to_the_window(panel: DataPanel, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    drop = QDropEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    panel.dropEvent(drop)
    assert not drop.isAccepted()


def test_the_panel_opens_where_it_was_left(
    panel: DataPanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    panel.list.choose("shapes")
    panel.side.form.set_values({"levels": 2, "size": 24})
    panel.inspect()
    answer(scripted_engine, studio, view_of())
    again = DataPanel(studio)
    qtbot.addWidget(again)
    assert again.side.spec() == DataSpec(name="shapes", levels=2, size=24)


def test_settings_that_are_not_understood_are_left_aside(studio: Studio, qtbot: QtBot) -> None:
    studio.settings.setValue("data/spec", '{"name": "digits", "colours": 3}')
    panel = DataPanel(studio)
    qtbot.addWidget(panel)
    assert panel.side.spec() == DataSpec(name="digits", levels=16)


def test_every_class_has_examples_of_its_own() -> None:
    view = run_to_end(InlineEngine(), InspectData(DataSpec(name="shapes", size=8)))
    counts = np.bincount(view.example_labels[:, 0], minlength=6)
    assert counts.tolist() == [12] * 6
    assert len(np.unique(view.examples.reshape(72, -1), axis=0)) > 60
    assert view.class_counts[0].sum() == view.sizes["train"]
    assert view.symbol_counts.sum() == view.sizes["train"] * 64


def test_pictures_left_out_are_told_of(
    tmp_path: Path, make_pictures: Callable[[Path], None]
) -> None:
    make_pictures(tmp_path / "mine")
    (tmp_path / "mine" / "broken.png").write_bytes(b"no picture")
    request = InspectData(DataSpec(name="folder", folder=str(tmp_path / "mine")))
    view = run_to_end(InlineEngine(), request)
    assert view.notes == ("1 of 31 pictures cannot be read and is left out: broken.png.",)


def test_reading_a_folder_tells_of_each_picture(
    tmp_path: Path, make_pictures: Callable[[Path], None]
) -> None:
    make_pictures(tmp_path / "mine")
    request = InspectData(DataSpec(name="folder", folder=str(tmp_path / "mine")))
    said = list(load_job("inspect_data")(request))  # unthinned, unlike what an engine hands on
    assert any(isinstance(share, Share) and share.total == 30 for share in said)


@pytest.fixture
def make_pictures() -> Callable[[Path], None]:
    """Write thirty different pictures into a folder."""

    def make(folder: Path) -> None:
        folder.mkdir()
        for number in range(30):
            Image.new("L", (16, 16), number * 8).save(folder / f"{number}.png")

    return make
