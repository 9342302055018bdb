"""What the microphone takes down is what came in."""

from __future__ import annotations

import os
import signal
import subprocess

import numpy as np
import pytest

from genstudio.audio.microphone import Microphone
from genstudio.audio.speaker import Speaker

from .conftest import MakeSink, Sink
from .sounds import speech_like, until

pytestmark = pytest.mark.usefixtures("nothing_left")


def _tone(frequency: float, rate: int, seconds: float) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return np.round(16000 * np.sin(2 * np.pi * frequency * time)).astype(np.int16)


def test_a_tone_is_taken_down_at_its_frequency_and_loudness(sink: Sink) -> None:
    frequency, rate = 440.0, 8000
    with Speaker() as speaker, Microphone() as microphone:
        speaker.load(sink.rate, _tone(frequency, sink.rate, 30))
        speaker.play(loop=True)
        speaker.wait_for("playing", seconds=60)
        microphone.start(rate)
        until(lambda: len(microphone.samples()) >= 2 * rate)
        level, status = microphone.level, microphone.status
        taken = microphone.stop()
        assert microphone.status.state == "idle"
    assert (status.state, status.problem, status.overflows) == ("recording", "", 0)
    tone = taken[rate : 2 * rate].astype(float)
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone))))
    assert abs(np.argmax(spectrum) - frequency) <= 1  # one second: a bin is 1 Hz
    # The root of the mean square of a sine is its amplitude over √2.
    assert level == pytest.approx(16000 / 32768 / np.sqrt(2), rel=0.05)


def test_what_is_played_into_it_is_what_it_takes_down(sink: Sink) -> None:
    take = speech_like(1, sink.rate)
    with Speaker() as speaker, Microphone() as microphone:
        microphone.start(sink.rate)
        until(lambda: len(microphone.samples()) > 0)
        speaker.load(sink.rate, take)
        speaker.play()
        speaker.wait_for("finished", seconds=60)
        before = len(microphone.samples())
        until(lambda: len(microphone.samples()) > before + sink.rate // 2)
        taken = microphone.stop()
    begin = int(np.flatnonzero(taken)[0])
    assert np.array_equal(taken[begin : begin + len(take)], take)


def test_silence_has_no_level_and_a_second_recording_begins_anew(sink: Sink) -> None:
    with Microphone() as microphone:
        assert microphone.level == 0
        microphone.start(16000)
        until(lambda: len(microphone.samples()) > 4000)
        assert microphone.level == 0
        first = microphone.stop()
        assert np.array_equal(microphone.samples(), first)
        microphone.start(16000)
        until(lambda: len(microphone.samples()) > 0)
        assert len(microphone.stop()) < len(first) + 16000


def test_an_input_that_is_not_there_is_said(sink: Sink) -> None:
    with Microphone() as microphone:
        microphone.start(16000, "the neighbour’s")
        until(lambda: microphone.status.state != "starting")
        status = microphone.status
        assert status.state == "failed"
        assert "no sound input “the neighbour’s”" in status.problem
        assert len(microphone.stop()) == 0


def test_the_source_goes_away_and_what_was_recorded_is_kept(
    own_server: subprocess.Popen[str], make_own_sink: MakeSink
) -> None:
    sink = make_own_sink()
    with Microphone() as microphone:
        microphone.start(sink.rate)
        until(lambda: len(microphone.samples()) > 4000)
        sink.remove()
        until(lambda: microphone.status.state == "failed")
        assert microphone.status.problem.startswith("The sound input")
        assert len(microphone.stop()) > 4000


def test_a_killed_process_is_said_and_the_next_recording_starts_another(sink: Sink) -> None:
    with Microphone() as microphone:
        microphone.start(16000)
        until(lambda: len(microphone.samples()) > 4000)
        assert microphone.pid is not None
        os.kill(microphone.pid, signal.SIGKILL)
        until(lambda: microphone.status.state == "failed")
        assert microphone.status.problem == "The sound process ended unexpectedly (SIGKILL)."
        assert len(microphone.stop()) > 4000
        microphone.start(16000)
        until(lambda: len(microphone.samples()) > 4000)
        assert microphone.status.state == "recording"
