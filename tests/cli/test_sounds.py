"""Sounds on the command line: trained, scored, written as WAV, and what they are refused."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from genstudio.core.export import read_npz
from genstudio.core.pictures import sheet as page_of
from genstudio.core.recipe import read_recipe
from genstudio.core.spaces import Sequence
from genstudio.data.companding import samples_of
from genstudio.data.waveforms import pictures_of

from .conftest import RATE, TINY_SOUND, Run

pytestmark = pytest.mark.usefixtures("short_strings")


def test_a_take_is_written_as_16_bit_samples_with_its_recipe(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    out, trace_file = tmp_path / "a.wav", tmp_path / "a.npz"
    said = genstudio("sample", plucked, "--seed", 5, "--label", "C3,note", "--out", out)
    assert said.code == 0, said.err
    assert "1 sound" in said.out
    assert "bits/sample" in said.out
    recipe = read_recipe(out)
    assert (recipe.run, recipe.count, recipe.seed, recipe.labels) == ("plucked", 1, 5, [[3, 0]])
    genstudio("sample", plucked, "--seed", 5, "--label", "C3,note", "--out", trace_file)
    trace, _ = read_npz(trace_file)
    assert isinstance(trace.space, Sequence)
    with wave.open(str(out)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (RATE, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    np.testing.assert_array_equal(samples, samples_of(trace.images()[0, :, 0], 256))


def test_several_takes_follow_each_other_with_a_pause(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "three.wav"
    assert genstudio("sample", plucked, "-n", 3, "--out", out).code == 0
    with wave.open(str(out)) as file:
        assert file.getnframes() == 3 * RATE + 2 * RATE // 4


def test_it_is_scored_in_bits_per_sample(genstudio: Run, plucked: Path) -> None:
    said = genstudio("evaluate", plucked, "--split", "test")
    assert said.code == 0, said.err
    assert "bits/sample (6 sounds)" in said.out


def test_its_waveforms_are_a_picture_and_so_is_its_preview(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.png"
    said = genstudio("sample", plucked, "-n", 2, "--scale", 1, "--out", out)
    assert said.code == 0, said.err
    sheets = [out, *(plucked / "samples").glob("*.png")]
    assert len(sheets) == 2
    for sheet in sheets:
        with Image.open(sheet) as picture:
            assert picture.size == (2 * 96 + 1, 48)


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_there_is_no_animation_of_a_sound(
    genstudio: Run, plucked: Path, tmp_path: Path, name: str
) -> None:
    said = genstudio("sample", plucked, "--out", tmp_path / name)
    assert said.code != 0
    assert "draws sounds, of which there is no animation" in said.err
    assert not (tmp_path / name).exists()


def test_there_is_no_sound_of_an_image(genstudio: Run, trained: Path, tmp_path: Path) -> None:
    said = genstudio("sample", trained, "--out", tmp_path / "a.wav")
    assert said.code != 0
    assert "draws images, which are no sound" in said.err


IMAGES = "This is for images, and the data are 1 s of sound"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("complete RUN --image p.png --mask p.png --out c.png", IMAGES),
        ("explain field RUN --row 1 --column 2", IMAGES),
        ("explain field RUN --row 1 --column 2 --image p.png", IMAGES),
        ("explain probe RUN --row 1 --column 2", IMAGES),
        ("explain probe RUN --row 1 --column 2 --image p.png", IMAGES),
        ("explain causality RUN --image p.png", IMAGES),
        ("explain cheat RUN", "The mask of WaveNet cannot be broken here"),
        ("latent survey RUN", "WaveNet has no encoder"),
        ("latent encode RUN --image p.png --out c.npz", IMAGES),
        ("latent decode RUN --code 0,0 --out c.png", "WaveNet has no latent space"),
        ("latent traverse RUN --dimension 0 --out c.png", "WaveNet has no encoder"),
        ("latent interpolate RUN --from p.png --to p.png --out c.png", IMAGES),
        ("latent draw RUN --out c.png", "WaveNet has no latent space"),
        ("latent posterior RUN --image p.png", IMAGES),
        ("latent clean RUN --out c.png", "WaveNet was not trained to take noise away"),
        ("latent clean RUN --image p.png --out c.png", IMAGES),
    ],
)
def test_what_is_for_images_says_so(
    genstudio: Run,
    plucked: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("L", (8, 8)).save("p.png")
    said = genstudio(*(plucked if word == "RUN" else word for word in words.split()))
    assert said.code == 2
    assert said.err.startswith(sentence)


def test_two_that_learned_sounds_are_compared_and_raced(genstudio: Run, plucked: Path) -> None:
    said = genstudio("compare", plucked, plucked)
    assert said.code == 0, said.err
    said = genstudio("explain", "race", plucked)
    assert said.code == 0, said.err
    assert "The same sound" in said.out


def test_a_comparison_shows_sounds_as_their_waveforms(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    """A row for each run, with the samples that `sample` draws from the same seed."""
    out, alone = tmp_path / "c.png", tmp_path / "a.npz"
    said = genstudio("compare", plucked, plucked, "-n", 3, "--seed", 2, "--out", out)
    assert said.code == 0, said.err
    assert genstudio("sample", plucked, "-n", 3, "--seed", 2, "--out", alone).code == 0
    trace, _ = read_npz(alone)
    waveforms = pictures_of(trace.space, trace.images())
    expected = page_of(np.concatenate([waveforms, waveforms]), 256, columns=3, scale=4)
    with Image.open(out) as picture:
        np.testing.assert_array_equal(np.asarray(picture), expected[..., 0])


def test_a_folder_of_sounds_is_learned_from(genstudio: Run, tmp_path: Path) -> None:
    """Its files say that it holds sounds."""
    folder = tmp_path / "mine"
    for seed in range(30):
        place = folder / ("high" if seed % 2 else "low")
        place.mkdir(parents=True, exist_ok=True)
        tone = 0.5 * np.sin(2 * np.pi * (300 + 20 * seed) * np.arange(4000) / 16000)
        soundfile.write(place / f"{seed}.flac", tone, 16000)
    shown = genstudio("data", "show", "sounds", "--folder", folder, "--seconds", 0.1, "--json")
    assert shown.code == 0, shown.err
    assert shown.document["form"] == "0.1 s of sound at 8 kHz, 256 levels"
    assert sum(shown.document["sizes"].values()) == 3 * 30  # of a quarter of a second each
    run = tmp_path / "runs" / "mine"
    options = [word for word in TINY_SOUND if not word.startswith("--data")]
    said = genstudio("train", "wavenet", *options, "--folder", folder, "--seconds", 0.1,
                     "--out", run, "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert said.document["data"] == "sounds"
    said = genstudio("sample", run, "--label", "high", "--out", tmp_path / "a.wav")
    assert said.code == 0, said.err
    assert soundfile.info(tmp_path / "a.wav").frames == 800


def test_an_image_family_says_that_it_cannot_learn_sounds(genstudio: Run) -> None:
    said = genstudio("train", "pixelcnn", "--data", "strings", "--steps", 1)
    assert said.code != 0
    assert "PixelCNN cannot learn data of the kind “sequence”" in said.err


def test_the_data_are_shown_as_sounds_at_the_rate_asked_for(genstudio: Run) -> None:
    said = genstudio("data", "show", "strings", "--rate", 8000)
    assert said.code == 0, said.err
    assert "1 s of sound at 8 kHz, 256 levels" in said.out
    said = genstudio("data", "show", "digits", "--rate", 8000)
    assert said.code != 0
    assert "cannot be had at 8000 Hz" in said.err


def test_classes_are_asked_for_by_the_names_of_their_labels(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.wav"
    asked = ["--label", "figure=melody", "--label", "pitch=C3"]
    said = genstudio("sample", plucked, *asked, "--out", out)
    assert said.code == 0, said.err
    assert read_recipe(out).labels == [[3, 2]]
    said = genstudio("sample", plucked, "-n", 3, *asked, "--label", "pitch=D3", "--out", out)
    assert read_recipe(out).labels == [[3, 2], [5, 2], [3, 2]]
    for wrong, words in (
        (["pitch=C3"], "No figure was asked for"),
        (["pitch=C3", "colour=red"], "There is no label called “colour”"),
        (["pitch=H9", "figure=note"], "There is no pitch called “H9”"),
        ([*asked[1::2], "pitch=D3"], "2 labels were given for 1 image"),
    ):
        said = genstudio("sample", plucked, *(f"--label={each}" for each in wrong), "--out", out)
        assert said.code == 2 and said.err.startswith(words)
