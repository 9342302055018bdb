"""`genstudio sample --seconds --prime`: how long a sound is, and what it goes on from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.export import read_npz
from genstudio.core.recipe import Recipe, read_recipe
from genstudio.core.spaces import Sequence
from genstudio.data.companding import samples_of, symbols_of

from .conftest import RATE, Run

pytestmark = pytest.mark.usefixtures("short_strings")


def hum(count: int) -> NDArray[np.int16]:
    return np.round(9000 * np.sin(0.3 * np.arange(count))).astype(np.int16)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
@pytest.mark.parametrize("seconds", [0.25, 2.5])
def test_a_sound_lasts_as_long_as_is_asked_for(
    genstudio: Run, plucked: Path, tmp_path: Path, name: str, seconds: float
) -> None:
    out = tmp_path / name
    said = genstudio("sample", plucked, "--seconds", seconds, "--seed", 3, "--out", out)
    assert said.code == 0, said.err
    assert f"1 sound of {seconds:g} s, ln p" in said.out
    samples, rate = soundfile.read(out, dtype="int16")
    assert (rate, len(samples)) == (RATE, seconds * RATE)
    recipe = read_recipe(out)
    assert (recipe.kind, recipe.length, recipe.prime) == ("sample", seconds * RATE, "")
    with soundfile.SoundFile(out) as file:
        assert (file.channels, file.subtype) == (1, "PCM_16")


def test_a_longer_sound_begins_as_the_shorter_one(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    """The uniforms of a sample do not depend on how many follow."""
    takes = []
    for seconds in (1, 2):
        out = tmp_path / f"{seconds}.wav"
        assert genstudio("sample", plucked, "--seconds", seconds, "--out", out).code == 0
        takes.append(soundfile.read(out, dtype="int16")[0])
    np.testing.assert_array_equal(takes[1][:RATE], takes[0])


def test_what_is_given_comes_first_and_the_recipe_keeps_it(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    prime, out, trace_file = tmp_path / "hum.flac", tmp_path / "a.wav", tmp_path / "a.npz"
    soundfile.write(prime, hum(300), RATE)
    words = ("sample", plucked, "--prime", prime, "--seconds", 0.5, "-n", 2, "--label", "C3,note")
    said = genstudio(*words, "--out", out)
    assert said.code == 0, said.err
    assert "2 sounds of 0.8 s, of which the first 0.3 s are given, ln p" in said.out
    symbols = symbols_of(hum(300), 256)
    samples, _ = soundfile.read(out, dtype="int16")
    assert len(samples) == 2 * 800 + RATE // 4
    first, second = samples[:800], samples[-800:]
    for take in (first, second):
        np.testing.assert_array_equal(take[:300], samples_of(symbols, 256))
    assert (first[300:] != second[300:]).any()
    recipe = read_recipe(out)
    assert (recipe.kind, recipe.count, recipe.length) == ("complete", 2, 800)
    np.testing.assert_array_equal(recipe.given(), symbols)
    genstudio(*words, "--out", trace_file)
    trace, _ = read_npz(trace_file)
    assert isinstance(trace.space, Sequence)
    assert trace.space.length == 800
    assert trace.given[:, :300].all()
    assert not trace.given[:, 300:].any()
    np.testing.assert_array_equal(samples_of(trace.images()[0, :, 0], 256), first)


def test_without_seconds_as_much_follows_as_was_learned(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    prime, out = tmp_path / "hum.wav", tmp_path / "a.wav"
    soundfile.write(prime, hum(200), RATE)
    assert genstudio("sample", plucked, "--prime", prime, "--out", out).code == 0
    assert len(soundfile.read(out)[0]) == 200 + RATE


def test_stereo_at_another_rate_is_mixed_and_resampled(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    prime, out = tmp_path / "hum.ogg", tmp_path / "a.wav"
    slow = 0.5 * np.sin(2 * np.pi * 50 * np.arange(22050) / 44100)
    soundfile.write(prime, np.stack([slow, slow], axis=1), 44100)
    said = genstudio("sample", plucked, "--prime", prime, "--seconds", 0.1, "--out", out)
    assert said.code == 0, said.err
    samples, _ = soundfile.read(out)
    assert len(samples) == 600
    expected = 0.5 * np.sin(2 * np.pi * 50 * np.arange(500) / RATE)
    # The steps of µ-law are a 22nd of the amplitude there.
    np.testing.assert_allclose(samples[50:450], expected[50:450], atol=0.03)


# --- what is refused ---


def _absent(path: Path) -> None: ...


def _text(path: Path) -> None:
    path.write_text("no sound at all")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    soundfile.write(path, hum(5 * RATE), RATE)
    path.write_bytes(path.read_bytes()[:4000])


def _silence(path: Path) -> None:
    soundfile.write(path, np.zeros(500, np.int16), RATE)


def _opposed(path: Path) -> None:
    soundfile.write(path, np.stack([hum(500), -hum(500)], axis=1), RATE)


def _nothing(path: Path) -> None:
    soundfile.write(path, hum(0), RATE)


def _hour(path: Path) -> None:
    soundfile.write(path, np.zeros(3600 * RATE, np.int16), RATE)


def _long(path: Path) -> None:
    soundfile.write(path, hum(524 * RATE), RATE)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_absent, "There is no file"),
        (_text, "“p.wav” is no sound file that can be read."),
        (_empty, "“p.wav” is empty."),
        (_cut, "“p.wav” is cut short or damaged."),
        (_silence, "“p.wav” is silent: there is nothing to go on from."),
        (_opposed, "“p.wav” is silent: there is nothing to go on from."),
        (_nothing, "“p.wav” has no sound in it: it lasts 0 s."),
        (_hour, "“p.wav” lasts 3,600 s, and at most 524.3 s can be used."),
        (_long, "524 s that are given and 1 s that are drawn are too long: one sound can last"),
    ],
)
def test_a_bad_prime_is_one_sentence(
    genstudio: Run,
    plucked: Path,
    tmp_path: Path,
    make: Callable[[Path], None],
    sentence: str,
) -> None:
    make(tmp_path / "p.wav")
    said = genstudio("sample", plucked, "--prime", tmp_path / "p.wav", "--out", tmp_path / "a.wav")
    assert said.code == 2
    assert said.err.startswith(sentence)
    assert not (tmp_path / "a.wav").exists()


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (0, "A sound lasts some time, not 0 s."),
        (-1, "A sound lasts some time, not -1 s."),
        ("nan", "A sound lasts some time, not nan s."),
        ("inf", "A sound lasts some time, not inf s."),
        (3600, "3,600 s that are drawn are too long: one sound can last 524.3 s."),
    ],
)
def test_a_length_that_makes_no_sense_is_one_sentence(
    genstudio: Run, plucked: Path, tmp_path: Path, seconds: Any, sentence: str
) -> None:
    said = genstudio("sample", plucked, "--seconds", seconds, "--out", tmp_path / "a.wav")
    assert said.code == 2
    assert said.err.startswith(sentence)


def test_several_sounds_that_are_too_long_together(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.wav"
    said = genstudio("sample", plucked, "-n", 3, "--seconds", 300, "--out", out)
    assert said.code == 2
    assert "Generate at most 1 together." in said.err


@pytest.mark.parametrize(("option", "value"), [("--seconds", "1"), ("--prime", "anything.wav")])
def test_images_have_no_length_and_no_beginning(
    genstudio: Run, trained: Path, tmp_path: Path, option: str, value: str
) -> None:
    said = genstudio("sample", trained, option, value, "--out", tmp_path / "a.png")
    assert said.code == 2
    assert said.err.startswith(f"{option} is for sounds, and this model draws images.")


def test_there_is_no_flac_of_an_image(genstudio: Run, trained: Path, tmp_path: Path) -> None:
    said = genstudio("sample", trained, "--out", tmp_path / "a.flac")
    assert said.code == 2
    assert "draws images, which are no sound" in said.err


def test_a_damaged_prime_in_a_recipe_is_refused() -> None:
    with pytest.raises(UserError, match="The recipe in this file cannot be read"):
        Recipe.from_text('{"run": "a", "prime": "no base64"}')
