"""WAV files: what the standard library reads, and the recipe that they carry."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.recipe import Recipe, read_recipe
from genstudio.core.wav import comment_of, wav

SAMPLES = np.array([0, 1, -1, 32767, -32768, 77, 5], np.int16)


@pytest.mark.parametrize("comment", ["", "even", "odd", "ein Gruß von µ"])
def test_another_reader_finds_the_samples_and_we_the_comment(comment: str) -> None:
    content = wav(SAMPLES, 8000, comment)
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.readframes(99) == SAMPLES.astype("<i2").tobytes()
    assert comment_of(content) == comment


def test_the_recipe_is_read_back(tmp_path: Path) -> None:
    recipe = Recipe(run="strings-1", family="wavenet", seed=7, labels=[[3, 1]])
    path = tmp_path / "a.wav"
    path.write_bytes(wav(SAMPLES, 16000, recipe.text()))
    assert read_recipe(path) == recipe


def plain() -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(20))
    return stream.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"no sound at all", plain(), wav(SAMPLES, 8000, "x" * 50)[:60]]
)
def test_files_without_a_recipe_are_told_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(UserError, match="carries no recipe"):
        read_recipe(path)
