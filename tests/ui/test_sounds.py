"""The window shows waveforms of sounds, and says which of its panels are for images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from genstudio.core.messages import DataView
from genstudio.core.runs import Run
from genstudio.core.spaces import Label, Sequence
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.ui.data_state import DataState
from genstudio.ui.panel import Panel
from genstudio.ui.panels.data_side import DataSide
from genstudio.ui.shell.centre import discovered
from genstudio.ui.shell.thumbnails import thumbnail
from genstudio.ui.studio import Studio
from genstudio.ui.widgets.data_choice import DataChoice
from genstudio.ui.widgets.data_facts import DataFacts
from genstudio.ui.widgets.data_pictures import DataPictures
from tests.ui.scripted import CARDS

PITCH = Label(name="pitch", classes=("A2", "B2"))
SOUND = Sequence(length=800, levels=256, rate=8000, labels=(PITCH,))


@pytest.mark.parametrize("kind", discovered(), ids=lambda kind: kind.__name__)
def test_a_panel_says_so_of_a_run_that_learned_what_it_is_not_for(
    kind: type[Panel], studio: Studio, make_run: Callable[..., Run], qtbot: QtBot
) -> None:
    sounds = make_run("sounds", space=SOUND, title="Strings")
    images = make_run("images", title="Digits")
    panel = kind(studio)
    qtbot.addWidget(panel)
    card = next(card for card in CARDS if card.can(*kind.needs))
    if not kind.needs_model:
        assert panel.lacks(sounds, card) == panel.lacks(images, card) == ""
        return
    expected = "This panel is for images, and “Strings” has learned sounds."
    assert panel.lacks(sounds, card) == ("" if "sequence" in kind.kinds else expected)
    expected = "This panel is for sounds, and “Digits” has learned images."
    assert panel.lacks(images, card) == ("" if "grid" in kind.kinds else expected)


def test_examples_of_sounds_are_shown_as_waveforms(qtbot: QtBot) -> None:
    view = DataView(
        space=SOUND,
        sizes={"train": 2, "valid": 1, "test": 1},
        missing=(),
        examples=np.full((2, 800, 1), 128, np.uint8),
        example_labels=np.array([[0], [1]]),
        class_counts=(np.array([1, 1]),),
        symbol_counts=np.bincount([128], minlength=256),
        content_hash="ab" * 32,
    )
    pictures, facts = DataPictures(), DataFacts()
    qtbot.addWidget(pictures)
    qtbot.addWidget(facts)
    pictures.show_view(view)
    assert pictures.grid.kept == [0, 1]
    facts.show_facts(catalog.card("strings"), DataState("embedded"), view)
    said = [label.text() for label in facts.findChildren(QLabel)]
    assert "0.1 s at 8 kHz, 800 samples" in said
    assert "2 sounds" in said


def test_the_forms_offer_every_level_of_a_sound_and_its_rate(qtbot: QtBot) -> None:
    choice, side = DataChoice(), DataSide()
    qtbot.addWidget(choice)
    qtbot.addWidget(side)
    choice.set_spec(DataSpec(name="strings"))
    assert choice.spec() == DataSpec(name="strings", levels=256, rate=8000)
    side.show_card(catalog.card("strings"))
    assert side.spec() == DataSpec(name="strings", levels=256, rate=8000)
    side.show_card(catalog.card("digits"))
    assert side.spec() == DataSpec(name="digits", levels=16)
    choice.set_spec(DataSpec(name="strings", rate=16000))
    assert choice.spec().rate == 16000
    assert choice.problems() == []


def test_a_thumbnail_is_cut_from_the_waveforms(make_run: Callable[..., Run], qtbot: QtBot) -> None:
    run = make_run(space=SOUND)
    sheet = np.zeros((2 * 49 - 1, 2 * 97 - 1), np.uint8)
    sheet[:48, :96] = 200
    Image.fromarray(sheet).save(run.folder / "samples" / "000100.png")
    pixmap = thumbnail(run, 1.0)
    assert pixmap is not None
    assert pixmap.toImage().pixelColor(2, 2).red() > 150
