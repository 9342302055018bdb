"""The current take on the stage and in the player, its transport, and the strip of all takes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from genstudio.ui.listening.comparison import Comparison
from genstudio.ui.listening.insight import Insight
from genstudio.ui.listening.judging import Judge
from genstudio.ui.listening.loudness import scaled
from genstudio.ui.listening.player import Player
from genstudio.ui.listening.session import Session
from genstudio.ui.listening.stage import SoundStage
from genstudio.ui.listening.take_strip import TakeStrip
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.listening.transport import SoundTransport
from genstudio.ui.studio import Studio

__all__ = ["Deck"]

_LEAD = 1.0  # seconds that are heard before a seam
_STEPS = 50  # of the arrow keys across what is shown
_SURE = 0.5  # seconds of drawing, before which its speed is a guess


class Deck(QObject):
    """Keeps what is seen and what is heard together.

    Attributes:
        changed: the current take, how far it is, or what it is doing.
        while_written: whether a take plays while it is drawn.
    """

    changed = Signal()

    def __init__(self, studio: Studio, session: Session, player: Player, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self.session = session
        self.player = player
        self.judge = Judge(studio, self)
        self.stage = SoundStage()
        self.insight = Insight(studio, self.stage, self)
        self.transport = SoundTransport()
        self.comparison = Comparison()
        self.strip = TakeStrip()
        self.while_written = True
        self._shown: SoundTake | None = None
        self._before: SoundTake | None = None  # shown before that
        self._connect()
        self.transport.volume.setValue(int(str(studio.settings.value("listen/volume", 85))))

    # --- what a person does ---

    def seek(self, sample: int) -> None:
        """Put the playhead somewhere."""
        self.player.seek(sample)
        self.stage.show_region(self.player.region)

    def step(self, by: int) -> None:
        """Move it by so many fiftieths of what is shown."""
        axis = self.stage.window_of_time
        self.seek(self.player.position + by * max(1, (axis.last - axis.first) // _STEPS))

    def choose(self, first: int, last: int) -> None:
        """Play the samples from `first` up to, without, `last` only; all where there are none."""
        self.player.choose((first, last) if last > first else None)
        self.stage.show_region(self.player.region)

    def compare_with_before(self) -> None:
        """Compare the current take with the one shown before."""
        others = [each for each in self.session.takes if each is not self.session.current]
        if others:
            self.compare(self._before if self._before in others else others[-1])
        else:
            self._studio.notice("info", "There is only one take.", "Generate or open another one.")

    def compare(self, other: SoundTake) -> None:
        """Compare the current take with another."""
        take = self.session.current
        if take is not None and take is not other:
            self.comparison.compare(take, other)
            self._show_takes()
            self._load(take)

    def leave_comparison(self) -> None:
        """Hear each take as it is again."""
        self.comparison.leave()
        self._show_takes()
        if (take := self.session.current) is not None and take.done:
            self.player.exchange(take.space.rate, take.samples)

    def delete(self, take: SoundTake) -> None:
        """Forget a take."""
        if take in self.comparison.marks:
            self.leave_comparison()
        self.session.delete(take)

    # --- what happens ---

    def _opened(self, take: SoundTake | None) -> None:
        """Another take is current: show it, and play it where it is being drawn."""
        if self._shown is not take:
            self._before, self._shown = self._shown, take
        self.stage.open(take)
        self.insight.open(take)
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
        self.player.open(rate, samples, take.done)
        if take is self.session.growing and self.while_written:
            self.player.play_from(lead)

    def _grown(self, take: SoundTake) -> None:
        if take is self.session.current:
            self.stage.grow(take)
            self.insight.grow(take)
            self.player.feed(take.samples[self.player.length :])
            self.strip.refresh()
            self._say()

    def _ended(self, take: SoundTake) -> None:
        if take is self.session.current:
            self.player.complete()
            self.stage.grow(take)
            self.insight.grow(take)
        self.strip.refresh()
        self.comparison.weigh()
        self.judge.ask(take)
        self._say()

    def _judged(self) -> None:
        self.strip.refresh()
        self._say()

    def _moved(self, sample: int) -> None:
        self.stage.show_position(sample)
        self.insight.show_position(sample, self.player.playing)
        self._show_time()

    # --- saying ---

    def _show_takes(self) -> None:
        self.strip.show_takes(self.session.takes, self.session.current, self.comparison.marks)
        self.changed.emit()

    def _show_time(self) -> None:
        take = self.session.current
        self.transport.show_player(self.player, take.space.rate if take is not None else 0)

    def _say(self) -> None:
        self._show_time()
        self.transport.say(self._words(self.session.current))
        self.changed.emit()

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

    def _connect(self) -> None:
        session, player, transport = self.session, self.player, self.transport
        session.opened.connect(self._opened)
        session.grown.connect(self._grown)
        session.ended.connect(self._ended)
        session.takes_changed.connect(self._show_takes)
        session.busy_changed.connect(self._say)
        self.judge.judged.connect(lambda _: self._judged())
        player.moved.connect(self._moved)
        player.state_changed.connect(self._say)
        self.stage.sought.connect(self.seek)
        self.stage.selected.connect(self.choose)
        transport.toggled.connect(player.toggle)
        transport.sought.connect(self.seek)
        transport.went_to_end.connect(lambda: self.seek(player.length))
        transport.loop_chosen.connect(player.set_loop)
        transport.volume_chosen.connect(player.set_volume)
        transport.volume.valueChanged.connect(
            lambda tick: self._studio.settings.setValue("listen/volume", tick)
        )
        self.strip.chosen.connect(session.open)
        self.strip.deleted.connect(self.delete)
        self.strip.compared.connect(self.compare)
        self.comparison.switched.connect(session.open)
        self.comparison.left.connect(self.leave_comparison)
