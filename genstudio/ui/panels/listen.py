"""The Listen panel: sounds are drawn, heard while they are drawn, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.messages import Failed
from genstudio.core.runs import Run
from genstudio.core.sound_file import READ
from genstudio.core.spaces import Sequence
from genstudio.ui.keys import Command, bind_keys, told
from genstudio.ui.listening.deck import Deck
from genstudio.ui.listening.devices import Gear, SoundDevices
from genstudio.ui.listening.empty import NoSound
from genstudio.ui.listening.export import SoundExport
from genstudio.ui.listening.form import ListenForm
from genstudio.ui.listening.recalling import Recalling
from genstudio.ui.listening.seam import Seam
from genstudio.ui.listening.session import Session, Wanted
from genstudio.ui.listening.trouble import Trouble
from genstudio.ui.listening.variants import Variants
from genstudio.ui.naming import with_role
from genstudio.ui.panel import Panel
from genstudio.ui.recording.undertrained import undertrained
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, MARGIN, icon
from genstudio.ui.widgets.side_column import SideColumn

__all__ = ["ListenPanel"]

_COLUMN = 284
_SPACE = "Space"


class ListenPanel(Panel):
    """Draws with the chosen model, plays what it draws while it does, and what a person brings."""

    title = "Listen"
    question = "What does it sound like?"
    icon_name = "waveform"
    position = 5
    needs = (Capability.AUTOREGRESSIVE,)
    kinds = ("sequence",)

    gear: ClassVar[Gear] = Gear()

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.session = Session(studio, self)
        self.devices = SoundDevices(studio, self.gear, self)
        self.player = self.devices.player
        self.deck = Deck(studio, self.session, self.player, self)
        self.stage = self.deck.stage
        self.seam = Seam(self.session, self.stage, self)
        self.form = ListenForm()
        self.empty = NoSound()
        self.pages = QStackedWidget()
        self.trouble = Trouble()
        self.export = SoundExport(studio, lambda: self.session.current)
        self.recalling = Recalling(studio, self.session, self.form, self.export.exporter, self)
        self.variants = Variants(self.session)
        self.open_button = QPushButton(icon("folder-open-outline"), "Open…")
        self.open_button.setToolTip("Open a sound file, to listen to it and to go on with it")
        self.go_on_button = QPushButton(icon("arrow-right"), "Continue")
        self.compare_button = QPushButton(icon("compare-horizontal"), "Compare")
        self.compare_button.setToolTip("Hear this take against the one before, equally loud (B)")
        self.note = with_role(QLabel(), "question")
        self._recordings = 0
        self._waiting: Path | None = None  # to be opened once there is a model
        self._stamp: tuple[object, ...] = ()
        self._warmed: tuple[object, ...] = ()
        self._lay_out()
        self._connect()
        bind_keys(self, self._commands(), (self.stage.waveform,))
        self.form.row.show_seed(int(str(studio.settings.value("listen/seed", 0))))
        self._show_state()

    # --- the model ---

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """Offer what the model can draw."""
        if run is None or card is None or not isinstance(run.manifest.space, Sequence):
            return
        stamp = (run.folder, run.model_path.stat().st_mtime_ns if run.has_model else 0)
        if stamp == self._stamp:
            return
        if stamp[0] != (self._stamp or (None,))[0]:
            self.deck.comparison.leave()
            self.session.use(run)
        self._stamp = stamp
        space, config = run.manifest.space, run.manifest.config
        self.devices.record.rate = space.rate
        self.form.offer(card.controls_schema, space, bool(config.get("conditional")))
        self.note.setText(undertrained(run))
        self.note.setVisible(bool(self.note.text()))
        if self.isVisible():
            self._warm()
        if self._waiting is not None:
            path, self._waiting = self._waiting, None
            self.session.read(path)
        self.recalling.go_on()

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
            if self.session.space is not None:
                self.deck.judge.warm(self.session.space)

    # --- making and bringing sounds ---

    def generate(self) -> None:
        """Draw a sound as the form says."""
        wanted = self._wanted()
        if wanted is not None:
            self.session.generate(wanted)

    def go_on(self) -> None:
        """Let the model go on with the current take, from its seam or from the playhead."""
        take, wanted = self.session.current, self._wanted()
        if take is None or wanted is None:
            return
        if take.origin is not None:
            self.session.go_on(take.origin, take.seam, wanted)
        else:
            self.session.go_on(take, take.seam or self.player.position, wanted)

    def force(self) -> None:
        """Let the model draw the current take given its real past, and given its own."""
        take, wanted = self.session.current, self._wanted()
        if take is not None and wanted is not None:
            self.session.force(take, wanted)

    def _told(self) -> NDArray[np.int64] | None:
        """The classes of a sound that a person brought: those that the form says."""
        labels = self.form.classes.labels_for(1, 0)
        return None if labels is None else labels[0]

    def _wanted(self) -> Wanted | None:
        seed = self.form.next_seed()
        wanted = self.form.wanted(seed)
        self.trouble.say("" if wanted is not None else self.form.problem)
        if wanted is not None:
            self.form.row.show_seed(seed)
            self.studio.settings.setValue("listen/seed", seed)
        return wanted

    def open_dialog(self) -> None:
        """Ask for a sound file."""
        endings = " ".join(f"*{ending}" for ending in READ)
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

    def _recorded(self, samples: NDArray[np.int16]) -> None:
        self._recordings += 1
        self.session.add(samples, f"Recording {self._recordings}")

    # --- what happens ---

    def _show_state(self) -> None:
        """The buttons follow what there is."""
        take = self.session.current
        self.pages.setCurrentWidget(self.empty if take is None else self.stage)
        self.form.show_drawing(self.session.drawing)
        self.export.show_take(take)
        self.variants.setEnabled(take is not None and take.done)
        where = "seam" if take is not None and take.seam else "playhead"
        self.go_on_button.setEnabled(take is not None)
        self.go_on_button.setToolTip(
            f"Give the model what is before the {where}, and let it go on (C)"
            if take is not None
            else "Generate or open a sound first"
        )
        comparing = self.deck.comparison.pair is not None
        self.compare_button.setVisible(len(self.session.takes) > 1 and not comparing)

    def _state_changed(self) -> None:
        """A device that fails is told of until something is heard, or another one is chosen."""
        if self.player.problem or self.player.playing or self.trouble.about_device:
            self.trouble.say(self.player.problem, about_device=bool(self.player.problem))

    def _retry(self) -> None:
        self.trouble.say("")
        if self.player.problem:
            self.devices.retry()
        else:
            self.generate()

    def _failed(self, failed: Failed) -> None:
        self.trouble.say(f"{failed.title} {failed.advice}".strip(), failed.details)

    def _forgotten(self, count: int) -> None:
        takes = "The oldest take was" if count == 1 else f"The {count} oldest takes were"
        self.studio.notice("info", f"{takes} forgotten to make room.")

    # --- keyboard ---

    def commands(self) -> list[tuple[str, str, object]]:
        """Everything the panel does, with its keys."""
        return told(self._commands())

    def _commands(self) -> list[Command]:
        """(words, keys, action, whether the keys belong to the waveform alone)."""
        deck, player, axis = self.deck, self.player, self.stage.window_of_time
        return [
            ("Generate a sound", "G", self.generate, False),
            ("Stop drawing", "Esc", self.escape, False),
            ("Play or pause", _SPACE, player.toggle, False),
            ("To the start", "Home", lambda: deck.seek(0), True),
            ("To the newest sample", "End", lambda: deck.seek(player.length), True),
            ("Back a little", "Left", lambda: deck.step(-1), True),
            ("Forward a little", "Right", lambda: deck.step(1), True),
            ("Loop", "L", lambda: player.set_loop(not player.loop), False),
            ("Silence", "M", deck.transport.mute.toggle, False),
            ("Continue from the seam or the playhead", "C", self.go_on, False),
            ("Compare with the take before", "B", deck.compare_with_before, False),
            ("To the other compared take", "X", deck.comparison.switch, False),
            ("Draw it given the real past, and given its own", "", self.force, False),
            ("What the next sample may be", "N", self.deck.insight.next_button.toggle, False),
            ("The tree behind a sample", "T", self.deck.insight.tree_button.toggle, False),
            ("Fit the time axis", "F", axis.fit, False),
            ("Zoom in", "+; =", lambda: axis.zoom(player.position, 0.5), True),
            ("Zoom out", "-", lambda: axis.zoom(player.position, 2.0), True),
            ("Record, or end the recording", "R", self.devices.record.click, False),
            ("Open a sound…", "", self.open_dialog, False),
            ("Export the sound…", "Ctrl+E", lambda: self.export.ask("wav"), False),
        ]

    def escape(self) -> None:
        """End what is going on: a drawing, else a comparison, else the chosen part."""
        if self.session.drawing:
            self.session.stop()
        elif self.deck.comparison.pair is not None:
            self.deck.leave_comparison()
        else:
            self.deck.choose(0, 0)

    # --- the tour ---

    def settled(self) -> bool:
        """Whether all is drawn and judged, and the playhead rests."""
        waiting = self.session.busy or self.deck.judge.busy or self.seam.busy
        return not (waiting or self.player.playing)

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """A sound, what the model makes of its first half, and both against each other."""
        yield "draws", self.generate
        yield "continues", self._tour_continue
        yield "compares", self.deck.compare_with_before

    def _tour_continue(self) -> None:
        self.deck.seek(self.player.length // 2)
        self.go_on()

    # --- putting it together ---

    def _connect(self) -> None:
        session, form, devices = self.session, self.form, self.devices
        session.forgotten.connect(self._forgotten)
        session.failed.connect(self._failed)
        self.deck.insight.failed.connect(self._failed)
        self.deck.insight.labels = self._told
        self.variants.forced_wanted.connect(self.force)
        self.deck.changed.connect(self._show_state)
        self.player.state_changed.connect(self._state_changed)
        self.stage.seam_moved.connect(lambda _: self._show_state())
        form.generate_wanted.connect(self.generate)
        form.stop_wanted.connect(session.stop)
        form.while_written.toggled.connect(lambda on: setattr(self.deck, "while_written", on))
        self.empty.generate_wanted.connect(self.generate)
        self.empty.open_wanted.connect(self.open_dialog)
        self.open_button.clicked.connect(self.open_dialog)
        self.go_on_button.clicked.connect(self.go_on)
        self.compare_button.clicked.connect(self.deck.compare_with_before)
        devices.record.recorded.connect(self._recorded)
        devices.record.failed.connect(self.trouble.say)
        self.trouble.retried.connect(self._retry)
        self.studio.sound_opened.connect(self.open_sound)

    def _lay_out(self) -> None:
        recording = QHBoxLayout()
        recording.setSpacing(0)
        recording.addWidget(self.devices.record)
        recording.addWidget(self.devices.input)
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.open_button)
        bar.addLayout(recording)
        bar.addWidget(self.go_on_button)
        bar.addWidget(self.variants)
        bar.addWidget(self.deck.insight.next_button)
        bar.addWidget(self.deck.insight.tree_button)
        bar.addStretch(1)
        bar.addWidget(self.compare_button)
        bar.addWidget(self.deck.comparison)
        bar.addWidget(self.export)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.stage)
        self.deck.transport.row.addWidget(self.devices.output)
        centre = QVBoxLayout()
        centre.setSpacing(HALF)
        centre.addLayout(bar)
        centre.addWidget(self.trouble)
        centre.addWidget(self.note)
        centre.addWidget(self.pages, 1)
        centre.addWidget(self.deck.transport)
        centre.addWidget(self.deck.strip)
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
