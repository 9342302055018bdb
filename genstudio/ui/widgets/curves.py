"""Learning curves in bits per dimension: training thin, validation bold, several runs overlaid."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.errors import UserError
from genstudio.core.measures import Measure
from genstudio.ui.theme import HALF, icon, theme
from genstudio.ui.widgets.curve_lines import CurveLines, View
from genstudio.ui.widgets.curve_plot import CurvePlot
from genstudio.ui.widgets.plot_export import copy_plot, save_plot
from genstudio.ui.widgets.segmented import Segmented
from genstudio.ui.widgets.series import Series

__all__ = ["Curves"]

_SPANS = (1, 3, 5, 9, 15, 31, 51, 101)
_MARKS = {
    Measure.EXACT: "bits/dim (=, exact)",
    Measure.BOUND: "bits/dim (≤, a bound)",
    Measure.ERROR: "mean squared error",
}
_REFRESH = 50  # milliseconds: twenty times a second is as fast as numbers can be read


class Curves(QWidget):
    """The plot with what one does to it: axis, smoothing, fit, export, values under the pointer.

    Attributes:
        failed: a file could not be written (UserError).
        saved: a file was written (Path).
    """

    failed = Signal(object)
    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.plot = CurvePlot()
        self.legend = QLabel(self.plot)
        self.legend.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.verdict = QLabel()
        self.verdict.setAccessibleName("Verdict on overfitting")
        self.verdict.setVisible(False)
        self._lines: dict[str, CurveLines] = {}
        self._view = View()
        self._hovered: float | None = None
        self._later = QTimer(self, singleShot=True, interval=_REFRESH)
        self._later.timeout.connect(self.redraw)
        self.bar = QHBoxLayout()
        self._build_bar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(self.bar)
        column.addWidget(self.plot, 1)
        column.addWidget(self.verdict)
        self.plot.hovered.connect(self._hover)
        self.plot.left.connect(lambda: self._hover(None))
        self.plot.copy_wanted.connect(self.copy)
        self.plot.fit_wanted.connect(self.fit)
        theme().changed.connect(self._paint)
        self._paint()

    # --- what is shown ---

    def show_series(
        self,
        key: str,
        title: str,
        series: Series,
        colour: str,
        *,
        measure: Measure,
        main: bool = False,
    ) -> None:
        """Draw a run's curves, in place of what was drawn under the same key."""
        self.remove(key)
        series.smooth(self.span)
        self._lines[key] = CurveLines(
            self.plot.plotItem, title, series, colour, measure=measure, main=main
        )
        if main:  # first in the legend
            self._lines = {key: self._lines[key]} | self._lines
        self.update_later()

    def remove(self, key: str) -> None:
        """Take a run's curves away."""
        lines = self._lines.pop(key, None)
        if lines is not None:
            lines.remove()
            self.update_later()

    @property
    def keys(self) -> tuple[str, ...]:
        """What is drawn."""
        return tuple(self._lines)

    def update_later(self) -> None:
        """Draw soon; many calls in a row are one drawing."""
        if not self._later.isActive():
            self._later.start()

    @property
    def drawn(self) -> bool:
        """Whether all that was given is on the screen."""
        return not self._later.isActive()

    def redraw(self) -> None:
        """Draw what the series hold now."""
        self._later.stop()
        self._choose_unit()
        for lines in self._lines.values():
            lines.draw(self._view)
        self.plot.follow(list(self._lines.values()), self._view)
        self._tell()

    # --- what one does to it ---

    @property
    def span(self) -> int:
        """How many points of the training curve the running median is over."""
        return _SPANS[self.smoothing.value()]

    def fit(self) -> None:
        """Show all curves; asked again, their steep start as well."""
        self.plot.fit()
        self.update_later()

    def copy(self) -> None:
        """Put picture and numbers on the clipboard."""
        copy_plot(self.plot, self._numbers())

    def export(self) -> None:
        """Ask where to, and write PNG, SVG or CSV."""
        dialog = QFileDialog(self, "Export the curves", "curves.png")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["PNG picture (*.png)", "SVG drawing (*.svg)", "CSV table (*.csv)"])
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix(words[-4:-1]))
        dialog.setDefaultSuffix("png")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Write a file; `saved` or `failed` tells how it went."""
        recipe = {lines.title: key for key, lines in self._lines.items()}
        try:
            save_plot(path, self.plot, self._numbers(), recipe)
        except UserError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(path)

    def event(self, event: QEvent) -> bool:
        """On a screen with other pixels the pens are other ones."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._paint()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the legend in its corner."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._place_legend)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass keys on to the plot."""
        if not self.plot.take_key(event):
            super().keyPressEvent(event)

    # --- inside ---

    def _numbers(self) -> dict[str, Series]:
        return {lines.title: lines.series for lines in self._lines.values()}

    def _build_bar(self) -> None:
        self.against = Segmented(("step", "time"), "Horizontal axis")
        self.against.chosen.connect(lambda _: self._look())
        self.log_x = _toggle("log x", "Powers of ten on the horizontal axis")
        self.log_y = _toggle("log y", "Powers of ten on the vertical axis")
        for button in (self.log_x, self.log_y):
            button.toggled.connect(self._look)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, len(_SPANS) - 1)
        self.smoothing.setValue(2)
        self.smoothing.setPageStep(1)
        self.smoothing.setFixedWidth(64)
        self.smoothing.setAccessibleName("Smoothing of the training curve")
        self.smoothing.setToolTip(
            "Running median of the training curve, centred so that it does not lag behind:<br>"
            "<i>mᵢ = median(xᵢ₋ₖ … xᵢ₊ₖ)</i><br>"
            "The points themselves stay visible behind it; the validation is never smoothed."
        )
        self.strength = QLabel()
        self.strength.setProperty("role", "secondary")
        self.strength.setMinimumWidth(80)
        self.smoothing.valueChanged.connect(self._smooth)
        self._say_strength()
        self.bar.setSpacing(HALF)
        for widget in (self.against, self.log_x, self.log_y):
            self.bar.addWidget(widget)
        self.against.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.bar.addSpacing(HALF)
        for part in (self.smoothing, self.strength):
            self.bar.addWidget(part)
        self.bar.addStretch(1)
        self.fit_button = QToolButton()
        self.fit_button.setIcon(icon("fit-to-page-outline"))
        self.fit_button.setAccessibleName("Fit the curves")
        self.fit_button.setToolTip(
            "Fit the curves (F, or double-click); once more shows their steep start as well"
        )
        self.fit_button.clicked.connect(self.fit)
        self.export_button = QToolButton()
        self.export_button.setIcon(icon("export-variant"))
        self.export_button.setAccessibleName("Export the curves")
        self.export_button.setToolTip("Export as PNG, SVG or CSV, or copy")
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.export_button)
        menu.addAction(icon("content-save-outline"), "Export as PNG, SVG or CSV…", self.export)
        menu.addAction(icon("content-copy"), "Copy picture and numbers", self.copy)
        self.export_button.setMenu(menu)
        for button in (self.fit_button, self.export_button):
            self.bar.addWidget(button)

    def _look(self) -> None:
        axis = Series.STEP if self.against.word == "step" else Series.SECONDS
        self._view = View(axis, self._view.unit, self.log_x.isChecked(), self.log_y.isChecked())
        self.plot.setLogMode(self._view.log_x, self._view.log_y)
        self._hovered = None
        self.plot.fit(again=False)
        self.redraw()

    def _smooth(self) -> None:
        self._say_strength()
        for lines in self._lines.values():
            lines.series.smooth(self.span)
        self.update_later()

    def _say_strength(self) -> None:
        self.strength.setText("smoothing off" if self.span == 1 else f"median of {self.span}")

    def _choose_unit(self) -> None:
        unit, name = 1.0, "step"
        if self._view.axis == Series.SECONDS:
            columns = [lines.series.train.column(Series.SECONDS) for lines in self._lines.values()]
            last = max((float(column[-1]) for column in columns if len(column)), default=0.0)
            unit, name = (1.0, "s") if last < 180 else (60.0, "min")
            unit, name = (3600.0, "h") if last >= 3 * 3600 else (unit, name)
            name = f"training time, {name}"
        self._view = View(self._view.axis, unit, self._view.log_x, self._view.log_y)
        measures = {lines.measure for lines in self._lines.values()}
        marks = [_MARKS[measure] for measure in Measure if measure in measures]
        self.plot.set_labels(name, " and ".join(marks) or _MARKS[Measure.EXACT])

    def _hover(self, place: float | None) -> None:
        self._hovered = place
        self._tell()

    def _tell(self) -> None:
        """The legend: latest values, or those under the pointer; and what to make of them."""
        rows = []
        for lines in self._lines.values():
            train, valid = lines.point_at(self._view, self._hovered)
            if self._hovered is None:
                train, valid = _latest(lines.series)
            rows.append(_row(lines, train, valid))
        self.legend.setVisible(bool(rows))
        self.legend.setText(f"<table cellspacing='0'>{self._heading()}{''.join(rows)}</table>")
        self._place_legend()
        overfits = [lines.series.overfit() for lines in self._lines.values() if lines.main]
        said = next((overfit for overfit in overfits if overfit is not None), None)
        self.verdict.setVisible(said is not None)
        if said is not None:
            colour = theme().colours.warn if said.rising else theme().colours.secondary
            advice = "; the best weights are kept." if said.rising else "."
            self.verdict.setText(f"<span style='color: {colour}'>●</span>&nbsp; {said}{advice}")

    def _heading(self) -> str:
        colour = theme().colours.secondary
        where = "latest"
        if self._hovered is not None:
            words = self.plot.axis_words
            value = f"{self._hovered:,.0f}" if words == "step" else f"{self._hovered:,.1f}"
            where = f"{words.removeprefix('training time, ')} {value}"
        cells = "".join(
            f"<td align='right' style='color: {colour}; padding-left: 14px'>{words}</td>"
            for words in ("training ─", "validation <b>━</b>")
        )
        return f"<tr><td style='color: {colour}'>{where}</td>{cells}</tr>"

    def _place_legend(self) -> None:
        self.legend.adjustSize()
        self.legend.move(max(0, self.plot.width() - self.legend.width() - 12), 10)

    def _paint(self) -> None:
        self.plot.paint_theme()
        for lines in self._lines.values():
            lines.paint()
        ground = theme().colours.surface
        self.legend.setStyleSheet(f"background: {ground}; padding: 4px 6px; border-radius: 6px;")
        self._tell()


def _toggle(words: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setCheckable(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _latest(series: Series) -> tuple[float | None, float | None]:
    train, valid = series.train, series.valid
    return (
        float(train.column(Series.MEDIAN)[-1]) if train.count else None,
        float(valid.column(Series.BITS)[-1]) if valid.count else None,
    )


def _row(lines: CurveLines, train: float | None, valid: float | None) -> str:
    mark = lines.measure.mark
    cells = "".join(
        f"<td align='right' style='padding-left: 14px'>{words}</td>"
        for words in (
            "–" if train is None else f"{train:.4g}",
            "–" if valid is None else f"<b>{f'{mark} {valid:.4g}'.strip()}</b>",
        )
    )
    name = lines.title if len(lines.title) <= 32 else f"{lines.title[:31]}…"
    swatch = f"<span style='color: {lines.colour}'>■</span>&nbsp;"
    return f"<tr><td>{swatch}{html.escape(name)}</td>{cells}</tr>"
