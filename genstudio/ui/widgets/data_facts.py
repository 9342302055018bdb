"""What is known of a dataset: where it comes from, its terms, its sizes, its hash."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.messages import DataView
from genstudio.core.spaces import Grid, Space
from genstudio.data.base import SPLITS, DataCard
from genstudio.ui.data_state import DataState, bytes_on_disk
from genstudio.ui.naming import with_role
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.copy_button import CopyButton
from genstudio.ui.words import memory

__all__ = ["DataFacts"]

_NAMES = 84  # pixels of the names beside the facts
_HASH = 12  # digits of the content hash that are shown
_SPLIT_WORDS = {"train": "Training", "valid": "Validation", "test": "Test"}


class DataFacts(QWidget):
    """A row for each fact; what is missing or left out stands above, a sentence each."""

    def __init__(self) -> None:
        super().__init__()
        self.copy_citation = CopyButton("citation")
        self.copy_hash = CopyButton("content hash")
        self._values: dict[str, QLabel] = {}
        self._rows: dict[str, list[QWidget]] = {}
        self._source = ""
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(HALF)
        self._grid.setVerticalSpacing(HALF // 2)
        self._grid.setColumnMinimumWidth(0, _NAMES)
        self._grid.setColumnStretch(1, 1)
        for name in (
            "Source",
            "Licence",
            "Citation",
            "Folder",
            "Size",
            "Image",
            "Sound",
            "Levels",
            "Classes",
            *_SPLIT_WORDS.values(),
            "Content hash",
        ):
            self._add(name)
        self.sentences = QLabel()
        self.sentences.setWordWrap(True)
        self.sentences.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.sentences)
        column.addLayout(self._grid)
        theme().changed.connect(self._paint_source)

    def show_facts(
        self, card: DataCard, state: DataState, view: DataView | None, folder: str = ""
    ) -> None:
        """Show what the card says, and what is known since the data were looked at."""
        self._source = card.source
        self._paint_source()
        self._tell("Licence", card.licence)
        self._tell("Citation", card.citation)
        self.copy_citation.copied_text = card.citation
        self._tell("Folder", _breakable(folder))
        self._tell("Size", _size(card))
        space = card.native if view is None else view.space
        self._tell("Image" if isinstance(space, Grid) else "Sound", _form(space))
        self._tell("Sound" if isinstance(space, Grid) else "Image", "")
        self._tell("Levels", _levels(space.levels, card.native.levels))
        labels = card.labels if view is None else view.space.labels
        self._tell("Classes", "; ".join(f"{len(one.classes)} ({one.name})" for one in labels))
        things = "images" if isinstance(space, Grid) else "sounds"
        for split in SPLITS:
            count = (card.splits if view is None else view.sizes).get(split)
            absent = "" if view is None else "None here"
            self._tell(_SPLIT_WORDS[split], absent if count is None else f"{count:,} {things}")
        digest = "" if view is None else view.content_hash
        self._tell("Content hash", digest[:_HASH])
        self._values["Content hash"].setToolTip(
            f"SHA-256 of the training {things} in this form: {digest}"
        )
        self.copy_hash.copied_text = digest
        here = state.kind != "remote"
        missing = view.missing if view is not None else state.missing if here else ()
        sentences = [*missing, *(() if view is None else view.notes)]
        self.sentences.setText(_breakable("\n".join(sentences)))
        self.sentences.setVisible(bool(sentences))

    def value(self, name: str) -> str:
        """What a fact's row says; empty where there is no such fact."""
        return self._values[name].text()

    # --- inside ---

    def _add(self, name: str) -> None:
        row = self._grid.rowCount()
        label = with_role(QLabel(name), "secondary")
        label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        label.setContentsMargins(0, 2, 0, 0)  # on one line with the larger text beside it
        across = Qt.AlignmentFlag.AlignTop
        if name == "Content hash":
            across = Qt.AlignmentFlag.AlignVCenter  # its button is higher than its one line
        value = self._values[name] = QLabel()
        value.setWordWrap(True)
        value.setAccessibleName(name)
        flags = Qt.TextInteractionFlag.TextSelectableByMouse
        if name == "Source":
            flags = Qt.TextInteractionFlag.TextBrowserInteraction
            value.setOpenExternalLinks(True)
        else:
            value.setTextFormat(Qt.TextFormat.PlainText)
        value.setTextInteractionFlags(flags)
        self._rows[name] = [label, value]
        self._grid.addWidget(label, row, 0, across)
        copy = {"Citation": self.copy_citation, "Content hash": self.copy_hash}.get(name)
        if copy is None:
            self._grid.addWidget(value, row, 1, 1, 2, Qt.AlignmentFlag.AlignTop)
            return
        self._grid.addWidget(value, row, 1, across)
        self._grid.addWidget(copy, row, 2, Qt.AlignmentFlag.AlignTop)
        self._rows[name].append(copy)

    def _tell(self, name: str, text: str) -> None:
        self._values[name].setText(text)
        for widget in self._rows[name]:
            widget.setVisible(bool(text))

    def _paint_source(self) -> None:
        """An address as a link, without the parts that everybody skips."""
        source = self._source
        if source.startswith(("http://", "https://")):
            shown = source.partition("://")[2].removesuffix("/")
            colour = theme().colours.accent
            address = html.escape(source, quote=True)
            text = (
                f'<a href="{address}" style="color: {colour}">{html.escape(_breakable(shown))}</a>'
            )
            self._values["Source"].setToolTip(f"Open {source}")
        else:
            text = html.escape(source)
            self._values["Source"].setToolTip("")
        self._tell("Source", text)


def _form(space: Space) -> str:
    if isinstance(space, Grid):
        kind = "colour" if space.channels == 3 else "grey"
        return f"{space.height}×{space.width} {kind}, {space.dimensions:,} values"
    return f"{space.seconds:g} s at {space.rate / 1000:g} kHz, {space.length:,} samples"


def _size(card: DataCard) -> str:
    if card.downloadable:
        here = memory(bytes_on_disk(card))
        return f"{here} on disk" if here else f"{memory(card.bytes_to_download)} to download"
    return "Comes with GenStudio" if card.embedded else ""


def _breakable(text: str) -> str:
    """Paths and addresses that can go on in the next line."""
    return text.replace("/", "/\u200b")


def _levels(levels: int, native: int) -> str:
    return str(levels) if levels == native else f"{levels}, from {native}"
