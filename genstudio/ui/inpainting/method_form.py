"""How to complete: which method, with what settings, how often, from which seed, of which class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.capabilities import ModelCard
from genstudio.core.inpainting import MethodCard
from genstudio.core.spaces import Label
from genstudio.ui.inpainting.session import Choice
from genstudio.ui.inpainting.trial import Trial
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import HALF
from genstudio.ui.widgets.class_choice import ClassChoice
from genstudio.ui.widgets.form import Form
from genstudio.ui.widgets.glyph import Glyph
from genstudio.ui.widgets.seed_row import NAMES, SeedRow, fresh_seed
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["COUNTS", "MethodForm"]

COUNTS = (1, 4, 9, 16, 36, 64)

_PREFERRED = ("gibbs", "smc", "exact")  # what raster is compared with, the first that there is


class MethodForm(QWidget):
    """The methods side by side, and below them what belongs to the one that is chosen.

    Attributes:
        edited: the person chose or changed something.
        beside_toggled: another method is, or is no longer, to be run on the same.
    """

    edited = Signal()
    beside_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.methods = Segmented((), "Method")
        self.sees = _Sees()
        self.sentence = with_role(QLabel(wordWrap=True), "secondary")
        self.formula = QLabel(wordWrap=True)
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.forms: dict[str, Form] = {}
        self.count = Segmented([str(count) for count in COUNTS], "Completions made together")
        self.count.setToolTip("How many completions are made together: chains, or particles")
        for count in COUNTS:
            self.count.button(str(count)).setMinimumWidth(24)
        self.count.choose("16")
        self.row = SeedRow(dice=True)
        self.classes = ClassChoice()
        self.beside = named(
            QCheckBox("Beside"),
            "Beside another method",
            "Complete with a second method too: the same image, mask and seed, side by side",
        )
        self._cards: dict[str, MethodCard] = {}
        self._lacking: dict[str, str] = {}
        self._used_seed: int | None = None
        self._forms_column = QVBoxLayout()
        self._forms_column.setContentsMargins(0, 0, 0, 0)
        self._lay_out()
        self._connect()

    # --- what is offered ---

    def offer(
        self, methods: Sequence[MethodCard], card: ModelCard, labels: tuple[Label, ...]
    ) -> None:
        """Offer the methods that the family can do; what is chosen stays.

        Where it can do none, all are shown and say what they need.

        Args:
            methods: every one that there is.
            card: of the model's family.
            labels: what the model is conditioned on; empty for nothing.
        """
        if tuple(methods) != tuple(self._cards.values()):
            self._build(methods)
        for method in methods:
            missing = [need for need in method.needs if not card.can(need)]
            lacking = ""
            if missing:
                lacking = f"{card.title} is not {' and '.join(missing)}, which it needs"
            self._lacking[method.name] = lacking
        able = [name for name in self._cards if not self._lacking[name]]
        self._show_buttons(able or list(self._cards))
        self.classes.offer(labels)
        for box, label in zip(self.classes.boxes, labels, strict=True):
            box.setItemText(0, "Choose…")
            box.setToolTip(f"The {label.name} that the image is of: the model is conditioned on it")
        if able and self.method is None:
            self.methods.choose(self._cards[able[0]].title)
        self._show_method()

    def choose(self, name: str) -> None:
        """Choose a method by its name; nobody is told. One that there is not is left aside."""
        if name in self._cards and not self._lacking.get(name):
            self.methods.choose(self._cards[name].title)
            self._show_method()

    def set_beside(self, beside: bool) -> None:
        """Put the second method beside the first, or not, if there is one; nobody is told."""
        self.beside.blockSignals(True)
        self.beside.setChecked(beside and self.other is not None)
        self.beside.blockSignals(False)

    # --- what is chosen ---

    @property
    def method(self) -> MethodCard | None:
        """The chosen method, or None while there is none."""
        word = self.methods.word
        found = next((card for card in self._cards.values() if card.title == word), None)
        return None if found is None or self._lacking.get(found.name) else found

    @property
    def other(self) -> MethodCard | None:
        """What it is compared with: raster, or what is better than raster."""
        method = self.method
        names = ["raster"]
        if method is not None and method.sees == "past":
            names = [*_PREFERRED, *(n for n, c in self._cards.items() if c.sees == "all")]
        able = (name for name in names if name in self._cards and not self._lacking.get(name))
        return next((self._cards[name] for name in able if self._cards[name] != method), None)

    def problem(self) -> str:
        """Why this cannot be asked for, in one sentence; empty when it can."""
        method = self.method
        if method is None:
            return "No method works with this model."
        problems = self.forms[method.name].problems()
        if self.beside.isChecked() and self.other is not None:
            problems |= self.forms[self.other.name].problems()
        if problems:
            return next(iter(problems.values()))
        for box in self.classes.boxes:
            if box.currentIndex() == 0:
                return "Say which class the image is of: the model is conditioned on it."
        return ""

    def choices(self) -> list[Choice]:
        """The chosen method, and the other where it is to stand beside; `problem` is empty.

        The seed is the one that is shown, unless it has been used and is not locked: then a
        fresh one.
        """
        if self.row.seed.value() == self._used_seed and not self.row.lock.isChecked():
            self.row.show_seed(fresh_seed())
        self._used_seed = self.row.seed.value()
        wanted = [self.method, self.other if self.beside.isChecked() else None]
        return [self.choice_of(card) for card in wanted if card is not None]

    def choice_of(self, card: MethodCard) -> Choice:
        """A method with what the form says."""
        return Choice(
            method=card,
            settings=self.forms[card.name].values(),
            count=int(self.count.word or 1),
            seed=self.row.seed.value(),
            labels=self.labels(),
        )

    def labels(self) -> NDArray[np.int64] | None:
        """(L,) the chosen classes, or None for a model without."""
        boxes = self.classes.boxes
        if not boxes or any(box.currentIndex() == 0 for box in boxes):
            return None
        return np.array([box.currentIndex() - 1 for box in boxes], np.int64)

    def show_labels(self, labels: NDArray[np.int64]) -> None:
        """Choose the classes of an image (L,); an image that has none (0,) leaves them."""
        if labels.size == len(self.classes.boxes):
            self.classes.show_labels(labels[None])

    def show_trial(self, trial: Trial) -> None:
        """Put everything where it was for a trial, so that the next is the same again."""
        request = trial.request
        self.show_recipe(request.method, request.settings, request.count, request.seed)
        if request.labels is not None:
            self.show_labels(request.labels)

    def show_recipe(self, method: str, settings: dict[str, object], count: int, seed: int) -> None:
        """Put the form somewhere; nobody is told. The seed counts as not used yet."""
        self.choose(method)
        if method in self.forms:
            self.forms[method].set_values(settings)
        self.count.choose(str(count))
        if not self.count.word:
            self.count.choose(str(min(COUNTS, key=lambda known: abs(known - count))))
        self.row.show_seed(seed)
        self._used_seed = None

    # --- building ---

    def _build(self, methods: Sequence[MethodCard]) -> None:
        before = self.method
        self._cards = {method.name: method for method in methods}
        for form in self.forms.values():
            self._forms_column.removeWidget(form)
            form.deleteLater()
        self.forms = {}
        for method in methods:
            schema = {"properties": {}} | method.settings_schema
            form = Form(schema)
            form.edited.connect(self.edited)
            self._forms_column.addWidget(form)
            self.forms[method.name] = form
        self.methods.offer([method.title for method in methods])
        if before is not None and before.name in self._cards:
            self.methods.choose(self._cards[before.name].title)

    def _show_buttons(self, names: Sequence[str]) -> None:
        shown = [self._cards[name] for name in names]
        chosen = self.methods.word
        if self.methods.offered != [card.title for card in shown]:
            self.methods.offer([card.title for card in shown])
            self.methods.choose(chosen)
        for card in shown:
            button, lacking = self.methods.button(card.title), self._lacking[card.name]
            button.setEnabled(not lacking)
            button.setToolTip(lacking or card.sentence)

    def _show_method(self) -> None:
        method, other = self.method, self.other
        for name, form in self.forms.items():
            form.setVisible(method is not None and name == method.name)
        self.beside.setEnabled(other is not None)
        self.beside.setText("Beside" if other is None else f"Beside: {other.title}")
        if method is not None:
            self.sees.show_method(method)
            self.sentence.setText(method.sentence)
            self.formula.setText(method.formula)

    def _chosen(self) -> None:
        self._show_method()
        self.edited.emit()

    def _connect(self) -> None:
        self.methods.chosen.connect(lambda _: self._chosen())
        self.count.chosen.connect(lambda _: self.edited.emit())
        self.row.edited.connect(self._seed_edited)
        self.classes.chosen.connect(self.edited)
        self.beside.toggled.connect(self.beside_toggled)

    def _seed_edited(self) -> None:
        self._used_seed = None
        self.edited.emit()

    def _lay_out(self) -> None:
        count = QHBoxLayout()
        count.setSpacing(4)
        words = QLabel("Completions")
        words.setFixedWidth(NAMES)
        count.addWidget(words)
        count.addWidget(self.count, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        for widget in (self.methods, self.sees, self.sentence, self.formula):
            column.addWidget(widget)
        column.addLayout(self._forms_column)
        column.addLayout(count)
        for part in (self.row, self.classes, self.beside):
            column.addWidget(part)
        column.addStretch(1)


class _Sees(QWidget):
    """Which of the known symbols a method takes account of, so that nobody overlooks it."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph = Glyph(16)
        self.words = QLabel(wordWrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._glyph)
        row.addWidget(self.words, 1)

    def show_method(self, method: MethodCard) -> None:
        blind = method.sees == "past"
        self._glyph.show_icon(
            "eye-off-outline" if blind else "eye-outline", "warn" if blind else "good"
        )
        self.words.setText(
            "Ignores known pixels that come later" if blind else "Sees every pixel that is known"
        )
