"""Compare: which model describes these data best?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.comparison import Facts, csv_of, facts_of, same_data
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.messages import Compare, Compared, Failed
from genstudio.core.runs import Run
from genstudio.ui.panel import Panel
from genstudio.ui.panels.train_overlays import measure_of, read_series
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import CLASS_COLOURS, GAP, HALF, MARGIN, icon
from genstudio.ui.widgets.compare_pictures import ComparePictures, PictureRow
from genstudio.ui.widgets.compare_table import CompareTable
from genstudio.ui.widgets.curves import Curves

__all__ = ["ComparePanel"]

_SAMPLES = 5
_AT_FIRST = 4  # runs that are ticked unasked
_SCALE = 2  # pixels of an exported picture per pixel of the screen


class ComparePanel(Panel):
    """The runs that learned from the chosen one's data: figures, curves, samples, surprise."""

    title = "Compare"
    question = "Which model describes these data best?"
    icon_name = "compare"
    position = 8
    one_of = (Capability.AUTOREGRESSIVE, Capability.DECODER)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.table = CompareTable()
        self.curves = Curves()
        self.pictures = ComparePictures()
        self.about = QLabel()
        self.about.setProperty("role", "secondary")
        self.image = _number("Which validation image", "The image that every model scores")
        self.seed = _number("Seed", "The same uniforms for every model")
        self.export = QPushButton(icon("export-variant"), "Export")
        self.export.setToolTip("The table as CSV, or all of it as a picture")
        self.runs: list[Run] = []
        self._facts: dict[Path, Facts] = {}
        self._ticked: dict[Path, str] = {}  # folder → colour
        self._compared: dict[Path, Compared] = {}
        self._notes: dict[Path, str] = {}
        self._jobs: dict[Path, Job] = {}
        self._build()
        self.table.ticked.connect(self._tick)
        self.image.valueChanged.connect(self._ask_all)
        self.seed.valueChanged.connect(self._ask_all)
        self.curves.failed.connect(lambda error: studio.notice("error", error.title, error.advice))
        studio.runs_changed.connect(self._runs_changed)

    # --- the runs ---

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """Offer every run that learned from the same data; the chosen one comes first."""
        if run is None or card is None:
            return
        others = same_data(run, [*self.studio.own, *self.studio.shipped])
        folders = [each.folder for each in others]
        if set(folders) == {each.folder for each in self.runs} and run.folder in self._ticked:
            self._read_again(others)
            return
        for folder in list(self._ticked):
            self._untick(folder)
        self.runs = sorted(others, key=lambda each: each.folder != run.folder)
        self._compared.clear()
        self._notes.clear()
        self._facts = {each.folder: self._read(each) for each in self.runs}
        space, data = run.manifest.space, run.manifest.data.name
        words = f"{len(self.runs)} runs" if len(self.runs) > 1 else "one run"
        self.about.setText(f"{data}, {space}: {words}")
        for each in self.runs[:_AT_FIRST]:
            self._add(each)
        self._show()

    def _read_again(self, runs: list[Run]) -> None:
        """The same runs, of which some may have learned since."""
        for run in runs:
            facts = self._read(run)
            if facts != self._facts[run.folder]:
                self._facts[run.folder] = facts
                if run.folder in self._ticked:
                    self._compared.pop(run.folder, None)
                    self._draw_curves(run)
                    self._ask(run.folder)
        self.runs = sorted(runs, key=lambda run: [r.folder for r in self.runs].index(run.folder))
        self._show()

    def _runs_changed(self) -> None:
        run = self.studio.selected
        if run is not None and self.runs:
            self.show_run(run, self.studio.card_of(run))

    def _read(self, run: Run) -> Facts:
        try:
            return facts_of(run)
        except UserError as error:
            self.studio.notice("warning", error.title, error.advice)
            return Facts(
                run.manifest.title,
                run.name,
                run.manifest.family,
                run.manifest.parameters,
                *(None, True, None, None, None),
            )

    def _tick(self, row: int, on: bool) -> None:
        run = self.runs[row]
        if on:
            self._add(run)
        else:
            self._untick(run.folder)
        self._show()

    def _add(self, run: Run) -> None:
        free = [colour for colour in CLASS_COLOURS if colour not in self._ticked.values()]
        self._ticked[run.folder] = free[0] if free else CLASS_COLOURS[-1]
        self._draw_curves(run)
        self._ask(run.folder)

    def _draw_curves(self, run: Run) -> None:
        self.curves.show_series(
            str(run.folder),
            run.manifest.title,
            read_series(self.studio, run),
            self._ticked[run.folder],
            measure=measure_of(run, self.studio.card_of(run)),
        )

    def _untick(self, folder: Path) -> None:
        self._ticked.pop(folder, None)
        self.curves.remove(str(folder))
        job = self._jobs.pop(folder, None)
        if job is not None:
            self.studio.cancel(job)

    # --- the engine ---

    def _ask_all(self) -> None:
        self._compared.clear()
        self._notes.clear()
        for folder in self._ticked:
            self._ask(folder)
        self._show()

    def _ask(self, folder: Path) -> None:
        if folder in self._compared:
            return
        request = Compare(folder, self.image.value(), self.seed.value(), _SAMPLES)
        job = self.studio.submit(request, channel=f"compare {folder}")
        self._jobs[folder] = job
        job.finished.connect(lambda found: self._take(folder, job, found))
        job.failed.connect(lambda failed: self._fail(folder, job, failed))

    def _take(self, folder: Path, job: Job, found: Compared) -> None:
        if self._jobs.get(folder) is job:
            del self._jobs[folder]
            self._compared[folder] = found
            self._show()

    def _fail(self, folder: Path, job: Job, failed: Failed) -> None:
        if self._jobs.get(folder) is job:
            del self._jobs[folder]
            self._notes[folder] = f"{failed.title} {failed.advice}".strip()
            self._show()

    # --- what is shown ---

    def facts(self) -> list[Facts]:
        """Every row of the table."""
        rows = []
        for run in self.runs:
            facts, found = self._facts[run.folder], self._compared.get(run.folder)
            rows.append(facts if found is None else facts_of(run, found))
        return rows

    def _show(self) -> None:
        colours = [self._ticked.get(run.folder) for run in self.runs]
        self.table.show_facts(list(zip(self.facts(), colours, strict=True)))
        rows = [
            PictureRow(
                run.manifest.title,
                self._ticked[run.folder],
                self._compared.get(run.folder),
                self._notes.get(run.folder, ""),
            )
            for run in self.runs
            if run.folder in self._ticked
        ]
        space = self.runs[0].manifest.grid if self.runs else None
        self.pictures.show_rows(space, rows, _SAMPLES)

    # --- export ---

    def ask_export(self, suffix: str) -> None:
        """Ask where to, and write the table (.csv) or the page (.png)."""
        dialog = QFileDialog(self, "Export the comparison", f"comparison.{suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Write the table or the page, by the file's ending; a notice says how it went."""
        try:
            if path.suffix.lower() == ".csv":
                write_atomically(path, csv_of(self.facts()).encode())
            elif not self._page().save(str(path)):
                raise UserError(f"{path} cannot be written.", "Choose another folder.")
        except UserError as error:
            self.studio.notice("error", error.title, error.advice)
        else:
            self.studio.notice("good", f"“{path.name}” is saved.", str(path.parent))

    def _page(self) -> QImage:
        """Table, curves and pictures as they are seen, whole."""
        parts: list[QWidget] = [self.table, self.curves.plot, self.pictures]
        width = max(part.width() for part in parts)
        height = sum(part.height() + GAP for part in parts)
        image = QImage(width * _SCALE, height * _SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(_SCALE)
        image.fill(self.palette().window().color())
        image.setText("Description", csv_of(self.facts()))
        painter = QPainter(image)
        top = 0
        for part in parts:
            QWidget.render(part, painter, QPoint(0, top))  # a plot's own renders its scene alone
            top += part.height() + GAP
        painter.end()
        return image

    # --- keyboard and tour ---

    def commands(self) -> list[tuple[str, str, object]]:
        """Another image, another seed, export."""
        return [
            ("Next image", "I", lambda: self.image.stepBy(1)),
            ("Next seed", "D", lambda: self.seed.stepBy(1)),
            ("Export the table…", "Ctrl+E", lambda: self.ask_export("csv")),
            ("Fit the curves", "F", self.curves.fit),
        ]

    def settled(self) -> bool:
        """Whether every ticked run has answered."""
        return not self._jobs and self.curves.drawn

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """What is ticked unasked, and another image."""
        yield "runs", lambda: None
        yield "image", lambda: self.image.stepBy(7)

    # --- putting it together ---

    def _build(self) -> None:
        menu = QMenu(self.export)
        menu.addAction(icon("table"), "Table as CSV…", lambda: self.ask_export("csv"))
        menu.addAction(icon("image-outline"), "Page as PNG…", lambda: self.ask_export("png"))
        self.export.setMenu(menu)
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.about)
        bar.addStretch(1)
        for words, spin in (("Image", self.image), ("Seed", self.seed)):
            label = QLabel(words)
            label.setBuddy(spin)
            bar.addWidget(label)
            bar.addWidget(spin)
        bar.addWidget(self.export)
        scroll = QScrollArea()
        scroll.setWidget(self.pictures)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setViewportMargins(GAP, 0, 0, 0)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(self.curves)
        lower.addWidget(scroll)
        lower.setChildrenCollapsible(False)
        lower.setSizes([500, 500])
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, HALF, GAP, GAP)
        column.setSpacing(GAP)
        column.addLayout(bar)
        column.addWidget(self.table)
        column.addWidget(lower, 1)


def _number(name: str, tip: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(0, 2**31 - 1)
    spin.setAccessibleName(name)
    spin.setToolTip(tip)
    spin.setKeyboardTracking(False)
    spin.setFixedWidth(88)
    return spin
