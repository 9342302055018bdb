"""The Listen panel: it draws and plays while it does, goes on with what it is given, compares."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from genstudio.audio.microphone import MicrophoneStatus
from genstudio.core.messages import Complete, MeasurePitch, Pitched, ReadSound, Recognise, Sample
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.core.spaces import Label
from genstudio.core.trace import longest_recording
from genstudio.data.companding import samples_of, symbols_of
from genstudio.data.strings import PITCHES, Strings
from genstudio.ui.listening.judging import Judge, hertz_of
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.shell.files import open_file
from genstudio.ui.studio import Studio
from tests.ui.listening import CARD, SPACE, Rig, sine
from tests.ui.scripted import ScriptedEngine
from tests.ui.speaking import ScriptedMicrophone


@pytest.fixture
def build(build_listen: Callable[..., Rig]) -> Callable[..., Rig]:
    return build_listen


# --- drawing ---


def test_a_sound_is_drawn_as_the_form_says(build: Callable[..., Rig]) -> None:
    rig = build()
    form = rig.panel.form
    form.classes.boxes[0].setCurrentIndex(8)  # “7”, after “Any”
    form.classes.boxes[1].setCurrentIndex(1)
    form.knobs.field("temperature").set_value(0.8)
    form.seconds.set_value(0.25)
    form.row.seed.setValue(11)  # typed, so it is kept
    rig.panel.generate()
    request = rig.engine.last(Sample).request
    assert isinstance(request, Sample)
    assert request.length == 2000 and request.seed == 11 and request.count == 1
    assert request.controls["temperature"] == 0.8
    assert request.labels is not None and request.labels.tolist() == [[7, 0]]


def test_it_plays_while_it_is_written(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.generate()
    rig.answer(0, 100)
    request = rig.engine.last(Sample).request
    assert isinstance(request, Sample)
    expected = samples_of(rig.symbols(request), 256)
    assert rig.speaker.rate == 8000 and not rig.speaker.whole
    assert rig.speaker.last("play") == (0, None, False)
    assert np.array_equal(rig.speaker.heard, expected[:100])
    rig.answer(100, 350)
    assert np.array_equal(rig.speaker.heard, expected[:350]) and not rig.speaker.whole
    rig.answer(350)
    assert np.array_equal(rig.speaker.heard, expected) and rig.speaker.whole
    assert np.array_equal(rig.take.samples, expected) and rig.take.done


def test_who_does_not_want_to_hear_it_at_once_plays_it_later(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.form.while_written.setChecked(False)
    rig.generate()
    with pytest.raises(LookupError):
        rig.speaker.last("play")
    rig.panel.player.toggle()
    assert rig.speaker.last("play") == (0, None, False)


def test_a_drawing_that_is_stopped_keeps_what_there_is(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    rig.panel.form.endless.setChecked(True)
    qtbot.mouseClick(rig.panel.form.button, Qt.MouseButton.LeftButton)
    request = rig.engine.last(Sample).request
    assert isinstance(request, Sample) and request.length == longest_recording(SPACE)
    rig.answer(0, 900)
    assert rig.panel.form.button.text() == "Stop"
    qtbot.mouseClick(rig.panel.form.button, Qt.MouseButton.LeftButton)
    rig.studio.poll()
    assert rig.engine.last(Sample).job not in rig.engine.open_jobs
    assert rig.take.done and rig.take.length == rig.take.total == 900
    assert rig.speaker.whole and len(rig.speaker.heard) == 900
    assert rig.panel.form.button.text() == "Generate"


def test_a_drawing_that_is_stopped_before_it_began_leaves_no_take(
    build: Callable[..., Rig],
) -> None:
    rig = build()
    rig.panel.generate()
    rig.panel.escape()
    rig.studio.poll()
    assert len(rig.panel.session.takes) == 0 and rig.panel.session.current is None
    assert rig.panel.pages.currentWidget() is rig.panel.empty


def test_a_failed_drawing_is_told_and_tried_again(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.generate()
    rig.engine.fail("The device is out of memory.", "Close other programs.")
    rig.studio.poll()
    assert rig.panel.trouble.isVisible()
    said = rig.panel.trouble.sentence.text()
    assert said == "The device is out of memory. Close other programs."
    before = len(rig.engine.asked)
    rig.panel.trouble.retry.click()
    assert len(rig.engine.asked) == before + 1 and not rig.panel.trouble.isVisible()


def test_a_length_that_makes_no_sense_is_refused_in_a_sentence(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.form.seconds.edit.setText("1000")
    before = len(rig.engine.asked)
    rig.panel.generate()
    assert len(rig.engine.asked) == before
    assert rig.panel.trouble.sentence.text() == "The length must be between 0.05 and 65."


def test_what_the_model_knew_is_kept_in_bits(build: Callable[..., Rig]) -> None:
    rig = build()
    take = rig.generate()
    assert np.allclose(take.entropy, 8.0) and np.allclose(take.surprise, 8.0)  # of 256, all alike
    assert take.probabilities.shape == (800, 256)


def test_little_learning_is_told(build: Callable[..., Rig]) -> None:
    assert not build().panel.note.isVisible()
    note = build(steps=400).panel.note
    assert note.isVisible()
    assert note.text() == "Learned for 400 steps only: expect noise more than music or speech"


# --- hearing ---


def test_the_playhead_is_looked_at_only_while_something_is_heard(build: Callable[..., Rig]) -> None:
    rig = build()
    player = rig.panel.player
    assert not player.following
    rig.generate()
    assert player.following
    rig.speaker.be("playing", 120)
    player.look()
    assert player.position == 120 and rig.panel.deck.transport.where.text() == "0:00.01 / 0:00.10"
    rig.speaker.be("finished", 800)
    player.look()
    assert player.position == 800 and not player.following and not player.playing


def test_nothing_is_heard_of_a_panel_that_is_left(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.generate()
    rig.panel.hide()
    assert rig.speaker.calls[-1] == ("pause",) and not rig.panel.player.following


def test_a_sound_at_its_end_is_played_from_its_start(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.generate()
    rig.speaker.be("finished", 800)
    rig.panel.player.look()
    rig.panel.player.toggle()
    assert rig.speaker.last("play") == (0, None, False)
    rig.panel.player.toggle()
    assert rig.speaker.calls[-1] == ("pause",) and not rig.panel.player.following


def test_a_chosen_part_is_played_alone_and_in_a_loop(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.generate()
    rig.panel.player.pause()
    rig.panel.stage.selected.emit(200, 300)
    rig.panel.player.toggle()
    assert rig.speaker.last("play") == (200, 300, False)
    rig.panel.stage.sought.emit(250)
    assert rig.speaker.last("play") == (250, 300, False)
    rig.panel.player.set_loop(True)
    # It comes back to the start of the part, wherever in it one begins.
    assert rig.speaker.calls[-2:] == [("play", 200, 300, True), ("seek", 250)]
    rig.panel.stage.sought.emit(700)  # outside: all is played again
    assert rig.panel.player.region is None
    assert rig.speaker.calls[-2:] == [("play", 0, None, True), ("seek", 700)]


def test_the_volume_is_in_decibels_and_silence_is_silence(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.generate()
    transport = rig.panel.deck.transport
    transport.volume.setValue(100)
    assert rig.speaker.amplitude == 1.0
    transport.volume.setValue(50)
    assert rig.speaker.amplitude == pytest.approx(0.1)  # −20 dB
    transport.mute.toggle()
    assert rig.speaker.amplitude == 0.0
    transport.mute.toggle()
    transport.volume.setValue(0)
    assert rig.speaker.amplitude == 0.0


def test_a_slow_model_is_waited_for_and_said_so(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.form.seconds.set_value(1.0)
    rig.panel.generate()
    rig.answer(0, 4000)
    rig.take.seconds_drawing = 1.0  # half as fast as it is heard
    rig.speaker.be("waiting", 4000)
    rig.panel.player.look()
    rig.panel.deck._say()
    said = rig.panel.deck.transport.words.text()
    assert said == "Waiting for the model: it draws 0.5 × as fast as it plays"


def test_without_a_device_the_takes_remain(build: Callable[..., Rig]) -> None:
    rig = build()
    take = rig.generate()
    rig.speaker.be("failed", 0, "There is no sound device. Sounds can still be written to files.")
    rig.panel.player.look()
    assert rig.panel.trouble.isVisible() and not rig.panel.player.following
    assert rig.panel.trouble.sentence.text().startswith("There is no sound device.")
    assert list(rig.panel.session.takes) == [take] and rig.panel.export.isEnabled()
    rig.speaker.be("idle", 0)
    rig.panel.trouble.retry.click()
    assert rig.panel.player.playing and not rig.panel.trouble.isVisible()


def test_another_output_is_chosen_and_remembered(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.generate()
    menu = rig.panel.devices.output
    with qtbot.waitSignal(menu.found):
        menu.refresh()
    words = [action.text() for action in menu.list.actions() if action.text()]
    assert words == ["System default (Loudspeakers)", "Loudspeakers", "Headphones"]
    next(action for action in menu.list.actions() if action.text() == "Headphones").trigger()
    assert rig.speaker.device == "Headphones"
    assert rig.studio.settings.value("listen/output") == "Headphones"


def test_the_speaker_ends_with_the_window(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.generate()
    rig.studio.closed.emit()
    assert rig.speaker.closed


# --- going on with a sound ---


def test_a_file_is_heard_and_its_beginning_given_to_the_model(build: Callable[..., Rig]) -> None:
    rig = build()
    samples = sine(0.5, 16_000)
    take = rig.bring(samples)
    request = rig.engine.last(ReadSound).request
    assert request == ReadSound(path=Path("/sounds/hello.wav"), rate=8000)
    assert np.array_equal(take.samples, samples) and take.words == "hello.wav"
    assert np.array_equal(rig.speaker.heard, samples)
    rig.panel.stage.seam_moved.emit(1200)
    assert take.seam == 1200
    rig.panel.form.seconds.set_value(0.1)
    rig.panel.go_on()
    asked = rig.engine.last(Complete).request
    assert isinstance(asked, Complete) and asked.length == 2000
    assert asked.known[0, :, 0].tolist() == [True] * 1200 + [False] * 800
    assert np.array_equal(asked.images[0, :1200, 0], symbols_of(samples[:1200], 256))
    rig.answer()
    drawn = rig.take
    assert drawn.origin is take and drawn.seam == 1200 and drawn.length == 2000
    assert drawn.words == "hello.wav, continued"


def test_a_dragged_seam_draws_the_rest_again_from_the_same_seed(
    build: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build()
    source = rig.bring(sine(0.5, 4000))
    rig.panel.stage.seam_moved.emit(1000)
    rig.panel.go_on()
    rig.answer()
    old, seed = rig.take, rig.take.seed
    rig.panel.stage.seam_moved.emit(1500)
    rig.panel.stage.seam_moved.emit(2000)
    before = len(rig.engine.asked)
    qtbot.waitUntil(lambda: len(rig.engine.asked) > before)
    asked = rig.engine.last(Complete).request
    assert isinstance(asked, Complete) and asked.seed == seed
    assert int(asked.known.sum()) == 2000 and asked.length == 2800
    rig.answer()
    assert list(rig.panel.session.takes) == [source, rig.take] and rig.take is not old


def test_a_drawn_sound_is_gone_on_with_from_the_playhead(build: Callable[..., Rig]) -> None:
    rig = build()
    first = rig.generate()
    rig.panel.stage.sought.emit(300)
    rig.panel.go_on()
    asked = rig.engine.last(Complete).request
    assert isinstance(asked, Complete)
    assert np.array_equal(asked.images[0, :300, 0], first.symbols[:300])
    assert int(asked.known.sum()) == 300


def test_what_the_microphone_heard_is_a_take(
    build: Callable[..., Rig], microphone: ScriptedMicrophone, qtbot: QtBot
) -> None:
    rig = build()
    button = rig.panel.devices.record
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert microphone.started == [(8000, None)]
    microphone.heard = sine(0.3, 12_000)
    button.look()
    assert button.text() == "Stop 1.5 s"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Record" and not button.recording
    assert rig.take.words == "Recording 1" and np.array_equal(rig.take.samples, microphone.heard)
    rig.studio.closed.emit()
    assert microphone.closed


def test_a_microphone_that_fails_says_so(
    build: Callable[..., Rig], microphone: ScriptedMicrophone
) -> None:
    rig = build()
    rig.panel.devices.record.click()
    microphone.status = MicrophoneStatus("failed", 0, "There is no microphone.")
    rig.panel.devices.record.look()
    assert rig.panel.trouble.sentence.text() == "There is no microphone."
    assert not rig.panel.devices.record.recording and len(rig.panel.session.takes) == 0


def test_a_file_that_is_no_sound_is_told_of(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.open_sound(Path("/sounds/broken.wav"))
    rig.engine.fail("“broken.wav” is no sound file that can be read.")
    rig.studio.poll()
    assert rig.panel.trouble.sentence.text() == "“broken.wav” is no sound file that can be read."
    assert rig.panel.settled()


def test_a_dropped_sound_opens_here(
    build: Callable[..., Rig], tmp_path: Path, make_run: Callable[..., Run]
) -> None:
    rig = build()
    other = make_run()  # of images
    rig.studio.refresh_runs()
    rig.studio.select(other.folder)
    wanted: list[str] = []
    rig.studio.panel_wanted.connect(wanted.append)
    path = tmp_path / "hello.ogg"
    path.write_bytes(b"OggS")
    assert open_file(rig.studio, path)
    assert wanted == ["Listen"] and rig.studio.selected is not None
    assert rig.studio.selected.folder == rig.run.folder
    assert rig.engine.last(ReadSound).request == ReadSound(path=path, rate=8000)


def test_a_dropped_sound_without_a_model_of_sounds_is_explained(
    studio: Studio, tmp_path: Path
) -> None:
    told: list[str] = []
    studio.noticed.connect(lambda notice: told.append(notice.title))
    path = tmp_path / "hello.ogg"
    path.write_bytes(b"OggS")
    assert not open_file(studio, path)
    assert told == ["“hello.ogg” is a sound, and no model in the library has learned sounds."]


# --- what is heard in it ---


def test_the_recogniser_is_loaded_before_the_first_sound_is_drawn(
    build: Callable[..., Rig],
) -> None:
    rig = build()
    kinds = [type(asked.request) for asked in rig.engine.asked]
    assert kinds[-2:] == [Sample, Recognise]  # and no sound was asked for yet
    asked = rig.engine.last(Recognise).request
    assert isinstance(asked, Recognise) and not asked.sounds[0].any()


def test_a_spoken_digit_is_recognised_as_right_or_wrong(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.panel.form.classes.boxes[0].setCurrentIndex(8)  # “7”
    take = rig.generate()
    asked = rig.engine.last(Recognise).request
    assert isinstance(asked, Recognise) and asked.rate == 8000
    assert np.array_equal(asked.sounds[0], take.samples)
    rig.recognise(7, 0.93)
    assert take.verdict == rig.panel.deck.transport.words.text() == "Recognised as 7, 93 %"
    take = rig.generate()
    rig.recognise(1, 0.5)
    assert take.verdict == "Recognised as 1, 50 %, not 7"
    before = len(rig.engine.asked)
    rig.panel.session.open(next(iter(rig.panel.session.takes)))
    assert len(rig.engine.asked) == before  # it is known


def test_a_string_has_a_pitch(
    studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run]
) -> None:
    labels = (Label(name="pitch", classes=("A2", "C♯3")),)
    space = SPACE.model_copy(update={"labels": labels})
    run, judge = make_run(space=space), Judge(studio, studio)
    take = SoundTake(1, run, space, Sample(run.folder), 800, labels=np.array([1]))
    take.take_samples(sine(0.3))
    judge.ask(take)
    c_sharp = 440 * 2 ** (-20 / 12)
    found = Pitched(np.array([c_sharp * 2 ** (-14 / 1200)]), np.array([1.0]))
    scripted_engine.finish(found, scripted_engine.last(MeasurePitch).job)
    studio.poll()
    assert take.verdict == "137.5 Hz, −14 cents from C♯3"


@pytest.mark.parametrize("step", range(12))
def test_a_note_is_the_frequency_that_the_strings_are_tuned_to(step: int) -> None:
    name = Strings.card().labels[0].classes[step]
    assert hertz_of(name) == pytest.approx(PITCHES[step])


# --- takes ---


def test_two_takes_are_compared_equally_loud_at_the_same_place(build: Callable[..., Rig]) -> None:
    rig = build()
    quiet, loud = rig.bring(sine(0.1)), rig.bring(sine(0.8), "loud.wav")
    rig.panel.deck.compare_with_before()
    assert rig.panel.deck.comparison.pair == (loud, quiet)
    power = np.mean(np.square(rig.speaker.heard.astype(np.float64)))
    assert np.sqrt(power) == pytest.approx(0.1 * 32767 / np.sqrt(2), rel=1e-3)
    rig.panel.player.play()
    rig.speaker.be("playing", 333)
    rig.panel.player.look()
    rig.panel.deck.comparison.switch()
    assert rig.panel.session.current is quiet
    assert rig.speaker.last("play") == (333, None, False)
    assert np.array_equal(rig.speaker.heard, quiet.samples)
    rig.panel.deck.comparison.switch()
    assert rig.panel.session.current is loud and rig.panel.player.position == 333
    rig.panel.escape()
    assert rig.panel.deck.comparison.pair is None
    assert np.array_equal(rig.speaker.heard, loud.samples)


def test_takes_are_revisited_forgotten_and_kept_for_each_model(
    build: Callable[..., Rig], qtbot: QtBot, make_run: Callable[..., Run]
) -> None:
    rig = build()
    first, second = rig.generate(), rig.generate()
    strip = rig.panel.deck.strip
    assert strip.count() == 2
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert rig.panel.session.current is first
    assert np.array_equal(rig.speaker.heard, first.samples)
    qtbot.keyClick(strip, Qt.Key.Key_Delete)
    assert list(rig.panel.session.takes) == [second]
    assert rig.panel.session.current is second
    other = make_run("other", family="wavenet", space=SPACE)
    rig.panel.show_run(other, CARD)
    assert strip.count() == 0 and rig.panel.session.current is None
    rig.panel.show_run(rig.run, CARD)
    assert rig.panel.session.current is second


def test_a_take_that_is_left_while_it_is_drawn_goes_on_where_one_comes_back(
    build: Callable[..., Rig],
) -> None:
    rig = build()
    first = rig.generate()
    rig.panel.generate()
    rig.answer(0, 200)
    growing = rig.take
    rig.panel.session.open(first)
    rig.answer(200, 400)
    assert np.array_equal(rig.speaker.heard, first.samples)
    rig.panel.session.open(growing)
    assert np.array_equal(rig.speaker.heard, growing.samples) and growing.length == 400
    rig.answer(400)
    assert np.array_equal(rig.speaker.heard, growing.samples) and growing.length == 800
    assert rig.speaker.whole


def test_an_exported_sound_is_drawn_again_from_its_recipe(build: Callable[..., Rig]) -> None:
    rig = build()
    recipe = Recipe(
        run=rig.run.name,
        seed=5,
        controls={"temperature": 0.7, "top_k": 0},
        labels=[[3, 1]],
        length=640,
    )
    rig.studio.recipe_recalled.emit(recipe)
    request = rig.engine.last(Sample).request
    assert isinstance(request, Sample)
    assert (request.seed, request.length, request.controls["temperature"]) == (5, 640, 0.7)
    assert request.labels is not None and request.labels.tolist() == [[3, 1]]
    assert rig.panel.form.row.seed.value() == 5
    assert [box.currentText() for box in rig.panel.form.classes.boxes] == ["3", "theo"]


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_an_exported_sound_is_the_samples_and_their_recipe(
    build: Callable[..., Rig], qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    rig = build()
    rig.panel.form.classes.boxes[0].setCurrentIndex(8)
    take = rig.generate()
    path = tmp_path / f"seven.{suffix}"
    with qtbot.waitSignal(rig.panel.export.exporter.written):
        rig.panel.export.save(take, path)
    with soundfile.SoundFile(path) as file:
        assert (file.samplerate, file.channels, file.subtype) == (8000, 1, "PCM_16")
        recipe = Recipe.from_text(file.comment)
        assert np.array_equal(file.read(dtype="int16"), take.samples)
    assert (recipe.run, recipe.seed, recipe.length) == (rig.run.name, take.seed, 800)
    assert recipe.labels == [take.labels.tolist()] and recipe.labels[0][0] == 7
    assert recipe.weights == hashlib.sha256(rig.run.model_path.read_bytes()).hexdigest()


def test_a_sound_that_was_gone_on_with_is_drawn_again_when_its_file_is_dropped(
    build: Callable[..., Rig], qtbot: QtBot, tmp_path: Path
) -> None:
    rig = build()
    rig.bring(sine(0.5, 4000))
    rig.panel.stage.seam_moved.emit(1000)
    rig.panel.go_on()
    rig.answer()
    old, asked = rig.take, rig.engine.last(Complete).request
    path = tmp_path / "continued.wav"
    with qtbot.waitSignal(rig.panel.export.exporter.written):
        rig.panel.export.save(old, path)
    with qtbot.waitSignal(rig.panel.export.exporter.weighed):
        assert open_file(rig.studio, path)
    again = rig.engine.last(Complete).request
    assert isinstance(asked, Complete) and isinstance(again, Complete) and again is not asked
    assert np.array_equal(again.images[again.known], asked.images[asked.known])
    assert (again.length, again.seed, again.controls) == (1800, asked.seed, asked.controls)
    rig.answer()
    assert np.array_equal(rig.take.samples, old.samples) and rig.take.seam == 1000
    assert rig.take.words == "Given beginning, continued"


# --- keys and the tour ---


def test_the_keys_of_the_waveform(build: Callable[..., Rig], qtbot: QtBot) -> None:
    rig = build()
    rig.generate()
    rig.panel.player.pause()
    wave = rig.panel.stage.waveform
    wave.setFocus()
    qtbot.waitUntil(wave.hasFocus)
    qtbot.keyClick(wave, Qt.Key.Key_End)
    assert rig.panel.player.position == 800
    qtbot.keyClick(wave, Qt.Key.Key_Left)
    assert rig.panel.player.position == 784  # a fiftieth of what is shown
    qtbot.keyClick(wave, Qt.Key.Key_Right)
    assert rig.panel.player.position == 800
    qtbot.keyClick(wave, Qt.Key.Key_Home)
    assert rig.panel.player.position == 0
    qtbot.keyClick(wave, Qt.Key.Key_L)
    assert rig.panel.player.loop and rig.panel.deck.transport.loop.isChecked()


def test_every_command_has_words_and_works(build: Callable[..., Rig]) -> None:
    rig = build()
    rig.generate()
    rig.generate()
    commands = rig.panel.commands()
    keys = [keys for _, keys, _ in commands if keys]
    assert len(keys) == len(set(keys))
    for words, _, action in commands:
        if not words.endswith("…"):  # which ask for a file
            action()  # type: ignore[operator]
    rig.studio.poll()


def test_the_tour_draws_goes_on_and_compares(build: Callable[..., Rig]) -> None:
    rig = build()
    names = []
    for name, action in rig.panel.tour_stops():
        action()
        if rig.panel.session.drawing:
            rig.answer()
        rig.speaker.be("finished", rig.take.length)
        rig.panel.player.look()
        if rig.panel.deck.judge.busy:
            rig.recognise(7, 0.9)
        assert rig.panel.settled()
        names.append(name)
    assert names == ["draws", "continues", "compares"]
    assert len(rig.panel.session.takes) == 2
