"""The right-hand side of the Data panel: the dataset's form, its facts, and what to do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from genstudio.core.messages import DataView
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.base import DataCard
from genstudio.ui.data_state import DataState
from genstudio.ui.naming import with_role
from genstudio.ui.studio import Job
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.data_choice import data_schema, offered, whole
from genstudio.ui.widgets.data_download import DataDownload
from genstudio.ui.widgets.data_facts import DataFacts
from genstudio.ui.widgets.fields import FolderField
from genstudio.ui.widgets.form import Form

__all__ = ["DataSide"]

_WIDTH = 336


class DataSide(QWidget):
    """Title, summary, the fields that apply, the facts; below them the buttons.

    The form of each dataset is remembered while the panel is open.

    Attributes:
        edited: the person changed the form.
        train_wanted: the person wants to train on this.
    """

    edited = Signal()
    train_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(_WIDTH)
        self.card: DataCard = catalog.card(DataSpec().name)
        self._specs: dict[str, dict[str, Any]] = {}
        self.heading = with_role(QLabel(), "title")
        self.summary = QLabel()
        self.form = Form(data_schema(), skip=("name",))
        self.form.edited.connect(self._edited)
        self.facts = DataFacts()
        self.download = DataDownload()
        self.train = QPushButton(icon("play", "on_accent"), "Train on this")
        with_role(self.train, "primary")
        self.train.clicked.connect(self.train_wanted)
        self._lay_out()
        self.show_card(self.card)

    @property
    def reads_folder(self) -> bool:
        """Whether the data are a person's own."""
        return "folder" in self.card.fields

    @property
    def has_folder(self) -> bool:
        """Whether a folder is named, be it there or not."""
        return bool(self.form.field("folder").value())

    def problems(self) -> list[str]:
        """What does not fit in the form, one sentence each."""
        return list(self.form.problems().values())

    def spec(self) -> DataSpec:
        """What is asked for.

        Raises:
            UserError: the values do not fit; `problems` says how.
        """
        values: dict[str, Any] = dict.fromkeys(("levels", "size", "rate", "seconds", "folder"))
        return DataSpec.checked(values | {"name": self.card.name, **self.form.values()})

    def set_spec(self, spec: DataSpec) -> None:
        """Remember a form for the time when its dataset is shown."""
        values = spec.model_dump(exclude={"name"})
        self._specs[spec.name] = whole(values, catalog.card(spec.name))

    def show_card(self, card: DataCard) -> None:
        """Show a dataset, its form as it was last or as it is offered first."""
        self.card = card
        self.heading.setText(card.title)
        self.summary.setText(card.summary)
        self.form.offer(card.fields)
        self.form.set_values(offered(card) | self._specs.get(card.name, {}))
        if isinstance(card.native, Grid):
            self.form.set_empty_words("size", f"{card.native.height}")
        else:
            self.form.set_empty_words("seconds", f"{card.native.seconds:g}")
        self.form.setVisible(bool(card.fields))

    def choose_folder(self) -> None:
        """Open the dialog that chooses a folder."""
        field = self.form.field("folder")
        if isinstance(field, FolderField):
            field.browse.click()

    def set_folder(self, folder: Path) -> None:
        """Put a folder into the form."""
        self.form.set_values({"folder": str(folder)})
        self._remember()

    def show_facts(self, state: DataState, view: DataView | None) -> None:
        """Show what is known of the dataset; `view` is what was seen of it, if it was."""
        folder = str(self.form.field("folder").value() or "") if self.reads_folder else ""
        self.facts.show_facts(self.card, state, view, folder)

    def show_download(self, state: DataState, job: Job | None) -> None:
        """Offer to get what is missing of a dataset that is here in part."""
        self.download.setVisible(state.kind == "part")
        self.download.show_job(self.card, job, part=True)

    def offer_training(self, lacking: str) -> None:
        """Let the data be trained on, unless something is lacking."""
        self.train.setEnabled(not lacking)
        self.train.setToolTip(
            lacking or f"Set up a training on {self.card.title} in this form (Ctrl+Return)"
        )

    # --- inside ---

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(GAP, HALF, GAP, GAP)
        column.setSpacing(HALF)
        for label in (self.heading, self.summary):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addSpacing(HALF)
        column.addWidget(self.form)
        column.addSpacing(HALF)
        column.addWidget(self.facts)
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        foot = QVBoxLayout()
        foot.setContentsMargins(GAP, HALF, GAP, GAP)
        foot.setSpacing(HALF)
        foot.addWidget(self.download)
        foot.addWidget(self.train)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)

    def _edited(self) -> None:
        self._remember()
        self.edited.emit()

    def _remember(self) -> None:
        if not self.form.problems():
            self._specs[self.card.name] = self.form.values()
