"""Which data to learn from, in which form, and whether they are here."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Space
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.base import DataCard
from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.form import Form
from genstudio.ui.words import memory

__all__ = ["FEWER_LEVELS", "DataChoice", "data_schema", "offered", "whole"]

FEWER_LEVELS = 16
"""Grey levels offered first where the data have 256: learned in a fraction of the time."""


class DataChoice(QWidget):
    """A dataset and the fields that apply to it; says what is missing and offers to fetch it.

    Attributes:
        edited: the person chose something.
        download_wanted: the person wants the missing files (DataSpec).
    """

    edited = Signal()
    download_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._cards: dict[str, DataCard] = {card.name: card for card in catalog.cards()}
        self.space_wanted: Space | None = None
        self.box = QComboBox()
        self.box.setAccessibleName("Dataset")
        for card in self._cards.values():
            self.box.addItem(card.title, card.name)
        self.box.activated.connect(lambda _: self._chosen())
        self.summary = _small_print()
        self.form = Form(data_schema(), skip=("name",))
        self.form.edited.connect(self._changed)
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        self.problem_label = QLabel()
        self.problem_label.setProperty("role", "error")
        self.problem_label.setWordWrap(True)
        self.download = QPushButton()
        self.download.setIcon(icon("download"))
        self.download.clicked.connect(lambda: self.download_wanted.emit(self._spec()))
        below = QHBoxLayout()
        below.addWidget(self.download)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF // 2)
        for widget in (self.box, self.summary, self.form, self.problem_label, self.missing):
            column.addWidget(widget)
        column.addLayout(below)
        self._offer()

    @property
    def card(self) -> DataCard:
        """The chosen dataset."""
        return self._cards[self.box.currentData()]

    def spec(self) -> DataSpec:
        """What is asked for.

        Raises:
            UserError: the values do not fit together.
        """
        return self._spec()

    def set_spec(self, spec: DataSpec) -> None:
        """Show a choice; a dataset that is no longer there leaves things as they are."""
        if spec.name not in self._cards:
            return
        self.box.setCurrentIndex(self.box.findData(spec.name))
        values = spec.model_dump(exclude={"name"})
        self.form.set_values(whole(values, self.card))
        self._offer()

    def refresh(self) -> None:
        """Look again what is here."""
        self._offer()

    def problems(self) -> list[str]:
        """What stands in the way of a training, one sentence each."""
        found = list(self.form.problems().values())
        if not found and self.problem_label.text():
            found = [self.problem_label.text()]
        if not found and self.missing.text():
            found = [self.missing.text()]
        return found

    def _spec(self) -> DataSpec:
        values: dict[str, Any] = dict.fromkeys(("levels", "size", "rate", "seconds", "folder"))
        values |= {"name": self.card.name, **self.form.values()}
        return DataSpec.checked(values)

    def _chosen(self) -> None:
        self.form.set_values(offered(self.card))
        self._changed()

    def _changed(self) -> None:
        self._offer()
        self.edited.emit()

    def _offer(self) -> None:
        card = self.card
        self.summary.setText(card.summary)
        self.box.setToolTip(card.summary)
        self.form.offer(card.fields)
        self.form.setVisible(bool(card.fields))
        if isinstance(card.native, Grid):
            self.form.set_empty_words("size", f"{card.native.height}")
        else:
            self.form.set_empty_words("seconds", f"{card.native.seconds:g}")
        self._look()

    def _look(self) -> None:
        """What is wrong with the choice, and what is missing; no file is read for that."""
        problem, missing = "", ""
        # A folder's files would have to be listed: the forecast says what is wrong with them.
        if not self.form.problems() and "folder" not in self.card.fields:
            try:
                data = catalog.open_data(self._spec())
                missing = " ".join(
                    sentence
                    for sentence in data.missing()
                    if not sentence.startswith("The test split")  # only needed to evaluate
                )
                if self.space_wanted is not None and data.space != self.space_wanted:
                    form = self.space_wanted
                    problem = f"The model goes on with the same form of data: {form}."
            except UserError as error:
                problem = str(error)
        size = self.card.bytes_to_download
        if missing and self.card.downloadable:
            missing = f"{self.card.title} is not on this machine yet."
        self.problem_label.setText(problem)
        self.problem_label.setVisible(bool(problem))
        self.missing.setText(missing)
        self.missing.setVisible(bool(missing))
        self.download.setText(f"Download {memory(size)}" if size else "Download")
        self.download.setVisible(bool(missing) and self.card.downloadable)


def data_schema() -> dict[str, Any]:
    """Of `DataSpec`, with levels and rate always said: “as they are” would hide what they are."""
    schema = DataSpec.model_json_schema()
    for name, default in (("levels", FEWER_LEVELS), ("rate", 8000)):
        said = dict(schema["properties"][name])
        kinds = said.pop("anyOf")
        said |= next(kind for kind in kinds if "enum" in kind)
        said["default"] = default
        schema["properties"][name] = said
    return schema


def offered(card: DataCard) -> dict[str, Any]:
    """The form that is offered first: images in few levels, sounds in all, for fewer are noise."""
    native = card.native
    levels = min(native.levels, FEWER_LEVELS) if isinstance(native, Grid) else native.levels
    form: dict[str, Any] = dict.fromkeys(("size", "rate", "seconds", "folder"))
    form |= {"levels": levels, "colour": False}
    return whole(form, card)


def whole(form: dict[str, Any], card: DataCard) -> dict[str, Any]:
    """A form in which levels and rate are said, be they the data's own."""
    own = {"levels": card.native.levels, "rate": getattr(card.native, "rate", None)}
    return form | {name: value for name, value in own.items() if form[name] is None}


def _small_print() -> QLabel:
    label = QLabel()
    label.setProperty("role", "secondary")
    label.setWordWrap(True)
    return label
