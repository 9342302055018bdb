"""Where completions form: one film, or those of two methods side by side."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from genstudio.ui.inpainting.difference import difference
from genstudio.ui.inpainting.film_view import FilmView, Shown, Unit
from genstudio.ui.inpainting.trial import Trial
from genstudio.ui.naming import with_role
from genstudio.ui.theme import GAP, HALF

__all__ = ["Stage"]

_NARROW = 160  # pixels, the least that the pictures of one film need


class Stage(QWidget):
    """Shows a trial, and the one beside it if there is one; a guide while there is none.

    Attributes:
        moved: the playhead moved, or another film is shown.
        chosen: a completion of the trial that is looked at was clicked: its number from 0.
        hovered: (image, `Pixel`): the whole completion under the pointer, (*S), and where in it.
        first: the film that the transport belongs to.
        second: the film beside it, which follows.
        mask_colour: what is hidden is hatched in, hexadecimal; the accent if empty.
        sentence: what differs between the two.
        player: the transport and what it plays, for whoever lays out the panel.
    """

    moved = Signal()
    chosen = Signal(int)
    hovered = Signal(object, object)

    def __init__(self, guide: QWidget) -> None:
        super().__init__()
        self.first, self.second = FilmView(), FilmView()
        self.trial: Trial | None = None
        self.mask_colour = ""
        self.sentence = with_role(QLabel(wordWrap=True), "question")
        self.sentence.hide()
        self._captions = (QLabel(), QLabel())
        self._beside = QWidget()
        self._pages = QStackedWidget()
        self.player = QWidget()
        self._looked_at = 0  # which of the two the findings are about
        self._lay_out(guide)
        self.first.moved.connect(self._moved)
        for index, view in enumerate((self.first, self.second)):
            view.completion_chosen.connect(lambda number, index=index: self._choose(index, number))
            view.place_hovered.connect(
                lambda image, pixel, index=index: self._hover(index, image, pixel)
            )
        self.first.choice.chosen.connect(lambda word: self.second.show_side(Shown(word)))
        self.first.units.chosen.connect(lambda word: self.second.play_by(Unit(word)))
        self.show_trial(None)

    @property
    def films(self) -> tuple[FilmView, ...]:
        """Those that show something."""
        return tuple(view for view in (self.first, self.second) if view.film is not None)

    @property
    def chosen_trial(self) -> Trial | None:
        """Of the two, the one that was pointed at last."""
        if self.trial is not None and self._looked_at and self.trial.beside is not None:
            return self.trial.beside
        return self.trial

    @property
    def settled(self) -> bool:
        """Whether nothing moves."""
        return not any(view.playback.playing for view in self.films)

    def show_trial(self, trial: Trial | None) -> None:
        """Show another trial from its live edge on."""
        self.trial, self._looked_at = trial, 0
        beside = None if trial is None else trial.beside
        self._pages.setCurrentIndex(0 if trial is None else 1)
        self.player.setVisible(trial is not None)
        self._beside.setVisible(beside is not None)
        for view, shown, caption in zip(
            (self.first, self.second), (trial, beside), self._captions, strict=True
        ):
            caption.setVisible(beside is not None)
            view.set_narrow(beside is not None)
            view.set_film(None if shown is None else shown.film)
            if shown is not None:
                caption.setText(_caption(shown))
                if shown.film is not None and shown.result is not None:
                    view.finish(shown.result)
        self._say()
        self.moved.emit()

    def begin(self, trial: Trial) -> None:
        """A trial's film has begun."""
        view = self._view_of(trial)
        if view is not None:
            view.set_film(trial.film)
            self.moved.emit()

    def grow(self, trial: Trial) -> None:
        """A trial's film has grown."""
        view = self._view_of(trial)
        if view is not None:
            view.grew()

    def end(self, trial: Trial) -> None:
        """A trial has ended, one way or another."""
        view = self._view_of(trial)
        if view is None:
            return
        if trial.result is not None:
            view.finish(trial.result)
        elif view.film is not None:
            view.pause()
        self._say()
        self.moved.emit()

    def set_mask_colour(self, colour: str) -> None:
        """Hatch what is hidden in another colour."""
        self.mask_colour = colour
        for view in (self.first, self.second):
            view.set_mask_colour(colour)
        self.moved.emit()

    def show_all(self) -> None:
        """Back from one completion to all."""
        for view in self.films:
            view.show_completion(None)

    def _view_of(self, trial: Trial) -> FilmView | None:
        if trial is self.trial:
            return self.first
        if self.trial is not None and trial is self.trial.beside:
            return self.second
        return None

    def _choose(self, index: int, completion: int) -> None:
        self._look_at(index)
        self.chosen.emit(completion)

    def _hover(self, index: int, image: object, pixel: object) -> None:
        if image is not None:
            self._look_at(index)
        self.hovered.emit(image, pixel)

    def _look_at(self, index: int) -> None:
        if index != self._looked_at:
            self._looked_at = index
            self.moved.emit()

    def _moved(self) -> None:
        """The second film stands where the first one does, in proportion."""
        first, second = self.first.playback, self.second.playback
        if self.second.film is not None and not first.following and first.total:
            if first.at_end:
                self.second.jump_to_live()
            else:
                self.second.seek(round(second.total * first.position / first.total))
        self.moved.emit()

    def _say(self) -> None:
        trial = self.trial
        words = ""
        if trial is not None and trial.beside is not None:
            words = difference(trial, trial.beside)
        self.sentence.setText(words)
        self.sentence.setVisible(bool(words))

    def _lay_out(self, guide: QWidget) -> None:
        for view in (self.first, self.second):
            view.setMinimumSize(_NARROW, _NARROW)
        controls = QHBoxLayout()
        controls.setSpacing(GAP)
        controls.addWidget(self.first.choice)
        controls.addWidget(self.first.units)
        controls.addStretch(1)
        player = QVBoxLayout(self.player)
        player.setContentsMargins(0, 0, 0, 0)
        player.setSpacing(HALF)
        player.addLayout(controls)
        player.addWidget(self.first.transport)
        for part in (self.second.choice, self.second.units, self.second.transport):
            part.hide()
        films = QWidget()
        row = QHBoxLayout(films)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        holders = (QWidget(), self._beside)
        views = (self.first, self.second)
        for holder, view, caption in zip(holders, views, self._captions, strict=True):
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(4)
            column.addWidget(caption)
            column.addWidget(view, 1)
            row.addWidget(holder, 1)
        self._pages.addWidget(guide)
        self._pages.addWidget(films)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self._pages, 1)
        column.addWidget(self.sentence)


def _caption(trial: Trial) -> str:
    sees = "past alone" if trial.method.sees == "past" else "everything known"
    return f"<b>{trial.method.title}</b>: {sees}"
