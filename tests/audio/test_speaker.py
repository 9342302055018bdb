"""What the speaker plays is what was given to it, and in time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from genstudio.audio.block import LONGEST
from genstudio.audio.speaker import Speaker

from .conftest import MakeSink, Recording, Sink
from .sounds import speech_like, until

pytestmark = pytest.mark.usefixtures("nothing_left")

STREAMED = float(os.environ.get("GENSTUDIO_STREAMED_SECONDS", "5"))
"""How long the test of streaming streams; a minute in CI."""

_TRAINING = """
import os, sys, threading
import numpy as np
os.nice(10)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
a = np.random.default_rng(0).standard_normal((384, 384)).astype(np.float32)
print("training", flush=True)
while True:
    a = np.tanh(a @ a / 20)
"""


def _found(take: np.ndarray, recorded: np.ndarray) -> int:
    """Where a take begins in a recording: the greatest correlation."""
    from scipy.signal import correlate

    return int(np.argmax(correlate(recorded.astype(float), take.astype(float), "valid")))


def test_every_sample_comes_out_as_it_is(sink: Sink) -> None:
    take = speech_like(1.5, sink.rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, take)
        speaker.play()
        status = speaker.wait_for("finished", "failed", seconds=60)
        recorded = recording.hear(len(take))
    assert (status.state, status.problem, status.underflows, status.waits) == ("finished", "", 0, 0)
    assert status.position == len(take)
    at = _found(take, recorded)
    assert np.array_equal(recorded[at : at + len(take)], take)
    assert not recorded[:at].any()
    assert not recorded[at + len(take) :].any()


@pytest.mark.parametrize("rate", [8000, 44100])
def test_any_rate_is_heard_at_that_of_the_device(
    make_sink: MakeSink, monkeypatch: pytest.MonkeyPatch, rate: int
) -> None:
    from scipy.signal import resample_poly

    sink = make_sink(48000, channels=2)
    monkeypatch.setenv("PULSE_SINK", sink.name)
    take = speech_like(1.5, rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(rate, take)
        speaker.play()
        assert speaker.wait_for("finished", "failed", seconds=60).state == "finished"
        recorded = recording.silent()
    common = np.gcd(rate, sink.rate)
    expected = resample_poly(take.astype(float), sink.rate // common, rate // common)
    at = _found(expected, recorded)
    assert np.corrcoef(expected, recorded[at : at + len(expected)])[0, 1] >= 0.99


def test_a_stream_has_no_gap_while_everything_else_is_busy(sink: Sink) -> None:
    """The lock is held most of the time, another thread fights for it, and two trainings run."""
    take = speech_like(STREAMED, sink.rate, seed=1)
    pieces = np.split(take, range(1600, len(take), 1600))
    trainings = [
        subprocess.Popen(
            [sys.executable, "-c", _TRAINING],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        for _ in range(2)
    ]
    over = threading.Event()

    def fight() -> None:
        while not over.is_set():
            sum(range(100_000))

    fighter = threading.Thread(target=fight)
    try:
        for training in trainings:
            assert training.stdout is not None
            training.stdout.readline()
        fighter.start()
        with Speaker() as speaker, Recording(sink) as recording:
            speaker.load(sink.rate, take[:0], complete=False)
            speaker.play()
            fed = 0
            until = time.monotonic() + 3 * STREAMED + 60
            while (status := speaker.status).state not in ("finished", "failed"):
                assert time.monotonic() < until
                if pieces and fed - status.position < 2 * sink.rate:
                    fed += len(pieces[0])
                    speaker.feed(pieces.pop(0))
                    if not pieces:
                        speaker.complete()
                pow(3, 200_000)  # holds the lock without a break
            recorded = recording.hear(len(take))
    finally:
        over.set()
        fighter.join()
        for training in trainings:
            training.communicate()
    assert (status.state, status.underflows, status.waits) == ("finished", 0, 0)
    heard = recorded[np.flatnonzero(recorded)[0] :][: len(take)]
    assert np.array_equal(heard, take)


def test_it_begins_at_once_when_it_is_warm(sink: Sink) -> None:
    """0.15 s is the speaker's own share of the 0.3 s between a click and its sound."""
    take = speech_like(0.5, sink.rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.warm()
        speaker.wait_for("idle", seconds=60)
        begun = []
        for _ in range(5):
            recording.wait(sink.rate // 5)
            before = len(recording.samples)
            asked = time.monotonic()
            speaker.load(sink.rate, take)
            speaker.play()
            called = time.monotonic() - asked
            status = speaker.wait_for("finished", seconds=60)
            recorded = recording.hear(len(begun) * len(take) + len(take))
            first = before + int(np.flatnonzero(recorded[before:])[0])
            begun.append((called, status.delay, recording.arrival(first) - asked))
    called, device, monitor = np.median(begun, axis=0)
    assert called < 0.01
    assert 0 < device < 0.15
    # The server and the recorder have their own buffers.
    assert device < monitor < 0.3


def test_the_position_is_that_of_what_is_heard(sink: Sink) -> None:
    """At the moment at which the monitor has a sample, it is the one that is said to be heard."""
    take = speech_like(3, sink.rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.warm()
        speaker.load(sink.rate, take)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        places = []
        for _ in range(10):
            recording.wait(sink.rate // 10)
            places.append((len(recording.samples), speaker.status.position))
        speaker.wait_for("finished", seconds=60)
        recording.wait(sink.rate // 5)
        begin = int(np.flatnonzero(recording.samples)[0])
    apart = [abs(count - begin - position) / sink.rate for count, position in places]
    # What the monitor has is up to a buffer of the server's and of the recorder's away.
    assert np.median(apart) < 0.1


def test_a_part_is_played_and_repeated_without_a_seam(sink: Sink) -> None:
    take = speech_like(2, sink.rate)
    start, stop = 4000, 9001
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, take)
        speaker.play(start, stop)
        status = speaker.wait_for("finished", seconds=60)
        assert status.position == stop
        once = recording.hear(stop - start)
        speaker.play(start, stop, loop=True)
        speaker.wait_for("playing", seconds=60)
        twice = recording.hear(3 * (stop - start))[len(once) :]
        assert start <= speaker.status.position < stop
        speaker.pause()
        assert speaker.wait_for("paused", seconds=60).state == "paused"
    part = take[start:stop]
    heard = once[np.flatnonzero(once)[0] : np.flatnonzero(once)[-1] + 1]
    assert np.array_equal(heard, part)
    heard = twice[np.flatnonzero(twice)[0] :][: 3 * len(part) // 2]
    assert np.array_equal(heard, np.concatenate([part, part])[: len(heard)])


def test_past_its_end_a_loop_goes_on_from_its_beginning(sink: Sink) -> None:
    take = speech_like(2, sink.rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, take)
        speaker.play(4000, 8000, loop=True)
        speaker.wait_for("playing", seconds=60)
        until(lambda: speaker.status.position > 5000)
        speaker.pause()
        speaker.wait_for("paused", seconds=60)
        speaker.seek(20000)
        before = len(recording.silent())
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        until(lambda: speaker.status.position > 5000)
        assert speaker.status.position < 8000
        recorded = recording.hear(np.count_nonzero(recording.samples[:before]) + 1000)[before:]
    begin = int(np.flatnonzero(recorded)[0])
    assert np.array_equal(recorded[begin : begin + 1000], take[4000:5000])


def test_pause_goes_on_where_it_was_and_seek_elsewhere(sink: Sink) -> None:
    take = speech_like(4, sink.rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, take)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        until(lambda: speaker.status.position > 8000)
        speaker.pause()
        paused = speaker.wait_for("paused", seconds=60).position
        assert 8000 < paused < len(take)
        before = recording.silent()
        assert speaker.status.position == paused
        speaker.play()
        until(lambda: speaker.status.position > paused + 8000)
        speaker.seek(3 * sink.rate)
        assert speaker.wait_for("finished", seconds=60).position == len(take)
        recorded = recording.hear(np.count_nonzero(before) + 4000 + sink.rate)[len(before) :]
    begin = int(np.flatnonzero(recorded)[0])
    assert np.array_equal(recorded[begin : begin + 4000], take[paused : paused + 4000])
    end = int(np.flatnonzero(recorded)[-1]) + 1
    assert np.array_equal(recorded[end - sink.rate : end], take[3 * sink.rate :])


def test_half_the_volume_is_half_of_each_sample(sink: Sink) -> None:
    take = speech_like(0.5, sink.rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.volume(0.5)
        speaker.load(sink.rate, take)
        speaker.play()
        assert speaker.wait_for("finished", seconds=60).state == "finished"
        recorded = recording.hear(np.count_nonzero((take / 2).astype(np.int16)))
    at = _found(take, recorded)
    assert np.array_equal(recorded[at : at + len(take)], (take / 2).astype(np.int16))


def test_it_waits_for_what_is_not_written_and_goes_on_by_itself(sink: Sink) -> None:
    take = speech_like(2, sink.rate)
    half = len(take) // 2
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, take[:half], complete=False)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        status = speaker.wait_for("waiting", seconds=60)
        assert (status.state, status.waits) == ("waiting", 1)
        until(lambda: speaker.status.position == half)
        recording.wait(sink.rate // 2)
        assert speaker.status.position == half
        speaker.feed(take[half:])
        speaker.complete()
        status = speaker.wait_for("finished", seconds=60)
        recorded = recording.hear(len(take))
    assert (status.state, status.waits, status.position) == ("finished", 1, len(take))
    begin, end = np.flatnonzero(recorded)[[0, -1]]
    assert np.array_equal(recorded[begin : begin + half], take[:half])
    assert np.array_equal(recorded[end + 1 - half : end + 1], take[half:])


def test_another_take_silences_the_one_before(sink: Sink) -> None:
    one, other = speech_like(5, sink.rate, seed=1), speech_like(0.5, sink.rate, seed=2)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, one)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        until(lambda: speaker.status.position > 8000)
        speaker.load(sink.rate, other)
        assert (speaker.status.state, speaker.status.position) == ("idle", 0)
        before = recording.silent()
        speaker.play()
        assert speaker.wait_for("finished", seconds=60).position == len(other)
        recorded = recording.hear(np.count_nonzero(before) + len(other))[len(before) :]
    heard = recorded[np.flatnonzero(recorded)[0] : np.flatnonzero(recorded)[-1] + 1]
    assert np.array_equal(heard, other)


def test_a_device_is_chosen_by_name_while_playing(
    make_sink: MakeSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = make_sink(), make_sink()
    monkeypatch.setenv("PULSE_SINK", one.name)
    take = speech_like(3, one.rate)
    with Speaker() as speaker, Recording(one) as first, Recording(two) as second:
        speaker.load(one.rate, take)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        until(lambda: speaker.status.position > 8000)
        speaker.use(two.name)
        assert speaker.wait_for("finished", "failed", seconds=60).state == "finished"
        assert first.hear(4000).any()
        recorded = second.silent()
    heard = recorded[np.flatnonzero(recorded)[0] : np.flatnonzero(recorded)[-1] + 1]
    assert sink_tail(take, heard)


def sink_tail(take: np.ndarray, heard: np.ndarray) -> bool:
    """Whether what was heard is the end of a take, and not all of it."""
    return 0 < len(heard) < len(take) and np.array_equal(heard, take[-len(heard) :])


def test_a_device_that_is_not_there_is_said_and_another_plays_on(sink: Sink) -> None:
    take = speech_like(0.5, sink.rate)
    with Speaker() as speaker:
        speaker.use("the neighbour’s")
        speaker.load(sink.rate, take)
        speaker.play()
        status = speaker.wait_for("failed", "finished", seconds=60)
        assert status.state == "failed"
        assert "no sound output “the neighbour’s”" in status.problem
        assert sink.name in status.problem
        speaker.use(None)
        speaker.play()
        assert speaker.wait_for("failed", "finished", seconds=60).state == "finished"


def test_a_killed_process_is_said_and_the_next_play_goes_on(sink: Sink) -> None:
    take = speech_like(3, sink.rate)
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, take)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        until(lambda: speaker.status.position > 8000)
        assert speaker.pid is not None
        os.kill(speaker.pid, signal.SIGKILL)
        status = speaker.wait_for("failed", seconds=60)
        assert status.state == "failed"
        assert status.problem == "The sound process ended unexpectedly (SIGKILL)."
        assert 8000 < status.position < len(take)
        before = recording.silent()
        speaker.play()
        assert speaker.wait_for("finished", "failed", seconds=60).state == "finished"
        left = len(take) - status.position
        recorded = recording.hear(np.count_nonzero(before) + left)[len(before) :]
    heard = recorded[np.flatnonzero(recorded)[0] : np.flatnonzero(recorded)[-1] + 1]
    assert sink_tail(take, heard)


def test_a_process_that_hangs_is_ended_and_said(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Speaker() as speaker:
        speaker.load(sink.rate, speech_like(1, sink.rate))
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        assert speaker.pid is not None
        monkeypatch.setattr("genstudio.audio.process._PATIENCE", 0.2)
        os.kill(speaker.pid, signal.SIGSTOP)
        speaker.pause()
        status = speaker.wait_for("failed", seconds=60)
        assert status.problem == "The sound process no longer answered and was ended."


def test_it_ends_with_the_process_that_started_it(sink: Sink) -> None:
    code = (
        "import sys, numpy as np\n"
        "from genstudio.audio.speaker import Speaker\n"
        "speaker = Speaker()\n"
        f"speaker.load({sink.rate}, np.ones({30 * sink.rate}, np.int16))\n"
        "speaker.play()\n"
        "speaker.wait_for('playing', seconds=60)\n"
        "print(speaker.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    process = psutil.Process(int(starter.stdout.readline()))
    starter.kill()
    starter.communicate()
    psutil.wait_procs([process], timeout=30)
    assert not process.is_running()


def test_a_sink_that_goes_away_while_another_is_there(
    make_sink: MakeSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, other = make_sink(), make_sink()
    monkeypatch.setenv("PULSE_SINK", gone.name)
    pactl_default(other)
    take = speech_like(3, other.rate)
    with Speaker() as speaker, Recording(other) as recording:
        speaker.load(other.rate, take)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        gone.remove()
        status = speaker.wait_for("finished", "failed", seconds=60)
        assert (status.state, status.problem) == ("finished", "")
        assert recording.hear(4000).any()


def pactl_default(sink: Sink) -> None:
    subprocess.run(["pactl", "set-default-sink", sink.name], check=True, timeout=20)


def test_the_last_sink_goes_away_and_a_new_one_comes(
    own_server: subprocess.Popen[str], make_own_sink: MakeSink
) -> None:
    sink = make_own_sink()
    take = speech_like(3, sink.rate)
    with Speaker() as speaker:
        speaker.load(sink.rate, take)
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        sink.remove()
        status = speaker.wait_for("finished", "failed", seconds=60)
        assert status.state == "failed"
        assert "The sound output is gone." in status.problem
        assert status.position < len(take)
        speaker.play()
        status = speaker.wait_for("finished", "failed", seconds=60)
        assert status.state == "failed"
        assert status.problem.startswith("The sound output does not")
        again = make_own_sink()
        with Recording(again) as recording:
            speaker.play()
            assert speaker.wait_for("finished", "failed", seconds=60).state == "finished"
            recorded = recording.silent()
    heard = recorded[np.flatnonzero(recorded)[0] : np.flatnonzero(recorded)[-1] + 1]
    assert sink_tail(take, heard)


def test_the_server_dies_while_playing(
    own_server: subprocess.Popen[str], make_own_sink: MakeSink
) -> None:
    sink = make_own_sink()
    with Speaker() as speaker:
        speaker.load(sink.rate, speech_like(3, sink.rate))
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        own_server.kill()
        sink.removed = True
        status = speaker.wait_for("finished", "failed", seconds=60)
        assert status.state == "failed"
        assert "gone" in status.problem
        speaker.play()
        status = speaker.wait_for("finished", "failed", seconds=60)
        assert status.problem.startswith("This machine has no sound output.")


def test_a_take_that_is_too_long_is_said() -> None:
    with Speaker() as speaker:
        speaker.load(8000, np.zeros(8000, np.int16), complete=False)
        speaker.feed(np.broadcast_to(np.int16(0), LONGEST))
        status = speaker.status
        assert status.state == "failed"
        assert "longer than" in status.problem


def test_a_rate_that_no_device_has_is_said() -> None:
    with Speaker() as speaker:
        speaker.load(3, np.zeros(8000, np.int16))
        speaker.play()
        assert speaker.status.problem == "A sound of 3 samples a second cannot be played."


def test_nothing_is_started_before_it_is_needed() -> None:
    with Speaker() as speaker:
        speaker.load(8000, np.zeros(8000, np.int16))
        speaker.seek(400)
        speaker.volume(0.3)
        speaker.use("somewhere")
        assert speaker.pid is None
        assert (speaker.status.state, speaker.status.position) == ("paused", 400)


def test_the_window_does_not_load_portaudio() -> None:
    code = (
        "import sys, genstudio.audio.speaker, genstudio.audio.microphone, genstudio.audio.devices\n"
        "sys.exit(' '.join({'sounddevice', 'soundfile'} & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_play_on_the_command_line(sink: Sink, tmp_path: Path) -> None:
    import soundfile

    take = speech_like(1, sink.rate)  # as many buffers as fit without a rest, and not a sample cut
    path = tmp_path / "a.flac"
    soundfile.write(path, take, sink.rate)
    with Recording(sink) as recording:
        said = subprocess.run(
            [sys.executable, "-m", "genstudio", "play", str(path), "--json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        recorded = recording.hear(len(take))
    assert json.loads(said.stdout)["seconds"] == 1.0
    heard = recorded[np.flatnonzero(recorded)[0] : np.flatnonzero(recorded)[-1] + 1]
    assert np.array_equal(heard, take)


def test_sound_that_is_missing_is_counted(sink: Sink) -> None:
    """A process that is held longer than the device has sound for: else 0 would mean nothing."""
    with Speaker() as speaker, Recording(sink) as recording:
        speaker.load(sink.rate, speech_like(3, sink.rate))
        speaker.play()
        speaker.wait_for("playing", seconds=60)
        assert recording.hear(4000).any()
        assert speaker.pid is not None
        os.kill(speaker.pid, signal.SIGSTOP)
        recording.silent()
        os.kill(speaker.pid, signal.SIGCONT)
        status = speaker.wait_for("finished", seconds=60)
        assert status.state == "finished"
        assert status.underflows >= 1
