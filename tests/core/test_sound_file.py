"""Sound files as they come: formats, channels, rates; and each way in which one can be bad."""

from __future__ import annotations

import hashlib
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.sound_file import is_silent, read_sound, sound_bytes
from genstudio.core.wav import comment_of

RATE = 8000


def tone(hertz: float, seconds: float, rate: int = RATE) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def noise(count: int) -> NDArray[np.int16]:
    rng = np.random.default_rng(4)
    return rng.integers(-32768, 32768, count).astype(np.int16)


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_16_bit_samples_at_the_same_rate_stay_what_they_are(tmp_path: Path, ending: str) -> None:
    samples = noise(3 * 2**16 + 5)  # several blocks
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, samples, RATE)
    read = read_sound(path, RATE)
    assert read.dtype == np.int16
    np.testing.assert_array_equal(read, samples)


@pytest.mark.parametrize("ending", ["ogg", "mp3"])
def test_lossy_formats_are_read_nearly_as_they_were(tmp_path: Path, ending: str) -> None:
    wave = tone(440, 2, 44100)
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, wave, 44100)
    read = read_sound(path, 44100) / 32768
    middle = slice(22050, 66150)  # away from how an encoder begins and ends, across two blocks
    assert np.abs(read[middle] - wave[middle]).max() < 0.02
    whole, _ = soundfile.read(path)
    np.testing.assert_allclose(read, np.clip(whole, -1, 1), atol=1 / 32768)


def test_channels_are_mixed_in_equal_parts(tmp_path: Path) -> None:
    left, right = noise(500), noise(1000)[500:]
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), RATE)
    expected = np.round((left.astype(np.float64) + right) / 2)
    np.testing.assert_array_equal(read_sound(tmp_path / "a.wav", RATE), expected)


@pytest.mark.parametrize("other", [44100, 48000, 16000, 6000])
def test_another_rate_is_resampled(tmp_path: Path, other: int) -> None:
    """A tone stays the same tone, written down from its formula at the rate asked for."""
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(440, 2, other), other, subtype="FLOAT")
    read = read_sound(path, RATE)
    assert abs(len(read) - 2 * RATE) <= 1
    middle = slice(200, 2 * RATE - 200)
    np.testing.assert_allclose(read[middle] / 32768, tone(440, 2)[middle], atol=2e-4)


def test_what_the_new_rate_cannot_hold_is_filtered_out(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(6000, 2, 44100), 44100)  # 8 kHz would fold it to 2 kHz
    read = read_sound(path, RATE)
    assert np.abs(read[400:-400].astype(int)).max() <= 2


def test_samples_beyond_full_scale_are_cut_off_and_what_is_no_number_is_silence(
    tmp_path: Path,
) -> None:
    values = np.array([2.0, -2.0, np.nan, np.inf, -np.inf, 0.25], np.float32)
    soundfile.write(tmp_path / "a.wav", values, RATE, subtype="FLOAT")
    expected = [32767, -32768, 0, 32767, -32768, 8192]
    assert read_sound(tmp_path / "a.wav", RATE).tolist() == expected


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_what_is_written_is_read_and_carries_its_comment(tmp_path: Path, ending: str) -> None:
    samples, comment = noise(1001), '{"name": "µ"}' + "x" * 300_000
    path = tmp_path / f"a{ending}"
    path.write_bytes(sound_bytes(samples, 16000, ending, comment))
    content, rate = soundfile.read(path, dtype="int16")
    assert rate == 16000
    np.testing.assert_array_equal(content, samples)
    if ending == ".wav":
        assert comment_of(path.read_bytes()) == comment
    else:
        with soundfile.SoundFile(path) as file:
            assert file.comment == comment


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_a_file_may_carry_no_comment(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(sound_bytes(noise(50), RATE, ending, ""))
    np.testing.assert_array_equal(read_sound(path, RATE), noise(50))


def test_a_flac_says_in_its_own_format_what_it_holds() -> None:
    """RFC 9639: stream information with the MD5 of the samples (8.2), Vorbis comment (8.6)."""
    content = sound_bytes(noise(999), RATE, ".flac", "ein Gruß")
    assert content[:4] == b"fLaC"
    blocks, at, last = {}, 4, False
    while not last:
        last, kind = bool(content[at] & 128), content[at] & 127
        size = int.from_bytes(content[at + 1 : at + 4], "big")
        blocks[kind] = content[at + 4 : at + 4 + size]
        at += 4 + size
    info = int.from_bytes(blocks[0][10:18], "big")  # rate 20 bits, channels 3, depth 5, length 36
    assert (info >> 44, (info >> 41) & 7, (info >> 36) & 31) == (RATE, 1 - 1, 16 - 1)
    assert info & (2**36 - 1) == 999
    md5 = hashlib.md5(noise(999).astype("<i2").tobytes(), usedforsecurity=False)
    assert blocks[0][18:] == md5.digest()
    field = 4 + int.from_bytes(blocks[4][:4], "little") + 4
    size = int.from_bytes(blocks[4][field : field + 4], "little")
    name, text = blocks[4][field + 4 : field + 4 + size].decode().split("=")
    assert (name.lower(), text) == ("comment", "ein Gruß")


def test_other_endings_are_not_written() -> None:
    with pytest.raises(ValueError, match=r"\.mp3"):
        sound_bytes(noise(4), RATE, ".mp3", "")


@pytest.mark.parametrize(("loudest", "silent"), [(0, True), (32, True), (-33, False), (33, False)])
def test_silence_is_what_is_60_db_below_full_scale(loudest: int, silent: bool) -> None:
    assert is_silent(np.array([0, loudest, 0], np.int16)) is silent
    assert not is_silent(np.array([-32768], np.int16))


# --- bad files ---


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        read_sound(tmp_path / "no.wav", RATE)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder"):
        read_sound(tmp_path, RATE)


@pytest.mark.parametrize("content", [b"hello", b"\x89PNG\r\n\x1a\n" + bytes(100)])
@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3", "raw", "txt"])
def test_what_is_no_sound_file(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"“a\.\w+” is no sound file that can be read"):
        read_sound(path, RATE)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_is_cut_short(tmp_path: Path, ending: str, share: float) -> None:
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, noise(20 * RATE), RATE)
    content = path.read_bytes()
    assert len(read_sound(path, RATE)) >= 20 * RATE
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match=r"“a\.\w+” is cut short or damaged"):
        read_sound(path, RATE)


@pytest.mark.parametrize("said", [0, 0x7FFFF000, 0xFFFFFFFF])
def test_a_wav_file_from_a_pipe_which_did_not_know_its_length_is_whole(
    tmp_path: Path, said: int
) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, noise(100), RATE, format="WAV", subtype="PCM_16")
    content = bytearray(buffer.getvalue())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", said)
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    if said:
        np.testing.assert_array_equal(read_sound(path, RATE), noise(100))
    else:
        with pytest.raises(UserError, match="it lasts 0 s"):
            read_sound(path, RATE)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    with pytest.raises(UserError, match=r"“a\.wav” is empty"):
        read_sound(tmp_path / "a.wav", RATE)


def test_a_file_without_a_sample(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(0), RATE)
    with pytest.raises(UserError, match="has no sound in it: it lasts 0 s"):
        read_sound(path, RATE)


def test_an_hour_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.zeros(3600 * RATE, np.int16), RATE)
    monkeypatch.setattr("genstudio.core.sound_file._mixed", None)  # it would be called to read
    with pytest.raises(UserError, match=r"lasts 3,600 s, and at most 60\.0 s can be used"):
        read_sound(path, RATE, longest=60)
