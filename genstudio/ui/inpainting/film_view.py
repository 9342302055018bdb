"""The completions of an image as they form: a grid that fills, and the player of its film."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from genstudio.core.inpainting import RESAMPLED, Film, Inpainted
from genstudio.ui.inpainting.film_choices import EQUAL, HELPS, NOT_YET, UNIT_HELPS, Shown, Unit
from genstudio.ui.inpainting.film_colours import dimmed, entropy_map, hatch, mean_map, picture
from genstudio.ui.inpainting.film_curve import moment_curve, stage_curve
from genstudio.ui.inpainting.film_words import (
    completion_words,
    entropy_words,
    moment_words,
    progress_words,
    stage_words,
)
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas
from genstudio.ui.widgets.played_view import PlayedView
from genstudio.ui.widgets.readout import ScaleBar
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["FilmView", "Shown", "Unit"]

_SMALLEST = 3  # device pixels per pixel from which the place just drawn is outlined


_SPEEDS = {Unit.PIXEL: 200.0, Unit.STAGE: 2.0}
_EMPTY = "Completions appear here as they form: hide something, then complete it."


class FilmView(PlayedView):
    """Plays a `Film`: Space plays, ← → step, Home and End jump, Esc shows all completions again.

    Attributes:
        completion_chosen: a completion was clicked, or Enter pressed on it: its number from 0.
        place_hovered: (image, `Pixel`): the whole image under the pointer, (*S), and where in it;
            (None, None) where there is none, or it is not whole yet.
        canvas: the images.
        film: what is played, or None.
        found: what came of it, once it has ended.
        completion: the one that is shown large, or None for all.
    """

    completion_chosen = Signal(int)
    place_hovered = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.canvas = PixelCanvas("Completions")
        self.film: Film | None = None
        self.found: Inpainted | None = None
        self.completion: int | None = None
        self.shown = Shown.COMPLETIONS
        self.unit = Unit.PIXEL
        self.choice = Segmented((), "Show")
        self.choice.offer(list(Shown), [HELPS[shown] for shown in Shown])
        self.units = Segmented((), "Play by")
        self.units.offer(list(Unit), [UNIT_HELPS[unit] for unit in Unit])
        self.caption = with_role(named(QLabel(), "About the completions"), "secondary")
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.scale_bar = ScaleBar()
        self.empty = with_role(QLabel(_EMPTY, wordWrap=True), "question")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._painted: tuple[NDArray[np.uint8], NDArray[np.bool_]] | None = None
        self._blank = np.zeros(0, np.uint32)
        self._mapped_at = 0
        self._mask = ""
        self._speeds = dict(_SPEEDS)
        self._lay_out()
        self.transport.scrubber.words_at = self.words_at
        self.choice.chosen.connect(lambda word: self.show_side(Shown(word)))
        self.units.chosen.connect(lambda word: self.play_by(Unit(word)))
        self.canvas.tapped.connect(self.toggle)
        self.canvas.clicked.connect(self._choose)
        self.canvas.activated.connect(self._choose)
        self.canvas.hovered.connect(self._hover)
        self.canvas.cursor_moved.connect(self._hover)
        self.moved.connect(lambda: self._caption(None))
        theme().changed.connect(self.redraw)
        self._suit_unit()
        self.set_film(None)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 320)

    # --- what is shown ---

    def set_film(self, film: Film | None) -> None:
        """Show another film from its live edge on, all completions together."""
        self.film, self.found, self.completion = film, None, None
        self.shown = Shown.COMPLETIONS
        self.choice.choose(self.shown)
        self._allow()
        total, length = self._extent()
        self.playback.open(total, length, length, False)
        if film is not None:
            self.playback.jump_to_live()
        self._suit_unit()
        self.redraw()
        self.run_clock()

    def grew(self) -> None:
        """The film has more moments."""
        self.playback.total, length = self._extent()
        self.playback.grow(length)
        if self.playback.following:
            self.playback.advance(0.0)
        self._draw_curve()
        self.show_moved()

    def finish(self, found: Inpainted) -> None:
        """The film has ended, and this came of it."""
        self.found = found
        self._allow()
        self.grew()
        self._suit_unit()
        self.redraw()

    def show_side(self, shown: Shown) -> None:
        """Show the completions, or what is behind them; one that is not offered is left alone."""
        if self.choice.button(shown).isEnabled():
            self.shown = shown
            self.choice.choose(shown)
            self.redraw()

    def set_mask_colour(self, mask: str) -> None:
        """Hatch what is not drawn yet in this colour, hexadecimal; in the accent if empty."""
        self._mask = mask
        self.redraw()

    def show_completion(self, completion: int | None) -> None:
        """Show one completion large, or all of them."""
        self.completion = completion
        self.redraw()

    def play_by(self, unit: Unit) -> None:
        """Let the playhead count symbols or stages; it stays where it is."""
        if self.unit is unit:
            return
        moment, following = self.moment, self.playback.following
        self.unit = unit
        self.units.choose(unit)
        total, length = self._extent()
        at = self.film.stage_at(moment) if self.film and unit is Unit.STAGE else moment
        playing = self.playback.playing
        self.playback.open(total, length, at, playing)
        self.playback.following = following
        self._suit_unit()
        self.redraw()

    def set_speed(self, speed: float) -> None:
        self._speeds[self.unit] = speed
        super().set_speed(speed)

    @property
    def moment(self) -> int:
        """How many moments of the film are shown."""
        if self.film is None:
            return 0
        position = self.playback.position
        if self.unit is Unit.PIXEL or not position:
            return position
        return self.film.stages[position - 1].moment

    def images(self) -> NDArray[np.uint8]:
        """(B, *S): what is shown now, of all completions; what came out, at the end."""
        assert self.film is not None  # noqa: S101 - who asks has set one
        if self._at_end():
            assert self.found is not None  # noqa: S101 - the end is where it is known
            return self.found.images
        return self.film.images(self.moment)

    def reached(self) -> NDArray[np.bool_]:
        """(*S): what is known or drawn by now."""
        assert self.film is not None  # noqa: S101 - who asks has set one
        if self._at_end():
            return np.ones(self.film.known.shape, np.bool_)
        return self.film.reached(self.moment)

    def _at_end(self) -> bool:
        return self.found is not None and self.playback.at_end

    def redraw(self) -> None:
        """Write every pixel anew."""
        self._painted = None
        film = self.film
        self._stack.setCurrentIndex(0 if film is None else 1)
        if film is None:
            self.canvas.set_grid(0, 0, 0)
            self.scale_bar.show_scale(None)
        elif self.shown in (Shown.MEAN, Shown.ENTROPY):
            self._paint_map(film)
        else:
            self._blank = hatch(film.space, self._mask)
            self.scale_bar.show_scale(None)
            count = film.count if self.completion is None else 1
            self.canvas.set_grid(count, film.space.height, film.space.width)
            self._dim()
        self._draw_curve()
        self.show_moved()
        self.moved.emit()

    def _paint_map(self, film: Film) -> None:
        assert self.found is not None  # noqa: S101 - it is not offered before
        maps = mean_map if self.shown is Shown.MEAN else entropy_map
        colours, scale = maps(self.found, film.space)
        self.canvas.set_grid(1, film.space.height, film.space.width)
        self.canvas.set_layer("weights", None)
        self.canvas.set_marks([])
        self.canvas.write_all(colours[None])
        self.scale_bar.show_scale(scale)
        self._mapped_at = self.playback.position

    def _dim(self) -> None:
        film, found = self.film, self.found
        if film is None or found is None or self.shown is not Shown.WEIGHTS:
            self.canvas.set_layer("weights", None)
            return
        layer = dimmed(found.weights, film.space.height * film.space.width)
        self.canvas.set_layer("weights", layer[self._rows()])

    def paint_position(self, position: int) -> None:
        film = self.film
        if film is None:
            return
        if self.shown in (Shown.MEAN, Shown.ENTROPY):
            if position == self._mapped_at:
                return
            self.show_side(Shown.COMPLETIONS)  # a map stands still: who plays wants the film
        images, reached = self.images()[self._rows()], self.reached()
        flat, drawn = images.reshape(len(images), -1), reached.reshape(-1)
        before, self._painted = self._painted, (flat.copy(), drawn.copy())
        if before is None:
            self.canvas.write_all(picture(images, reached, film.space, self._blank))
        else:
            changed = (flat != before[0]).any(axis=0) | (drawn != before[1])
            pixels = np.flatnonzero(changed.reshape(-1, film.space.channels).any(axis=1))
            if pixels.size:
                colours = picture(images, reached, film.space, self._blank, pixels)
                self.canvas.write(pixels, colours)
        self._mark(film)

    def _rows(self) -> slice:
        return (
            slice(None) if self.completion is None else slice(self.completion, self.completion + 1)
        )

    def _mark(self, film: Film) -> None:
        """Outline the place that was drawn last."""
        moment = self.moment
        place = int(film.places[moment - 1]) if moment else RESAMPLED
        quiet = self.unit is Unit.STAGE or self._at_end() or self.canvas.zoom < _SMALLEST
        if quiet or place == RESAMPLED:
            self.canvas.set_marks([])
            return
        row, column = divmod(place // film.space.channels, film.space.width)
        marks = [Pixel(index, row, column) for index in range(self.canvas.count)]
        self.canvas.set_marks(marks, "accent")

    # --- the scrubber ---

    def _extent(self) -> tuple[int, int]:
        """(total, length) in the unit; while it grows the total is a guess that is not reached."""
        film = self.film
        if film is None:
            return 0, 0
        hidden = int((~film.known).sum())
        length, guess = film.length, film.expected_stages * hidden
        if self.unit is Unit.STAGE:
            length, guess = len(film.stages), film.expected_stages
        return (length if self.found is not None else max(length + 1, guess)), length

    def _suit_unit(self) -> None:
        self.transport.set_unit(self.unit.lower(), self.playback.total)
        self.playback.speed = self._speeds[self.unit]
        self.transport.show_speed(self.playback.speed)
        self.transport.show_state(self.playback)

    def _draw_curve(self) -> None:
        film, scrubber = self.film, self.transport.scrubber
        total, _ = self._extent()
        if film is None:
            scrubber.show_recording(np.zeros(0), 0, 1.0, [])
        elif self.unit is Unit.STAGE:
            scrubber.show_recording(stage_curve(film), total, 1.0, [])
        else:
            borders = [stage.moment for stage in film.stages]
            scrubber.show_recording(moment_curve(film), total, 1.0, [], borders)

    def words_at(self, position: int) -> str:
        """What there is at a position of the scrubber, in words."""
        film = self.film
        if film is None:
            return ""
        if self.unit is Unit.STAGE:
            return stage_words(film.stages[position - 1]) if film.stages else ""
        return moment_words(film, position, self.playback.total) if film.length else ""

    # --- what is said ---

    def set_narrow(self, narrow: bool) -> None:
        """Give the caption two lines, always both, so that the images do not jump with its words.

        Args:
            narrow: another film is shown beside this one.
        """
        self.caption.setWordWrap(narrow)
        line = self.caption.fontMetrics().lineSpacing()
        self.caption.setFixedHeight((2 if narrow else 1) * line + 2)

    def _caption(self, pixel: Pixel | None) -> None:
        words = self._words(pixel)
        if words != self.caption.text():
            self.caption.setText(words)
            self.caption.setToolTip(words)
            self.canvas.setAccessibleDescription(words)

    def _words(self, pixel: Pixel | None) -> str:
        film, found = self.film, self.found
        if film is None:
            return ""
        if self.shown is Shown.ENTROPY and found is not None:
            return entropy_words(film, found)
        if self.shown is Shown.MEAN:
            return "The mean over all completions, by their weights"
        index = self.completion if pixel is None else self._completion_of(pixel)
        if index is not None:
            return completion_words(film, found, index)
        return progress_words(film, self.moment, self.reached(), found is not None)

    def _allow(self) -> None:
        """What can be shown, and what not yet."""
        film, found = self.film, self.found
        for shown in (Shown.MEAN, Shown.ENTROPY, Shown.WEIGHTS):
            why_not = "" if found is not None else NOT_YET
            if shown is Shown.WEIGHTS and found is not None and np.ptp(found.weights) < 1e-12:
                why_not = EQUAL
            button = self.choice.button(shown)
            button.setEnabled(not why_not)
            button.setToolTip(why_not or HELPS[shown])
        for choice in (self.units, self.transport):
            choice.setEnabled(film is not None)

    # --- pointer and keyboard ---

    def _completion_of(self, pixel: Pixel) -> int:
        return pixel.image if self.completion is None else self.completion

    def _choose(self, pixel: Pixel) -> None:
        """A click shows a completion large, the next one all of them again."""
        film = self.film
        if film is None or self.shown in (Shown.MEAN, Shown.ENTROPY):
            return
        if self.completion is not None:
            self.show_completion(None)
            return
        self.completion_chosen.emit(pixel.image)
        if film.count > 1:
            self.show_completion(pixel.image)

    def _hover(self, pixel: Pixel | None) -> None:
        self._caption(pixel)
        mapped = self.shown in (Shown.MEAN, Shown.ENTROPY)
        if pixel is None or self.film is None or mapped or not self.reached().all():
            self.place_hovered.emit(None, None)
            return
        index = self._completion_of(pixel)
        self.place_hovered.emit(self.images()[index].copy(), Pixel(index, pixel.row, pixel.column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or self.film is None:
            event.ignore()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step(-1 if key is Qt.Key.Key_Left else 1)
        elif key is Qt.Key.Key_Home:
            self.seek(0)
        elif key is Qt.Key.Key_End:
            self.jump_to_live()
        elif key is Qt.Key.Key_L:
            self.set_loop(not self.playback.loop)
        elif key is Qt.Key.Key_Escape and self.completion is not None:
            self.show_completion(None)
        else:
            event.ignore()

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.choice)
        above.addStretch(1)
        above.addWidget(self.units)
        below = QHBoxLayout()
        below.addWidget(self.caption, 1)
        below.addWidget(self.scale_bar)
        pictures = QWidget()
        self._stack = QStackedLayout(pictures)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(above)
        column.addWidget(pictures, 1)
        column.addLayout(below)
        column.addWidget(self.transport)
