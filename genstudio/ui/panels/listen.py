"""The Listen panel: sounds are drawn, heard while they are drawn, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from genstudio.audio.devices import inputs, outputs
from genstudio.audio.microphone import Microphone
from genstudio.audio.speaker import Speaker
from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.messages import Failed
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.core.spaces import Sequence as SoundSpace
from genstudio.ui.listening.comparison import Comparison
from genstudio.ui.listening.device_menu import Device, DeviceMenu
from genstudio.ui.listening.empty import NoSound
from genstudio.ui.listening.export import SoundExport
from genstudio.ui.listening.form import ListenForm
from genstudio.ui.listening.judging import Judge
from genstudio.ui.listening.loudness import scaled
from genstudio.ui.listening.player import Player, Speaking
from genstudio.ui.listening.record_button import Hearing, RecordButton
from genstudio.ui.listening.session import Session, Wanted
from genstudio.ui.listening.stage import SoundStage
from genstudio.ui.listening.take_strip import TakeStrip
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.listening.transport import SoundTransport
from genstudio.ui.listening.trouble import Trouble
from genstudio.ui.naming import with_role
from genstudio.ui.panel import Panel
from genstudio.ui.recording.undertrained import undertrained
from genstudio.ui.shell.files import SOUNDS
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, MARGIN, icon
from genstudio.ui.widgets.side_column import SideColumn

__all__ = ["ListenPanel"]

_COLUMN = 284
_DEBOUNCE = 250  # milliseconds that a dragged seam rests before anything is drawn
_LEAD = 1.0  # seconds that are heard before a seam
_STEPS = 50  # of the arrow keys across what is shown
_SURE = 0.5  # seconds of drawing, before which its speed is a guess
_SPACE = "Space"


class ListenPanel(Panel):
    """Draws with the chosen model, plays what it draws while it does, and what a person brings."""

    title = "Listen"
    question = "What does it sound like?"
    icon_name = "waveform"
    position = 5
    needs = (Capability.AUTOREGRESSIVE,)
    kinds = ("sequence",)

    make_speaker: ClassVar[Callable[[], Speaking]] = Speaker
    make_microphone: ClassVar[Callable[[], Hearing]] = Microphone
    find_outputs: ClassVar[Callable[[], Sequence[Device]]] = staticmethod(outputs)
    find_inputs: ClassVar[Callable[[], Sequence[Device]]] = staticmethod(inputs)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        settings = studio.settings
        self.session = Session(studio, self)
        self.judge = Judge(studio, self)
        self.player = Player(type(self).make_speaker, self)
        self.form = ListenForm()
        self.stage = SoundStage()
        self.empty = NoSound()
        self.pages = QStackedWidget()
        self.transport = SoundTransport()
        self.comparison = Comparison()
        self.strip = TakeStrip()
        self.trouble = Trouble()
        kind = type(self)
        output, entry = (str(settings.value(f"listen/{way}", "")) for way in ("output", "input"))
        self.output = DeviceMenu(kind.find_outputs, "Output device", "speaker", output)
        self.record = RecordButton(kind.make_microphone)
        self.input = DeviceMenu(kind.find_inputs, "Input device", "chevron-down", entry)
        self.export = SoundExport(studio, lambda: self.session.current)
        self.open_button = QPushButton(icon("folder-open-outline"), "Open…")
        self.open_button.setToolTip("Open a sound file, to listen to it and to go on with it")
        self.go_on_button = QPushButton(icon("arrow-right"), "Continue")
        self.compare_button = QPushButton(icon("compare-horizontal"), "Compare")
        self.compare_button.setToolTip("Hear this take against the one before, equally loud (B)")
        self.note = with_role(QLabel(), "question")
        self._shown: SoundTake | None = None
        self._before: SoundTake | None = None  # shown before that
        self._wanted_seam = 0
        self._recordings = 0
        self._waiting: Path | None = None  # to be opened once there is a model
        self._stamp: tuple[object, ...] = ()
        self._warmed: tuple[object, ...] = ()
        self._expected_weights = ""
        self._seam_rest = QTimer(self, singleShot=True, interval=_DEBOUNCE)
        self._lay_out()
        self._connect()
        self._bind_keys()
        self.transport.volume.setValue(int(str(settings.value("listen/volume", 85))))
        self.player.use(self.output.name or None)
        self.record.device = self.input.name or None
        self.form.row.show_seed(int(str(settings.value("listen/seed", 0))))
        self._opened(None)

    # --- the model ---

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """Offer what the model can draw."""
        if run is None or card is None or not isinstance(run.manifest.space, SoundSpace):
            return
        stamp = (run.folder, run.model_path.stat().st_mtime_ns if run.has_model else 0)
        if stamp == self._stamp:
            return
        if stamp[0] != (self._stamp or (None,))[0]:
            self.comparison.leave()
            self.session.use(run)
        self._stamp = stamp
        space, config = run.manifest.space, run.manifest.config
        self.record.rate = space.rate
        self.form.offer(card.controls_schema, space, bool(config.get("conditional")))
        self.note.setText(undertrained(run))
        self.note.setVisible(bool(self.note.text()))
        if self.isVisible():
            self._warm()
        if self._waiting is not None:
            path, self._waiting = self._waiting, None
            self.session.read(path)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.session.run is not None:
            self._warm()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # another panel is shown: nothing there could stop the sound
            self.player.pause()

    def _warm(self) -> None:
        """The first sound is waited for least when all that makes it is ready."""
        self.player.warm()
        if self._warmed != self._stamp:
            self._warmed = self._stamp
            self.session.warm()

    # --- drawing ---

    def generate(self) -> None:
        """Draw a sound as the form says."""
        wanted = self._wanted(self.form.next_seed())
        if wanted is not None:
            self.session.generate(wanted)

    def go_on(self) -> None:
        """Let the model go on with the current take, from its seam or from the playhead."""
        take = self.session.current
        wanted = self._wanted(self.form.next_seed())
        if take is None or wanted is None:
            return
        if take.origin is not None:
            self.session.go_on(take.origin, take.seam, wanted)
        else:
            self.session.go_on(take, take.seam or self.player.position, wanted)

    def _wanted(self, seed: int) -> Wanted | None:
        wanted = self.form.wanted(seed)
        self.trouble.say("" if wanted is not None else self.form.problem)
        if wanted is not None:
            self.form.row.show_seed(seed)
            self.studio.settings.setValue("listen/seed", seed)
        return wanted

    def _seam_dragged(self, sample: int) -> None:
        take = self.session.current
        if take is None or (take.origin is None and not take.source):
            return
        longest = take.length if take.origin is None else take.origin.length
        sample = max(1, min(sample, longest))
        self.stage.show_seam(sample)
        if take.origin is None:
            take.seam = sample
            self._say()
        else:
            self._seam_rest.start()
            self._wanted_seam = sample

    def _draw_from_seam(self) -> None:
        """The seam of a take that the model went on with rests elsewhere: the same seed again."""
        take = self.session.current
        if take is None or take.origin is None or take.request is None:
            return
        wanted = Wanted(
            length=max(1, take.total - take.seam),
            seed=take.request.seed,
            controls=take.request.controls,
            labels=take.request.labels,
        )
        self.session.go_on(take.origin, self._wanted_seam, wanted, instead=take)

    def open_dialog(self) -> None:
        """Ask for a sound file."""
        endings = " ".join(f"*{ending}" for ending in SOUNDS)
        folder = str(self.studio.settings.value("listen/folder", str(Path.home())))
        dialog = QFileDialog(self, "Open a sound", folder, f"Sounds ({endings})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_sound(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_sound(self, path: Path) -> None:
        """Bring in a file of sound."""
        self.studio.settings.setValue("listen/folder", str(path.parent))
        self.trouble.say("")
        if self.session.run is None:  # the engine is starting, and has told of no model yet
            self._waiting = path
        else:
            self.session.read(path)

    def _recalled(self, recipe: Recipe) -> None:
        """Draw a sound again from the recipe in its file."""
        run = self.studio.selected
        space = self.session.space
        if recipe.kind != "sample" or run is None or run.name != recipe.run or space is None:
            return
        labels = np.array(recipe.labels, np.int64) if recipe.labels else None
        self.form.row.show_seed(recipe.seed)
        self.form.knobs.show_values(recipe.controls)
        self.form.classes.show_labels(labels)
        length = recipe.length or space.length
        self.session.generate(Wanted(length, recipe.seed, recipe.controls, labels))
        self._expected_weights = recipe.weights
        if recipe.weights:
            self.export.exporter.weigh(run)

    def _weighed(self, run: Run, weights: str) -> None:
        if self._expected_weights and weights != self._expected_weights:
            self.studio.notice(
                "warning",
                f"“{run.manifest.title}” has learned since that file was made.",
                "The sound may come out differently.",
            )
        self._expected_weights = ""

    # --- hearing ---

    def _opened(self, take: SoundTake | None) -> None:
        """Another take is current: show it, and play it where it is being drawn."""
        if self._shown is not take:
            self._before, self._shown = self._shown, take
        self.pages.setCurrentWidget(self.empty if take is None else self.stage)
        self.stage.open(take)
        self.export.show_take(take)
        self.comparison.follow(take)
        self._show_takes()
        if take is not None:
            self._load(take)
        if take is not None and take.done:
            self.judge.ask(take)
        self._say()

    def _load(self, take: SoundTake) -> None:
        """Give the speaker a take; a compared one goes on where the other one is."""
        # What grows is not turned down: how loud it will be is not known yet.
        samples = scaled(take.samples, self.comparison.gain(take) if take.done else 1.0)
        rate = take.space.rate
        if take.done and take in self.comparison.marks and self.player.length:
            self.player.exchange(rate, samples)
            self.stage.show_region(self.player.region)
            self.stage.show_position(self.player.position)
            return
        lead = max(0, take.seam - round(_LEAD * rate)) if take.origin is not None else 0
        self.player.open(rate, samples, take.done, 0)
        if take is self.session.growing and self.form.while_written.isChecked():
            self.player.play_from(lead)

    def _grown(self, take: SoundTake) -> None:
        if take is not self.session.current:
            return
        self.stage.grow(take)
        self.player.feed(take.samples[self.player.length :])
        self.strip.refresh()
        self._say()

    def _ended(self, take: SoundTake) -> None:
        if take is self.session.current:
            self.player.complete()
            self.stage.grow(take)
        self.strip.refresh()
        self.comparison.weigh()
        self.judge.ask(take)
        self._say()

    def _judged(self, _: SoundTake) -> None:
        self.strip.refresh()
        self._say()

    def _state_changed(self) -> None:
        if self.player.problem:
            self.trouble.say(self.player.problem)
        elif self.player.playing:
            self.trouble.say("")
        self._say()

    def _moved(self, sample: int) -> None:
        self.stage.show_position(sample)
        self._show_time()

    def _selected(self, first: int, last: int) -> None:
        self.player.choose((first, last) if last > first else None)
        self.stage.show_region(self.player.region)

    def _sought(self, sample: int) -> None:
        self.player.seek(sample)
        self.stage.show_region(self.player.region)

    def _recorded(self, samples: NDArray[np.int16]) -> None:
        self._recordings += 1
        self.session.add(samples, f"Recording {self._recordings}")

    def _use_input(self, name: str) -> None:
        self.studio.settings.setValue("listen/input", name)
        self.record.device = name or None

    def _use_output(self, name: str) -> None:
        self.studio.settings.setValue("listen/output", name)
        self.player.use(name or None)
        self.trouble.say("")

    def _retry(self) -> None:
        """After a failure: the device again, or the drawing."""
        self.trouble.say("")
        if self.player.problem:
            self.player.use(self.output.name or None)
            self.player.play()
        else:
            self.generate()

    # --- A against B ---

    def compare(self, other: SoundTake | None = None) -> None:
        """Compare the current take with another; with the one shown before unless given."""
        take = self.session.current
        others = [each for each in self.session.takes if each is not take]
        if other is None:
            other = self._before if self._before in others else (others[-1] if others else None)
        if take is None or other is None or other is take:
            self.studio.notice("info", "There is only one take.", "Generate or open another one.")
            return
        self.comparison.compare(take, other)
        self._show_takes()
        self._load(take)

    def leave_comparison(self) -> None:
        """Hear each take as it is again."""
        self.comparison.leave()
        self._show_takes()
        if (take := self.session.current) is not None and take.done:
            self.player.exchange(take.space.rate, take.samples)

    def _deleted(self, take: SoundTake) -> None:
        if take in self.comparison.marks:
            self.comparison.leave()
        self.session.delete(take)

    # --- saying ---

    def _show_takes(self) -> None:
        self.strip.show_takes(self.session.takes, self.session.current, self.comparison.marks)
        comparable = len(self.session.takes) > 1 and self.comparison.pair is None
        self.compare_button.setVisible(comparable)

    def _show_time(self) -> None:
        take = self.session.current
        self.transport.show_player(self.player, take.space.rate if take is not None else 0)

    def _say(self) -> None:
        self._show_time()
        take = self.session.current
        self.form.show_drawing(self.session.drawing)
        self.go_on_button.setEnabled(take is not None and take.done)
        where = "seam" if take is not None and (take.seam or take.origin) else "playhead"
        self.go_on_button.setText(f"Continue from {where}")
        self.go_on_button.setToolTip(
            f"Give the model what is before the {where}, and let it go on (C)"
            if take is not None
            else "Generate or open a sound first"
        )
        self.transport.say(self._words(take))

    def _words(self, take: SoundTake | None) -> str:
        if self.session.busy and not self.session.drawing:
            return "Reading the file…"
        if take is None or take is not self.session.growing:
            return "" if take is None else take.verdict
        if not take.speed:
            return "Starting…"
        share = take.speed / take.space.rate
        if self.player.waiting and share < 1 and take.seconds_drawing > _SURE:
            return f"Waiting for the model: it draws {share:.1f} × as fast as it plays"
        return f"Drawing at {share:.1f} × real time"

    def _failed(self, failed: Failed) -> None:
        self.trouble.say(f"{failed.title} {failed.advice}".strip(), failed.details)

    def _forgotten(self, count: int) -> None:
        takes = "The oldest take was" if count == 1 else f"The {count} oldest takes were"
        self.studio.notice("info", f"{takes} forgotten to make room.")

    # --- keyboard ---

    def commands(self) -> list[tuple[str, str, object]]:
        """Everything the panel does, with its keys."""
        return [(words, keys, action) for words, keys, action, _ in self._commands()]

    def _commands(self) -> list[tuple[str, str, Callable[[], object], bool]]:
        """(words, keys, action, whether the keys belong to the waveform alone)."""
        player, axis = self.player, self.stage.window_of_time
        return [
            ("Generate a sound", "G", self.generate, False),
            ("Stop drawing", "Esc", self.escape, False),
            ("Play or pause", _SPACE, player.toggle, False),
            ("To the start", "Home", lambda: self._sought(0), True),
            ("To the newest sample", "End", lambda: self._sought(player.length), True),
            ("Back a little", "Left", lambda: self._step(-1), True),
            ("Forward a little", "Right", lambda: self._step(1), True),
            ("Loop", "L", lambda: player.set_loop(not player.loop), False),
            ("Silence", "M", self.transport.mute.toggle, False),
            ("Continue from the seam or the playhead", "C", self.go_on, False),
            ("Compare with the take before", "B", self.compare, False),
            ("To the other compared take", "X", self.comparison.switch, False),
            ("Fit the time axis", "F", axis.fit, False),
            ("Zoom in", "+; =", lambda: axis.zoom(player.position, 0.5), True),
            ("Zoom out", "-", lambda: axis.zoom(player.position, 2.0), True),
            ("Record, or end the recording", "R", self.record.click, False),
            ("Open a sound…", "", self.open_dialog, False),
            ("Export the sound…", "Ctrl+E", lambda: self.export.ask("wav"), False),
        ]

    def escape(self) -> None:
        """End what is going on: a drawing, else a comparison, else the chosen part."""
        if self.session.drawing:
            self.session.stop()
        elif self.comparison.pair is not None:
            self.leave_comparison()
        else:
            self._selected(0, 0)

    def _step(self, by: int) -> None:
        axis = self.stage.window_of_time
        step = max(1, (axis.last - axis.first) // _STEPS)
        self._sought(self.player.position + by * step)

    def _bind_keys(self) -> None:
        for _, keys, action, local in self._commands():
            if keys == _SPACE or not keys:
                continue  # the window's, which gives it to a button that has the focus
            for each in keys.split("; "):
                if not local:
                    QShortcut(QKeySequence(each), self, action)
                    continue
                shortcut = QShortcut(QKeySequence(each), self.stage.waveform, action)
                # Not an argument of the constructor: PySide loses it, and the arrows would be
                # taken from every slider of the window.
                shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)

    # --- the tour ---

    def settled(self) -> bool:
        """Whether all is drawn and the playhead rests."""
        return not (
            self.session.busy
            or self.judge.busy
            or self.player.playing
            or self._seam_rest.isActive()
        )

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """A sound, what the model makes of its first half, and both against each other."""
        yield "draws", self.generate
        yield "continues", self._tour_continue
        yield "compares", self.compare

    def _tour_continue(self) -> None:
        self._sought(self.player.length // 2)
        self.go_on()

    # --- putting it together ---

    def _connect(self) -> None:
        session, player, form, stage = self.session, self.player, self.form, self.stage
        session.opened.connect(self._opened)
        session.grown.connect(self._grown)
        session.ended.connect(self._ended)
        session.takes_changed.connect(self._show_takes)
        session.forgotten.connect(self._forgotten)
        session.failed.connect(self._failed)
        session.busy_changed.connect(self._say)
        self.judge.judged.connect(self._judged)
        player.moved.connect(self._moved)
        player.state_changed.connect(self._state_changed)
        stage.sought.connect(self._sought)
        stage.selected.connect(self._selected)
        stage.seam_moved.connect(self._seam_dragged)
        self._seam_rest.timeout.connect(self._draw_from_seam)
        form.generate_wanted.connect(self.generate)
        form.stop_wanted.connect(session.stop)
        self.empty.generate_wanted.connect(self.generate)
        self.empty.open_wanted.connect(self.open_dialog)
        self.open_button.clicked.connect(self.open_dialog)
        self.go_on_button.clicked.connect(self.go_on)
        self.compare_button.clicked.connect(lambda: self.compare())
        self.transport.toggled.connect(player.toggle)
        self.transport.sought.connect(self._sought)
        self.transport.went_to_end.connect(lambda: self._sought(player.length))
        self.transport.loop_chosen.connect(player.set_loop)
        self.transport.volume_chosen.connect(player.set_volume)
        self.transport.volume.valueChanged.connect(
            lambda tick: self.studio.settings.setValue("listen/volume", tick)
        )
        self.output.chosen.connect(self._use_output)
        self.input.chosen.connect(self._use_input)
        self.record.recorded.connect(self._recorded)
        self.record.failed.connect(self.trouble.say)
        self.strip.chosen.connect(session.open)
        self.strip.deleted.connect(self._deleted)
        self.strip.compared.connect(self.compare)
        self.comparison.switched.connect(session.open)
        self.comparison.left.connect(self.leave_comparison)
        self.trouble.retried.connect(self._retry)
        self.export.exporter.weighed.connect(self._weighed)
        self.studio.recipe_recalled.connect(self._recalled)
        self.studio.sound_opened.connect(self.open_sound)
        self.studio.closed.connect(player.close)
        self.studio.closed.connect(self.record.close_microphone)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.open_button)
        recording = QHBoxLayout()
        recording.setSpacing(0)
        recording.addWidget(self.record)
        recording.addWidget(self.input)
        bar.addLayout(recording)
        bar.addWidget(self.go_on_button)
        bar.addStretch(1)
        bar.addWidget(self.compare_button)
        bar.addWidget(self.comparison)
        bar.addWidget(self.export)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.stage)
        self.transport.row.addWidget(self.output)
        centre = QVBoxLayout()
        centre.setSpacing(HALF)
        centre.addLayout(bar)
        centre.addWidget(self.trouble)
        centre.addWidget(self.note)
        centre.addWidget(self.pages, 1)
        centre.addWidget(self.transport)
        centre.addWidget(self.strip)
        side = QVBoxLayout()
        side.setSpacing(HALF)
        side.addWidget(SideColumn(_COLUMN, self.form), 1)
        side.addWidget(self.form.button)
        side.addWidget(self.form.while_written)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, HALF, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addLayout(centre, 1)
        layout.addLayout(side)
