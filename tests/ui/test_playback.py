"""The playhead: it moves with time, waits at the live edge, loops, follows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from genstudio.ui.recording.playback import INSTANT, REST, Playback


def opened(total: int = 100, length: int = 100, position: int = 0, speed: float = 10.0) -> Playback:
    playback = Playback(speed)
    playback.open(total, length, position, playing=True)
    return playback


def test_it_moves_at_its_speed() -> None:
    playback = opened(speed=10.0)
    for _ in range(60):
        playback.advance(1 / 60)
    assert playback.position in (9, 10)  # a second, up to rounding


def test_less_than_a_symbol_moves_nothing() -> None:
    playback = opened(speed=1.0)
    assert not playback.advance(0.9)
    assert playback.advance(0.2)
    assert playback.position == 1


def test_instant_shows_all_there_is() -> None:
    playback = opened(length=40, speed=INSTANT)
    playback.advance(0.001)
    assert playback.position == 40
    assert playback.playing and playback.waiting


def test_waiting_is_not_owed() -> None:
    playback = opened(length=5, speed=10.0)
    playback.advance(60.0)
    playback.grow(100)
    playback.advance(0.1)
    assert playback.position == 6


def test_it_rests_at_the_end() -> None:
    playback = opened(position=95)
    playback.advance(10.0)
    assert playback.position == 100
    assert not playback.playing
    assert not playback.advance(10.0)


def test_play_at_the_end_begins_again() -> None:
    playback = opened(position=100)
    playback.pause()
    playback.play()
    assert playback.position == 0 and playback.playing


def test_a_loop_rests_and_begins_again() -> None:
    playback = opened(position=95)
    playback.loop = True
    playback.advance(10.0)
    assert playback.at_end and playback.playing
    assert not playback.advance(REST / 2)
    assert playback.advance(REST)
    assert playback.position == 0 and playback.playing


def test_live_follows_until_complete() -> None:
    playback = opened(length=10)
    playback.pause()
    playback.jump_to_live()
    assert playback.position == 10 and playback.following
    playback.grow(50)
    playback.advance(0.001)
    assert playback.position == 50
    playback.grow(100)
    playback.advance(0.001)
    assert playback.at_end and not playback.playing and not playback.following


def test_a_seek_stops_following_but_not_playing() -> None:
    playback = opened(length=10)
    playback.jump_to_live()
    playback.seek(3)
    assert playback.position == 3 and playback.playing and not playback.following


def test_a_step_pauses() -> None:
    playback = opened(position=10)
    playback.step(-1)
    assert playback.position == 9 and not playback.playing
    playback.step(1)
    assert playback.position == 10


@given(st.lists(st.tuples(st.sampled_from(["advance", "seek", "step", "grow", "play", "live"]),
                          st.integers(-5, 130)), max_size=40), st.booleans())  # fmt: skip
def test_the_playhead_stays_on_what_is_recorded(moves: list[tuple[str, int]], loop: bool) -> None:
    playback = opened(length=20, speed=30.0)
    playback.loop = loop
    for kind, amount in moves:
        if kind == "advance":
            playback.advance(abs(amount) / 10)
        elif kind == "seek":
            playback.seek(amount)
        elif kind == "step":
            playback.step(amount)
        elif kind == "grow":
            playback.grow(min(100, max(playback.length, amount)))
        elif kind == "play":
            playback.toggle()
        else:
            playback.jump_to_live()
        assert 0 <= playback.position <= playback.length <= playback.total
