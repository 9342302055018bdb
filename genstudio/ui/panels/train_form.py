"""What a new training will be: preset, family, data, settings, device, title."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.capabilities import ModelCard
from genstudio.core.errors import UserError
from genstudio.core.messages import Estimate, Train
from genstudio.core.runs import Run
from genstudio.core.training import SCHEDULE, DataSpec, Training
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.data_choice import DataChoice
from genstudio.ui.widgets.form import Form
from genstudio.ui.widgets.segmented import Segmented
from genstudio.ui.words import memory

__all__ = ["CUSTOM", "TrainForm"]

CUSTOM = "custom"
_FIRST = "pixelcnn"  # the family that the form offers before a person has chosen one
_KEY = "train"


class TrainForm(QScrollArea):
    """The form; it remembers what each family was last asked for.

    Attributes:
        changed: what would be trained changed, by the person or by the program.
        download_wanted: missing data are wanted (DataSpec).
    """

    changed = Signal()
    download_wanted = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.start_from: Run | None = None
        self.config = Form({"properties": {}})
        self.training = Form(Training.model_json_schema())
        self.data = DataChoice()
        self.presets = Segmented((), "Preset")
        self.preset_help = _small_print()
        self.family = QComboBox()
        self.family_help = _small_print()
        self.device = QComboBox()
        for box in (self.family, self.device):  # long names must not widen the form
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(12)
        self.title = QLineEdit()
        self._sections: dict[str, QWidget] = {}
        self._custom: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._build()
        self.presets.chosen.connect(self._take_preset)
        self.family.activated.connect(lambda _: self._take_family())
        self.data.edited.connect(self._changed)
        self.data.download_wanted.connect(self.download_wanted)
        self.training.edited.connect(self._edited)
        self.device.activated.connect(lambda _: self._changed())
        studio.described.connect(self._take_cards)
        self._take_cards()

    # --- what it says ---

    @property
    def card(self) -> ModelCard | None:
        """The chosen family; None until the engine has described itself."""
        return self.studio.cards.get(self.family.currentData() or "")

    def problems(self) -> list[str]:
        """What stands in the way of starting, one sentence each."""
        if self.card is None:
            return ["The engine is starting; this takes a moment."]
        found = [*self.data.problems(), *self.config.problems().values()]
        return found + list(self.training.problems().values())

    def request(self) -> Train:
        """The training as it would start now.

        Raises:
            UserError: something does not fit; `problems` says what.
        """
        problems = self.problems()
        if problems or self.card is None:
            raise UserError(problems[0])
        return Train(
            family=self.card.name,
            data=self.data.spec(),
            config=self.config.values(),
            training=Training.checked(self.training.values()),
            device=self.device.currentData() or "auto",
            root=self.studio.root,
            start_from=None if self.start_from is None else self.start_from.folder,
            title=self.title.text().strip(),
        )

    def estimate(self) -> Estimate:
        """The question how long that would take.

        Raises:
            UserError: something does not fit.
        """
        request = self.request()
        return Estimate(
            request.family, request.data, request.config, request.training, request.device
        )

    # --- what is put into it ---

    def take_run(self, run: Run, go_on: bool) -> None:
        """Show a run's settings; with `go_on`, the new training begins with its weights."""
        manifest = run.manifest
        if manifest.family not in self.studio.cards:
            return
        self.family.setCurrentIndex(self.family.findData(manifest.family))
        self._take_family()
        self.config.set_values(manifest.config)
        self.training.set_values(manifest.training.model_dump())
        self.start_from = run if go_on else None
        self.data.space_wanted = manifest.space if go_on else None
        self.data.set_spec(manifest.data)
        self.title.setText(f"{manifest.title}, continued" if go_on else "")
        self._show_parent()
        self._edited()

    def take_data(self, spec: DataSpec) -> None:
        """Learn from these data; a parent, whose weights are of other data, is dropped."""
        if self.start_from is not None:
            self.drop_parent()
        # The families may not be known yet: when they are, the form is filled from the settings.
        self.studio.settings.setValue(f"{_KEY}/data", spec.model_dump_json())
        self.data.set_spec(spec)
        self._changed()

    def drop_parent(self) -> None:
        """Begin with new weights after all."""
        self.start_from = None
        self.data.space_wanted = None
        self.data.refresh()
        self.title.clear()
        self._show_parent()
        self._changed()

    def remember(self) -> None:
        """Keep the values for the next time; only ones that fit are kept."""
        if self.problems() or self.card is None or self.start_from is not None:
            return
        settings = self.studio.settings
        values = {"config": self.config.values(), "training": self.training.values()}
        settings.setValue(f"{_KEY}/{self.card.name}", json.dumps(values))
        settings.setValue(f"{_KEY}/family", self.card.name)
        settings.setValue(f"{_KEY}/data", self.data.spec().model_dump_json())
        settings.setValue(f"{_KEY}/device", self.device.currentData())

    # --- inside ---

    def _build(self) -> None:
        self.family.setAccessibleName("Family")
        self.device.setAccessibleName("Device")
        self.device.setToolTip("Where to compute; auto is the first GPU, else the CPU.")
        self.title.setAccessibleName("Title")
        self.title.setPlaceholderText("from family and data")
        self.title.setToolTip("What the library calls the run.")
        self.title.textEdited.connect(lambda _: self.changed.emit())
        self._parent_words = QLabel()
        self._parent_words.setWordWrap(True)
        drop = QToolButton()
        drop.setProperty("role", "plain")
        drop.setIcon(icon("close"))
        drop.setAccessibleName("Begin with new weights")
        drop.setToolTip("Begin with new weights instead")
        drop.clicked.connect(self.drop_parent)
        self._parent_row = QFrame()
        self._parent_row.setProperty("role", "card")
        row = QHBoxLayout(self._parent_row)
        row.setContentsMargins(HALF, 4, 4, 4)
        row.addWidget(self._parent_words, 1)
        row.addWidget(drop)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(HALF // 2)
        column.addWidget(self._parent_row)
        for heading, widgets in (
            ("How thorough", [self.presets, self.preset_help]),
            ("Family", [self.family, self.family_help]),
            ("Data", [self.data]),
            ("Model", [self.config]),
            ("Training", [self.training]),
            ("Device", [self.device]),
            ("Title", [self.title]),
        ):
            section = QWidget()
            rows = QVBoxLayout(section)
            rows.setContentsMargins(0, 0, 0, HALF)
            rows.setSpacing(column.spacing())
            rows.addWidget(_heading(heading))
            for widget in widgets:
                rows.addWidget(widget)
            column.addWidget(section)
            self._sections[heading] = section
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._show_parent()

    def _take_cards(self) -> None:
        settings = self.studio.settings
        self.family.clear()
        for card in self.studio.cards.values():
            self.family.addItem(card.title, card.name)
        known = str(settings.value(f"{_KEY}/family", _FIRST))
        self.family.setCurrentIndex(max(0, self.family.findData(known)))
        self.device.clear()
        self.device.addItem("auto: the first GPU, else the CPU", "auto")
        for device in self.studio.devices:
            size = f", {memory(device.memory)}" if device.memory else ""
            self.device.addItem(f"{device.name}: {device.title}{size}", device.name)
        chosen = self.device.findData(settings.value(f"{_KEY}/device", "auto"))
        self.device.setCurrentIndex(max(0, chosen))
        stored = settings.value(f"{_KEY}/data")
        if stored:
            with suppress(ValidationError):  # what another version remembered may not fit
                self.data.set_spec(DataSpec.model_validate_json(str(stored)))
        self._take_family()

    def _take_family(self) -> None:
        """A form for the chosen family, with what it was last asked for, or its first preset."""
        card = self.card
        if card is None:
            return
        older = self.config
        self.config = Form(card.config_schema)
        self.config.edited.connect(self._edited)
        holder = self._sections["Model"].layout()
        if holder is not None:
            holder.replaceWidget(older, self.config)
        older.hide()
        older.deleteLater()
        words = [preset.name for preset in card.presets]
        self.presets.offer([*words, CUSTOM], [*(preset.help for preset in card.presets), _CUSTOM])
        self._sections["How thorough"].setVisible(bool(words))
        # A family that counts sees every image once, and has no schedule to choose.
        idle = SCHEDULE if card.counts else ()
        self.training.offer(name for name in Training.model_fields if name not in idle)
        self.family_help.setText(f"{card.summary}<br>{card.reference}")
        self._custom = None
        stored = self.studio.settings.value(f"{_KEY}/{card.name}")
        if stored:
            values = json.loads(str(stored))
            self.config.set_values(values["config"])
            self.training.set_values(values["training"])
            self._edited()
        elif words:
            self.presets.choose(words[0])
            self._take_preset(words[0])
        else:
            self._edited()
        self._show_parent()

    def _take_preset(self, word: str) -> None:
        card = self.card
        if card is None:
            return
        if word == CUSTOM:
            if self._custom is not None:
                self.config.set_values(self._custom[0])
                self.training.set_values(self._custom[1])
        else:
            config, training = self._of_preset(card, word)
            self.config.set_values(config)
            self.training.set_values(training)
        self._check_length()
        self._changed()

    def _of_preset(self, card: ModelCard, word: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Every value under a preset; what it does not name has its default."""
        preset = next(preset for preset in card.presets if preset.name == word)
        config = {
            name: schema.get("default") for name, schema in card.config_schema["properties"].items()
        }
        return config | preset.config, Training().model_dump() | preset.training

    def _edited(self) -> None:
        """See which preset the values are now; those of none are kept as custom."""
        self._check_length()
        card = self.card
        if card is not None and not (self.config.problems() or self.training.problems()):
            values = self.config.values(), self.training.values()
            names = [preset.name for preset in card.presets]
            found = [name for name in names if self._of_preset(card, name) == values]
            self.presets.choose(found[0] if found else CUSTOM)
            if not found:
                self._custom = values
        self._changed()

    def _check_length(self) -> None:
        """A number of steps is whole; the one rule that ties two settings together."""
        self.training.set_problem("length", "")
        if "length" in self.training.problems():
            return
        values = self.training.field("length").value(), self.training.field("unit").value()
        broken = values[1] == "steps" and values[0] != int(values[0])
        self.training.set_problem("length", "must be a whole number of steps." if broken else "")

    def _changed(self) -> None:
        card = self.card
        word = self.presets.word
        helps = [preset.help for preset in card.presets if preset.name == word] if card else []
        self.preset_help.setText(helps[0] if helps else _CUSTOM)
        self.device.setToolTip(self.device.currentText())
        self.changed.emit()

    def _show_parent(self) -> None:
        run = self.start_from
        self._parent_row.setVisible(run is not None)
        for widget in (self.family, self.config, self.presets):
            widget.setEnabled(run is None)
        if run is not None:
            self._parent_words.setText(f"Begins with the weights of “{run.manifest.title}”.")
            self.family.setToolTip("The weights are of this family.")
            self.config.setToolTip("The weights are of a model with these settings.")
        else:
            self.family.setToolTip("")
            self.config.setToolTip("")


_CUSTOM = "Your own settings."


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "heading")
    return label


def _small_print() -> QLabel:
    label = QLabel()
    label.setProperty("role", "secondary")
    label.setWordWrap(True)
    return label
